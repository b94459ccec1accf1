"""What the school is told when it is put together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from idp.keys import KeyKind, SchoolKeys
from testbed.model.written import Agreement, Bilingual, OidcClient, Person, ReleasePolicy

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
    sign_response: bool = False
    """Whether it wants responses signed as a whole, around their signed assertion."""

    @property
    def encrypts_assertions(self) -> bool:
        """Whether the agreement demands that only the vendor can read an assertion (security.encrypt_assertion)."""
        return self.agreement is not None and self.agreement.security.encrypt_assertion


@dataclass(frozen=True, slots=True)
class OidcParty:
    """A vendor that the school lets people log in to by OpenID Connect."""

    client: OidcClient
    name: Bilingual
    """As people know the service."""
    agreement: Agreement | None
    release: ReleasePolicy
    secret: str = field(default="", repr=False)
    """Of its authentication at the token endpoint; "" where it uses a key of its own, or none."""

    @property
    def relying_party(self) -> RelyingParty:
        """The same vendor, as the release policies see it: its client ID stands in for an entity ID."""
        return RelyingParty(self.client.client_id, "", self.agreement, self.release)


@dataclass(frozen=True, slots=True)
class SecondSchool:
    """Another school, which lends its name and its keys to forged messages."""

    base_url: str
    keys: SchoolKeys

    @property
    def entity_id(self) -> str:
        """Its SAML name."""
        return saml_name(self.base_url)


def saml_name(base_url: str) -> str:
    """The SAML name of a school, which is also where its metadata stands."""
    return f"{base_url}/saml/metadata"


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
    workers: int = 1
    """So many processes serve this school."""
    e_leg: bool = True
    """Whether it signals levels of e-legitimation, and says so in its metadata."""
    acronym: str = ""
    """Of the organisation (norEduOrgAcronym), "" where it has none."""
    country: tuple[str, str] = ("SE", "Sweden")
    """Two-letter code (ISO 3166) and English name."""
    organisation_type: str = "urn:schac:homeOrganizationType:int:other"
    """Of SCHAC's vocabulary, which knows schools as ``other``."""
    registration_authority: str = "https://md.federation.test"
    """The federation that the school belongs to, as ``mdrpi:RegistrationInfo`` names it."""

    clients: tuple[OidcParty, ...] = ()
    """Vendors of OpenID Connect that are registered by hand."""
    sign_metadata: bool = False
    """Whether it signs its own metadata; where a federation publishes it, the federation does."""
    second: SecondSchool | None = None
    """In whose name, and with whose keys, a forged message can be signed; None where a lab has no other school."""

    @property
    def entity_id(self) -> str:
        """The school's SAML name, which is also where its metadata stands."""
        return saml_name(self.base_url)

    @property
    def issuer(self) -> str:
        """The school's name in OpenID Connect (Discovery 3)."""
        return self.base_url

    @property
    def host(self) -> str:
        """The host of its public side, with its port on loopback."""
        return urlsplit(self.base_url).netloc

    @property
    def organisation(self) -> Mapping[str, tuple[str, ...]]:
        """The attributes that are about the school and the same for all its people, by canonical name."""
        code, country = self.country
        return {
            "o": (self.name.sv,),
            "norEduOrgAcronym": (self.acronym,) if self.acronym else (),
            "c": (code,),
            "co": (country,),
            "schacHomeOrganization": (self.scope,),
            "schacHomeOrganizationType": (self.organisation_type,),
        }

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
