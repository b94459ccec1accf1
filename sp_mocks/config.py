"""Who a simulated vendor is, and whom it trusts: what the lab hands it."""

from dataclasses import dataclass, field

from sp_mocks.federated_tls import MachinesPlace
from testbed.model.written import OidcClient


@dataclass(frozen=True)
class FederationPlace:
    """Where a federation publishes its members, and the key that its publications must be signed by."""

    aggregate_url: str
    """The signed EntitiesDescriptor of all members."""
    mdq_url: str
    """Base of the metadata queries, without a slash at its end: ``<mdq_url>/entities/<entityID>``."""
    discovery_url: str
    """The page where a person chooses a school (Identity Provider Discovery Service Protocol)."""
    certificate_der: bytes
    """Handed over out of band; a certificate in the document itself counts for nothing."""
    schools: tuple[str, ...] = ()
    """EntityIDs of the schools whose people the vendor lets in."""


@dataclass(frozen=True)
class ExchangePlace:
    """Where a vendor fetches rosters, and what it is called there."""

    api_urls: tuple[str, ...]
    """Of each school's data API, without a slash at the end."""
    token_url: str
    """Where access tokens for it are asked for."""
    entity_id: str
    """What the federation's metadata of machines calls the vendor."""
    told: "ReceivingPlace"
    """Where schools say that something has changed, and how it knows them."""


@dataclass(frozen=True)
class ReceivingPlace:
    """Where schools call a vendor, to send it rosters or to say that something has changed, and how it knows them."""

    entity_id: str
    """What the federation's metadata of machines calls the vendor."""
    base_url: str
    """Its endpoints are below this address, which has no slash at its end."""
    machines: MachinesPlace
    schools: tuple[str, ...]
    """What the same metadata calls the schools that have an agreement with it."""
    token_issuer: str
    """Whose tokens it takes, where it takes tokens (the national tests' provisioning)."""
    token_jwks_url: str
    token_audience: str


@dataclass(frozen=True)
class VendorConfig:
    """Who a simulated vendor is, and whom it trusts."""

    vendor_id: str
    name: str
    """As people know the service."""
    base_url: str
    """Scheme and host, without a slash at its end."""
    hosts: tuple[str, ...]
    """Every host that it answers for."""
    profile: str
    """A key of ``EVERY_PROFILE``."""
    fault: str | None
    """A key of ``EVERY_FAULT``; None for a compliant vendor."""
    idp_entity_id: str
    idp_metadata_url: str
    federation: FederationPlace | None = None
    """For vendors that know schools by the federation; None for those that know one school by its own metadata."""
    issuer: str = ""
    """Of the school, as it stands in its discovery document; for vendors of OpenID Connect."""
    client: OidcClient | None = None
    """How the vendor is registered with the school; None for a vendor of SAML."""
    client_secret: str = field(default="", repr=False)
    """Handed over out of band; "" where the registration needs none."""
    exchange: ExchangePlace | None = None
    """Of a vendor that fetches rosters."""
    receiving: ReceivingPlace | None = None
    """Of a vendor that schools send rosters."""
