"""Single sign-on by SAML: a vendor's request comes in, a response goes out (SAML Profiles 4.1)."""

import base64
import logging
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from idp.accounts import Accounts
from idp.answering import Answer
from idp.body import read_form, read_query
from idp.contexts import assurance, choose
from idp.fields import Fields
from idp.pages import Delivery
from idp.parts import SchoolParts
from idp.refused import Refused
from idp.release import Occasion, Release, SchoolFacts, release
from idp.saml.encryption import EncryptionTarget, encryption_target
from idp.saml.envelope import Binding
from idp.saml.forger import About, Forger
from idp.saml.forging import Usual
from idp.saml.identifiers import name_id
from idp.saml.names import (
    STATUS_INVALID_NAMEID_POLICY,
    STATUS_NO_AUTHN_CONTEXT,
    STATUS_NO_PASSIVE,
    STATUS_REQUEST_DENIED,
    STATUS_REQUEST_UNSUPPORTED,
)
from idp.saml.places import NOBODY, Identity
from idp.saml.relying_parties import ServiceProvider
from idp.saml.requests import SAML_REQUEST, RequestReader, SamlRequest
from idp.saml.responses import Addressee, Login, Protection, ResponseIssuer, new_identifier
from idp.sessions import Participant, Session
from idp.sign_on import SignOn
from idp.spoiling import Waiting, fitting
from idp.wish import LoginWish, WhyNot
from testbed.model.forgery import Covered
from testbed.model.messages import NAMEID_TRANSIENT
from testbed.model.release import Reason
from testbed.model.written import Bilingual, Person

STATUSES: dict[WhyNot, tuple[str, str]] = {
    WhyNot.NO_SUCH_CONTEXT: (STATUS_NO_AUTHN_CONTEXT, "The school has no such authentication context."),
    WhyNot.TOO_WEAK: (STATUS_NO_AUTHN_CONTEXT, "This person has no such means of authentication."),
    WhyNot.NOBODY_LOGGED_IN: (STATUS_NO_PASSIVE, "Nobody is logged in to the school."),
    WhyNot.MUST_ASK: (STATUS_NO_PASSIVE, "Somebody would have to be asked for a second factor."),
}
NOBODY_BY_NAME = (STATUS_REQUEST_UNSUPPORTED, "The school logs in whoever comes, and nobody by name.")
NO_SUCH_NAMEID = (STATUS_INVALID_NAMEID_POLICY, "The school has no such NameID.")
NOT_AGREED = (STATUS_REQUEST_DENIED, "The agreement does not cover this person.")
"""The vendor is not told whether role, school or grade was the reason: that would be personal data by itself."""
NOT_IN_FORCE = (STATUS_REQUEST_DENIED, "The agreement is not in force.")
NO_KEY_TO_ENCRYPT_TO = (
    STATUS_REQUEST_DENIED,
    "The agreement demands encrypted assertions, and the service's metadata has no key and algorithm fit for it.",
)

log = logging.getLogger("idp")

USED_BEFORE = Bilingual(
    sv="Tjänstens inloggningsbegäran har redan använts. Börja om från tjänsten.",
    en="The service's login request has been used already. Begin again at the service.",
)


@dataclass(frozen=True)
class SamlDesk:
    """What single sign-on by SAML needs beside the school's parts."""

    reader: RequestReader
    issuer: ResponseIssuer
    forger: Forger
    facts: SchoolFacts
    accounts: Accounts


class SamlAnswering:
    """Answers login requests that came by SAML; see :class:`idp.answering.Answering`."""

    def __init__(self, parts: SchoolParts, desk: SamlDesk) -> None:
        self._parts, self._desk = parts, desk

    async def vendor_name(self, wish: LoginWish) -> Bilingual:
        """By its metadata."""
        return (await self._parts.parties.find(wish.party)).name

    async def may_log_in(self, wish: LoginWish, session: Session, person: Person) -> bool:
        """By the release policy that is set for it."""
        return self._decided(await self._parts.parties.find(wish.party), session, person).may_log_in

    async def answer(self, request: Request, wish: LoginWish, session: Session, person: Person) -> Answer:
        """A response with an assertion, or with the reason why not."""
        now, asked = self._parts.now(), SAML_REQUEST.validate_json(wish.detail)
        provider = await self._parts.parties.find(wish.party)
        decided = self._decided(provider, session, person)
        account = decided.record(now, self._parts.config.host, provider.entity_id, person.id)
        name_format = NAMEID_TRANSIENT if decided.nameless else asked.name_id_format or ""
        why_not = _why_not(decided, asked, name_format, provider)
        if why_not is not None:
            refusal = await self.refuse_with(request, wish, why_not)
            if not decided.may_log_in:
                self._desk.accounts.add(account)
            return Answer(refusal, None)
        name = name_id(person.id, provider.entity_id, name_format, self._desk.facts.secret)
        context = choose(wish.contexts, session.strength) or ""
        statement = Login(name, decided.attributes, session.since, context, new_identifier())
        protection = Protection(self._parts.rollover.stage, provider.relying_party.sign_response, _encrypt_to(provider))
        waiting = self._desk.forger.take(provider.entity_id, "response")
        with fitting():
            forge = None
            if waiting is not None:
                other = self._other(waiting, provider, session, name_format)
                about = About(provider.entity_id, asked.acs_url, asked.id, Identity(name, decided.attributes), other)
                forge = self._desk.forger.forge(waiting, _usual(provider), about)
            xml = self._desk.issuer.issue(_addressee(wish, asked), statement, now, protection, forge)
        self._desk.accounts.add(account)
        log.info(
            "login to %s: %s, released: %s%s",
            provider.entity_id,
            person.id,
            ", ".join(decided.attributes) or "nothing",
            " (forged on purpose)" if waiting else "",
        )
        participant = Participant(provider.entity_id, name.format, name.value, statement.session_index)
        return Answer(self._deliver(request, asked, provider, xml), participant)

    async def refuse(self, request: Request, wish: LoginWish, why: WhyNot) -> Response:
        """A signed response with the status that says why."""
        return await self.refuse_with(request, wish, STATUSES[why])

    async def refuse_with(self, request: Request, wish: LoginWish, status: tuple[str, str]) -> Response:
        """A signed response with this second-level status code and this sentence.

        Raises:
            Refused: the laboratory's spoiling does not fit the message.
        """
        provider, asked = await self._parts.parties.find(wish.party), SAML_REQUEST.validate_json(wish.detail)
        waiting = self._desk.forger.take(provider.entity_id, "response")
        about = About(provider.entity_id, asked.acs_url, asked.id)
        forge = self._desk.forger.forge(waiting, Usual(("response",)), about) if waiting else None
        with fitting():
            stage = self._parts.rollover.stage
            xml = self._desk.issuer.refuse(_addressee(wish, asked), status, self._parts.now(), stage, forge)
        log.info("no login to %s: %s", provider.entity_id, status[0].rpartition(":")[2])
        return self._deliver(request, asked, provider, xml)

    def _other(self, waiting: Waiting, provider: ServiceProvider, session: Session, name_format: str) -> Identity:
        """What the school would state of the person whom a forged message may speak of.

        Raises:
            ValueError: it would let them in nowhere.
        """
        if not waiting.other:
            return NOBODY
        person = self._parts.directory.get(waiting.other)
        decided = self._decided(provider, session, person) if person else None
        if person is None or decided is None or not decided.may_log_in:
            raise ValueError("the other person would not be let in either: choose one whom the agreement covers")
        return Identity(
            name_id(person.id, provider.entity_id, name_format, self._desk.facts.secret), decided.attributes
        )

    def _decided(self, provider: ServiceProvider, session: Session, person: Person) -> Release:
        today, reached = self._parts.now().date(), assurance(session.strength)
        return release(Occasion(person, provider.relying_party, provider.needs, self._desk.facts, today, reached))

    def _deliver(self, request: Request, asked: SamlRequest, provider: ServiceProvider, xml: bytes) -> Response:
        encoded = base64.b64encode(xml).decode("ascii")
        fields = {"SAMLResponse": encoded} | ({"RelayState": asked.relay_state} if asked.relay_state else {})
        return self._parts.pages.delivery(request, Delivery(asked.acs_url, provider.name, fields))


class SamlSignOn:
    """The endpoints /saml/sso and /saml/unsolicited."""

    def __init__(self, parts: SchoolParts, reader: RequestReader, answering: SamlAnswering, sign_on: SignOn) -> None:
        self._parts, self._reader, self._answering, self._sign_on = parts, reader, answering, sign_on

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
        return self._sign_on.begin(self._reader.unsolicited(provider, fields.value("target")))

    async def _receive(self, request: Request, fields: Fields, binding: Binding) -> Response:
        wish = await self._reader.read(fields, binding)
        asked = SAML_REQUEST.validate_json(wish.detail)
        if not self._parts.sessions.is_new(wish.party, asked.id):
            raise Refused(400, "the request was used before", USED_BEFORE)
        if asked.names_subject:
            return await self._answering.refuse_with(request, wish, NOBODY_BY_NAME)
        if not wish.contexts:
            return await self._answering.refuse(request, wish, WhyNot.NO_SUCH_CONTEXT)
        if asked.name_id_format is None:
            return await self._answering.refuse_with(request, wish, NO_SUCH_NAMEID)
        return self._sign_on.begin(wish)


def _why_not(
    decided: Release, asked: SamlRequest, name_format: str, provider: ServiceProvider
) -> tuple[str, str] | None:
    if not decided.may_log_in:
        return NOT_IN_FORCE if decided.refused is Reason.NOT_IN_FORCE else NOT_AGREED
    if provider.relying_party.encrypts_assertions and _encrypt_to(provider) is None:
        return NO_KEY_TO_ENCRYPT_TO
    if asked.demands_name_id and name_format != asked.name_id_format:
        return NO_SUCH_NAMEID
    return None


def _usual(provider: ServiceProvider) -> Usual:
    """How the vendor is used to get assertions."""
    party = provider.relying_party
    target = encryption_target(provider.encryption_certificates, provider.encryption_methods)
    covers: tuple[Covered, ...] = ("assertion", "response") if party.sign_response else ("assertion",)
    return Usual(covers, target, encrypts=party.encrypts_assertions)


def _encrypt_to(provider: ServiceProvider) -> EncryptionTarget | None:
    """None where the agreement demands no encryption, or the vendor has no key for it."""
    if not provider.relying_party.encrypts_assertions:
        return None
    return encryption_target(provider.encryption_certificates, provider.encryption_methods)


def _addressee(wish: LoginWish, asked: SamlRequest) -> Addressee:
    return Addressee(wish.party, asked.acs_url, asked.id)
