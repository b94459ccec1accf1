"""The OpenID Connect side of one school, put together."""

from collections.abc import Sequence

import httpx
from starlette.routing import Route

from idp.accounts import Accounts
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
from idp.oidc.grants import Grants
from idp.oidc.introspect import Introspect
from idp.oidc.issuing import Issuer
from idp.oidc.keys import TokenKeys
from idp.oidc.logout import OidcLogout
from idp.oidc.registration import Registrations
from idp.oidc.revoke import Revoke
from idp.oidc.telling import OidcTelling
from idp.oidc.token import TokenEndpoint
from idp.oidc.userinfo import Userinfo
from idp.parts import SchoolParts
from idp.release import SchoolFacts
from idp.sign_on import SignOn
from idp.state import State


class OidcSide:
    """What the school needs of it.

    Args:
        parts: of the school.
        keys: of the school, in whose folder those for tokens lie.
        state: what the workers share.
        http: its only way to the network.
        told: what the school brings to a release, and where its accounts of releases go.

    Raises:
        ValueError: a configured client cannot be served; says which, and what to mend.
    """

    answering: OidcAnswering
    telling: OidcTelling

    def __init__(
        self,
        parts: SchoolParts,
        keys: SchoolKeys,
        state: State,
        http: httpx.AsyncClient,
        told: tuple[SchoolFacts, Accounts],
    ) -> None:
        facts, accounts = told
        config = parts.config
        self._parts, self._http = parts, http
        self._keys, self._clients, self._grants = TokenKeys(keys), Clients(config.clients, state), Grants(state)
        self._desk = OidcDesk(self._clients, Teller(facts, parts.now), self._grants, accounts)
        self.answering = OidcAnswering(parts, self._desk)
        self.telling = OidcTelling(
            issuer=config.issuer,
            http=http,
            clients=self._clients,
            grants=self._grants,
            keys=self._keys,
            rollover=parts.rollover,
            now=parts.now,
        )

    def routes(self, sign_on: SignOn, logout: Logout) -> Sequence[Route]:
        """Its endpoints.

        Args:
            sign_on: the login page of every protocol.
            logout: the round of every protocol.
        """
        authorize = Authorize(self._parts, self._clients, self._keys, sign_on)
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
        tokens = Issuer(issuer, self._keys, parts.rollover, self._grants, parts.now)
        discovery = Discovery(parts, self._keys)
        registrations = Registrations(self._clients, self._http, issuer, parts.now)
        userinfo = Userinfo(self._desk).show
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
