"""The in-process carrier: the network is a dict from host to app, and every exchange is recorded."""

from collections.abc import Mapping

import httpx

from testbed.interception.answers import outside
from testbed.interception.journal import Journal
from testbed.model.wire import Request, Response


class RecordingTransport(httpx.AsyncBaseTransport):
    """What a participant's client sends goes through here and nowhere else."""

    def __init__(self, sender: str, hosts: Mapping[str, httpx.AsyncBaseTransport], journal: Journal) -> None:
        self._sender, self._hosts, self._journal = sender, hosts, journal

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Record, deliver, record.

        Raises:
            httpx.HTTPError: the app could not be delivered to.
        """
        body = await request.aread()
        sent = Request(request.method, str(request.url.copy_with(fragment=None)), _pairs(request.headers), body)
        number = self._journal.open(self._sender, sent)
        transport = self._hosts.get(sent.host)
        if transport is None:
            answer = outside(sent)
            self._journal.close(number, answer)
            return httpx.Response(answer.status, headers=list(answer.headers), stream=httpx.ByteStream(answer.body))
        try:
            response = await transport.handle_async_request(request)
            raw = b"".join([chunk async for chunk in _stream(response)])
        except BaseException as error:
            self._journal.close(number, None, f"{type(error).__name__}: {error}")
            raise
        self._journal.close(number, Response(response.status_code, _pairs(response.headers), raw))
        return httpx.Response(response.status_code, headers=response.headers.raw, stream=httpx.ByteStream(raw))


def _stream(response: httpx.Response) -> httpx.AsyncByteStream:
    if not isinstance(response.stream, httpx.AsyncByteStream):
        raise TypeError("an app's answer is a stream of bytes")
    return response.stream


def _pairs(headers: httpx.Headers) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers.raw)
