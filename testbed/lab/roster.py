"""Who is told what, in a lab whose participants are other processes, wherever these are."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from testbed.interception.config import OrdersAt, ProxyConfig
from testbed.lab.home import LabHome
from testbed.lab.participant import ParticipantConfig
from testbed.lab.places import HOSTS, SENDERS, STRANGER
from testbed.lab.spec import LabSpec
from testbed.model.wire import host_of

SCHOOL_SENDERS = (*SENDERS, STRANGER)
"""Those of whom the process of the schools sends requests."""


def vendor_senders(spec: LabSpec) -> tuple[str, ...]:
    """Those of whom the process of the simulated vendors sends requests."""
    return tuple(host_of(vendor.login) for vendor in spec.simulated)


def vendor_hosts(spec: LabSpec) -> tuple[str, ...]:
    """All that the simulated vendors answer for."""
    return tuple(host for vendor in spec.simulated if vendor.simulated for host in vendor.simulated.hosts)


@dataclass(frozen=True, slots=True)
class Roster:
    """What the processes of one lab are told. Paths are as they themselves see them."""

    spec: LabSpec
    lab: str
    """Name of the carrier, for the journal."""
    ports: Mapping[str, int]
    """Sender to the proxy's listener for it."""
    proxy: str
    """By which participants reach these."""
    school: tuple[str, int]
    """Where the proxy reaches the schools and the federation."""
    vendors: tuple[str, int]
    home: LabHome
    people: Path
    journal: Path

    @property
    def hosts(self) -> dict[str, tuple[str, int]]:
        """Host to the address where it is served."""
        return dict.fromkeys(HOSTS, self.school) | dict.fromkeys(vendor_hosts(self.spec), self.vendors)

    def of_proxy(self, address: str, orders: OrdersAt | None = None) -> ProxyConfig:
        """What the proxy is told.

        Args:
            address: of its listeners.
            orders: where it takes orders, where that is not its standard input.
        """
        mutual, own = self.spec.mutual, self.spec.home.path
        return ProxyConfig(
            journal=self.journal,
            lab=self.lab,
            listeners=self.ports,
            hosts=self.hosts,
            confdir=self.home.proxy_folder,
            ca_file=self.home.ca_file,
            asking=tuple(sorted(mutual.hosts)),
            credentials={
                sender: tuple(self.home.path / file.relative_to(own) for file in files)
                for sender, files in mutual.credentials.items()
            },
            address=address,
            orders=orders,
            loaded=self.spec.loaded,
        )

    def of_participant(self, certificate: Path) -> ParticipantConfig:
        """What every participant is told; where it listens is for the carrier to add."""
        return ParticipantConfig(
            home=self.home.path,
            people=self.people,
            vendors=self.spec.vendors,
            agreements=tuple(self.spec.agreements.values()),
            proxies={sender: f"http://{self.proxy}:{port}" for sender, port in self.ports.items()},
            certificate=certificate,
        )
