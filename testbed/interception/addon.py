"""The mitmproxy addon that records: who called whom, what was sent, and what came back."""

import logging
from collections.abc import Callable, Mapping

from mitmproxy import http, tls
from mitmproxy.proxy.server_hooks import ServerConnectionHookData

from testbed.interception.answers import outside
from testbed.interception.client_certificates import ClientCertificates
from testbed.interception.journal import Journal
from testbed.model.load import FLOW_HEADER, FLOW_ID
from testbed.model.wire import BROWSER, HUNG_UP, UNHEARD, Headers, Request, Response

log = logging.getLogger("testbed.interception")

NUMBER = "testbed-number"
BY_CLIENT = ("Client disconnected", "stream reset by client")
"""How mitmproxy begins to say that it was not the server who ended an exchange."""


class Recorder:
    """Records every exchange, sends hosts of the lab to their ports, and answers for all others itself.

    Args:
        journal: where they are written.
        callers: port of the proxy to who calls there.
        hosts: of the lab, each to its address.
        sink: address of the server that takes WebSockets to all other hosts.
        mutual: shows servers what callers have shown.
        loaded: the browser says of each request which play it is of.
        stop: ends the recorder. What cannot be written down is not passed on, and nothing after it.
    """

    def __init__(  # noqa: PLR0913 - each is one thing that it has to know
        self,
        journal: Journal,
        callers: Mapping[int, str],
        hosts: Mapping[str, tuple[str, int]],
        sink: tuple[str, int],
        mutual: ClientCertificates | None = None,
        stop: Callable[[], None] = lambda: None,
        *,
        loaded: bool = False,
    ) -> None:
        self._stop, self._loaded = stop, loaded
        self._journal, self._callers, self._hosts, self._sink, self._mutual = journal, callers, hosts, sink, mutual

    def request(self, flow: http.HTTPFlow) -> None:
        """A whole request has come.

        NOTE: a host outside the lab is answered here and not refused earlier: at this hook its TLS has been
        terminated, so what was meant for it is known. Refused at CONNECT or in server_connect, it would be lost.
        """
        request = flow.request
        sender = self._callers.get(flow.client_conn.sockname[1], "unknown")
        play = _play_of(request) if self._loaded and sender == BROWSER else ""
        sent = Request(request.method, request.pretty_url, _pairs(request.headers), request.raw_content or b"")
        shown = self._mutual.pin_shown(flow.client_conn) if self._mutual else ""
        try:
            flow.metadata[NUMBER] = self._journal.open(sender, sent, shown, play)
        except OSError as error:
            self._cannot_record(flow, error)
            return
        address = self._hosts.get(sent.host)
        if address is None and sent.header("upgrade").lower() == "websocket":
            address, request.scheme = self._sink, "http"
        if address is None:
            answer = outside(sent)
            flow.response = http.Response.make(answer.status, answer.body, dict(answer.headers))
            return
        # NOTE: led to its port here and not in server_connect: mitmproxy finds a connection to use again by the
        # address that the request names, and opens no more than five to one address at a time. And set beneath the
        # properties, which take their time to write the address into the Host header, where it must not stand.
        request.data.host, request.data.port = address

    def server_connect(self, data: ServerConnectionHookData) -> None:
        """The name that TLS asks for and verifies stays that of the host; and nothing goes outside the lab."""
        if data.server.address not in (*self._hosts.values(), self._sink):
            data.server.error = "outside the laboratory"
        elif data.client.sni:
            data.server.sni = data.client.sni

    def response(self, flow: http.HTTPFlow) -> None:
        """A whole response has come, or was made in :meth:`request`; it has not been passed on yet."""
        if flow.response is None:
            raise RuntimeError("mitmproxy called response without one")
        answer = Response(flow.response.status_code, _pairs(flow.response.headers), flow.response.raw_content or b"")
        try:
            self._journal.close(flow.metadata[NUMBER], answer)
        except OSError as error:
            self._cannot_record(flow, error)

    def _cannot_record(self, flow: http.HTTPFlow, error: OSError) -> None:
        log.critical("the journal cannot be written (%s): nothing more is passed on", error.strerror)
        flow.kill()  # type: ignore[no-untyped-call]
        self._stop()

    def websocket_start(self, flow: http.HTTPFlow) -> None:
        """The answer, which was recorded, has made the connection a WebSocket."""
        self._journal.connect(flow.metadata[NUMBER])

    def websocket_message(self, flow: http.HTTPFlow) -> None:
        """A whole message has come; it has not been passed on yet."""
        if flow.websocket is None:
            raise RuntimeError("mitmproxy told of a message without a WebSocket")
        for message in flow.websocket.messages:
            self._journal.frame(
                flow.metadata[NUMBER], sent=message.from_client, data=message.content, text=message.is_text
            )
        # NOTE: mitmproxy would keep every message for as long as the connection stands.
        flow.websocket.messages.clear()

    def websocket_end(self, flow: http.HTTPFlow) -> None:
        """It has been closed, by whomever."""
        self._journal.hang_up(flow.metadata[NUMBER])

    def tls_failed_client(self, data: tls.TlsData) -> None:
        """Whoever called did not take the certificate that was made for the host: what they had to say is not known.

        NOTE: not of a browser, which opens connections ahead of what it asks for and lets go of them again.
        """
        sender = self._callers.get(data.context.client.sockname[1], "unknown")
        address = data.context.server.address
        if sender != BROWSER and address is not None:
            host, port = address
            number = self._journal.open(sender, Request("CONNECT", f"https://{data.conn.sni or host}:{port}/"))
            self._journal.close(number, None, f"{UNHEARD}: it did not agree on TLS ({data.conn.error})")

    def error(self, flow: http.HTTPFlow) -> None:
        """No answer will come."""
        number = flow.metadata.get(NUMBER)
        if number is not None:
            said = flow.error.msg if flow.error else "the connection ended"
            hung_up = not flow.client_conn.connected or said.startswith(BY_CLIENT)
            of_caller = self._mutual.said_of(flow.client_conn) if self._mutual else ""
            self._journal.close(number, None, HUNG_UP if hung_up else f"{said}{of_caller}")


def _play_of(request: http.Request) -> str:
    """Which play a request of the browser is of; what said so goes no further, whatever it was."""
    named = request.headers.get_all(FLOW_HEADER)
    if named:
        del request.headers[FLOW_HEADER]
    return named[0] if len(named) == 1 and FLOW_ID.fullmatch(named[0]) else ""


def _pairs(headers: http.Headers) -> Headers:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers.fields)
