"""A carrier that records every exchange before it passes it on: to an app in this process, or to the network."""

from collections.abc import Callable

import httpx

from testbed.interception.answers import outside
from testbed.interception.journal import MAX_BODY_BYTES, Journal
from testbed.model.wire import Request, Response

type Carrier = Callable[[str], httpx.AsyncBaseTransport | None]
"""What leads to a host; None for a host that there is not."""


type Shown = Callable[[str], str]
"""The key that a host is shown: see :class:`testbed.model.wire.Exchange`."""


def nothing(_: str) -> str:
    """No key is shown to any host."""
    return ""


class RecordingTransport(httpx.AsyncBaseTransport):
    """What a participant's client sends goes through here and nowhere else."""

    def __init__(self, sender: str, carrier: Carrier, journal: Journal, shown: Shown = nothing) -> None:
        self._sender, self._carrier, self._journal, self._shown = sender, carrier, journal, shown

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Record, deliver, record.

        Raises:
            httpx.HTTPError: the app could not be delivered to.
        """
        body = await request.aread()
        sent = Request(request.method, str(request.url.copy_with(fragment=None)), _pairs(request.headers), body)
        number = self._journal.open(self._sender, sent, self._shown(sent.host))
        transport = self._carrier(sent.host)
        if transport is None:
            answer = outside(sent)
            self._journal.close(number, answer)
            return httpx.Response(answer.status, headers=list(answer.headers), stream=httpx.ByteStream(answer.body))
        try:
            response = await transport.handle_async_request(request)
            raw = await _bounded(response)
        except BaseException as error:
            self._journal.close(number, None, f"{type(error).__name__}: {error}")
            raise
        self._journal.close(number, Response(response.status_code, _pairs(response.headers), raw))
        return httpx.Response(response.status_code, headers=response.headers.raw, stream=httpx.ByteStream(raw))


async def _bounded(response: httpx.Response) -> bytes:
    body = bytearray()
    async for chunk in _stream(response):
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise httpx.DecodingError(f"the answer is longer than {MAX_BODY_BYTES} bytes")
    return bytes(body)


def _stream(response: httpx.Response) -> httpx.AsyncByteStream:
    if not isinstance(response.stream, httpx.AsyncByteStream):
        raise TypeError("an app's answer is a stream of bytes")
    return response.stream


def _pairs(headers: httpx.Headers) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers.raw)
