"""What a lab is made of, and how each participant is put together from it, whatever carries the traffic."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import httpx

from idp.app import RelyingParty, School, SchoolConfig
from idp.keys import SchoolKeys
from sp_mocks.app import VendorConfig, VendorService
from sp_mocks.keys import VendorKeys
from testbed.lab.home import LabHome
from testbed.model.wire import host_of
from testbed.model.written import Agreement, Bilingual, Person, Vendor

SCHOOL_HOST = "idp.skola.test"
SCHOOL_URL = f"https://{SCHOOL_HOST}"
SCHOOL_METADATA = f"{SCHOOL_URL}/saml/metadata"
SCHOOL_NAME = Bilingual(sv="Exempelkommuns skolor (TEST)", en="Example Municipality's schools (TEST)")
SCOPE = "skola.test"
REQUEST_TIMEOUT_S = 15.0
"""For every client that a participant is handed."""

type Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class LabSpec:
    """The people of the school and the vendors that it lets them into."""

    home: LabHome
    people: Mapping[str, Person]
    vendors: tuple[Vendor, ...]
    agreements: Mapping[str, Agreement]

    @property
    def simulated(self) -> tuple[Vendor, ...]:
        """The vendors that the testbed plays itself."""
        return tuple(vendor for vendor in self.vendors if vendor.simulated)


def entity_id_of(vendor: Vendor) -> str:
    """By custom the metadata's address, where the vendor's file names no other."""
    return vendor.entity_id or vendor.metadata


def make_school(spec: LabSpec, http: httpx.AsyncClient, control_token: str, now: Clock) -> School:
    """The mock school, with its keys from the lab home."""
    config = SchoolConfig(
        base_url=SCHOOL_URL,
        name=SCHOOL_NAME,
        people=spec.people,
        scope=SCOPE,
        relying_parties=tuple(
            RelyingParty(
                entity_id=entity_id_of(vendor),
                metadata_url=vendor.metadata,
                agreement=spec.agreements.get(vendor.agreement or ""),
                release=vendor.school_release,
            )
            for vendor in spec.vendors
        ),
        control_token=control_token,
        acronym="EXK",
    )
    keys = SchoolKeys.load_or_make(spec.home.participant_folder(SCHOOL_HOST), SCHOOL_HOST, now(), config.signing)
    return School(config, keys, http, now)


def make_vendor(vendor: Vendor, home: LabHome, http: httpx.AsyncClient, now: Clock) -> VendorService:
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
    )
    return VendorService(config, VendorKeys.load_or_make(home.participant_folder(host), host, now()), http, now)
