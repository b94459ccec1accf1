"""Answers logins that vendors of OpenID Connect have asked for: a code, or the reason why not."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from starlette.requests import Request
from starlette.responses import Response

from idp.accounts import Accounts
from idp.answering import Answer
from idp.contexts import choose
from idp.oidc.authorize import OIDC_REQUEST, UNKNOWN_CLIENT, OidcRequest
from idp.oidc.claims import Teller, Wanted
from idp.oidc.clients import Client, Clients
from idp.oidc.grants import Code, Grant, Grants, new_sid
from idp.oidc.replies import Replies
from idp.parts import SchoolParts
from idp.refused import Refused
from idp.release import Release
from idp.sessions import Participant, Session
from idp.wish import LoginWish, WhyNot
from testbed.model.assurance import PASSWORD_PROTECTED
from testbed.model.release import Reason
from testbed.model.written import Bilingual, Person

type Refusal = tuple[str, str]
"""An error code and its description."""

UNMET = "unmet_authentication_requirements"
"""OpenID Connect Core Error Code unmet_authentication_requirements 1.0."""
ERRORS: Mapping[WhyNot, Refusal] = MappingProxyType(
    {
        WhyNot.NO_SUCH_CONTEXT: (UNMET, "the school has no such authentication context"),
        WhyNot.TOO_WEAK: (UNMET, "this person has no such means of authentication"),
        WhyNot.NOBODY_LOGGED_IN: ("login_required", "nobody is logged in to the school"),
        WhyNot.MUST_ASK: ("interaction_required", "somebody would have to be asked for a second factor"),
    }
)
"""Core 3.1.2.6."""
NOT_AGREED: Refusal = ("access_denied", "the agreement does not cover this person")
"""The vendor is not told whether role, school or grade was the reason: that would be personal data by itself."""
NOT_IN_FORCE: Refusal = ("access_denied", "the agreement is not in force")
SOMEBODY_ELSE: Refusal = ("login_required", "another person is logged in than the one who was asked for")

log = logging.getLogger("idp")


@dataclass(frozen=True)
class OidcDesk:
    """What OpenID Connect needs beside the school's parts."""

    clients: Clients
    teller: Teller
    grants: Grants
    accounts: Accounts


class OidcAnswering:
    """Answers login requests that came by OpenID Connect; see :class:`idp.answering.Answering`."""

    def __init__(self, parts: SchoolParts, desk: OidcDesk, replies: Replies) -> None:
        self._parts, self._desk = parts, desk
        self._replies = replies

    async def vendor_name(self, wish: LoginWish) -> Bilingual:
        """As it is registered."""
        return self._client(wish).party.name

    async def may_log_in(self, wish: LoginWish, session: Session, person: Person) -> bool:
        """By the release policy that is set for it."""
        asked = OIDC_REQUEST.validate_json(wish.detail)
        return self._desk.teller.may_log_in(self._client(wish), person, session.strength, asked.wanted)

    async def answer(self, request: Request, wish: LoginWish, session: Session, person: Person) -> Answer:
        """A code, or the reason why not."""
        client, asked = self._client(wish), OIDC_REQUEST.validate_json(wish.detail)
        decided = self._desk.teller.decide(client, person, session.strength, asked.wanted)
        account = decided.record(self._parts.now(), self._parts.config.host, client.id, person.id)
        if not decided.may_log_in:
            self._desk.accounts.add(account)
            refusal = NOT_IN_FORCE if decided.refused is Reason.NOT_IN_FORCE else NOT_AGREED
            return Answer(self._refuse(request, client, asked, refusal), None)
        grant = self._grant(client, (wish, asked.wanted), session, person, decided)
        if any(sub != grant.sub for sub in asked.subs):
            return Answer(self._refuse(request, client, asked, SOMEBODY_ELSE), None)
        self._desk.accounts.add(account)
        code = Code(grant, asked.to.redirect_uri, asked.challenge, asked.nonce)
        named = {"code": self._desk.grants.new_code(code)}
        log.info("login to %s: %s, released: %s", client.id, person.id, ", ".join(decided.attributes) or "nothing")
        response = self._replies.send(request, asked.to, client, named, code)
        return Answer(response, Participant(client.id, "", grant.sub, grant.sid, "oidc"))

    async def refuse(self, request: Request, wish: LoginWish, why: WhyNot) -> Response:
        """The error that says why."""
        asked = OIDC_REQUEST.validate_json(wish.detail)
        return self._refuse(request, self._client(wish), asked, ERRORS[why])

    def _refuse(self, request: Request, client: Client, asked: OidcRequest, refusal: Refusal) -> Response:
        error, description = refusal
        content = {"error": error, "error_description": description}
        return self._replies.send(request, asked.to, client, content, None)

    def _grant(
        self, client: Client, asked: tuple[LoginWish, Wanted], session: Session, person: Person, decided: Release
    ) -> Grant:
        wish, wanted = asked
        told = self._desk.teller.tell(client, person, decided, wanted)
        acr = choose(wish.contexts, session.strength) or PASSWORD_PROTECTED
        return Grant(
            client_id=client.id,
            person=person.id,
            sub=told.sub,
            sid=_sid(session, client.id, told.sub),
            auth_time=int(session.since.timestamp()),
            strength=session.strength,
            acr=acr,
            wanted=wanted,
            userinfo=told.userinfo,
            id_token=told.id_token,
        )

    def _client(self, wish: LoginWish) -> Client:
        """Raises Refused when it has been forgotten in the meantime."""
        client = self._desk.clients.find(wish.party)
        if client is None:
            raise Refused(400, "the client is not known any more", UNKNOWN_CLIENT)
        return client


def _sid(session: Session, client_id: str, sub: str) -> str:
    """The name that the vendor has for this session already, or a new one."""
    named = (
        one.session_index
        for one in session.participants
        if (one.protocol, one.entity_id, one.name_id) == ("oidc", client_id, sub)
    )
    return next(named, None) or new_sid()
