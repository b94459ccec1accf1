"""A corpus as HAR 1.2, the format that browsers export, so that tools of others can read it."""

import base64
from collections.abc import Iterable

from testbed.model.wire import Exchange, Frame, Headers

VERSION = "1.2"


def har(exchanges: Iterable[Exchange]) -> dict[str, object]:
    """The whole document. A comment on each entry holds the exchange's number."""
    creator = {"name": "school federation testbed", "version": "1"}
    return {"log": {"version": VERSION, "creator": creator, "entries": [_entry(one) for one in exchanges]}}


def _entry(exchange: Exchange) -> dict[str, object]:
    request, response = exchange.request, exchange.response
    entry: dict[str, object] = {
        "startedDateTime": exchange.started.isoformat(),
        "time": exchange.duration_ms,
        "comment": str(exchange.number),
        "request": {
            "method": request.method,
            "url": request.url,
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _pairs(request.headers),
            "queryString": [],
            "headersSize": -1,
            "bodySize": len(request.body),
            **({"postData": _post(request.header("content-type"), request.body)} if request.body else {}),
        },
        "response": {
            "status": response.status if response else 0,
            "statusText": "",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _pairs(response.headers if response else ()),
            "content": _content(response.header("content-type"), response.body) if response else {"size": 0},
            "redirectURL": response.header("location") if response else "",
            "headersSize": -1,
            "bodySize": len(response.body) if response else -1,
        },
        "cache": {},
        "timings": {"send": 0, "wait": exchange.duration_ms, "receive": 0},
    }
    if exchange.frames:
        entry["_webSocketMessages"] = [_message(frame) for frame in exchange.frames]
    return entry


def _pairs(headers: Headers) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def _post(kind: str, body: bytes) -> dict[str, object]:
    """NOTE: the format has no place for bytes that are no text; an ``encoding`` as contents have says it here."""
    text, encoding = _text(body)
    return {"mimeType": kind, "text": text, **encoding}


def _content(kind: str, body: bytes) -> dict[str, object]:
    text, encoding = _text(body)
    return {"size": len(body), "mimeType": kind or "application/octet-stream", "text": text, **encoding}


def _text(body: bytes) -> tuple[str, dict[str, object]]:
    try:
        return body.decode("utf-8"), {}
    except UnicodeDecodeError:
        return base64.b64encode(body).decode("ascii"), {"encoding": "base64"}


def _message(frame: Frame) -> dict[str, object]:
    """As Chromium's developer tools write it; of a binary message its base64."""
    return {
        "type": "send" if frame.sent else "receive",
        "time": frame.at.timestamp(),
        "opcode": 1 if frame.text else 2,
        "data": frame.data.decode("utf-8") if frame.text else base64.b64encode(frame.data).decode("ascii"),
    }
