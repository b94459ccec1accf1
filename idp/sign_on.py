"""Single sign-on: a vendor's request comes in, a person logs in, a response goes out (SAML Profiles 4.1)."""

import base64
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from idp.body import read_body
from idp.config import Clock, SchoolConfig
from idp.directory import Directory
from idp.pages import Choice, Delivery, Pages
from idp.refused import Refused, malformed
from idp.release import release
from idp.saml.identifiers import name_id
from idp.saml.names import (
    STATUS_INVALID_NAMEID_POLICY,
    STATUS_NO_AUTHN_CONTEXT,
    STATUS_NO_PASSIVE,
    STATUS_REQUEST_DENIED,
)
from idp.saml.requests import LoginRequest, RequestReader
from idp.saml.responses import Addressee, Login, ResponseIssuer
from idp.saml.unpacking import Fields, read_fields
from idp.sessions import PENDING_FOR, Pending, Session, Sessions
from idp.spoiling import Spoiler
from testbed.model.written import Bilingual, Person

MAX_QUERY = 32 * 1024
MAX_FORM = 1024 * 1024
FORM_TYPE = "application/x-www-form-urlencoded"
SESSION_COOKIE = "skola_session"
LOGIN_COOKIE = "skola_login_"
"""One for each login that waits, by the beginning of its key: two tabs must not disturb each other."""
KEY_IN_COOKIE = 12
LOGIN_PATH = "/login"
SEE_OTHER = 303
NO_SUCH_CONTEXT = (STATUS_NO_AUTHN_CONTEXT, "The school knows passwords only.")
NO_SUCH_NAMEID = (STATUS_INVALID_NAMEID_POLICY, "The school has no such NameID.")
NOBODY_LOGGED_IN = (STATUS_NO_PASSIVE, "Nobody is logged in to the school.")
ROLE_NOT_AGREED = (STATUS_REQUEST_DENIED, "The agreement does not cover this person.")

log = logging.getLogger("idp")

GONE = Bilingual(
    sv="Inloggningen har tagit för lång tid, är redan klar eller började i en annan webbläsare.",
    en="This login took too long, is done already, or began in another browser.",
)
UNKNOWN_PERSON = Bilingual(sv="Ingen sådan person finns på skolan.", en="The school has no such person.")
DOES_NOT_FIT = Bilingual(
    sv="Testmiljön bad skolan att ändra meddelandet på ett sätt som inte går: {}",
    en="The lab asked the school to spoil the message in a way that does not fit it: {}",
)


@dataclass(frozen=True)
class SignOnParts:
    """What single sign-on is made of."""

    config: SchoolConfig
    secret: bytes
    """Behind pairwise identifiers."""
    reader: RequestReader
    issuer: ResponseIssuer
    directory: Directory
    pages: Pages
    spoiler: Spoiler
    sessions: Sessions
    now: Clock


class SignOn:
    """The endpoints /saml/sso and /login."""

    def __init__(self, parts: SignOnParts) -> None:
        self._parts, self._sessions = parts, parts.sessions

    async def by_redirect(self, request: Request) -> Response:
        """GET /saml/sso."""
        return await self._receive(request, _query(request), "redirect")

    async def by_post(self, request: Request) -> Response:
        """POST /saml/sso."""
        return await self._receive(request, await _form(request), "post")

    async def show_login(self, request: Request) -> Response:
        """GET /login: the login page, unless the person need not or may not be asked."""
        fields = _query(request)
        key = fields.value("key")
        wish = self._pending(request, key).request
        session = self._sessions.logged_in.get(request.cookies.get(SESSION_COOKIE, ""))
        person = self._parts.directory.get(session.person) if session else None
        if session and person and not wish.force_authn:
            return self._finish(key, self._answer(request, wish, person, session))
        if wish.is_passive:
            return self._finish(key, self._refuse(request, wish, NOBODY_LOGGED_IN))
        query = fields.value("q")
        hits = self._parts.directory.find(query)
        return self._parts.pages.login(request, Choice(key, wish.provider.name, query, hits))

    async def log_in(self, request: Request) -> Response:
        """POST /login: the person has said who they are."""
        fields = await _form(request)
        key = fields.value("key")
        wish = self._pending(request, key).request
        if wish.is_passive:
            return self._finish(key, self._refuse(request, wish, NOBODY_LOGGED_IN))
        person = self._parts.directory.get(fields.value("person"))
        if person is None:
            raise Refused(400, "nobody has this id", UNKNOWN_PERSON)
        self._sessions.logged_in.remove(request.cookies.get(SESSION_COOKIE, ""))
        session = Session(person.id, self._parts.now())
        response = self._finish(key, self._answer(request, wish, person, session))
        self._set_cookie(response, SESSION_COOKIE, self._sessions.logged_in.add(session), None, "/")
        return response

    async def _receive(self, request: Request, fields: Fields, binding: Literal["redirect", "post"]) -> Response:
        wish = await self._parts.reader.read(fields, binding)
        if wish.authn_context is None:
            return self._refuse(request, wish, NO_SUCH_CONTEXT)
        if wish.name_id_format is None:
            return self._refuse(request, wish, NO_SUCH_NAMEID)
        key, browser = self._sessions.wait_for_login(wish)
        # NOTE: a cross-site post carries none of our cookies, so whether there is a session shows only after this
        # redirect, which does.
        response = RedirectResponse(f"{LOGIN_PATH}?key={key}", SEE_OTHER, headers={"Cache-Control": "no-store"})
        self._set_cookie(response, _login_cookie(key), browser, int(PENDING_FOR.total_seconds()), LOGIN_PATH)
        return response

    def _pending(self, request: Request, key: str) -> Pending:
        pending = self._sessions.pending.get(key)
        if pending is None or not pending.is_held_by(request.cookies.get(_login_cookie(key), "")):
            raise Refused(400, "no such login waits in this browser", GONE)
        return pending

    def _finish(self, key: str, response: Response) -> Response:
        """The login that waited under this key is answered."""
        self._sessions.pending.remove(key)
        self._set_cookie(response, _login_cookie(key), "", 0, LOGIN_PATH)
        return response

    def _answer(self, request: Request, wish: LoginRequest, person: Person, session: Session) -> Response:
        decided = release(person, wish.provider.relying_party, wish.provider.requested)
        if not decided.may_log_in:
            return self._refuse(request, wish, ROLE_NOT_AGREED)
        name = name_id(person.id, wish.provider.entity_id, wish.name_id_format or "", self._parts.secret)
        login = Login(name, decided.attributes, session.since, wish.authn_context or "")
        operations = self._parts.spoiler.take(wish.provider.entity_id)
        with _fitting():
            xml = self._parts.issuer.issue(_addressee(wish), login, self._parts.now(), operations)
        log.info(
            "login to %s: %s, released: %s%s",
            wish.provider.entity_id,
            person.id,
            ", ".join(decided.attributes) or "nothing",
            " (spoiled on purpose)" if operations else "",
        )
        return self._deliver(request, wish, xml)

    def _refuse(self, request: Request, wish: LoginRequest, status: tuple[str, str]) -> Response:
        operations = self._parts.spoiler.take(wish.provider.entity_id)
        with _fitting():
            xml = self._parts.issuer.refuse(_addressee(wish), status, self._parts.now(), operations)
        log.info("no login to %s: %s", wish.provider.entity_id, status[0].rpartition(":")[2])
        return self._deliver(request, wish, xml)

    def _deliver(self, request: Request, wish: LoginRequest, xml: bytes) -> Response:
        encoded = base64.b64encode(xml).decode("ascii")
        delivery = Delivery(wish.acs_url, wish.provider.name, encoded, wish.relay_state)
        return self._parts.pages.delivery(request, delivery)

    def _set_cookie(self, response: Response, name: str, value: str, max_age_s: int | None, path: str) -> None:
        https = self._parts.config.https
        response.set_cookie(name, value, max_age_s, path=path, secure=https, httponly=True, samesite="lax")


def _login_cookie(key: str) -> str:
    return LOGIN_COOKIE + key[:KEY_IN_COOKIE]


def _addressee(wish: LoginRequest) -> Addressee:
    return Addressee(wish.provider.entity_id, wish.acs_url, wish.id)


@contextmanager
def _fitting() -> Iterator[None]:
    """Whoever logs in is told when the lab's operations do not fit the message."""
    try:
        yield
    except ValueError as error:
        words = str(error)
        raise Refused(
            400,
            "the spoiling does not fit the message",
            Bilingual(sv=DOES_NOT_FIT.sv.format(words), en=DOES_NOT_FIT.en.format(words)),
        ) from error


def _query(request: Request) -> Fields:
    query: bytes = request.scope["query_string"]
    if len(query) > MAX_QUERY:
        raise malformed("is too large", 414)
    return read_fields(query)


async def _form(request: Request) -> Fields:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM_TYPE:
        raise malformed("is no HTML form", 415)
    return read_fields(await read_body(request, MAX_FORM))
