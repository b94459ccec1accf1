"""A vendor of SAML that does nothing right: it checks nothing at all, and misbehaves in one way besides."""

import asyncio
import base64
import re
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from secrets import token_hex
from typing import Literal
from urllib.parse import parse_qs, quote

from lxml import etree

type Badness = Literal[
    "hangs",
    "answers-500",
    "answers-200",
    "loops",
    "floods",
    "resets",
    "always-the-same-person",
    "shows-no-name",
    "shows-both-names",
    "takes-garbage",
    "tires",
    "none",
]
type Place = Literal["everywhere", "beside-metadata", "at-acs", "nowhere"]
"""Where it hangs, floods and so on."""
BROKEN = ("hangs", "answers-500", "answers-200", "loops", "floods", "resets")
COOKIE = re.compile(r"^cookie:.*\bsid=(\w+)", re.IGNORECASE | re.MULTILINE)
LENGTH = re.compile(r"^content-length: *(\d+)", re.IGNORECASE | re.MULTILINE)
TIRES_AFTER = 8
"""Logins: then it lets nobody in any more."""
FLOOD = 100 * 1024 * 1024
MD, SAML = "urn:oasis:names:tc:SAML:2.0:metadata", "urn:oasis:names:tc:SAML:2.0:assertion"
SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
EPPN = "urn:oid:1.3.6.1.4.1.5923.1.1.1.6"


class BadVendor:
    """Raw HTTP, so that it can do what no web framework would."""

    def __init__(self, school: str, badness: Badness, place: Place = "everywhere") -> None:
        self.school, self.badness, self.url = school, badness, ""
        self.place: Place = place if badness in BROKEN else "nowhere"
        self.sessions: dict[str, str] = {}
        self.first = ""
        self.over = asyncio.Event()

    @asynccontextmanager
    async def serving(self, port: int = 0) -> AsyncIterator["BadVendor"]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", port)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            self.over.set()
            server.close()
            server.close_clients()
            await server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            length = LENGTH.search(head)
            body = (await reader.readexactly(int(length[1]) if length else 0)).decode()
            _, path, _ = head.split(" ", 2)
            cookie = COOKIE.search(head)
            await self._answer(writer, path.partition("?")[0], body, cookie[1] if cookie else "")
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, writer: asyncio.StreamWriter, path: str, body: str, cookie: str) -> None:
        broken = {"everywhere": True, "beside-metadata": path != "/metadata", "at-acs": path == "/acs"}
        if broken.get(self.place):
            await self._misbehave(writer)
            return
        match path:
            case "/metadata":
                say(writer, 200, self._metadata(), "application/samlmetadata+xml")
            case "/login":
                say(writer, 302, "", more=f"Location: {self.school}/saml/sso?SAMLRequest={self._request()}\r\n")
            case "/acs":
                user = self._user(body)
                self.first = self.first or user
                session = token_hex(8)
                if user and not (self.badness == "tires" and len(self.sessions) >= TIRES_AFTER):
                    self.sessions[session] = user
                say(writer, 303, "", more=f"Location: /me\r\nSet-Cookie: sid={session}; Path=/; HttpOnly\r\n")
            case "/me":
                say(writer, 200, self._page(self.sessions.get(cookie, "")))
            case _:
                say(writer, 404, "nothing")

    async def _misbehave(self, writer: asyncio.StreamWriter) -> None:
        match self.badness:
            case "hangs":
                await self.over.wait()
            case "answers-500":
                say(writer, 500, "out of order")
            case "answers-200":
                say(writer, 200, "<html><body><p>Welcome</p></body></html>")
            case "loops":
                say(writer, 302, "", more=f"Location: /{token_hex(4)}\r\n")
            case "floods":
                writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {FLOOD}\r\n\r\n".encode())
                for _ in range(FLOOD // 65536):
                    writer.write(b"x" * 65536)
                    await writer.drain()
            case "resets":
                writer.transport.abort()

    def _page(self, user: str) -> str:
        match self.badness:
            case "always-the-same-person":
                shown = self.first if user else ""
            case "shows-no-name":
                shown = "somebody" if user else ""
            case "shows-both-names":
                shown = " and ".join(sorted({*self.sessions.values()}))
            case _:
                shown = user
        return f"<html><body><h1>Me</h1><p>{shown or 'nobody'}</p></body></html>"

    def _user(self, body: str) -> str:
        encoded = parse_qs(body).get("SAMLResponse", [""])[0]
        try:
            root = etree.fromstring(base64.b64decode(encoded), etree.XMLParser(resolve_entities=False))
        except (ValueError, etree.XMLSyntaxError):
            return "guest" if self.badness == "takes-garbage" else ""
        names = [a[0].text for a in root.iter(f"{{{SAML}}}Attribute") if a.get("Name") == EPPN]
        return str(names[-1]) if names else ""

    def _request(self) -> str:
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        xml = (
            f'<samlp:AuthnRequest xmlns:samlp="{SAMLP}" ID="_{token_hex(16)}" Version="2.0" '
            f'IssueInstant="{now}" AssertionConsumerServiceURL="{self.url}/acs">'
            f'<saml:Issuer xmlns:saml="{SAML}">{self.url}/entity</saml:Issuer></samlp:AuthnRequest>'
        )
        return quote(base64.b64encode(zlib.compress(xml.encode())[2:-4]), safe="")

    def _metadata(self) -> str:
        return (
            f'<md:EntityDescriptor xmlns:md="{MD}" entityID="{self.url}/entity"><md:SPSSODescriptor '
            'protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:AssertionConsumerService '
            f'Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="{self.url}/acs" index="0"/>'
            '<md:AttributeConsumingService index="0"><md:ServiceName xml:lang="en">Bad</md:ServiceName>'
            f'<md:RequestedAttribute Name="{EPPN}" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri" '
            'isRequired="true"/></md:AttributeConsumingService></md:SPSSODescriptor></md:EntityDescriptor>'
        )


def say(writer: asyncio.StreamWriter, status: int, body: str, kind: str = "text/html", more: str = "") -> None:
    data = body.encode()
    head = (
        f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(data)}\r\nConnection: close\r\n{more}\r\n"
    )
    writer.write(head.encode() + data)
