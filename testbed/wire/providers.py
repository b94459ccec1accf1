"""Where the parties of OpenID Connect listen, as their metadata and registrations say: how an exchange is known."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal
from urllib.parse import urlunsplit

from testbed.model.oidc_messages import ProviderMetadata
from testbed.model.wire import Request, host_of

type Service = Literal[
    "authorization", "token", "userinfo", "introspection", "registration", "end-session", "keys", "redirect"
]


@dataclass(frozen=True, slots=True)
class Providers:
    """What is known of places before a journal is read; where nothing is, messages are known by their shape."""

    services: Mapping[str, Service] = field(default_factory=lambda: MappingProxyType({}))
    """By URL, without query."""
    hosts: frozenset[str] = frozenset()
    """Of the schools: whatever is sent to another of their pages is no message."""

    def service_at(self, request: Request) -> Service | None:
        """What listens where this request went."""
        return self.services.get(endpoint_of(request))


NOTHING_KNOWN = Providers()


def endpoint_of(request: Request) -> str:
    """The URL of a request without its query."""
    parts = request.parts
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))


def known_places(published: Iterable[ProviderMetadata], redirect_uris: Iterable[str]) -> Providers:
    """Gather what schools publish and where vendors are registered to be answered."""
    services: dict[str, Service] = dict.fromkeys(redirect_uris, "redirect")
    hosts: set[str] = set()
    for one in published:
        named: tuple[tuple[Service, str], ...] = (
            ("authorization", one.authorization_endpoint),
            ("token", one.token_endpoint),
            ("userinfo", one.userinfo_endpoint),
            ("introspection", one.introspection_endpoint),
            ("registration", one.registration_endpoint),
            ("end-session", one.end_session_endpoint),
            ("keys", one.jwks_uri),
        )
        services |= {url: service for service, url in named if url}
        hosts |= {host_of(url) for service, url in named if url and service != "keys"}
    return Providers(services, frozenset(hosts))
