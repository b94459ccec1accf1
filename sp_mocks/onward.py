"""What a vendor passes on about a person: nothing where it does well, but to those who work for it as agreed."""

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass

import httpx
from starlette.responses import Response

from sp_mocks.behaviour import Common
from sp_mocks.leaks.leak import USER, ByAddress, ByCookie, ByPage, ByServer, Element, Leak, Outgoing, Told
from sp_mocks.sessions import LoggedIn

TIMEOUT_S = 5.0
START = "/start"
REDIRECTING = "/partner.gif"
COOKIE = "visitor"
DIRECTIVES: Mapping[Element, str] = {"img": "img-src", "iframe": "frame-src", "link": "style-src"}
"""Of Content-Security-Policy."""

log = logging.getLogger("sp_mocks")


@dataclass(frozen=True, slots=True)
class Embedded:
    """Something that a page has the browser fetch."""

    element: Element
    url: str


class Onward:
    """What one vendor passes on.

    Args:
        behaviour: what it decides.
        own_host: that it serves its pages at.
        http: its only way to the network.
    """

    def __init__(self, behaviour: Common, own_host: str, http: httpx.AsyncClient) -> None:
        self._leak, self._own_host, self._http = behaviour.leak, own_host, http
        self._reminders = f"utskick.{own_host}" if behaviour.reminders else ""

    @property
    def sources(self) -> tuple[tuple[str, str], ...]:
        """What its pages must be allowed to fetch elsewhere: directives and hosts."""
        match self._leak:
            case Leak(way=ByPage(element=element)) as leak:
                host = leak.at(self._own_host)
                return ((DIRECTIVES[element], host), (DIRECTIVES[element], f"*.{host}"))
            case Leak(way=ByAddress()) as leak:
                return ((DIRECTIVES["link"], leak.at(self._own_host)),)
            case _:
                return ()

    async def logged_in(self, login: LoggedIn) -> None:
        """Somebody has logged in: have the server say so to whom it says such things."""
        mail = login.attributes.get("mail", ())
        if self._reminders and mail:
            await send(self._http, _reminder(self._reminders, mail[0]))
        match self._leak:
            case Leak(way=ByServer(request=request)) as leak if told := told_of(login, leak):
                await send(self._http, request(leak.at(self._own_host), told))

    def landing(self, login: LoggedIn, usual: str) -> str:
        """The path to which whoever has logged in is led."""
        match self._leak:
            case Leak(way=ByAddress(query=query)) as leak if told := told_of(login, leak):
                return f"{START}?{query(told)}"
            case _:
                return usual

    def mark(self, answer: Response, login: LoggedIn) -> None:
        """Put on the answer to a login what the browser is to keep beside the session."""
        match self._leak:
            case Leak(way=ByCookie(value=value)) as leak if told := told_of(login, leak):
                answer.set_cookie(
                    COOKIE, value(told), domain=self._own_host, secure=True, httponly=True, samesite="none"
                )

    def embedded(self, login: LoggedIn | None) -> Embedded | None:
        """What the start page has the browser fetch elsewhere."""
        match self._leak:
            case Leak(way=ByPage(element=element, redirected=redirected)):
                url = self.leads_to(login)
                return Embedded(element, REDIRECTING if redirected else url) if url else None
            case Leak(way=ByAddress(style=style)) as leak:
                return Embedded("link", f"https://{leak.at(self._own_host)}{style}")
            case _:
                return None

    def leads_to(self, login: LoggedIn | None) -> str:
        """The address elsewhere that is fetched about whoever is logged in; "" for none."""
        match self._leak:
            case Leak(way=ByPage(url=url)) as leak if login and (told := told_of(login, leak)):
                return url(leak.at(self._own_host), told)
            case _:
                return ""

    @property
    def referrer_policy(self) -> str:
        """Of the start page; "" for the usual one."""
        return "unsafe-url" if isinstance(self._leak, Leak) and isinstance(self._leak.way, ByAddress) else ""


def told_of(login: LoggedIn, leak: Leak) -> Told:
    """What is passed on about this person: all that the leak names, or nothing at all."""
    known = {USER: (login.user,), **login.attributes}
    told = {name: known[name][0] for name in leak.attributes if known.get(name)}
    return told if len(told) == len(leak.attributes) else {}


async def send(http: httpx.AsyncClient, outgoing: Outgoing) -> None:
    """Make a request of the server's; whether and what is answered changes nothing for the person."""
    headers = {"Accept": "*/*", **dict(outgoing.headers)}
    request = http.stream(
        outgoing.method, outgoing.url, content=outgoing.body or None, headers=headers, follow_redirects=False
    )
    try:
        # NOTE: the answer is not read, for it could be without end.
        async with asyncio.timeout(TIMEOUT_S), request as answer:
            log.info("it was passed on, and answered with status %d", answer.status_code)
    except (httpx.HTTPError, TimeoutError) as error:
        log.info("it could not be passed on: %s", type(error).__name__)


def _reminder(host: str, mail: str) -> Outgoing:
    """What a company that sends e-mail needs for its work."""
    body = json.dumps({"to": mail, "template": "reminder"}).encode()
    return Outgoing(f"https://{host}/send", body, (("Content-Type", "application/json"),))
