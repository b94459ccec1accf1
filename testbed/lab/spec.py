"""What a lab is made of, and how each participant is put together from it, whatever carries the traffic."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from idp.app import RelyingParty, School, SchoolConfig
from idp.config import OidcParty, SecondSchool
from idp.federation.app import Federation, FederationConfig, Member
from idp.federation.keys import federation_key
from idp.keys import SchoolKeys, SigningKey
from sp_mocks.app import FederationPlace, VendorConfig, VendorService
from sp_mocks.keys import VendorKeys
from sp_mocks.oidc.keys import ClientKeys
from testbed.lab.home import LabHome
from testbed.lab.places import (
    DISCOVERY_HOST,
    DISCOVERY_URL,
    FEDERATION_NAME,
    METADATA_HOST,
    METADATA_URL,
    SCHOOL,
    SCHOOLS,
    SchoolPlace,
)
from testbed.model.private import create_private, read_private
from testbed.model.wire import host_of
from testbed.model.written import Agreement, Bilingual, Person, Vendor

SCHOOL_HOST, SCHOOL_URL, SCHOOL_METADATA = SCHOOL.host, SCHOOL.url, SCHOOL.entity_id
REQUEST_TIMEOUT_S = 15.0
"""For every client that a participant is handed."""

type Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class LabSpec:
    """The people of the schools and the vendors that they let them into."""

    home: LabHome
    people: Mapping[str, Person]
    vendors: tuple[Vendor, ...]
    agreements: Mapping[str, Agreement]
    state: Path | None = None
    """Folder for what the workers of a school share; None where each school is served by one process."""

    @property
    def simulated(self) -> tuple[Vendor, ...]:
        """The vendors that the testbed plays itself."""
        return tuple(vendor for vendor in self.vendors if vendor.simulated)


def works_with(spec: LabSpec, vendor: Vendor, place: SchoolPlace) -> bool:
    """Whether this school lets its people log in to the vendor: any school whose host the vendor's agreement names as
    the controller's, and the first one in any case, for a vendor may be tried without an agreement."""
    agreement = spec.agreements.get(vendor.agreement or "")
    return place is SCHOOL or (agreement is not None and place.host in agreement.controller.hosts)


def make_school(spec: LabSpec, place: SchoolPlace, http: httpx.AsyncClient, control_token: str, now: Clock) -> School:
    """One mock school, with its keys from the lab home."""
    config = SchoolConfig(
        base_url=place.url,
        name=place.name,
        people={name: person for name, person in spec.people.items() if person.school == place.id},
        scope=place.scope,
        relying_parties=tuple(
            RelyingParty(
                entity_id=vendor.party,
                metadata_url=vendor.metadata,
                agreement=spec.agreements.get(vendor.agreement or ""),
                release=vendor.school_release,
                sign_response=vendor.school_signs_response,
            )
            for vendor in spec.vendors
            if vendor.protocol == "saml" and works_with(spec, vendor, place)
        ),
        clients=tuple(
            OidcParty(
                client=vendor.client,
                name=Bilingual(sv=vendor.name, en=vendor.name),
                agreement=spec.agreements.get(vendor.agreement or ""),
                release=vendor.school_release,
                secret=client_secret(spec.home, vendor),
            )
            for vendor in spec.vendors
            if vendor.client and works_with(spec, vendor, place)
        ),
        control_token=control_token,
        acronym=place.acronym,
        registration_authority=METADATA_URL,
        signing=place.signing,
        state=spec.state / f"{place.host}.sqlite" if spec.state else None,
        second=_lent(spec, place, now),
    )
    return School(config, school_keys(spec, place, now), http, now)


def school_keys(spec: LabSpec, place: SchoolPlace, now: Clock) -> SchoolKeys:
    """The keys of one mock school, from the lab home."""
    return SchoolKeys.load_or_make(spec.home.participant_folder(place.host), place.host, now(), place.signing)


def _lent(spec: LabSpec, place: SchoolPlace, now: Clock) -> SecondSchool:
    """The lab's other school, which lends its keys to what this one forges."""
    other = next(one for one in SCHOOLS if one is not place)
    return SecondSchool(other.url, school_keys(spec, other, now))


def client_secret(home: LabHome, vendor: Vendor) -> str:
    """The secret that the school and an OpenID Connect vendor share, made at first use; "" where none is needed."""
    if vendor.client is None or vendor.client.token_endpoint_auth_method in ("none", "private_key_jwt"):
        return ""
    folder = home.participant_folder(host_of(vendor.login))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "client-secret"
    create_private(path, secrets.token_urlsafe(32).encode("ascii"))
    return read_private(path).decode("ascii")


def make_federation(spec: LabSpec, http: httpx.AsyncClient, now: Clock) -> Federation:
    """The federation's operator, with its key from the lab home: both schools and the simulated vendors are members."""
    config = FederationConfig(
        metadata_url=METADATA_URL,
        name=FEDERATION_NAME,
        members=(
            *(Member(place.entity_id, place.entity_id, (place.scope,)) for place in SCHOOLS),
            *(Member(vendor.party, vendor.metadata) for vendor in spec.simulated if vendor.protocol == "saml"),
        ),
    )
    return Federation(config, _federation_key(spec, now), http, now)


def _federation_key(spec: LabSpec, now: Clock) -> SigningKey:
    return federation_key(spec.home.participant_folder(METADATA_HOST), METADATA_HOST, now())


@dataclass(frozen=True, slots=True)
class Authorities:
    """What a lab serves beside the vendors: the schools and the federation."""

    apps: Mapping[str, ASGIApp]
    """By host."""
    control: ASGIApp
    """The control APIs of the schools, each under its :attr:`SchoolPlace.control_path`."""


async def make_authorities(
    spec: LabSpec, client: Callable[[str], Awaitable[httpx.AsyncClient]], control_token: str, now: Clock
) -> Authorities:
    """All of them.

    Args:
        spec: who takes part.
        client: hands out the client of a sender.
        control_token: opens the control APIs.
        now: the time, in aware UTC.
    """
    schools = {place: make_school(spec, place, await client(place.host), control_token, now) for place in SCHOOLS}
    federation = make_federation(spec, await client(METADATA_HOST), now)
    apps: dict[str, ASGIApp] = {place.host: school.app for place, school in schools.items()}
    apps |= {METADATA_HOST: federation.metadata, DISCOVERY_HOST: federation.discovery}
    # NOTE: the path of the first is empty and takes whatever the others leave.
    control = Starlette(
        routes=[Mount(place.control_path, school.control) for place, school in reversed(schools.items())]
    )
    return Authorities(apps, control)


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
    )
    folder = spec.home.participant_folder(host)
    keys = ClientKeys.load_or_make(folder) if vendor.client else VendorKeys.load_or_make(folder, host, now())
    return VendorService(config, keys, http, now)


def _federation_place(spec: LabSpec, vendor: Vendor, now: Clock) -> FederationPlace:
    """The certificate comes from the lab home and not over the network: out of band, as a federation hands it over."""
    return FederationPlace(
        aggregate_url=f"{METADATA_URL}/aggregate.xml",
        mdq_url=METADATA_URL,
        discovery_url=DISCOVERY_URL,
        certificate_der=_federation_key(spec, now).certificate_der,
        schools=tuple(place.entity_id for place in SCHOOLS if works_with(spec, vendor, place)),
    )
