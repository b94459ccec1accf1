"""What the school is told when it is put together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from idp.keys import KeyKind
from testbed.model.written import Agreement, Bilingual, Person, ReleasePolicy

type Clock = Callable[[], datetime]
"""Tells the time, in aware UTC."""


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """A vendor that the school lets people log in to."""

    entity_id: str
    metadata_url: str
    """Where the vendor publishes its metadata; fetched when its first request comes."""
    agreement: Agreement | None
    release: ReleasePolicy


@dataclass(frozen=True, slots=True)
class SchoolConfig:
    """One mock school."""

    base_url: str
    """Scheme and host without a slash at the end: ``https://idp.skola.test``."""
    name: Bilingual
    people: Mapping[str, Person]
    scope: str
    """The security domain of its users, ``skola.test``."""
    relying_parties: tuple[RelyingParty, ...]
    control_token: str
    signing: KeyKind = "rsa"
    """Which kind of key it signs with."""
    state: Path | None = None
    """The database that the workers of this school share; None keeps it in the process."""
    e_leg: bool = True
    """Whether it signals levels of e-legitimation, and says so in its metadata."""

    @property
    def entity_id(self) -> str:
        """The school's SAML name, which is also where its metadata stands."""
        return f"{self.base_url}/saml/metadata"

    @property
    def sso_url(self) -> str:
        """Where vendors send login requests, by either binding."""
        return f"{self.base_url}/saml/sso"

    @property
    def slo_url(self) -> str:
        """Where vendors send logout messages, by either binding of the browser."""
        return f"{self.base_url}/saml/slo"

    @property
    def slo_soap_url(self) -> str:
        """Where vendors' servers send logout requests."""
        return f"{self.base_url}/saml/slo/soap"

    @property
    def https(self) -> bool:
        """Whether cookies may be Secure: on plain-http loopback they cannot be."""
        return urlsplit(self.base_url).scheme == "https"
