"""The school makes a message of OpenID Connect as the lab has ordered it, and keeps an account of what it made.

Whoever attacks a vendor so holds the school's key, runs the school, or can do without either; which of these stands in
the forgery. What it does not speak of is as the school itself would have it, so that a vendor can refuse for no other
reason.
"""

import logging
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http import HTTPStatus

from idp.config import Clock
from idp.oidc import forged_json
from idp.oidc.claims import LISTS, Wanted
from idp.oidc.clients import Client, Clients
from idp.oidc.errors import Rejected
from idp.oidc.forged_json import Members, changed, parsed, written
from idp.oidc.forged_keys import Keyring
from idp.oidc.grants import Code, Grant, Grants, new_sid
from idp.oidc.jose import Claims, Json, encoded
from idp.oidc.occasions import Forgeries, Occasion
from idp.oidc.places import Places
from idp.oidc.spoken import Speaker
from testbed.model.forgery import (
    AnswerForgery,
    Forgery,
    JsonForgery,
    JsonOperation,
    Made,
    MessageKind,
    TokenForgery,
)

ANYONE = ""
"""Stands for the vendor where nobody can tell which one asks."""
CHALLENGE_BYTES = 32

log = logging.getLogger("idp")


@dataclass(frozen=True)
class Forger:
    """Carries out what the lab has ordered.

    Args:
        issuer: the school.
        clients: all vendors.
        keys: that forged tokens are signed with.
        speaker: of people.
        grants: where codes are kept.
        forgeries: what has been ordered.
        now: the time.
    """

    issuer: str
    clients: Clients
    keys: Keyring
    speaker: Speaker
    grants: Grants
    forgeries: Forgeries
    now: Clock

    def check(self, party: str, forgery: Forgery) -> None:
        """Find out all that can be known about a forgery before there is a message.

        Raises:
            ValueError: it cannot be made; says why.
        """
        client = self.clients.find(party)
        if client is None:
            raise ValueError(f"the school knows no client {party!r}")
        for operations in _operations(forgery):
            forged_json.check(operations)
        if isinstance(forgery, TokenForgery):
            self.keys.check(forgery.key, client)

    def asked(self, client: Client, message: MessageKind, grant: Grant | None) -> Occasion | None:
        """The next message of this kind to this vendor is to be forged; None: it is not.

        Args:
            client: the vendor.
            message: what is being issued.
            grant: what it is about; None where it is about nobody.

        Raises:
            Rejected: it is, and the school cannot speak of the other person to this vendor.
        """
        order = self.forgeries.take(client.id, message)
        if order is None:
            return None
        if grant is None:
            return Occasion(order, None, None)
        with fitting():
            return Occasion(order, self.speaker.spoken(client, grant), self.speaker.other(client, grant, order.other))

    def asked_of_anyone(self, message: MessageKind) -> Occasion | None:
        """As :meth:`asked`, where nobody can tell which vendor asks."""
        order = self.forgeries.take(ANYONE, message)
        return None if order is None else Occasion(order, None, None)

    def token(self, occasion: Occasion, client: Client, claims: Claims, typ: str) -> str:
        """The token of these honest claims, forged.

        Raises:
            Rejected: the forgery does not fit it.
        """
        forgery = occasion.order.forgery
        if not isinstance(forgery, TokenForgery):
            raise _unfit("a forgery of something else waits for a token")
        with fitting():
            places = self._places(occasion, client, str(claims.get("nonce", "")))
            seal = self.keys.seal(client)
            honest = {"alg": seal.algorithm(forgery.key), "kid": self.keys.kid(client), "typ": typ}
            header = changed(_members(honest), forgery.header, places)
            document = seal.sealed(header, changed(_members(claims), forgery.claims, places), forgery.key)
        self._tell(occasion, document)
        return document

    def json(
        self, occasion: Occasion, client: Client | None, honest: Mapping[str, Json], *, fetched: bool = False
    ) -> str:
        """A JSON document, forged.

        Raises:
            Rejected: the forgery does not fit it.
        """
        document = written(self._changed(occasion, client, honest))
        self._tell(occasion, document, fetched=fetched)
        return document

    def fields(
        self, occasion: Occasion, client: Client, honest: Mapping[str, str], code: Code | None
    ) -> tuple[tuple[str, str], ...]:
        """The fields of an answer that goes by the browser, forged; the account of it is for :meth:`sent`.

        Raises:
            Rejected: the forgery does not fit it.
        """
        named: dict[str, Json] = {"state": honest["state"]} if honest.get("state") else {}
        occasion = replace(occasion, places=named, code=code)
        members = self._changed(occasion, client, dict(honest))
        texts = [(name, value) for name, value in members.pairs if isinstance(value, str)]
        if len(texts) != len(members.pairs):
            raise _unfit("a field of an answer is a text")
        return tuple(texts)

    def sent(self, occasion: Occasion, query: str) -> None:
        """An answer went by the browser with this query."""
        self._tell(occasion, query)

    # --- what stands in places ------------------------------------------------------------------------------------

    def _places(self, occasion: Occasion, client: Client | None, nonce: str = "") -> Places:
        named: dict[str, Json] = {"issuer": self.issuer, "host": self.issuer.partition("://")[2], **occasion.places}
        if self.keys.second is not None:
            named["second"] = self.keys.second.issuer
        if client is not None:
            named["client"] = client.id
        if nonce:
            named["nonce"] = nonce
        for whose, spoken in (("own", occasion.own), ("other", occasion.other)):
            named |= {
                f"{whose}:{name}": _value(name, values) for name, values in (spoken.said if spoken else {}).items()
            }
        return Places(int(self.now().timestamp()), named, self._finder(occasion, client))

    def _finder(self, occasion: Occasion, client: Client | None) -> Callable[[str], Json]:
        algorithm = client.settings.id_token_signed_response_alg if client else "RS256"

        def found(name: str) -> Json:
            return self._code_of(occasion) if name == "other:code" else self.keys.found(name, algorithm)

        return found

    def _code_of(self, occasion: Occasion) -> str | None:
        """A code of a login that the other person began elsewhere: nobody here has its challenge or its nonce."""
        own = occasion.code
        if occasion.other is None or own is None:
            return None
        # NOTE: the same vendor began it, which sends a challenge and a nonce in every login or in none.
        challenge = encoded(secrets.token_bytes(CHALLENGE_BYTES)) if own.challenge else ""
        grant = replace(occasion.other.grant, sid=new_sid())
        return self.grants.new_code(
            Code(grant, own.redirect_uri, challenge, secrets.token_urlsafe() if own.nonce else "")
        )

    # --- what was made --------------------------------------------------------------------------------------------

    def _changed(self, occasion: Occasion, client: Client | None, honest: Mapping[str, Json]) -> Members:
        forgery = occasion.order.forgery
        if not isinstance(forgery, JsonForgery | AnswerForgery):
            raise _unfit("a forgery of something else waits for a document")
        with fitting():
            return changed(_members(honest), forgery.members, self._places(occasion, client))

    def _tell(self, occasion: Occasion, document: str, *, fetched: bool = False) -> None:
        order = occasion.order
        log.info("made a forged %s for %s", order.forgery.message, order.party)
        self.forgeries.tell(
            Made(
                at=self.now(),
                party=order.party,
                message=order.forgery.message,
                document=document,
                said=occasion.own.said if occasion.own else {},
                other=occasion.other.said if occasion.other else {},
                fetched=fetched,
            )
        )


def of_logout(client: Client, sub: str, sid: str) -> Grant:
    """What a logout token is about: a session, of which the vendor keeps its own account."""
    return Grant(client.id, "", sub, sid, 0, 0, "", Wanted(("openid",)), "{}", "{}")


def _operations(forgery: Forgery) -> Sequence[Sequence[JsonOperation]]:
    match forgery:
        case TokenForgery(header=header, claims=claims):
            return (header, claims)
        case JsonForgery(members=members) | AnswerForgery(members=members):
            return (members,)
        case _:
            raise ValueError(f"a {forgery.message} is no message of OpenID Connect")


@contextmanager
def fitting() -> Iterator[None]:
    """The vendor's server is told of an error of the school when what the lab asked for does not fit the message.

    Raises:
        Rejected: it does not.
    """
    try:
        yield
    except Rejected:
        raise
    except ValueError as error:
        raise _unfit(str(error)) from error


def _unfit(why: str) -> Rejected:
    log.warning("a forgery does not fit: %s", why)
    return Rejected("server_error", "the lab asked for a forgery that does not fit", HTTPStatus.INTERNAL_SERVER_ERROR)


def _members(honest: Mapping[str, Json]) -> Members:
    node = parsed(dict(honest))
    if not isinstance(node, Members):
        raise TypeError("a dictionary is an object")
    return node


def _value(name: str, values: tuple[str, ...]) -> Json:
    return list(values) if name in LISTS else values[0] if values else None
