"""Who calls a vendor under test, with the certificates that they show: the lab's schools, and those who are nobody."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from idp.federated_tls.pins import pin_of
from testbed.lab.home import LabHome
from testbed.lab.machines import MachineCertificates, certificate_in
from testbed.lab.places import NEIGHBOUR, SCHOOL
from testbed.lab.tried_register import Pins
from testbed.model.exchange_case import By
from testbed.model.federated_tls import Endpoint, Entity, Issuer, Machines, Pin
from testbed.model.private import create_private

HOSTS: Mapping[By, str] = MappingProxyType(
    {"own": SCHOOL.api_host, "other": NEIGHBOUR.api_host, "stranger": "nobody.test", "same-name": "pretender.test"}
)
"""Under which name the lab home keeps whose certificate."""
FOREIGN = "foreign-issuer.pem"
CACHE_TTL_S = 60
BY_EGIL = "egilv1"
NO_ORGANISATION = "SE0000000000"
"""A number that is no organisation's."""


@dataclass(frozen=True, slots=True)
class TriedCallers:
    """Their certificates, from the lab home.

    Args:
        home: the lab's.
        names: the host in whose name ``own`` and ``other`` call; the schools' own where a vendor does not say.
    """

    home: LabHome
    hosts: Mapping[By, str] = HOSTS

    def credential(self, by: By) -> Path | None:
        """The file with what a caller shows; None for one who shows nothing.

        Raises:
            ScenarioInvalid: one in the lab home is damaged, or open to others.
        """
        machines = MachineCertificates(self.home)
        if by == "nobody":
            return None
        if by == "same-name":
            return machines.credential(self.hosts[by], name=self.hosts["own"])
        if by == "foreign-issuer":
            machines.issuer()
            path = machines.folder / FOREIGN
            if not path.exists():
                own = self.hosts["own"]
                leaf = trustme.CA().issue_cert(own, common_name=own)
                create_private(path, leaf.private_key_pem.bytes() + leaf.cert_chain_pems[0].bytes())
            return path
        return machines.credential(self.hosts[by])

    def certificate(self, by: By) -> x509.Certificate | None:
        """That which a caller shows."""
        file = self.credential(by)
        return certificate_in(file) if file else None

    def pin(self, by: By) -> str:
        """The digest of the key that a caller shows.

        Raises:
            ValueError: it shows none.
        """
        certificate = self.certificate(by)
        if certificate is None:
            raise ValueError(f"{by} shows no certificate")
        return pin_of(certificate)


def members(callers: TriedCallers, names: Mapping[By, str], cache_ttl_s: int = CACHE_TTL_S) -> tuple[Machines, Pins]:
    """What the register is to publish of ``own`` and ``other``, and the pins that cases change.

    Args:
        callers: whose keys they are.
        names: what the register calls each.
        cache_ttl_s: for so long a reader may keep it.
    """
    issuer = Issuer(x509certificate=MachineCertificates(callers.home).issuer().cert_pem.bytes().decode("ascii"))
    entities = tuple(
        Entity(
            entity_id=name,
            organization="TEST",
            organization_id=NO_ORGANISATION,
            issuers=(issuer,),
            clients=(Endpoint(tags=(BY_EGIL,), pins=(Pin(digest=callers.pin(by)),)),),
        )
        for by, name in names.items()
    )
    pins = Pins(names["own"], callers.pin("own"), callers.pin("stranger"))
    return Machines(cache_ttl=cache_ttl_s, entities=entities), pins


def facts_of(callers: TriedCallers, entity_id: str = SCHOOL.api_url) -> Mapping[str, str]:
    """What anybody can know of ``own``: what the register calls it, and its certificate as headers carry one."""
    certificate = callers.certificate("own")
    pem = certificate.public_bytes(Encoding.PEM).decode("ascii") if certificate else ""
    return {"entity": entity_id, "certificate": quote(pem, safe="")}
