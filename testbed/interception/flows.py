"""Flow files of mitmproxy into exchanges.

A flow file is a row of netstrings, so that one flow that is broken costs itself alone. mitmproxy reads each: it knows
the files of its older versions too.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import BinaryIO

from mitmproxy.flow import Flow
from mitmproxy.http import HTTPFlow, Message
from mitmproxy.io import FlowReader
from mitmproxy.websocket import WebSocketData

from testbed.interception.har import LeftOut, Taken, Unusable
from testbed.model.wire import Exchange, Frame, Headers, Request, Response, host_of

MAX_FLOW = 256 * 1024 * 1024
MAX_FLOWS = 200_000
LENGTH_DIGITS = 12
PREFIX = re.compile(rb"([0-9]{1,12}):")
KINDS = {"http": "HTTP", "tcp": "TCP", "udp": "UDP", "dns": "DNS"}


@dataclass(frozen=True, slots=True)
class Piece:
    """The octets of one flow, or why they cannot be read."""

    octets: bytes = b""
    problem: str = ""


def pieces(file: BinaryIO, size: int) -> Iterator[Piece]:
    """The flows of a file as they stand in it.

    Args:
        file: at its beginning.
        size: of the file, in bytes.
    """
    read = 0
    for number in range(1, MAX_FLOWS + 2):
        prefix = file.read(LENGTH_DIGITS + 1)
        if not prefix:
            return
        if number > MAX_FLOWS:
            yield Piece(problem=f"and all that follow were left: no more than {MAX_FLOWS} flows are read")
            return
        found = PREFIX.match(prefix)
        if found is None:
            yield Piece(problem="and all that follow cannot be read: no flow begins here")
            return
        rest = prefix[found.end() :]
        wanted = int(found.group(1)) + 1
        if wanted > MAX_FLOW or wanted > size - read - found.end():
            cut = wanted <= MAX_FLOW
            problem = "is cut: the file ends in the middle of it" if cut else "is too large, and hides all that follow"
            yield Piece(problem=problem)
            return
        octets = rest[:wanted] + file.read(max(0, wanted - len(rest)))
        if len(rest) > wanted:
            file.seek(wanted - len(rest), 1)
        read += found.end() + wanted
        yield Piece(found.group() + octets)


def read_flow(piece: Piece, sender: str) -> Taken:
    """One flow as an exchange without a number.

    Raises:
        Unusable: it cannot be read.
        LeftOut: it is no HTTP.
    """
    if piece.problem:
        raise Unusable(piece.problem)
    flow = _flow(piece.octets)
    if not isinstance(flow, HTTPFlow):
        raise LeftOut(f"of {KINDS.get(flow.type, 'another protocol')}: HTTP alone is read")
    if flow.request.method == "CONNECT":
        raise LeftOut("that opened a tunnel (CONNECT)")
    try:
        return _taken(flow, sender)
    except (ValueError, TypeError, AttributeError, OverflowError, OSError) as error:
        raise Unusable(f"holds what no flow holds ({type(error).__name__})") from error


def _flow(octets: bytes) -> Flow:
    try:
        flow = next(iter(FlowReader(BytesIO(octets)).stream()), None)
    # NOTE: whatever a broken file makes mitmproxy's readers of twenty formats fall over, it is the file's fault.
    except Exception as error:
        raise Unusable(f"cannot be read by mitmproxy ({type(error).__name__})") from error
    if flow is None:
        raise Unusable("holds nothing")
    return flow


def _taken(flow: HTTPFlow, sender: str) -> Taken:
    problems: list[str] = []
    url = flow.request.pretty_url.partition("#")[0]
    if not host_of(url):
        raise Unusable("has an address that cannot be read")
    request = Request(flow.request.method, url, _headers(flow.request), _octets(flow.request, "its body", problems))
    response = None
    if flow.response is not None:
        body = _octets(flow.response, "its answer's body", problems)
        response = Response(flow.response.status_code, _headers(flow.response), body)
    started = datetime.fromtimestamp(flow.request.timestamp_start, UTC)
    ended = (flow.response.timestamp_end if flow.response else None) or flow.request.timestamp_start
    exchange = Exchange(
        number=0,
        play="",
        sender=sender,
        receiver=host_of(url),
        request=request,
        response=response,
        started=started,
        duration_ms=round(max(0.0, (ended - flow.request.timestamp_start) * 1000), 3),
        error=_error(flow),
        frames=tuple(_frames(flow.websocket)) if flow.websocket else (),
    )
    return Taken(exchange, problems)


def _octets(message: Message, whose: str, problems: list[str]) -> bytes:
    if message.raw_content is None:
        problems.append(f"{whose} was not kept by the proxy (it was streamed)")
        return b""
    return message.raw_content


def _headers(message: Message) -> Headers:
    fields = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in message.headers.fields)
    return tuple((name, value) for name, value in fields if not name.startswith(":"))


def _error(flow: HTTPFlow) -> str:
    if flow.error is not None:
        return flow.error.msg[:200]
    return "" if flow.response is not None else "no answer was recorded"


def _frames(said: WebSocketData) -> Iterator[Frame]:
    for message in said.messages:
        at = datetime.fromtimestamp(message.timestamp, UTC)
        yield Frame(message.from_client, at, message.content, message.is_text)
