"""The vendors that the testbed plays itself, each put together with keys from the lab home."""

from idp.federated_tls.app import PATH
from idp.federation.keys import federation_key
from sp_mocks.app import ExchangePlace, FederationPlace, VendorConfig, VendorService
from sp_mocks.config import ReceivingPlace
from sp_mocks.federated_tls import MachinesPlace
from sp_mocks.keys import VendorKeys
from sp_mocks.oidc.keys import ClientKeys
from testbed.lab.home import LabHome
from testbed.lab.machine_services import published_key, published_tokens
from testbed.lab.places import (
    DISCOVERY_URL,
    MACHINES_URL,
    METADATA_HOST,
    METADATA_URL,
    SCHOOLS,
    TOKEN_URL,
)
from testbed.lab.spec import SCHOOL_METADATA, SCHOOL_URL, Clients, Clock, LabSpec, client_secret, works_with
from testbed.lab.webhook_places import webhooks_below
from testbed.model.vendor import SENT
from testbed.model.wire import host_of
from testbed.model.written import Vendor


async def make_vendor(vendor: Vendor, spec: LabSpec, client: Clients, now: Clock) -> VendorService:
    """One simulated vendor, with its keys from the lab home."""
    if vendor.simulated is None:
        raise ValueError(f"{vendor.id} is not one of the testbed's own vendors")
    host = host_of(vendor.login)
    config = VendorConfig(
        vendor_id=vendor.id,
        name=vendor.name,
        base_url=f"https://{host}",
        hosts=vendor.simulated.hosts,
        profile=vendor.simulated.profile,
        fault=vendor.simulated.fault,
        idp_entity_id=SCHOOL_METADATA,
        idp_metadata_url=SCHOOL_METADATA,
        federation=_federation_place(spec, vendor, now),
        issuer=SCHOOL_URL,
        client=vendor.client,
        client_secret=client_secret(spec.home, vendor),
        exchange=_exchange_place(spec, vendor, now) if vendor.protocol == "ss12000" else None,
        receiving=_receiving_place(spec, vendor, _receives(vendor), now) if vendor.protocol in SENT else None,
    )
    http, coming = await client(host), await client(host, 1) if vendor.exchange else None
    return VendorService(config, _keys(spec.home, vendor, now), http, now, coming)


def _exchange_place(spec: LabSpec, vendor: Vendor, now: Clock) -> ExchangePlace:
    """The data APIs of the schools that have an agreement with the vendor."""
    urls = tuple(place.api_url for place in SCHOOLS if works_with(spec, vendor, place))
    told = _receiving_place(spec, vendor, webhooks_below(vendor), now)
    return ExchangePlace(urls, f"{TOKEN_URL}/transaction", vendor.party, told)


def _receives(vendor: Vendor) -> str:
    return (vendor.exchange.receives if vendor.exchange else None) or ""


def _receiving_place(spec: LabSpec, vendor: Vendor, address: str, now: Clock) -> ReceivingPlace:
    """The federation's key is handed over out of band."""
    tokens = published_tokens()
    return ReceivingPlace(
        entity_id=vendor.party,
        base_url=address.rstrip("/"),
        machines=MachinesPlace(f"{MACHINES_URL}{PATH}", MACHINES_URL, dict(published_key(spec.home, now))),
        schools=tuple(place.api_url for place in SCHOOLS if works_with(spec, vendor, place)),
        token_issuer=tokens.issuer,
        token_jwks_url=tokens.jwks_url,
        token_audience=tokens.audience,
    )


def _keys(home: LabHome, vendor: Vendor, now: Clock) -> VendorKeys | ClientKeys | None:
    host = host_of(vendor.login)
    match vendor.protocol:
        case "saml":
            return VendorKeys.load_or_make(home.participant_folder(host), host, now())
        case "oidc":
            return ClientKeys.load_or_make(home.participant_folder(host))
        case "ss12000" | "scim" | "provisioning":
            return None


def _federation_place(spec: LabSpec, vendor: Vendor, now: Clock) -> FederationPlace:
    """The certificate comes from the lab home and not over the network: out of band, as a federation hands it over."""
    key = federation_key(spec.home.participant_folder(METADATA_HOST), METADATA_HOST, now())
    return FederationPlace(
        aggregate_url=f"{METADATA_URL}/aggregate.xml",
        mdq_url=METADATA_URL,
        discovery_url=DISCOVERY_URL,
        certificate_der=key.certificate_der,
        schools=tuple(place.entity_id for place in SCHOOLS if works_with(spec, vendor, place)),
    )
