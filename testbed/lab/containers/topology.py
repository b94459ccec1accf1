"""What the lab in containers consists of, as ``compose/compose.yaml`` has it, and what its parts are told."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from testbed.interception.config import OrdersAt, ProxyConfig
from testbed.lab.gate.config import GatewayConfig, WallConfig
from testbed.lab.home import LabHome
from testbed.lab.load_processes import JOIN_S
from testbed.lab.participant import ParticipantConfig
from testbed.lab.roster import SCHOOL_SENDERS, Roster, vendor_senders
from testbed.lab.spec import LabSpec
from testbed.model.load import Process, Stage
from testbed.model.wire import BROWSER

NAME = "docker"
"""Of the carrier, for the journal."""
IMAGE, IMAGE_VARIABLE = "school-federation-testbed", "TESTBED_IMAGE"
LOAD_IMAGE, LOAD_IMAGE_VARIABLE = f"{IMAGE}-load", "TESTBED_LOAD_IMAGE"
"""Of the workers of a load, for the other one lacks what makes it."""
LAB_LABEL, OWNER_LABEL = "testbed.lab", "testbed.owner"
"""Of every container and network: which lab home's it is, and which process it lasts as long as."""
SERVICE_LABEL, NETWORK_LABEL, PROJECT_LABEL = (
    f"com.docker.compose.{name}" for name in ("service", "network", "project")
)
"""By these compose itself marks what it makes."""

GATEWAY, PROXY = "gateway", "proxy"
"""The holder of the name space that is in every network, and what leads everything in it to the proxy; and the proxy,
which has no network but that."""
BROWSER_PORT, CONTROL_PORT, ORDERS_PORT, LOAD_PORT = 8080, 8081, 8082, 8083
"""Of the gateway, published on this machine's loopback. The first two are next to each other, for whoever makes load
may call them and no more."""
SERVED_PORT, SCHOOL_CONTROL_PORT, LOAD_ORDERS_PORT = 8443, 8444, 8445
"""Of participants, and of the load's master."""
LOAD_MASTER_PORT = 5557
"""Of loopback, where the workers find it."""
FIRST_LISTENER = 20_000
EVERY_ADDRESS = "0.0.0.0"  # noqa: S104 - of the gateway's name space, whose rules say who may call where
RESOLVER = "198.19.255.254"
"""Nobody's: the gateway answers for names, wherever they are asked for."""
INSIDE = Path("/lab")
"""Where containers find what is theirs."""
STATE = INSIDE / "state"
"""The school's small disk, which is its wall's too: it keeps what is on it while the school is dead."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a participant lives: its program in one container, its name space in another, which alone may change it."""

    name: str
    """Of the participant, of the service that is its program, and of its network."""

    @property
    def wall(self) -> str:
        """The service that holds its name space: it is this one that is in the network, under the participant's name,
        and that is connected and disconnected."""
        return f"{self.name}-wall"

    @property
    def network(self) -> str:
        """Internal: in it there are the wall and the gateway."""
        return self.name


SCHOOL, VENDORS, LOAD = Place("school"), Place("vendors"), Place("load")
PLACES = (SCHOOL, VENDORS)
"""Of every lab; the load's is there only where workers in containers make it."""
LOAD_MASTER, LOAD_WORKER = "load-master", "load-worker"
"""The services in the name space of the load's wall."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What opens the orders to the proxy, to the schools, and to the master of a load."""

    orders: str = field(repr=False)
    control: str = field(repr=False)
    load: str = field(default="", repr=False)
    seal: str = field(default="", repr=False)
    """The key of what the master and its workers tell each other."""


@dataclass(frozen=True, slots=True)
class Told:
    """What every part of one lab is told."""

    walls: Mapping[Place, WallConfig]
    gateway: GatewayConfig
    proxy: ProxyConfig
    school: ParticipantConfig
    vendors: ParticipantConfig
    load: Process | None = None
    """The master of a load's workers."""


def told(spec: LabSpec, tokens: Tokens, user: int, group: int, *, lined: bool = False, workers: int = 0) -> Told:
    """What the parts of a lab are told.

    Args:
        spec: who takes part.
        tokens: of this lab.
        user: whose processes they are; of the group the same.
        group: see there.
        lined: the lines to participants are going to be bad.
        workers: so many containers make load.
    """
    numbers = count(FIRST_LISTENER)
    ports, listeners = {BROWSER: BROWSER_PORT}, {}
    for place, senders in ((SCHOOL, SCHOOL_SENDERS), (VENDORS, vendor_senders(spec))):
        own = {sender: next(numbers) for sender in (*senders, place.name)}
        ports |= own
        listeners[place.name] = (min(own.values()), max(own.values()))
    rest = {place: ports[place.name] for place in PLACES}
    if workers:
        listeners[LOAD.name] = (BROWSER_PORT, CONTROL_PORT)
        rest[LOAD] = BROWSER_PORT
    roster = Roster(
        spec=spec,
        lab=NAME,
        ports=ports,
        proxy=GATEWAY,
        school=(SCHOOL.name, SERVED_PORT),
        vendors=(VENDORS.name, SERVED_PORT),
        home=LabHome(INSIDE / "home"),
        people=INSIDE / "people.json",
        journal=INSIDE / "exchanges.jsonl",
    )
    walls = {
        place: WallConfig(
            sender=place.name,
            gateway=GATEWAY,
            listeners=listeners[place.name],
            rest=port,
            hosts=tuple(roster.hosts),
            journal=INSIDE / "attempts.jsonl",
            lab=NAME,
            user=user,
            group=group,
        )
        for place, port in rest.items()
    }
    inward = [(CONTROL_PORT, SCHOOL.name, SCHOOL_CONTROL_PORT)]
    if workers:
        inward.append((LOAD_PORT, LOAD.name, LOAD_ORDERS_PORT))
    tls = INSIDE / "home" / "tls"
    school = roster.of_participant(tls / f"{SCHOOL.name}.pem")
    at = OrdersAt(ORDERS_PORT, tokens.orders)
    return Told(
        walls=walls,
        gateway=GatewayConfig(listeners, tuple(inward), user, group),
        proxy=replace(roster.of_proxy(EVERY_ADDRESS, at), underway=INSIDE / "underway.jsonl", lined=lined),
        school=replace(school, ports=(SERVED_PORT, SCHOOL_CONTROL_PORT), control_token=tokens.control, state=STATE),
        vendors=replace(roster.of_participant(tls / f"{VENDORS.name}.pem"), ports=(SERVED_PORT,)),
        load=_master(tokens, workers) if workers else None,
    )


def _master(tokens: Tokens, workers: int) -> Process:
    return Process(
        Stage.MASTER,
        port=LOAD_MASTER_PORT,
        workers=workers,
        key=tokens.seal,
        join_s=JOIN_S,
        orders=LOAD_ORDERS_PORT,
        token=tokens.load,
    )
