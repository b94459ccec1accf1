"""A school whose servers misbehave once, as a case has it; else they answer as its own data API and token service."""

import json
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from urllib.parse import parse_qsl, urlencode

from pydantic import JsonValue
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from idp.body import read_body
from idp.refused import Refused
from testbed.certify.exchange.client import MARKUP, NOT_AGREED
from testbed.certify.exchange.world import Question
from testbed.lab.collected import collected
from testbed.lab.school_questions import NOT_PAGED, Paged, question_of
from testbed.model.exchange_case import Trick

PERSONS, SUBSCRIPTIONS, DELETED = "/persons", "/subscriptions", "/deletedEntities"
CHANGED_AFTER = "meta.modified.after"
PAGE = 7
"""So many people come at once, so that there is more than one page."""
MAX_BODY, MAX_DIGITS = 64 * 1024, 9
WAIT_S = 1.0
ODD = "+/=&? %#åäö\"'<>;,"
"""Signs that have a meaning in an address, and some that need more than one octet."""
ERROR: Mapping[str, JsonValue] = {"code": "unavailable", "message": "ask again in a moment"}

type Json = dict[str, JsonValue]


class TrickySchool:
    """Stands before the apps of a school, and keeps what is asked.

    Args:
        elsewhere: the address of a host that nobody has a reason to call, without a slash at its end.
        goes_on: the vendor cannot be made to begin anew. When it asks who has changed it is given everybody, so that
            there are pages to fetch; and its token is withdrawn where a case is about its asking for one.
    """

    def __init__(self, elsewhere: str, *, goes_on: bool = False) -> None:
        self._elsewhere, self._goes_on = elsewhere, goes_on
        self._trick: Trick | None = None
        self._played = False
        """The trick has been met."""
        self._refused = ""
        """A header Authorization that opens nothing any more."""
        self._given: dict[str, str] = {}
        """Page tokens that were given in place of others."""
        self._last: JsonValue = None
        """The first record of the page before."""
        self.asked: list[Question] = []
        self.people: dict[str, Mapping[str, str]] = {}
        """Whom an honest answer has told of."""
        self.gone: tuple[str, ...] = ()
        """Ids of those who are there no longer."""
        self.webhook = ""
        """Where the vendor wants to hear of changes."""

    @property
    def honest(self) -> bool:
        """It plays no trick."""
        return self._trick is None

    def play(self, trick: Trick | None) -> None:
        """From now on, once."""
        # NOTE: a token that was withdrawn stays so, whatever comes next.
        self._trick, self._played, self._last = trick, False, None
        self.gone = tuple(sorted(self.people)[:1]) if trick == "person-gone" else ()
        self.asked.clear()

    def before_tokens(self, app: ASGIApp) -> ASGIApp:
        """The token service."""

        async def served(request: Request, body: bytes, send: Send) -> None:
            if self._first("token-service-down-once"):
                await self._answer(request, JSONResponse(dict(ERROR), 503), send, tricked=True)
                return
            await self._pass(app, request, body, send)

        return self._reading(served)

    def before_data(self, app: ASGIApp) -> ASGIApp:
        """The data API."""

        async def served(request: Request, body: bytes, send: Send) -> None:
            if request.method == "POST" and request.url.path == SUBSCRIPTIONS:
                self.webhook = _target(body) or self.webhook
            instead = self._instead(request)
            if instead is not None:
                await self._answer(request, instead, send, tricked=True)
            elif request.method == "GET" and request.url.path == PERSONS:
                await self._people(app, request, send)
            elif self.gone and request.url.path == DELETED:
                answer = JSONResponse({"data": {"persons": list(self.gone)}, "pageToken": None})
                await self._answer(request, answer, send, tricked=True)
            else:
                await self._pass(app, request, body, send)

        return self._reading(served)

    def _reading(self, served: Callable[[Request, bytes, Send], Awaitable[None]]) -> ASGIApp:
        """An app that is handed what it was sent, whole."""

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            request = Request(scope, receive)
            try:
                body = await read_body(request, MAX_BODY)
            except Refused:
                await self._answer(request, JSONResponse({"code": "too_large", "message": "send less"}, 413), send)
                return
            await served(request, body, send)

        return app

    # --- tricks -----------------------------------------------------------------------------------------------------

    def _first(self, trick: Trick) -> bool:
        """Whether it is this trick's turn."""
        turn = self._trick == trick and not self._played
        self._played = self._played or turn
        return turn

    def _instead(self, request: Request) -> Response | None:
        """What is answered in place of what was asked for."""
        authorisation = request.headers.get("authorization", "")
        # NOTE: a vendor that goes on has a token, and asks for none unless that is withdrawn.
        wants_none = self._goes_on and self._trick == "token-service-down-once" and not self._played
        if wants_none or self._first("token-no-longer-good"):
            self._refused = authorisation
        if self._refused and authorisation == self._refused:
            return JSONResponse({"code": "unauthorized", "message": "a good token is needed"}, 401)
        if request.method != "GET" or request.url.path != PERSONS:
            return None
        making = next((make for trick, make in self._answers.items() if self._first(trick)), None)
        return making() if making else None

    @property
    def _answers(self) -> Mapping[Trick, Callable[[], Response]]:
        """In place of a list of persons."""
        waits = {"X-RateLimit-Reset": f"{WAIT_S:g}", "Retry-After": f"{WAIT_S:g}"}
        return {
            "told-to-wait": lambda: JSONResponse({"code": "too_many_requests", "message": "wait"}, 429, waits),
            "unavailable-once": lambda: JSONResponse(dict(ERROR), 503),
            "led-elsewhere": lambda: RedirectResponse(f"{self._elsewhere}{PERSONS}", HTTPStatus.TEMPORARY_REDIRECT),
            "other-content-type": lambda: HTMLResponse("<h1>Underhåll pågår</h1>"),
        }

    async def _people(self, app: ASGIApp, request: Request, send: Send) -> None:
        query, changed = self._query(request)
        status, headers, body = await collected(app, {**request.scope, "query_string": query.encode()})
        document = json.loads(body) if status == HTTPStatus.OK else {}
        tricked = False
        if status == HTTPStatus.OK:
            before = json.dumps(document)
            document = self._spoilt(document)
            tricked = json.dumps(document) != before
            body = json.dumps(document, ensure_ascii=False).encode()
            if document["data"] and self._first("cut-in-the-middle"):
                body, tricked = body[: len(body) // 2], True
            if self._trick is None:
                self._learn(document["data"])
        answer = Response(body, status, headers)
        paged = Paged("pageToken" in request.query_params, bool(document.get("pageToken")), changed)
        await self._answer(request, answer, send, tricked=tricked, paged=paged)

    def _query(self, request: Request) -> tuple[str, bool]:
        """What the API itself is asked, and whether the page token is one that nobody has given."""
        values = dict(parse_qsl(request.url.query, keep_blank_values=True))
        # NOTE: a limit that is no number is the data API's own to refuse.
        if (limit := values.get("limit", str(PAGE))).isdecimal():
            values["limit"] = str(min(PAGE, int(limit[:MAX_DIGITS])))
        if self._goes_on:
            values.pop(CHANGED_AFTER, None)
        token = values.get("pageToken")
        changed = token is not None and bool(self._given) and token not in self._given
        if token in self._given:
            values["pageToken"] = self._given[token]
        return urlencode(values), changed

    def _spoilt(self, page: Json) -> Json:
        """A page as the trick has it."""
        records, token = page["data"], page.get("pageToken")
        if not isinstance(records, list) or not records:
            return page
        match self._trick:
            case "odd-page-token" | "page-token-as-address" if isinstance(token, str):
                page = {**page, "pageToken": self._given_for(token)}
            case "record-twice":
                page = {**page, "data": [*([self._last] if self._last else []), *records]}
                self._last = records[0]
            case "more-than-asked":
                page = {**page, "data": [{**one, **MORE} for one in records if isinstance(one, dict)]}
            case "person-gone":
                page = {
                    **page,
                    "data": [one for one in records if isinstance(one, dict) and one["id"] not in self.gone],
                }
            case "name-as-markup" if isinstance(records[0], dict):
                page = {**page, "data": [{**records[0], "givenName": MARKUP}, *records[1:]]}
        return page

    def _learn(self, records: JsonValue) -> None:
        """Who is there, by an honest answer."""
        for one in records if isinstance(records, list) else ():
            if isinstance(one, dict):
                self.people[str(one["id"])] = _known_by(one)

    def _given_for(self, token: str) -> str:
        number = len(self._given)
        odd = (
            f"{self._elsewhere}{PERSONS}?page={number}" if self._trick == "page-token-as-address" else ODD + str(number)
        )
        self._given[odd] = token
        return odd

    # --- what is kept -----------------------------------------------------------------------------------------------

    async def _pass(self, app: ASGIApp, request: Request, body: bytes, send: Send) -> None:
        status, headers, told = await collected(app, request.scope, body)
        await self._answer(request, Response(told, status, headers), send)

    async def _answer(
        self, request: Request, answer: Response, send: Send, *, tricked: bool = False, paged: Paged = NOT_PAGED
    ) -> None:
        waits = WAIT_S if tricked and answer.status_code == HTTPStatus.TOO_MANY_REQUESTS else 0.0
        self.asked.append(question_of(request, answer.status_code, tricked, waits, paged))
        await answer(request.scope, request.receive, send)


MORE: Mapping[str, JsonValue] = {
    "civicNo": {"value": NOT_AGREED, "nationality": "SE"},
    "birthDate": "2009-01-27",
    "externalIdentifiers": [{"value": NOT_AGREED, "context": "prov", "globallyUnique": True}],
}


def _known_by(record: Mapping[str, object]) -> Mapping[str, str]:
    names = record.get("eduPersonPrincipalNames")
    account = names[0] if isinstance(names, list) and names else ""
    name = f"{record.get('givenName', '')} {record.get('familyName', '')}".strip()
    return {"id": str(record["id"]), "eduPersonPrincipalName": str(account), "name": name}


def _target(body: bytes) -> str:
    """Where whoever subscribes wants to hear of changes; "" where nobody can tell."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    return str(said.get("target", "")) if isinstance(said, dict) else ""
