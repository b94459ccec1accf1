"""The OpenID Connect side of one school, put together."""

from collections.abc import Sequence
from dataclasses import dataclass

import httpx
from starlette.routing import Route

from idp.accounts import Accounts, Makings
from idp.keys import SchoolKeys
from idp.logout import Logout
from idp.oidc import names
from idp.oidc.answering import OidcAnswering, OidcDesk
from idp.oidc.authorize import Authorize
from idp.oidc.claims import Teller
from idp.oidc.client_auth import ClientAuth
from idp.oidc.client_keys import ClientKeys
from idp.oidc.clients import Clients
from idp.oidc.discovery import Discovery
from idp.oidc.errors import Endpoint, answered
from idp.oidc.forged_keys import Keyring, Second
from idp.oidc.forging import Forger
from idp.oidc.grants import Grants
from idp.oidc.introspect import Introspect
from idp.oidc.issuing import Issuer
from idp.oidc.keys import TokenKeys
from idp.oidc.logout import OidcLogout
from idp.oidc.registration import Registrations
from idp.oidc.replies import Replies
from idp.oidc.revoke import Revoke
from idp.oidc.spoken import Speaker
from idp.oidc.telling import OidcTelling
from idp.oidc.token import TokenEndpoint
from idp.oidc.userinfo import Userinfo
from idp.parts import SchoolParts
from idp.release import SchoolFacts
from idp.sign_on import SignOn
from idp.spoiling import Spoiler, Waiting
from idp.state import State
from testbed.model.forgery import Made, MessageKind


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the school brings to a release, where its accounts go, and what the lab has ordered."""

    facts: SchoolFacts
    accounts: Accounts
    spoiler: Spoiler
    makings: Makings


@dataclass(frozen=True, slots=True)
class _Forgeries:
    """See :class:`idp.oidc.occasions.Forgeries`."""

    spoiler: Spoiler
    makings: Makings

    def take(self, party: str, message: MessageKind) -> Waiting | None:
        return self.spoiler.take(party, message)

    def tell(self, made: Made) -> None:
        self.makings.add(made)


class OidcSide:
    """What the school needs of it.

    Args:
        parts: of the school.
        keys: of the school, in whose folder those for tokens lie.
        state: what the workers share.
        http: its only way to the network.
        ledger: of the school.

    Raises:
        ValueError: a configured client cannot be served; says which, and what to mend.
    """

    forger: Forger
    """Makes what the lab orders."""
    answering: OidcAnswering
    telling: OidcTelling

    def __init__(
        self,
        parts: SchoolParts,
        keys: SchoolKeys,
        state: State,
        http: httpx.AsyncClient,
        ledger: Ledger,
    ) -> None:
        config = parts.config
        self._parts, self._http = parts, http
        self._keys, self._clients, self._grants = TokenKeys(keys), Clients(config.clients, state), Grants(state)
        teller = Teller(ledger.facts, parts.now)
        self._desk = OidcDesk(self._clients, teller, self._grants, ledger.accounts)
        second = config.second
        self.forger = Forger(
            issuer=config.issuer,
            clients=self._clients,
            keys=Keyring(
                self._keys, parts.rollover, Second(second.base_url, TokenKeys(second.keys)) if second else None
            ),
            speaker=Speaker(parts.directory, teller),
            grants=self._grants,
            forgeries=_Forgeries(ledger.spoiler, ledger.makings),
            now=parts.now,
        )
        self._replies = Replies(parts.pages, config.issuer, self.forger)
        self.answering = OidcAnswering(parts, self._desk, self._replies)
        self.telling = OidcTelling(
            issuer=config.issuer,
            http=http,
            clients=self._clients,
            grants=self._grants,
            keys=self._keys,
            rollover=parts.rollover,
            forger=self.forger,
            now=parts.now,
        )

    def routes(self, sign_on: SignOn, logout: Logout) -> Sequence[Route]:
        """Its endpoints.

        Args:
            sign_on: the login page of every protocol.
            logout: the round of every protocol.
        """
        authorize = Authorize(self._parts, self._clients, self._keys, self._replies, sign_on)
        by_vendor = OidcLogout(self._parts, self._clients, self._grants, self._keys, logout)
        return [
            Route(names.AUTHORIZE, authorize.by_query, methods=["GET"]),
            Route(names.AUTHORIZE, authorize.by_form, methods=["POST"]),
            Route(names.LOGOUT, by_vendor.by_query, methods=["GET"]),
            Route(names.LOGOUT, by_vendor.by_form, methods=["POST"]),
            *self._called_by_programs(),
        ]

    def _called_by_programs(self) -> Sequence[Route]:
        parts, issuer = self._parts, self._parts.config.issuer
        client_keys = ClientKeys(self._http, parts.now)
        authentication = ClientAuth(self._clients, client_keys, parts.sessions, issuer, parts.now)
        tokens = Issuer(issuer, self._keys, parts.rollover, self._grants, self.forger, parts.now)
        discovery = Discovery(parts, self._keys, self.forger)
        registrations = Registrations(self._clients, self._http, issuer, parts.now)
        userinfo = Userinfo(self._desk, self.forger).show
        own = f"{names.REGISTER}/{{client_id}}"
        endpoints: tuple[tuple[str, Endpoint, list[str]], ...] = (
            (names.CONFIGURATION, discovery.show, ["GET"]),
            (names.JWKS, discovery.show_keys, ["GET"]),
            (names.TOKEN, TokenEndpoint(parts, self._desk, authentication, tokens).exchange, ["POST"]),
            (names.USERINFO, userinfo, ["GET", "POST"]),
            (names.INTROSPECT, Introspect(self._desk, authentication, issuer).show, ["POST"]),
            (names.REVOKE, Revoke(self._desk, authentication).revoke, ["POST"]),
            (names.REGISTER, registrations.register, ["POST"]),
            (own, registrations.show, ["GET"]),
            (own, registrations.forget, ["DELETE"]),
        )
        return [Route(path, answered(endpoint), methods=methods) for path, endpoint, methods in endpoints]
