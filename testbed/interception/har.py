"""HAR 1.2 (HTTP Archive), as browsers and proxies write it, into exchanges.

What is told by one tool alone is taken where it is there: ``_webSocketMessages``, ``_initiator``, ``_fromCache`` and
``_error`` of Chromium. An entry that is broken in part is kept for what can be read of it, and what cannot is said.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlencode

from testbed.interception.har_bodies import body_received, body_sent
from testbed.interception.har_chromium import WEB, frames_in, is_web_address, led_by, messages_of
from testbed.model.wire import Exchange, Headers, Request, Response, header, host_of

type Members = Mapping[str, object]

HELD_BACK = re.compile(r"ERR_BLOCKED_BY_(?:CLIENT|CSP|ADMINISTRATOR|INSPECTOR)|^blocked\b", re.IGNORECASE)
"""The errors of requests that the browser kept to itself."""
CREATOR = re.compile(r'"creator"\s*:\s*(\{[^{}]{0,2000}\})')
MAX_HEADERS = 2000
MAX_STATUS = 999
WITHOUT_BODY = frozenset({101, 204, 205, 304, *range(300, 400)})
NOT_DECODED = frozenset({"content-encoding"})
"""Headers of an answer that no longer hold: HAR has bodies decoded."""


class Unusable(ValueError):
    """Nothing of an entry can be judged: says why."""


class LeftOut(Exception):
    """An entry that is no traffic: says of which kind."""


@dataclass(slots=True)
class Taken:
    """What was made of one entry."""

    exchange: Exchange
    problems: list[str] = field(default_factory=list)
    """What of it could not be read."""
    bodiless: bool = False
    """The answer had a body that the capture does not hold."""


def made_by(head: str) -> str:
    """The tool that wrote it, "" where it does not say."""
    found = CREATOR.search(head)
    try:
        said = json.loads(found.group(1)) if found else {}
    except (ValueError, RecursionError):
        return ""
    return " ".join(part for name in ("name", "version") if isinstance(part := said.get(name), str))[:100]


def read_entry(value: object, sender: str, before: datetime | None) -> Taken:
    """One entry as an exchange without a number.

    Args:
        value: the entry.
        sender: who was recorded.
        before: when the entry before it began; taken where this one does not say.

    Raises:
        Unusable: not even the request can be read.
        LeftOut: it never crossed the wire.
    """
    if not isinstance(value, Mapping) or not isinstance(value.get("request"), Mapping):
        raise Unusable("has no request")
    entry: Members = value
    said: Members = value["request"]
    answer = entry.get("response")
    problems: list[str] = []
    _must_have_left(entry, answer)
    request = _request(said, problems)
    started = _moment(entry.get("startedDateTime"))
    if started is None:
        if before is None:
            raise Unusable("does not say when it began, and no entry before it does")
        started = before
        problems.append("does not say when it began; the time of the entry before it was taken")
    response = _response(answer, problems)
    exchange = Exchange(
        number=0,
        play="",
        sender=sender,
        receiver=request.host,
        request=request,
        response=response,
        started=started,
        duration_ms=_duration(entry.get("time")),
        error="" if response else _error(answer),
        frames=tuple(frames_in(messages_of(entry, request), started, problems)),
        led_by=led_by(entry.get("_initiator")),
    )
    return Taken(exchange, problems, _lacks_body(answer, response))


def _must_have_left(entry: Members, answer: object) -> None:
    url = entry["request"].get("url") if isinstance(entry["request"], Mapping) else None
    scheme = url.partition(":")[0].lower() if isinstance(url, str) else ""
    if scheme and scheme not in WEB and scheme.isascii() and scheme.replace("-", "").isalnum() and ":" in str(url):
        raise LeftOut(f"at {scheme}: addresses, which stay in the browser")
    if entry.get("_fromCache") in ("memory", "disk"):
        raise LeftOut("that the browser answered from its cache")
    if isinstance(answer, Mapping) and not answer.get("status") and HELD_BACK.search(str(answer.get("_error") or "")):
        raise LeftOut("that the browser blocked by itself: record without a blocker to see them")


def _request(said: Members, problems: list[str]) -> Request:
    url, method = said.get("url"), said.get("method")
    if not isinstance(url, str) or not isinstance(method, str):
        raise Unusable("has no address or no method")
    if method == "CONNECT" and not is_web_address(url):
        raise LeftOut("that opened a tunnel (CONNECT)")
    whole = _with_query(_clean(url).partition("#")[0].strip(), said.get("queryString"))
    if not host_of(whole):
        raise Unusable("has an address that cannot be read")
    headers = _with_cookies(_headers(said.get("headers"), "its headers", problems), said.get("cookies"))
    body = body_sent(said.get("postData"), headers)
    if body.problem:
        problems.append(body.problem)
    elif isinstance(data := said.get("postData"), Mapping) and data.get("_file"):
        problems.append("its body lies in another file, which was not read")
    return Request(_clean(method), whole, headers, body.octets)


def _with_query(url: str, query: object) -> str:
    """Some tools cut the query off the address and list it beside."""
    pairs = _pairs(query)
    return f"{url}?{urlencode(pairs, errors='replace')}" if pairs and "?" not in url else url


def _pairs(listed: object) -> list[tuple[str, str]]:
    if not isinstance(listed, Sequence) or isinstance(listed, str):
        return []
    named = [one for one in listed[:MAX_HEADERS] if isinstance(one, Mapping) and isinstance(one.get("name"), str)]
    return [(_clean(str(one["name"])), _clean(str(one.get("value") or ""))) for one in named]


def _headers(listed: object, whose: str, problems: list[str]) -> Headers:
    """Without the pseudo headers of HTTP/2, which say again what method and address say."""
    if listed is None:
        return ()
    pairs = _pairs(listed)
    if not isinstance(listed, Sequence) or isinstance(listed, str) or len(pairs) != len(listed):
        problems.append(f"{whose} are not all as HAR 1.2 has them")
    return tuple((name, value) for name, value in pairs if not name.startswith(":"))


def _with_cookies(headers: Headers, cookies: object) -> Headers:
    pairs = _pairs(cookies)
    if not pairs or header(headers, "cookie"):
        return headers
    return (*headers, ("cookie", "; ".join(f"{name}={value}" for name, value in pairs)))


def _clean(text: str) -> str:
    """A name, an address or a header: lone surrogates are no text."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _response(answer: object, problems: list[str]) -> Response | None:
    if not isinstance(answer, Mapping):
        problems.append("has no answer that can be read")
        return None
    status = answer.get("status")
    if not isinstance(status, int) or isinstance(status, bool) or not 0 <= status <= MAX_STATUS:
        problems.append("the status of its answer is no number of HTTP")
        return None
    if status == 0:
        return None
    headers = _headers(answer.get("headers"), "the headers of its answer", problems)
    target = answer.get("redirectURL")
    if isinstance(target, str) and target and not header(headers, "location"):
        headers = (*headers, ("location", _clean(target)))
    body = body_received(answer.get("content"), headers)
    if body.problem:
        problems.append(body.problem)
    return Response(status, tuple(pair for pair in headers if pair[0].lower() not in NOT_DECODED), body.octets)


def _lacks_body(answer: object, response: Response | None) -> bool:
    content = answer.get("content") if isinstance(answer, Mapping) else None
    size = content.get("size") if isinstance(content, Mapping) else None
    if response is None or response.body or response.status in WITHOUT_BODY:
        return False
    return isinstance(size, int) and size > 0


def _error(answer: object) -> str:
    said = answer.get("_error") if isinstance(answer, Mapping) else None
    return _clean(said)[:200] if isinstance(said, str) and said else "no answer was recorded"


def _moment(said: object) -> datetime | None:
    if not isinstance(said, str):
        return None
    try:
        read = datetime.fromisoformat(said.strip())
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _duration(said: object) -> float:
    if not isinstance(said, int | float) or isinstance(said, bool):
        return 0.0
    try:
        duration = float(said)
    except OverflowError:
        return 0.0
    return round(duration, 3) if math.isfinite(duration) and duration > 0 else 0.0
