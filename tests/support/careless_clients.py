"""Vendors that fetch rosters and do one thing wrong, beside those of ``sp_mocks.exchange.faults``: what stands between
such a vendor and the network does what its own code would."""

import html
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import uuid4

import httpx
from careless import Asked, Reply, Scene, _Wrapped
from starlette.types import ASGIApp

from testbed.lab.tried_client import CarelessClient

PERSONS, TOKENS = "/persons", "/transaction"
EVERY_TIME = "fetches-everything-every-time"
NOBODY = {"data": [], "pageToken": None}


@dataclass(frozen=True)
class ClientFault:
    """One of them, and the cases that must show it, by patterns."""

    id: str
    accepts: tuple[str, ...]
    careless: CarelessClient
    else_: str | None = None
    """A fault of ``sp_mocks`` without which its mistake would do no harm."""


type Mistake = Callable[
    [httpx.Request, Callable[[httpx.Request], Awaitable[httpx.Response]]], Awaitable[httpx.Response]
]


class _Middle(httpx.AsyncBaseTransport):
    def __init__(self, way: httpx.AsyncBaseTransport, mistake: Mistake) -> None:
        self._way, self._mistake = way, mistake

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._mistake(request, self._whole)

    async def _whole(self, request: httpx.Request) -> httpx.Response:
        answer = await self._way.handle_async_request(request)
        return httpx.Response(answer.status_code, headers=answer.headers, content=await answer.aread(), request=request)


def fault(id_: str, accepts: str, making: Callable[[], Mistake], else_: str | None = None) -> ClientFault:
    """One that goes about the network so; what it remembers is made anew with it."""
    careless = CarelessClient(middle=lambda way: _Middle(way, making()))
    return ClientFault(id_, tuple(accepts.split()), careless, else_)


def _json(answer: httpx.Response, document: Any) -> httpx.Response:
    return httpx.Response(200, json=document, request=answer.request)


def _is_list(request: httpx.Request) -> bool:
    return request.method == "GET" and request.url.path == PERSONS


def lists(change: Callable[[httpx.Response], httpx.Response]) -> Callable[[], Mistake]:
    """It takes a list of people for another."""

    async def mistake(request: httpx.Request, send: Callable[..., Awaitable[httpx.Response]]) -> httpx.Response:
        answer = await send(request)
        return change(answer) if _is_list(request) else answer

    return lambda: mistake


def _as_nobody(answer: httpx.Response) -> httpx.Response:
    return _json(answer, NOBODY) if answer.status_code == 503 else answer


def _html_as_nobody(answer: httpx.Response) -> httpx.Response:
    return _json(answer, NOBODY) if "html" in answer.headers.get("content-type", "") else answer


def _half_as_whole(answer: httpx.Response) -> httpx.Response:
    """Reads as many records as there are, and takes them for all."""
    try:
        answer.json()
    except ValueError:
        if not answer.text.startswith("{"):
            return answer
        decoder, text, records = json.JSONDecoder(), answer.text, []
        at = text.find("[") + 1
        while at > 0:
            try:
                record, at = decoder.raw_decode(text, at)
            except ValueError:
                break
            records.append(record)
            at = text.find("{", at)
        return _json(answer, {"data": records, "pageToken": None})
    return answer


def _with_all(answer: httpx.Response) -> httpx.Response:
    """Shows whatever it is given."""
    if answer.status_code != 200 or "html" in answer.headers.get("content-type", ""):
        return answer
    page = answer.json()
    for one in page["data"]:
        number = (one.get("civicNo") or {}).get("value")
        one["givenName"] = f"{one['givenName']} {number}" if number else one["givenName"]
    return _json(answer, page)


def _keeps_by_place() -> Mistake:
    """Counts records and not ids: who comes twice is there twice."""
    seen: set[str] = set()

    async def mistake(request: httpx.Request, send: Callable[..., Awaitable[httpx.Response]]) -> httpx.Response:
        answer = await send(request)
        if not _is_list(request) or answer.status_code != 200:
            return answer
        page = answer.json()
        if "pageToken" not in request.url.params:
            seen.clear()
        for one in page["data"]:
            if one["id"] in seen:
                one["id"] = str(uuid4())
            seen.add(one["id"])
        return _json(answer, page)

    return mistake


def _tokens_as_names() -> Mistake:
    """Tidies page tokens before it sends them back."""

    async def mistake(request: httpx.Request, send: Callable[..., Awaitable[httpx.Response]]) -> httpx.Response:
        values = dict(parse_qsl(request.url.query.decode(), keep_blank_values=True))
        if "pageToken" in values:
            values["pageToken"] = values["pageToken"].replace("+", " ").replace("'", "")
            url = request.url.copy_with(query=urlencode(values).encode())
            return await send(httpx.Request(request.method, url, headers=request.headers))
        return await send(request)

    return mistake


def _led_anywhere() -> Mistake:
    async def mistake(request: httpx.Request, send: Callable[..., Awaitable[httpx.Response]]) -> httpx.Response:
        answer = await send(request)
        if answer.status_code not in (302, 307):
            return answer
        kept = {name: text for name, text in request.headers.items() if name != "host"}
        return await send(httpx.Request(request.method, answer.headers["location"], headers=kept))

    return mistake


def _keeps_its_first_token() -> Mistake:
    """Asks the token service once, whatever comes of it."""
    kept: list[tuple[int, bytes]] = []

    async def mistake(request: httpx.Request, send: Callable[..., Awaitable[httpx.Response]]) -> httpx.Response:
        if request.url.path != TOKENS:
            return await send(request)
        if not kept:
            answer = await send(request)
            kept.append((answer.status_code, answer.content))
        status, content = kept[0]
        return httpx.Response(status, content=content, request=request)

    return mistake


async def _unescaped(asked: Asked, scene: Scene) -> Reply:
    reply = await scene.inner(asked)
    plain = html.unescape(reply.body.decode()).encode()
    return Reply(reply.status, plain, reply.headers) if asked.path == "/roster" else reply


def _shows_markup(app: ASGIApp) -> ASGIApp:
    return _Wrapped(app, None, _unescaped)  # type: ignore[arg-type]


CARELESS_CLIENTS: tuple[ClientFault, ...] = (
    fault("takes-an-error-for-nobody", "ss12000-client-waits-unavailable-first-time", lists(_as_nobody)),
    fault("takes-html-for-nobody", "ss12000-client-reads-html-first-time", lists(_html_as_nobody)),
    fault("drops-all-for-an-error", "ss12000-client-waits-unavailable", lists(_as_nobody), EVERY_TIME),
    fault("drops-all-for-html", "ss12000-client-reads-html", lists(_html_as_nobody), EVERY_TIME),
    fault("takes-half-for-the-whole", "ss12000-client-reads-cut-first-time", lists(_half_as_whole)),
    fault("shows-whatever-it-is-given", "ss12000-client-reads-more-than-asked", lists(_with_all)),
    fault("keeps-by-place", "ss12000-client-reads-record-twice", _keeps_by_place),
    fault("tidies-page-tokens", "ss12000-client-reach-odd-page-token", _tokens_as_names),
    fault("is-led-anywhere", "ss12000-client-reach-led-elsewhere", _led_anywhere),
    fault(
        "keeps-its-first-token",
        "ss12000-client-waits-token-no-longer-good ss12000-client-waits-no-token",
        _keeps_its_first_token,
    ),
    ClientFault("shows-markup", ("ss12000-client-reads-name-as-markup",), CarelessClient(around=_shows_markup)),
)
HONEST_CLIENT_FAULTS: dict[str, str] = {
    "never-asks-who-is-gone": "ss12000-client-reads-person-gone",
    "keeps-those-who-are-gone": "ss12000-client-reads-person-gone",
    "opens-page-tokens": "ss12000-client-reach-page-token-as-address",
    "stops-at-the-first-page": "ss12000-client-reach-*page-token*",
    "asks-again-at-once": "ss12000-client-waits-told-to-wait",
    "takes-any-notice": "ss12000-client-reach-foreign-notice*",
    "takes-any-token": "ss12000-client-reach-foreign-notice-with-token",
}
"""Faults that honest traffic shows too, and the cases that must show them; the others are what agreements and honest
traffic are about."""
