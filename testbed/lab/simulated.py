"""The vendors that the testbed plays itself, each put together with keys from the lab home."""

import httpx

from idp.federation.keys import federation_key
from sp_mocks.app import ExchangePlace, FederationPlace, VendorConfig, VendorService
from sp_mocks.keys import VendorKeys
from sp_mocks.oidc.keys import ClientKeys
from testbed.lab.home import LabHome
from testbed.lab.places import DISCOVERY_URL, METADATA_HOST, METADATA_URL, SCHOOL, SCHOOLS, TOKEN_URL
from testbed.lab.spec import SCHOOL_METADATA, SCHOOL_URL, Clock, LabSpec, client_secret, works_with
from testbed.model.wire import host_of
from testbed.model.written import Vendor


def make_vendor(vendor: Vendor, spec: LabSpec, http: httpx.AsyncClient, now: Clock) -> VendorService:
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
        exchange=_exchange_place(spec, vendor) if vendor.exchange else None,
    )
    return VendorService(config, _keys(spec.home, vendor, now), http, now)


def _exchange_place(spec: LabSpec, vendor: Vendor) -> ExchangePlace:
    """The data API that the agreement names among the controller's hosts; the first school's where it names none."""
    agreement = spec.agreements.get(vendor.agreement or "")
    hosts = agreement.controller.hosts if agreement else ()
    place = next((one for one in SCHOOLS if one.api_host in hosts), SCHOOL)
    return ExchangePlace(place.api_url, f"{TOKEN_URL}/transaction", vendor.party)


def _keys(home: LabHome, vendor: Vendor, now: Clock) -> VendorKeys | ClientKeys | None:
    host = host_of(vendor.login)
    match vendor.protocol:
        case "saml":
            return VendorKeys.load_or_make(home.participant_folder(host), host, now())
        case "oidc":
            return ClientKeys.load_or_make(home.participant_folder(host))
        case "ss12000":
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
