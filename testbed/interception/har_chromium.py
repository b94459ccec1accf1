"""What Chromium alone tells in a HAR: what was said on WebSockets, and what made the browser send something."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

from testbed.interception.har_bodies import from_base64, octets_of
from testbed.model.wire import Frame, Request, host_of

WEB = frozenset({"http", "https", "ws", "wss"})
SOCKETS = frozenset({"ws", "wss"})
TEXT_FRAME, BINARY_FRAME = 1, 2
MAX_FRAMES = 100_000
MAX_CALLS = 200
"""So many calls of a script are looked at, and so many of those that led to them."""


def is_web_address(url: str) -> bool:
    """Whether an address has a scheme of the web and a host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme.lower() in WEB and bool(parts.hostname)


def messages_of(entry: Mapping[str, object], request: Request) -> object:
    """What was said on a WebSocket; () where it is none, None where the capture does not say."""
    if "_webSocketMessages" in entry:
        return entry["_webSocketMessages"]
    return None if request.parts.scheme.lower() in SOCKETS else ()


def frames_in(messages: object, started: datetime, problems: list[str]) -> Iterator[Frame]:
    """What Chromium kept of a WebSocket: texts, and octets as base64; pings and errors are left aside."""
    if messages is None:
        problems.append("what was said on its WebSocket is not in the capture")
        return
    if not isinstance(messages, Sequence) or isinstance(messages, str):
        problems.append("its WebSocket messages are no list")
        return
    if len(messages) > MAX_FRAMES:
        problems.append(f"it has more than {MAX_FRAMES} WebSocket messages, and the rest were left")
    for number, one in enumerate(messages[:MAX_FRAMES], start=1):
        data = one.get("data") if isinstance(one, Mapping) else None
        if (
            not isinstance(one, Mapping)
            or one.get("type") not in ("send", "receive", "error")
            or not isinstance(data, str)
        ):
            problems.append(f"its WebSocket message {number} cannot be read")
            continue
        if one["type"] == "error" or one.get("opcode") not in (TEXT_FRAME, BINARY_FRAME):
            continue
        sent, at = one["type"] == "send", _instant(one.get("time")) or started
        if one["opcode"] == TEXT_FRAME:
            yield Frame(sent, at, octets_of(data))
            continue
        body = from_base64(data, f"its WebSocket message {number}")
        if body.problem:
            problems.append(body.problem)
        yield Frame(sent, at, body.octets, text=False)


def _instant(said: object) -> datetime | None:
    if not isinstance(said, int | float) or isinstance(said, bool):
        return None
    try:
        return datetime.fromtimestamp(said, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def led_by(initiator: object) -> str:
    """The host of the page that made the browser send it: by the markup, or by whoever called the script first."""
    if not isinstance(initiator, Mapping):
        return ""
    named = initiator.get("url")
    if isinstance(named, str) and is_web_address(named):
        return host_of(named)
    outermost, stack = "", initiator.get("stack")
    for _ in range(MAX_CALLS):
        if not isinstance(stack, Mapping):
            break
        calls = stack.get("callFrames")
        for call in calls[:MAX_CALLS] if isinstance(calls, list) else ():
            url = call.get("url") if isinstance(call, Mapping) else None
            outermost = host_of(url) if isinstance(url, str) and is_web_address(url) else outermost
        stack = stack.get("parent")
    return outermost
