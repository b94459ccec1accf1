"""What a lab is made of, whatever carries the traffic, and what its participants must have in common."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import httpx

from testbed.lab.home import LabHome
from testbed.lab.machines import NO_MUTUAL_TLS, MachineCertificates, MutualTls
from testbed.lab.places import ASKING, SCHOOL, SCHOOLS, STRANGER, SchoolPlace
from testbed.model.private import create_private, read_private
from testbed.model.vendor import SENT
from testbed.model.wire import host_of
from testbed.model.written import Agreement, Person, Vendor

SCHOOL_HOST, SCHOOL_URL, SCHOOL_METADATA = SCHOOL.host, SCHOOL.url, SCHOOL.entity_id
REQUEST_TIMEOUT_S = 15.0
"""For every client that a participant is handed."""

type Clock = Callable[[], datetime]


class Clients(Protocol):
    """Hands out the clients of senders."""

    async def __call__(self, sender: str, number: int = 0) -> httpx.AsyncClient:
        """A client that shows the sender's certificate of this number where it has any.

        Whoever changes keys is handed a client for each, for a connection shows what it has shown once.
        """


@dataclass(frozen=True, slots=True)
class LabSpec:
    """The people of the schools and the vendors that they let them into."""

    home: LabHome
    people: Mapping[str, Person]
    vendors: tuple[Vendor, ...]
    agreements: Mapping[str, Agreement]
    state: Path | None = None
    """Folder for what a school remembers when its process ends, and what its workers share; None where it need not."""
    workers: int = 1
    """So many processes serve the schools."""
    loaded: bool = False
    """Many plays are going to be under way at once."""

    @property
    def simulated(self) -> tuple[Vendor, ...]:
        """The vendors that the testbed plays itself."""
        return tuple(vendor for vendor in self.vendors if vendor.simulated)

    @property
    def fed(self) -> tuple[Vendor, ...]:
        """Those of them that are fed with rosters."""
        return tuple(vendor for vendor in self.simulated if vendor.exchange)

    @property
    def fetching(self) -> tuple[Vendor, ...]:
        """Those of these that fetch them."""
        return tuple(vendor for vendor in self.fed if vendor.protocol not in SENT)

    @property
    def receiving(self) -> tuple[Vendor, ...]:
        """Those that schools send them."""
        return tuple(vendor for vendor in self.fed if vendor.protocol in SENT)

    @property
    def mutual(self) -> MutualTls:
        """Who calls whom by mutual TLS.

        Raises:
            ScenarioInvalid: a certificate in the lab home is damaged, or open to others.
        """
        if not self.fed:
            return NO_MUTUAL_TLS
        receiving = [host_of(one.exchange.receives) for one in self.receiving if one.exchange and one.exchange.receives]
        fetching = [host_of(one.login) for one in self.fetching]
        callers = (*(host_of(one.login) for one in self.fed), *(place.api_host for place in SCHOOLS))
        pretenders = {STRANGER: SCHOOL.api_host} if receiving else {}
        return MachineCertificates(self.home).mutual_tls((*ASKING, *receiving, *fetching), callers, pretenders)


def works_with(spec: LabSpec, vendor: Vendor, place: SchoolPlace) -> bool:
    """Whether this school lets its people log in to the vendor: any school whose host the vendor's agreement names as
    the controller's, and the first one in any case, for a vendor may be tried without an agreement."""
    agreement = spec.agreements.get(vendor.agreement or "")
    return place is SCHOOL or (agreement is not None and place.host in agreement.controller.hosts)


def client_secret(home: LabHome, vendor: Vendor) -> str:
    """The secret that the school and an OpenID Connect vendor share, made at first use; "" where none is needed."""
    if vendor.client is None or vendor.client.token_endpoint_auth_method in ("none", "private_key_jwt"):
        return ""
    folder = home.participant_folder(host_of(vendor.login))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "client-secret"
    create_private(path, secrets.token_urlsafe(32).encode("ascii"))
    return read_private(path).decode("ascii")
