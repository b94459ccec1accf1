"""Single sign-on: a vendor's request comes in, a person logs in, a response goes out (SAML Profiles 4.1)."""

import base64
import logging
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from idp.accounts import Accounts
from idp.body import read_form, read_query
from idp.pages import Choice, Delivery, StepUp
from idp.parts import SchoolParts
from idp.refused import Refused
from idp.release import Occasion, Release, SchoolFacts, release
from idp.saml.contexts import TWO_FACTORS, assurance, choose, reach
from idp.saml.encryption import EncryptionTarget, encryption_target
from idp.saml.envelope import Binding
from idp.saml.identifiers import name_id
from idp.saml.names import (
    STATUS_INVALID_NAMEID_POLICY,
    STATUS_NO_AUTHN_CONTEXT,
    STATUS_NO_PASSIVE,
    STATUS_REQUEST_DENIED,
)
from idp.saml.relying_parties import ServiceProvider
from idp.saml.requests import LoginRequest, RequestReader
from idp.saml.responses import Addressee, Login, Protection, ResponseIssuer, new_identifier
from idp.saml.unpacking import Fields
from idp.sessions import PENDING_FOR, SESSION_COOKIE, Participant, Pending, Session
from idp.spoiling import Spoiler, fitting
from testbed.model.messages import NAMEID_TRANSIENT
from testbed.model.release import Reason
from testbed.model.written import Bilingual, Person

LOGIN_COOKIE = "skola_login_"
"""One for each login that waits, by the beginning of its key: two tabs must not disturb each other."""
KEY_IN_COOKIE = 12
LOGIN_PATH = "/login"
UNSOLICITED_PATH = "/saml/unsolicited"
SEE_OTHER = 303
NO_SUCH_CONTEXT = (STATUS_NO_AUTHN_CONTEXT, "The school has no such authentication context.")
TOO_WEAK = (STATUS_NO_AUTHN_CONTEXT, "This person has no such means of authentication.")
NO_SUCH_NAMEID = (STATUS_INVALID_NAMEID_POLICY, "The school has no such NameID.")
NOBODY_LOGGED_IN = (STATUS_NO_PASSIVE, "Nobody is logged in to the school.")
NOT_AGREED = (STATUS_REQUEST_DENIED, "The agreement does not cover this person.")
"""The vendor is not told whether role, school or grade was the reason: that would be personal data by itself."""
NOT_IN_FORCE = (STATUS_REQUEST_DENIED, "The agreement is not in force.")
NO_KEY_TO_ENCRYPT_TO = (
    STATUS_REQUEST_DENIED,
    "The agreement demands encrypted assertions, and the service's metadata has no key and algorithm fit for it.",
)

log = logging.getLogger("idp")

GONE = Bilingual(
    sv="Inloggningen har tagit för lång tid, är redan klar eller började i en annan webbläsare.",
    en="This login took too long, is done already, or began in another browser.",
)
UNKNOWN_PERSON = Bilingual(sv="Ingen sådan person finns på skolan.", en="The school has no such person.")
USED_BEFORE = Bilingual(
    sv="Tjänstens inloggningsbegäran har redan använts. Börja om från tjänsten.",
    en="The service's login request has been used already. Begin again at the service.",
)


@dataclass(frozen=True)
class Desk:
    """What single sign-on needs beside the school's parts."""

    reader: RequestReader
    issuer: ResponseIssuer
    spoiler: Spoiler
    secret: bytes
    """Behind pairwise identifiers."""
    accounts: Accounts


class SignOn:
    """The endpoints /saml/sso, /saml/unsolicited and /login."""

    def __init__(self, parts: SchoolParts, desk: Desk) -> None:
        self._parts, self._desk, self._sessions = parts, desk, parts.sessions
        config = parts.config
        self._school = SchoolFacts(config.organisation, config.scope, config.registration_authority, desk.secret)

    async def by_redirect(self, request: Request) -> Response:
        """GET /saml/sso."""
        return await self._receive(request, read_query(request), "redirect")

    async def by_post(self, request: Request) -> Response:
        """POST /saml/sso."""
        return await self._receive(request, await read_form(request), "post")

    async def unsolicited(self, request: Request) -> Response:
        """GET /saml/unsolicited: a person begins at the school, without a request (SAML Profiles 4.1.5)."""
        fields = read_query(request)
        provider = await self._parts.parties.find(fields.value("providerId"))
        return self._wait(self._desk.reader.unsolicited(provider, fields.value("target")))

    async def show_login(self, request: Request) -> Response:
        """GET /login: the login page, unless the person need not or may not be asked."""
        fields = read_query(request)
        key = fields.value("key")
        pending = self._pending(request, key)
        wish = pending.request
        session = self._sessions.get(request.cookies.get(SESSION_COOKIE, ""))
        person = self._parts.directory.get(session.person) if session else None
        if session and person and not wish.force_authn:
            return await self._go_on(_Login(request, key, pending), session, person)
        if wish.is_passive:
            return await self._refuse(_Login(request, key, pending), NOBODY_LOGGED_IN)
        query = fields.value("q")
        provider = await self._parts.parties.find(wish.entity_id)
        return self._parts.pages.login(request, Choice(key, provider.name, query, self._parts.directory.find(query)))

    async def log_in(self, request: Request) -> Response:
        """POST /login: the person has said who they are, by a password so to speak."""
        fields = await read_form(request)
        login = self._login(request, fields)
        if login.pending.request.is_passive:
            return await self._refuse(login, NOBODY_LOGGED_IN)
        person = self._person(fields.value("person"))
        return await self._go_on(login, Session(person.id, self._parts.now()), person)

    async def confirm(self, request: Request) -> Response:
        """POST /login/confirm: the person has shown a second factor."""
        login = self._login(request, await read_form(request))
        person = self._person(login.pending.person)
        return await self._go_on(login, Session(person.id, self._parts.now(), TWO_FACTORS), person)

    async def _receive(self, request: Request, fields: Fields, binding: Binding) -> Response:
        wish = await self._desk.reader.read(fields, binding)
        if not self._sessions.is_new(wish.entity_id, wish.id):
            raise Refused(400, "the request was used before", USED_BEFORE)
        unanswered = _Login(request, "", Pending(wish, ""))
        if not wish.contexts:
            return await self._refuse(unanswered, NO_SUCH_CONTEXT)
        if wish.name_id_format is None:
            return await self._refuse(unanswered, NO_SUCH_NAMEID)
        return self._wait(wish)

    def _wait(self, wish: LoginRequest) -> Response:
        """Lead the browser to the login page."""
        key, browser = self._sessions.wait_for_login(wish)
        # NOTE: a cross-site post carries none of our cookies, so whether there is a session shows only after this
        # redirect, which does.
        response = RedirectResponse(f"{LOGIN_PATH}?key={key}", SEE_OTHER, headers={"Cache-Control": "no-store"})
        self._set_cookie(response, _login_cookie(key), browser, int(PENDING_FOR.total_seconds()), LOGIN_PATH)
        return response

    def _pending(self, request: Request, key: str) -> Pending:
        pending = self._sessions.pending.get(key)
        if pending is None or not pending.is_held_by(request.cookies.get(_login_cookie(key), "")):
            raise _gone()
        return pending

    def _login(self, request: Request, fields: Fields) -> "_Login":
        key = fields.value("key")
        return _Login(request, key, self._pending(request, key))

    def _person(self, person_id: str) -> Person:
        person = self._parts.directory.get(person_id)
        if person is None:
            raise Refused(400, "nobody has this id", UNKNOWN_PERSON)
        return person

    async def _go_on(self, login: "_Login", session: Session, person: Person) -> Response:
        """Answer the vendor, or first ask for a second factor where it wants more than the session has."""
        wish = login.pending.request
        provider = await self._parts.parties.find(wish.entity_id)
        # NOTE: whoever the agreement keeps out is told so, and not asked for a second factor in vain.
        agreed = self._decided(provider, session, person).may_log_in
        if not agreed or choose(wish.contexts, session.strength) is not None:
            return await self._answer(login, session, person)
        if choose(wish.contexts, reach(person)) is None:
            return await self._refuse(login, TOO_WEAK)
        if wish.is_passive:
            return await self._refuse(login, NOBODY_LOGGED_IN)
        self._sessions.pending.put(login.key, replace(login.pending, person=person.id))
        return self._parts.pages.step_up(login.request, StepUp(login.key, provider.name, person))

    def _finish(self, login: "_Login", response: Response) -> Response:
        """The login that waited is answered."""
        if login.key:
            self._set_cookie(response, _login_cookie(login.key), "", 0, LOGIN_PATH)
        return response

    def _take(self, login: "_Login") -> None:
        """Of two who answer one login at once, in two workers say, the second is told that it is gone."""
        if login.key and self._sessions.pending.take(login.key) is None:
            raise _gone()

    def _decided(self, provider: ServiceProvider, session: Session, person: Person) -> Release:
        today, reached = self._parts.now().date(), assurance(session.strength)
        return release(Occasion(person, provider.relying_party, provider.needs, self._school, today, reached))

    async def _answer(self, login: "_Login", session: Session, person: Person) -> Response:
        wish, now = login.pending.request, self._parts.now()
        provider = await self._parts.parties.find(wish.entity_id)
        decided = self._decided(provider, session, person)
        account = decided.record(now, self._parts.config.host, provider.entity_id, person.id)
        if not decided.may_log_in:
            refusal = await self._refuse(login, NOT_IN_FORCE if decided.refused is Reason.NOT_IN_FORCE else NOT_AGREED)
            self._desk.accounts.add(account)
            return refusal
        encrypt_to = _encrypt_to(provider)
        if encrypt_to is None and provider.relying_party.encrypts_assertions:
            return await self._refuse(login, NO_KEY_TO_ENCRYPT_TO)
        name_format = NAMEID_TRANSIENT if decided.nameless else wish.name_id_format or ""
        if wish.demands_name_id and name_format != wish.name_id_format:
            return await self._refuse(login, NO_SUCH_NAMEID)
        self._take(login)
        name = name_id(person.id, provider.entity_id, name_format, self._desk.secret)
        context = choose(wish.contexts, session.strength) or ""
        statement = Login(name, decided.attributes, session.since, context, new_identifier())
        protection = Protection(self._parts.rollover.stage, provider.relying_party.sign_response, encrypt_to)
        operations = self._desk.spoiler.take(provider.entity_id)
        with fitting():
            xml = self._desk.issuer.issue(_addressee(wish), statement, now, protection, operations)
        self._desk.accounts.add(account)
        log.info(
            "login to %s: %s, released: %s%s",
            provider.entity_id,
            person.id,
            ", ".join(decided.attributes) or "nothing",
            " (spoiled on purpose)" if operations else "",
        )
        response = self._finish(login, self._deliver(login.request, wish, provider, xml))
        participant = Participant(provider.entity_id, name.format, name.value, statement.session_index)
        self._keep(login.request, response, session, participant)
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

    async def _refuse(self, login: "_Login", status: tuple[str, str]) -> Response:
        wish = login.pending.request
        provider = await self._parts.parties.find(wish.entity_id)
        self._take(login)
        operations = self._desk.spoiler.take(provider.entity_id)
        with fitting():
            stage = self._parts.rollover.stage
            xml = self._desk.issuer.refuse(_addressee(wish), status, self._parts.now(), stage, operations)
        log.info("no login to %s: %s", provider.entity_id, status[0].rpartition(":")[2])
        return self._finish(login, self._deliver(login.request, wish, provider, xml))

    def _deliver(self, request: Request, wish: LoginRequest, provider: ServiceProvider, xml: bytes) -> Response:
        encoded = base64.b64encode(xml).decode("ascii")
        fields = {"SAMLResponse": encoded} | ({"RelayState": wish.relay_state} if wish.relay_state else {})
        return self._parts.pages.delivery(request, Delivery(wish.acs_url, provider.name, fields))

    def _set_cookie(self, response: Response, name: str, value: str, max_age_s: int | None, path: str) -> None:
        https = self._parts.config.https
        response.set_cookie(name, value, max_age_s, path=path, secure=https, httponly=True, samesite="lax")


@dataclass(frozen=True, slots=True)
class _Login:
    """A login under way, with the request that brings it on."""

    request: Request
    key: str
    """"" for one that was never put away."""
    pending: Pending


def _gone() -> Refused:
    return Refused(400, "no such login waits in this browser", GONE)


def _login_cookie(key: str) -> str:
    return LOGIN_COOKIE + key[:KEY_IN_COOKIE]


def _encrypt_to(provider: ServiceProvider) -> EncryptionTarget | None:
    """None where the agreement demands no encryption, or the vendor has no key for it."""
    if not provider.relying_party.encrypts_assertions:
        return None
    return encryption_target(provider.encryption_certificates, provider.encryption_methods)


def _addressee(wish: LoginRequest) -> Addressee:
    return Addressee(wish.entity_id, wish.acs_url, wish.id)
