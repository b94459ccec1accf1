"""The vendors of OpenID Connect: those that the school has registered by hand, and those that registered themselves."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from pydantic import TypeAdapter

from idp.config import OidcParty
from idp.state import Shelf, State
from testbed.model.scopes import SCOPES, asked_by
from testbed.model.wire import host_of
from testbed.model.written import Bilingual, OidcClient

REGISTERED_FOR = timedelta(days=7)
MAX_REGISTERED = 1_000
MAX_CLIENT_ID = 200
OPEN_SCOPES = ("openid", "profile", "email", "phone", "address", "offline_access")
"""The standard scopes (OpenID Connect Core 5.4, 11), which a vendor may have that registered itself. The school's own
ask for what only an agreement gives, and so does everything that no scope asks for."""


@dataclass(frozen=True, slots=True)
class Client:
    """A vendor, as this side of the school sees it."""

    party: OidcParty
    registered_itself: bool = False

    @property
    def id(self) -> str:
        """Its client ID."""
        return self.party.client.client_id

    @property
    def settings(self) -> OidcClient:
        """How it is registered."""
        return self.party.client

    @property
    def is_public(self) -> bool:
        """It cannot keep a secret, and says so."""
        return self.settings.token_endpoint_auth_method == "none"

    @property
    def sector(self) -> str:
        """Within which a person has the same pairwise sub (OpenID Connect Core 8.1)."""
        return self.settings.sector_identifier or host_of(self.settings.redirect_uris[0])

    def may_ask_for(self, attributes: Iterable[str]) -> frozenset[str]:
        """Those of these attributes that the release policy decides about; the others are not even considered."""
        asked = frozenset(attributes)
        return asked & asked_by(OPEN_SCOPES) if self.registered_itself else asked


@dataclass(frozen=True, slots=True)
class Registration:
    """A vendor that registered itself, as the school's workers share it."""

    client: OidcClient
    name: str
    issued: int
    """Seconds since 1970."""
    secret: str = field(default="", repr=False)
    token_digest: str = ""
    """Of the registration access token."""

    @property
    def expires(self) -> int:
        """When it is forgotten, in seconds since 1970."""
        return self.issued + int(REGISTERED_FOR.total_seconds())

    def is_managed_by(self, token: str) -> bool:
        """Whether this is its registration access token."""
        return digest_of(token) == self.token_digest


class Clients:
    """All vendors of OpenID Connect that one school knows.

    Args:
        configured: those that were registered by hand.
        state: where those are kept that registered themselves.

    Raises:
        ValueError: one of the configured cannot be served; says which, and what to mend.
    """

    def __init__(self, configured: Iterable[OidcParty], state: State) -> None:
        self._configured = {party.client.client_id: Client(party) for party in configured}
        self._registered = Shelf(state, "oidc-client", TypeAdapter(Registration), REGISTERED_FOR, MAX_REGISTERED)
        for client in self._configured.values():
            _must_be_servable(client)

    def find(self, client_id: str) -> Client | None:
        """The vendor of this client ID; None when nobody has it."""
        known = self._configured.get(client_id)
        if known is not None:
            return known
        registration = self.registration(client_id)
        return None if registration is None else _self_registered(registration)

    def know(self, party: OidcParty) -> None:
        """Register a vendor by hand, in the place of one with the same client ID.

        Raises:
            ValueError: it cannot be served; says what to mend.
        """
        client = Client(party)
        _must_be_servable(client)
        self._configured[client.id] = client

    def registration(self, client_id: str) -> Registration | None:
        """What a vendor that registered itself said; None for every other."""
        if len(client_id) > MAX_CLIENT_ID or not client_id.isascii():
            return None
        return self._registered.get(client_id)

    def register(self, registration: Registration) -> None:
        """Know this vendor from now on."""
        self._registered.put(registration.client.client_id, registration)

    def forget(self, client_id: str) -> None:
        """Know it no longer."""
        self._registered.take(client_id)


def digest_of(token: str) -> str:
    """Under which a registration access token is kept. Of a random token a plain digest tells nothing."""
    return hashlib.sha256(token.encode()).hexdigest()


def _self_registered(registration: Registration) -> Client:
    name = Bilingual(sv=registration.name, en=registration.name)
    party = OidcParty(registration.client, name, None, "requested", registration.secret)
    return Client(party, registered_itself=True)


def _must_be_servable(client: Client) -> None:
    settings = client.settings
    unknown = [scope for scope in settings.scopes if scope not in SCOPES]
    if unknown or "openid" not in settings.scopes:
        raise ValueError(
            f"client {client.id}: 'scopes' needs openid, and may have of others: {', '.join(SCOPES)}"
            + (f". To mend it: take out {', '.join(unknown)}" if unknown else "")
        )
    if settings.subject_type == "pairwise" and settings.sector_identifier is None:
        hosts = {host_of(uri) for uri in settings.redirect_uris}
        if len(hosts) > 1:
            raise ValueError(
                f"client {client.id}: its redirect URIs have several hosts. To mend it: name one 'sector_identifier'"
            )
    if settings.token_endpoint_auth_method == "private_key_jwt" and settings.jwks_uri is None:
        raise ValueError(f"client {client.id}: private_key_jwt needs a 'jwks_uri'")
    if any("#" in uri for uri in settings.redirect_uris):
        raise ValueError(f"client {client.id}: a redirect URI has no fragment (RFC 6749, 3.1.2)")
