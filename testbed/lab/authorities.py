"""What a lab has beside its vendors, each put together with keys from the lab home: the schools and the federation."""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from idp.app import RelyingParty, School, SchoolConfig
from idp.config import OidcParty, SecondSchool
from idp.federation.app import Federation, FederationConfig, Member
from idp.federation.keys import federation_key
from idp.keys import SchoolKeys
from testbed.lab.exchange import Exchange, make_exchange
from testbed.lab.places import DISCOVERY_HOST, FEDERATION_NAME, METADATA_HOST, METADATA_URL, SCHOOLS, SchoolPlace
from testbed.lab.spec import Clients, Clock, LabSpec, client_secret, works_with
from testbed.model.written import Bilingual


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
    return Federation(
        config, federation_key(spec.home.participant_folder(METADATA_HOST), METADATA_HOST, now()), http, now
    )


@dataclass(frozen=True, slots=True)
class Authorities:
    """What a lab serves beside the vendors: the schools and the federation."""

    apps: Mapping[str, ASGIApp]
    """By host."""
    control: ASGIApp
    """The control APIs of the schools, each under its :attr:`SchoolPlace.control_path`."""


NO_EXCHANGE = Exchange({}, {}, {})


async def _exchange(spec: LabSpec, schools: Mapping[SchoolPlace, School], client: Clients, now: Clock) -> Exchange:
    """With it, whatever the lab changes about a person is changed in the school's data too."""
    secrets = {place.id: school_keys(spec, place, now).pairwise_secret for place in schools}
    exchange = await make_exchange(spec, secrets, client, now)
    for place, school in schools.items():
        school.follow(exchange.data[place.id].roll)
        for kind, carried_out in exchange.orders.get(place.id, {}).items():
            school.obey(kind, carried_out)
    return exchange


async def make_authorities(spec: LabSpec, client: Clients, control_token: str, now: Clock) -> Authorities:
    """All of them.

    Args:
        spec: who takes part.
        client: hands out the client of a sender.
        control_token: opens the control APIs.
        now: the time, in aware UTC.
    """
    schools = {place: make_school(spec, place, await client(place.host), control_token, now) for place in SCHOOLS}
    exchange = await _exchange(spec, schools, client, now) if spec.fed else NO_EXCHANGE
    federation = make_federation(spec, await client(METADATA_HOST), now)
    apps: dict[str, ASGIApp] = {place.host: school.app for place, school in schools.items()}
    apps |= {METADATA_HOST: federation.metadata, DISCOVERY_HOST: federation.discovery, **exchange.apps}
    # NOTE: the path of the first is empty and takes whatever the others leave.
    control = Starlette(
        routes=[Mount(place.control_path, school.control) for place, school in reversed(schools.items())]
    )
    return Authorities(apps, control)
