"""Vendors of SAML that hold to the audience and are odd in one way besides, or that break it in a way hard to see."""

import asyncio
import base64
from secrets import token_hex
from typing import Literal
from urllib.parse import parse_qs

from lxml import etree

from bad_vendor import SAML, BadVendor, say

type Oddity = Literal[
    "plain",
    "flash",
    "flash-in-text",
    "error-page",
    "last-login",
    "new-at-each-visit",
    "asks-first",
    "page-for-new-users",
    "slow-to-take",
    "too-many",
]
SLOW_S = 3.0


class OddVendor(BadVendor):
    """What it refuses is what is for another service."""

    def __init__(self, school: str, oddity: Oddity) -> None:
        super().__init__(school, "none")
        self.oddity: Oddity = oddity
        self.refused: dict[str, str] = {}
        """Sessions whose login was refused, and whom the message named."""
        self.asked: set[str] = set()

    def is_for_here(self, body: str) -> bool:
        root = etree.fromstring(base64.b64decode(parse_qs(body)["SAMLResponse"][0] + "=="))
        audiences = [[one.text for one in each] for each in root.iter(f"{{{SAML}}}AudienceRestriction")]
        return bool(audiences) and all(f"{self.url}/entity" in each for each in audiences)

    async def _answer(self, writer: asyncio.StreamWriter, path: str, body: str, cookie: str) -> None:
        if path == "/login" and self.oddity == "asks-first":
            say(writer, 200, "<html><body><a href='/go'>Log in with the school</a></body></html>")
        elif path == "/acs" and not self._takes(body):
            await self._refuse(writer, body)
        elif path == "/me" and cookie in self.refused:
            self._show_refused(writer, cookie)
        elif path == "/me" and self.oddity == "flash-in-text":
            say(writer, 200, self.sessions.get(cookie, "Not logged in"), "text/plain")
        else:
            await super()._answer(writer, "/login" if path == "/go" else path, body, cookie)

    def _takes(self, body: str) -> bool:
        try:
            return self.is_for_here(body)
        except (ValueError, etree.XMLSyntaxError):
            return False

    async def _refuse(self, writer: asyncio.StreamWriter, body: str) -> None:
        session, user = token_hex(8), self._user(body)
        if self.oddity == "slow-to-take" and user:
            await asyncio.sleep(SLOW_S)
            self.sessions[session] = user
        else:
            self.refused[session] = user
        status = 429 if self.oddity == "too-many" else 403
        say(writer, status, "no", more=f"Set-Cookie: sid={session}; Path=/; HttpOnly\r\n")

    def _show_refused(self, writer: asyncio.StreamWriter, session: str) -> None:
        user = self.refused[session]
        match self.oddity:
            case "flash":
                del self.refused[session]
                say(writer, 200, self._page("Login refused"))
            case "flash-in-text":
                del self.refused[session]
                say(writer, 200, "Login refused\nNot logged in", "text/plain")
            case "error-page":
                say(writer, 403, self._page("Forbidden"))
            case "page-for-new-users" if user:
                form = f"<form><input name='name' value='{user}'></form>"
                say(writer, 200, f"<html><body><h2>Welcome</h2><div>{form}</div></body></html>")
            case _:
                say(writer, 200, self._page(""))

    def _page(self, user: str) -> str:
        match self.oddity:
            case "last-login":
                last = list(self.sessions.values())[-1:]
                named = f"User: {user}" if user else "nobody"
                return f"<html><body><i>{''.join(last)}</i><p>{named}</p></body></html>"
            case "new-at-each-visit":
                token = f"<form><input name='csrf' value='{token_hex(8)}'></form><i>{token_hex(4)}</i>"
                return f"<html><body><p>{user or 'nobody'}</p>{token}</body></html>"
            case _:
                return super()._page(user)
