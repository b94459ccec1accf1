"""The journal's lines: what was played and exchanged, as JSON and back."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime

from pydantic import JsonValue
from pydantic_core import PydanticSerializationError, to_json

from testbed.model.breaking import BREAKING
from testbed.model.orders import ORDER
from testbed.model.verdict import Broken, Ordered, Play, Seen, Sees
from testbed.model.wire import Exchange, Frame, Headers, Request, Response
from testbed.model.written import Scenario, Vendor

type Line = dict[str, JsonValue]

MAX_DURATION_MS = 366 * 24 * 3600 * 1000
YEARS = range(1970, 9000)
"""To moments in these something can be added, and from them something taken."""


def text_of(line: Line) -> bytes:
    """A line as its file has it."""
    # NOTE: every exchange waits for this; pydantic's serialiser takes a quarter of the standard library's time.
    try:
        return to_json(line) + b"\n"
    except PydanticSerializationError:
        # NOTE: a name or a value that was no UTF-8 on the wire holds lone surrogates, which it refuses.
        return json.dumps(line, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"


def stamp(moment: datetime) -> str:
    """ISO 8601 in UTC, to the microsecond."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def moment(text: JsonValue) -> datetime:
    """The other way.

    Raises:
        ValueError: it is no time with a zone, or no time at which anything was recorded.
    """
    read = datetime.fromisoformat(str(text))
    if read.tzinfo is None:
        raise ValueError(f"a time without a zone: {text!r}")
    if read.year not in YEARS:
        raise ValueError(f"a time at which nothing was recorded: {text!r}")
    return read.astimezone(UTC)


def body_to_json(body: bytes) -> JsonValue:
    """As text where it is UTF-8, else as base64: a journal that people can read, that loses nothing."""
    try:
        return {"text": body.decode("utf-8")}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode("ascii")}


def body_from_json(value: JsonValue) -> bytes:
    """The other way.

    Raises:
        ValueError, KeyError, TypeError: it is no body of a journal.
    """
    if not isinstance(value, dict):
        raise TypeError("a body is an object")
    if "text" in value:
        return str(value["text"]).encode("utf-8")
    return base64.b64decode(str(value["base64"]), validate=True)


def play_to_json(play: Play) -> Line:
    """All that the judge needs of a play."""
    return {
        "play": play.id,
        "scenario": play.scenario.model_dump(mode="json", by_alias=True),
        "vendor": play.vendor.model_dump(mode="json", by_alias=True),
        "person": play.person,
        "agreement": play.agreement,
        "also": [vendor.model_dump(mode="json", by_alias=True) for vendor in play.also],
        **({"captured": True} if play.captured else {}),
        **({"sees": play.sees} if play.sees != "all" else {}),
    }


def play_from_json(data: Mapping[str, JsonValue]) -> Play:
    """The other way.

    Raises:
        ValueError, KeyError, TypeError: it is no play of a journal.
    """
    also = data.get("also", [])
    if not isinstance(also, list):
        raise TypeError("the other vendors of a play are a list")
    return Play(
        id=str(data["play"]),
        scenario=Scenario.model_validate(data["scenario"]),
        vendor=Vendor.model_validate(data["vendor"]),
        person=str(data["person"]),
        agreement=str(data["agreement"]),
        started=moment(data["started"]) if "started" in data else None,
        also=tuple(Vendor.model_validate(one) for one in also),
        captured=data.get("captured") is True,
        sees=_sees(data.get("sees", "all")),
    )


def _sees(value: JsonValue) -> Sees:
    match value:
        case "all" | "proxied" | "nothing":
            return value
        case _:
            raise ValueError(f"a play says of its vendor's server what nobody knows: {value!r}")


def ordered_to_json(play: str, ordered: Ordered) -> Line:
    """An order that the school was given."""
    return {"play": play, "at": stamp(ordered.at), "order": ordered.order.model_dump(mode="json", by_alias=True)}


def ordered_from_json(data: Mapping[str, JsonValue]) -> tuple[str, Ordered]:
    """The other way: the id of the play, and the order.

    Raises:
        ValueError, KeyError, TypeError: it is no order of a journal.
    """
    return str(data["play"]), Ordered(moment(data["at"]), ORDER.validate_python(data["order"]))


def broken_to_json(play: str, broken: Broken) -> Line:
    """Something that the lab broke or mended."""
    order = broken.order.model_dump(mode="json")
    return {"play": play, "began": stamp(broken.began), "done": stamp(broken.done), "order": order}


def broken_from_json(data: Mapping[str, JsonValue]) -> tuple[str, Broken]:
    """The other way: the id of the play, and what was broken.

    Raises:
        ValueError, KeyError, TypeError: it is nothing that a journal tells of what was broken.
    """
    order = BREAKING.validate_python(data["order"])
    return str(data["play"]), Broken(moment(data["began"]), moment(data["done"]), order)


def seen_to_json(play: str, seen: Seen) -> Line:
    """What a person was shown."""
    shown: Line = {"url": seen.url, "status": seen.status, "title": seen.title, "text": seen.text}
    return {"play": play, "at": stamp(seen.at), **shown}


def seen_from_json(data: Mapping[str, JsonValue]) -> tuple[str, Seen]:
    """The other way: the id of the play, and what was shown.

    Raises:
        ValueError, KeyError, TypeError: it is nothing that a journal tells of what was shown.
    """
    url, status = str(data["url"]), int(str(data["status"]))
    return str(data["play"]), Seen(moment(data["at"]), url, status, str(data["title"]), str(data["text"]))


def exchange_to_json(exchange: Exchange) -> Line:
    """One exchange, bodies as they stood on the wire."""
    request, response = exchange.request, exchange.response
    return {
        "number": exchange.number,
        "play": exchange.play,
        "sender": exchange.sender,
        "receiver": exchange.receiver,
        "started": stamp(exchange.started),
        "duration_ms": round(exchange.duration_ms, 3),
        "request": {
            "method": request.method,
            "url": request.url,
            "headers": _pairs(request.headers),
            "body": body_to_json(request.body),
        },
        "response": _response_to_json(response) if response else None,
        "error": exchange.error,
        **({"led_by": exchange.led_by} if exchange.led_by else {}),
        **({"shown": exchange.shown} if exchange.shown else {}),
    }


def exchange_from_json(data: Mapping[str, JsonValue]) -> Exchange:
    """The other way.

    Raises:
        ValueError, KeyError, TypeError: it is no exchange of a journal.
    """
    request, response = data["request"], data["response"]
    if not isinstance(request, dict) or not isinstance(response, dict | None):
        raise TypeError("request and response are objects")
    return Exchange(
        number=int(str(data["number"])),
        play=str(data["play"]),
        sender=str(data["sender"]),
        receiver=str(data["receiver"]),
        request=Request(
            str(request["method"]), str(request["url"]), _headers(request["headers"]), body_from_json(request["body"])
        ),
        response=_response_from_json(response) if response else None,
        started=moment(data["started"]),
        duration_ms=_duration(data["duration_ms"]),
        error=str(data["error"]),
        led_by=str(data.get("led_by", "")),
        shown=str(data.get("shown", "")),
    )


def _duration(written: object) -> float:
    duration = float(str(written))
    if not 0 <= duration <= MAX_DURATION_MS:
        raise ValueError(f"an exchange lasts {duration} ms")
    return duration


def frame_to_json(exchange: int, frame: Frame) -> Line:
    """One message of a WebSocket; text as text, which RFC 6455 says is UTF-8, and everything else as base64."""
    line: Line = {"exchange": exchange, "sent": frame.sent, "at": stamp(frame.at)}
    if frame.text:
        try:
            return {**line, "text": frame.data.decode("utf-8")}
        except UnicodeDecodeError:
            pass
    return {**line, "base64": base64.b64encode(frame.data).decode("ascii")}


def frame_from_json(data: Mapping[str, JsonValue]) -> tuple[int, Frame]:
    """The other way: the number of the exchange, and what was said.

    Raises:
        ValueError, KeyError, TypeError: it is no frame of a journal.
    """
    if not isinstance(data["sent"], bool):
        raise TypeError("who sent a frame is told by true or false")
    text = "text" in data
    return int(str(data["exchange"])), Frame(data["sent"], moment(data["at"]), body_from_json(dict(data)), text)


def _response_to_json(response: Response) -> Line:
    return {"status": response.status, "headers": _pairs(response.headers), "body": body_to_json(response.body)}


def _response_from_json(data: Mapping[str, JsonValue]) -> Response:
    return Response(int(str(data["status"])), _headers(data["headers"]), body_from_json(data["body"]))


def _pairs(headers: Headers) -> JsonValue:
    return [[name, value] for name, value in headers]


def _headers(value: JsonValue) -> Headers:
    if not isinstance(value, list):
        raise TypeError("headers are a list")
    pairs = [pair for pair in value if isinstance(pair, list)]
    return tuple((str(name), str(content)) for name, content in pairs)
