"""One connection to one host: a request goes out, and its answer comes in, bounded in size.

A library's client would keep a pool, locks and buffers for each, which thousands of people who wait cannot afford; it
sets no bound to what a server sends; and it looks whether a connection still stands by a call that knows no more than
1024 files, and so makes a new one for every request of a crowd. The parser is the library's.
"""

import re
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.parse import quote

from gevent import socket
from gevent.ssl import SSLContext
from geventhttpclient._parser import HTTPParseError, HTTPResponseParser

from loadtests.waiting import received, stands
from testbed.model.wire import DEFAULT_PORTS, Response
from testbed.wire.browsing import Sent

type Address = tuple[str, int]
BLOCK = 16 * 1024
MAX_HEAD = 64 * 1024
"""Octets of an answer's status line and headers, and of what frames its body."""
MAX_PROXY_HEAD = 4096
CLEAN = re.compile(r"[\x21-\x7e]+")
UNQUOTED = "%/:=&?~+!$,;'@()*[]"
FINAL = 200
CUT = "the connection ended in the middle of an answer"


class Broken(HTTPException):
    """No whole answer came, or one that is longer than is read, or no HTTP."""


class _Closed(Broken):
    """The connection ended before an answer began."""


class _Answer(HTTPResponseParser):
    """Takes an answer apart as it comes."""

    __slots__ = ("_name", "_value", "body", "excess", "headers", "status", "whole")

    def __init__(self) -> None:
        super().__init__()
        self.headers: list[tuple[str, str]] = []
        self.body = bytearray()
        self.status = 0
        self.whole = self.excess = False
        self._name, self._value = "", ""

    def _on_message_begin(self) -> None:
        if self.whole and self.status >= FINAL:
            # NOTE: nobody asked for a second answer; what comes after the first is for nobody.
            self.excess = True
            return
        self.headers, self.body, self.whole = [], bytearray(), False

    def _on_status(self, text: str) -> None:
        """What the status is called is read by nobody."""

    def _on_header_field(self, text: str) -> None:
        if self._value:
            self._header()
        self._name += text

    def _on_header_value(self, text: str) -> None:
        self._value += text or " "

    def _on_headers_complete(self) -> bool:
        self._header()
        if not self.excess:
            self.status = self.get_code()
        return False

    def _on_body(self, data: bytes) -> None:
        if not self.excess:
            self.body += data

    def _on_message_complete(self) -> None:
        if not self.excess:
            self.whole = self.status >= FINAL

    def _header(self) -> None:
        if self._name and not self.excess:
            self.headers.append((self._name, self._value.strip()))
        self._name, self._value = "", ""


@dataclass(frozen=True, slots=True)
class Way:
    """How a host is reached.

    Args:
        at: an address and a port.
        context: of TLS; none for plain HTTP.
        proxied: what is there is a proxy.
        held: requests go at a pace.
    """

    at: Address
    context: SSLContext | None
    proxied: bool = False
    held: bool = False


class Line:
    """A connection, made when it is first needed and again when the server has let go of it.

    Args:
        way: to the host.
        host: its name.
        port: likewise.
    """

    __slots__ = ("_host", "_named", "_port", "_socket", "way")

    def __init__(self, way: Way, host: str, port: int) -> None:
        self.way, self._host, self._port = way, host, port
        bracketed = f"[{host}]" if ":" in host else host
        usual = port == DEFAULT_PORTS["https" if way.context else "http"]
        self._named = bracketed if usual else f"{bracketed}:{port}"
        self._socket: Any = None

    def ask(self, sent: Sent, limit: int) -> Response:
        """Send a request and read its answer.

        Args:
            sent: what goes out.
            limit: so many octets of a body are read.

        Raises:
            Broken: no answer came, or one that is too long or no HTTP.
            OSError: there is no connection.
            UnicodeError: the host's name or the request cannot be said on the wire.
        """
        request = self._request(sent)
        if self._socket is not None and stands(self._socket):
            try:
                return self._asked(request, limit)
            except (_Closed, ConnectionError):
                # NOTE: it was let go of while the request was on its way; a browser asks anew then (RFC 9110, 9.2.2),
                # and what changes something it does not send twice.
                if sent.method != "GET":
                    raise
        self.close()
        self._connect()
        return self._asked(request, limit)

    def close(self) -> None:
        """Let go of the connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _asked(self, request: bytes, limit: int) -> Response:
        try:
            self._socket.sendall(request)
            answer = self._answer(limit)
        except BaseException:
            self.close()
            raise
        if answer.excess or not answer.should_keep_alive():
            self.close()
        return Response(answer.status, tuple(answer.headers), bytes(answer.body))

    def _answer(self, limit: int) -> _Answer:
        answer, read = _Answer(), 0
        while not answer.whole:
            data = received(self._socket, BLOCK)
            read += len(data)
            try:
                answer.feed(data)
            except HTTPParseError as error:
                if answer.whole:
                    answer.excess = True
                    break
                cut = read and not data
                raise Broken(CUT if cut else f"what came is no HTTP ({error})") from error
            if answer.whole:
                break
            if not data:
                raise Broken(CUT) if read else _Closed("the connection was closed without an answer")
            if read > MAX_HEAD + (limit if answer.status >= FINAL else 0):
                raise Broken(f"the answer is longer than {MAX_HEAD} octets of head and {limit} of body")
        if len(answer.body) > limit:
            raise Broken(f"the answer is longer than {limit} octets")
        return answer

    def _connect(self) -> None:
        way = self.way
        made = socket.socket(socket.AF_INET6 if ":" in way.at[0] else socket.AF_INET)
        try:
            made.connect(way.at)
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if way.proxied and way.context is not None:
                self._through(made)
            if way.context is not None:
                made = way.context.wrap_socket(made, server_hostname=self._host)
        except BaseException:
            made.close()
            raise
        self._socket = made

    def _through(self, made: Any) -> None:  # noqa: ANN401 - gevent publishes no types
        """Have the proxy make a tunnel (RFC 9110, 9.3.6)."""
        there = f"{self._host}:{self._port}"
        made.sendall(f"CONNECT {there} HTTP/1.1\r\nHost: {there}\r\n\r\n".encode("ascii"))
        said = b""
        while b"\r\n\r\n" not in said:
            # NOTE: octet by octet at the end would be slow, and what comes after the head is TLS's: the proxy waits for
            # the client to speak first.
            more = made.recv(MAX_PROXY_HEAD)
            said += more
            if not more or len(said) > MAX_PROXY_HEAD:
                raise Broken("the proxy gave no answer that could be read")
        if said.split(b" ", 2)[1:2] != [b"200"]:
            raise Broken(f"the proxy makes no tunnel to {there} ({said[:60]!r})")

    def _request(self, sent: Sent) -> bytes:
        parts = sent.url.split("/", 3)
        target = f"/{parts[3]}" if len(parts) > 3 else "/"  # noqa: PLR2004 - scheme, nothing, host, the rest
        if not CLEAN.fullmatch(target):
            target = quote(target, safe=UNQUOTED)
        if self.way.proxied and self.way.context is None:
            target = f"http://{self._named}{target}"
        lines = [f"{sent.method} {target} HTTP/1.1", f"Host: {self._named}"]
        lines += [f"{name}: {value}" for name, value in sent.headers.items()]
        if sent.body or sent.method == "POST":
            lines.append(f"Content-Length: {len(sent.body)}")
        head = "\r\n".join(lines)
        if head.count("\n") != len(lines) - 1 or head.count("\r") != len(lines) - 1:
            raise Broken("a header of the request would have more than one line")
        return f"{head}\r\n\r\n".encode("latin-1") + sent.body
