"""``python -m loadtests.bench.canned``: a vendor and its school in one, whose pages are made beforehand, for as many
logins as a core can serve: what is measured against it is whoever asks.

One JSON line on standard input says how it is (:class:`Told`); it answers with its port and ends when its standard
input does. Whom a person says they are, by SAML's steps in their order, the probe shows them, and nobody else.
"""

import asyncio
import json
import re
import ssl
import sys
from dataclasses import asdict, dataclass
from typing import cast
from urllib.parse import unquote_plus

import uvloop

from loadtests.files import raise_limit
from testbed.model.pages import LOGIN_FORM

TEXT = "<p>" + "Sidan har text som ingen letar i. " * 30 + "</p>"
BLOB = "PHNhbWxwOlJlc3BvbnNl" * 400
"""As long as a signed response is, in base64."""
PERSON = re.compile(rb"(?:Cookie: sid=|person=|RelayState=)([\w%-]+)")
LENGTH = re.compile(rb"Content-Length: (\d+)", re.IGNORECASE)
END = b"\r\n\r\n"
FOR_EVER_S = 3600.0


@dataclass(frozen=True, slots=True)
class Told:
    """How the server is."""

    certificate: str = ""
    """File of the certificate and its key, PEM; "" for plain HTTP."""
    stalls_after_s: float = FOR_EVER_S
    """After the first request, it answers nothing until the stall is over."""
    stall_s: float = 0.0
    port: int = 0


def person(number: int) -> str:
    """The id of the n-th person, by which the probe shows them."""
    return f"elev-{number:05d}"


def shown(name: str) -> str:
    """What the probe shows of a person."""
    return f"{name}@skola.test"


def page(status: str, body: str, *headers: str) -> bytes:
    """An answer, whole."""
    data = f"<!doctype html><html lang=sv><head><title>Sida</title></head><body>{body}</body></html>".encode()
    lines = (f"HTTP/1.1 {status}", "Content-Type: text/html; charset=utf-8", f"Content-Length: {len(data)}", *headers)
    return "\r\n".join(lines).encode() + END + data


LOGIN = page("302 Found", "", f"Location: /sso?SAMLRequest={'fVLLbtswELz3KwjeJVF' * 30}&RelayState=start")
ASK = page(
    "200 OK",
    f'{TEXT}<form id="{LOGIN_FORM}" method="post" action="/person"><input type=hidden name=key value="k3y">'
    f"<input name=person><button>Logga in</button></form>{TEXT}",
)
PAGES = {
    b"/login": LOGIN,
    b"/sso": ASK,
    b"/start": page("200 OK", f"<h1>Dina prov</h1>{TEXT * 3}"),
    b"/me": page("200 OK", f"<h1>Ingen</h1>{TEXT}"),
    b"/logout": page("200 OK", "<p>Utloggad</p>", "Set-Cookie: sid=; Max-Age=0; Path=/"),
    b"/never": b"",
}
LOST = page("404 Not Found", "")


def answer(head: bytes, body: bytes) -> bytes:
    """The answer to a request."""
    path = head.split(b" ", 2)[1].partition(b"?")[0]
    found = PERSON.search(body or head)
    who = unquote_plus(found.group(1).decode()) if found else ""
    if path == b"/person":
        fields = f'<input type=hidden name=RelayState value="{who}">'
        saml = f'<input type=hidden name=SAMLResponse value="{BLOB}">'
        form = f'<form method="post" action="/acs">{fields}{saml}</form>'
        return page("200 OK", f"{form}<script>document.forms[0].submit()</script>")
    if path == b"/acs":
        return page("303 See Other", "", "Location: /me", f"Set-Cookie: sid={who}; Path=/; HttpOnly")
    if path == b"/me" and who:
        return page("200 OK", f"<h1>Min sida</h1><dl><dt>Användarnamn</dt><dd>{shown(who)}</dd></dl>{TEXT}")
    return PAGES.get(path, LOST)


class Clock:
    """When it stalls, for all connections.

    Args:
        told: how long, and when after the first request.
    """

    def __init__(self, told: Told) -> None:
        self._told, self._first = told, 0.0

    def held_s(self, now: float) -> float:
        """For so long nothing is answered."""
        self._first = self._first or now
        since = now - self._first - self._told.stalls_after_s
        return self._told.stall_s - since if 0 <= since < self._told.stall_s else 0.0


class Connection(asyncio.Protocol):
    """One connection of a browser."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._waiting = clock, b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See :class:`asyncio.Protocol`."""
        # NOTE: uvloop's is one, and does not say so.
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """See :class:`asyncio.Protocol`."""
        self._waiting += data
        head, ended, rest = self._waiting.partition(END)
        if not ended:
            return
        length = LENGTH.search(head)
        wanted = int(length.group(1)) if length else 0
        if len(rest) < wanted:
            return
        self._waiting = rest[wanted:]
        loop = asyncio.get_running_loop()
        held_s = self._clock.held_s(loop.time())
        if held_s:
            loop.call_later(held_s, self._say, answer(head, rest[:wanted]))
        else:
            self._say(answer(head, rest[:wanted]))

    def _say(self, said: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(said)


async def serve(told: Told) -> None:
    """Serve until standard input ends."""
    context = None
    if told.certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(told.certificate)
    loop, clock = asyncio.get_running_loop(), Clock(told)
    server = await loop.create_server(lambda: Connection(clock), "127.0.0.1", told.port, ssl=context, backlog=4096)
    print(json.dumps({"ready": True, "port": server.sockets[0].getsockname()[1]}), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


def told_line(told: Told) -> str:
    """The line that it is told."""
    return json.dumps(asdict(told))


def main() -> None:
    """Be that server."""
    raise_limit()
    uvloop.run(serve(Told(**json.loads(sys.stdin.readline()))))


if __name__ == "__main__":
    main()
