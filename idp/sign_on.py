"""Single sign-on: somebody logs in once, with one factor or two, and every vendor that asks is answered.

What a vendor asks and is told is the business of its protocol (:mod:`idp.answering`); here are the login page, the
second factor, the session and the cookies.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from idp.answering import Answering
from idp.body import read_form, read_query
from idp.contexts import TWO_FACTORS, choose, reach
from idp.fields import Fields
from idp.pages import Choice, StepUp
from idp.parts import SchoolParts
from idp.refused import Refused
from idp.sessions import PENDING_FOR, SESSION_COOKIE, Participant, Pending, Session
from idp.wish import LoginWish, Protocol, WhyNot
from testbed.model.written import Bilingual, Person

LOGIN_COOKIE = "skola_login_"
"""One for each login that waits, by the beginning of its key: two tabs must not disturb each other."""
KEY_IN_COOKIE = 12
LOGIN_PATH = "/login"
SEE_OTHER = 303

GONE = Bilingual(
    sv="Inloggningen har tagit för lång tid, är redan klar eller började i en annan webbläsare.",
    en="This login took too long, is done already, or began in another browser.",
)
UNKNOWN_PERSON = Bilingual(sv="Ingen sådan person finns på skolan.", en="The school has no such person.")


class SignOn:
    """The endpoint /login, for every protocol.

    Args:
        parts: of the school.
        protocols: how each answers.
    """

    def __init__(self, parts: SchoolParts, protocols: Mapping[Protocol, Answering]) -> None:
        self._parts, self._sessions, self._protocols = parts, parts.sessions, protocols

    def begin(self, wish: LoginWish) -> Response:
        """Lead the browser to the login page."""
        key, browser = self._sessions.wait_for_login(wish)
        # NOTE: a cross-site post carries none of our cookies, so whether there is a session shows only after this
        # redirect, which does.
        speaking = f"&lang={wish.language}" if wish.language else ""
        response = RedirectResponse(
            f"{LOGIN_PATH}?key={key}{speaking}", SEE_OTHER, headers={"Cache-Control": "no-store"}
        )
        self._set_cookie(response, _login_cookie(key), browser, int(PENDING_FOR.total_seconds()), LOGIN_PATH)
        return response

    async def show_login(self, request: Request) -> Response:
        """GET /login: the login page, unless the person need not or may not be asked."""
        fields = read_query(request)
        login = self._login(request, fields)
        wish = login.pending.wish
        session = self._sessions.get(request.cookies.get(SESSION_COOKIE, ""))
        person = self._parts.directory.get(session.person) if session else None
        if session and person and self._is_fresh(session, wish):
            return await self._go_on(login, session, person)
        if wish.is_passive:
            return await self._refuse(login, WhyNot.NOBODY_LOGGED_IN)
        query = wish.login_hint if fields.octets("q") is None else fields.value("q")
        name = await self._protocols[wish.protocol].vendor_name(wish)
        choice = Choice(login.key, name, query, self._parts.directory.find(query), wish.answered_by_redirect)
        return self._parts.pages.login(request, choice)

    async def log_in(self, request: Request) -> Response:
        """POST /login: the person has said who they are, by a password so to speak."""
        fields = await read_form(request)
        login = self._login(request, fields)
        if login.pending.wish.is_passive:
            return await self._refuse(login, WhyNot.NOBODY_LOGGED_IN)
        person = self._person(fields.value("person"))
        return await self._go_on(login, Session(person.id, self._parts.now()), person)

    async def confirm(self, request: Request) -> Response:
        """POST /login/confirm: the person has shown a second factor."""
        login = self._login(request, await read_form(request))
        person = self._person(login.pending.person)
        return await self._go_on(login, Session(person.id, self._parts.now(), TWO_FACTORS), person)

    def _is_fresh(self, session: Session, wish: LoginWish) -> bool:
        """Whether the session will do, as far as its age is concerned."""
        age = (self._parts.now() - session.since).total_seconds()
        return not wish.force_authn and (wish.max_age_s is None or age <= wish.max_age_s)

    def _login(self, request: Request, fields: Fields) -> "_Login":
        key = fields.value("key")
        pending = self._sessions.pending.get(key)
        if pending is None or not pending.is_held_by(request.cookies.get(_login_cookie(key), "")):
            raise _gone()
        return _Login(request, key, pending)

    def _person(self, person_id: str) -> Person:
        person = self._parts.directory.get(person_id)
        if person is None:
            raise Refused(400, "nobody has this id", UNKNOWN_PERSON)
        return person

    async def _go_on(self, login: "_Login", session: Session, person: Person) -> Response:
        """Answer the vendor, or first ask for a second factor where it wants more than the session has."""
        wish = login.pending.wish
        protocol = self._protocols[wish.protocol]
        # NOTE: whoever the agreement keeps out is told so, and not asked for a second factor in vain.
        agreed = await protocol.may_log_in(wish, session, person)
        enough, reachable = (choose(wish.contexts, level) is not None for level in (session.strength, reach(person)))
        settled = wish.may_be_weaker and (wish.is_passive or not reachable)
        if not agreed or enough or settled:
            return await self._answer(login, session, person)
        if not reachable:
            return await self._refuse(login, WhyNot.TOO_WEAK)
        if wish.is_passive:
            return await self._refuse(login, WhyNot.MUST_ASK)
        if not self._sessions.first_factor(login.key, person.id):
            raise _gone()
        step = StepUp(login.key, await protocol.vendor_name(wish), person, wish.answered_by_redirect)
        return self._parts.pages.step_up(login.request, step)

    async def _answer(self, login: "_Login", session: Session, person: Person) -> Response:
        self._take(login)
        wish = login.pending.wish
        answer = await self._protocols[wish.protocol].answer(login.request, wish, session, person)
        if answer.participant is not None:
            self._keep(login.request, answer.response, session, answer.participant)
        return self._finish(login, answer.response)

    async def _refuse(self, login: "_Login", why: WhyNot) -> Response:
        self._take(login)
        wish = login.pending.wish
        return self._finish(login, await self._protocols[wish.protocol].refuse(login.request, wish, why))

    def _take(self, login: "_Login") -> None:
        """Of two who answer one login at once, in two workers say, the second is told that it is gone."""
        if not self._sessions.pending.remove(login.key):
            raise _gone()

    def _finish(self, login: "_Login", response: Response) -> Response:
        """The login that waited is answered."""
        self._set_cookie(response, _login_cookie(login.key), "", 0, LOGIN_PATH)
        return response

    def _keep(self, request: Request, response: Response, session: Session, participant: Participant) -> None:
        """Let one more vendor take part in the session that the browser holds, or in a new one in its place."""
        held = request.cookies.get(SESSION_COOKIE, "")
        before = self._sessions.get(held)
        if before is not None and replace(before, participants=()) == replace(session, participants=()):
            self._sessions.join(held, participant)
            return
        if before is not None:
            self._sessions.end(held)
        # NOTE: whoever has shown a second factor is still logged in to the vendors that came before it.
        others = before.participants if before is not None and before.person == session.person else ()
        token = self._sessions.open(replace(session, participants=(*others, participant)))
        self._set_cookie(response, SESSION_COOKIE, token, None, "/")

    def _set_cookie(self, response: Response, name: str, value: str, max_age_s: int | None, path: str) -> None:
        https = self._parts.config.https
        response.set_cookie(name, value, max_age_s, path=path, secure=https, httponly=True, samesite="lax")


@dataclass(frozen=True, slots=True)
class _Login:
    """A login under way, with the request that brings it on."""

    request: Request
    key: str
    pending: Pending


def _gone() -> Refused:
    return Refused(400, "no such login waits in this browser", GONE)


def _login_cookie(key: str) -> str:
    return LOGIN_COOKIE + key[:KEY_IN_COOKIE]
