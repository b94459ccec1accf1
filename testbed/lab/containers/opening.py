"""Open a lab in containers: write down what its parts are told, have compose make them, wait until all are healthy."""

import asyncio
import hashlib
import secrets
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import docker
import psutil
from docker.models.containers import Container

from testbed.interception import ParticipantUnavailable
from testbed.lab.containers import compose
from testbed.lab.containers.engine import (
    ENDED,
    WELL,
    Images,
    Project,
    engine,
    health_of,
    images,
    says_ready,
    why_not,
)
from testbed.lab.containers.staging import Staging, user_and_group
from testbed.lab.containers.topology import LOAD, Tokens, Told, told
from testbed.lab.gate.config import GATEWAY_CONFIG, WALL_CONFIG
from testbed.lab.home import LabHome
from testbed.lab.load_processes import new_key
from testbed.lab.places import HOSTS
from testbed.lab.ports import free_ports, must_be_free
from testbed.lab.roster import vendor_hosts
from testbed.lab.spec import LabSpec
from testbed.runner.folder import RunFolder

PUBLISHED = ("TESTBED_PORT", "TESTBED_CONTROL_PORT", "TESTBED_ORDERS_PORT", "TESTBED_LOAD_PORT")
UP_S, POLL_S = 90.0, 0.5
"""Each look asks the engine a dozen questions, at the expense of what is coming up."""
STATE_SIZE = "16m"
"""Of the school's disk: what a school remembers of a suite takes a tenth of it."""


def _now() -> datetime:
    return datetime.now(UTC)


def lab_of(home: LabHome) -> str:
    """What containers are labelled with that belong to this lab home."""
    return hashlib.sha256(str(home.path.resolve()).encode()).hexdigest()[:12]


def prefix_of(home: LabHome) -> str:
    """How the names of its projects begin."""
    return f"testbed-{lab_of(home)}"


def owner() -> str:
    """This process, as a label says it: a number alone may be another's later."""
    return _label(psutil.Process())


def lives(owned_by: str) -> bool:
    """Whether the process of this label still runs."""
    number, _, _ = owned_by.partition("@")
    try:
        return number.isdecimal() and _label(psutil.Process(int(number))) == owned_by
    except psutil.Error:
        return False


def _label(process: psutil.Process) -> str:
    return f"{process.pid}@{process.create_time():.0f}"


@dataclass(frozen=True, slots=True)
class Opening:
    """One lab that is to be opened.

    Args:
        spec: who takes part.
        folder: the run's.
        name: of the project.
        owner: the process that it lasts as long as; "" where it stays.
        port: of this machine's loopback for the person's browser; 0 takes a free one.
        breakable: something is going to be broken on purpose.
        workers: so many containers make load.
    """

    spec: LabSpec
    folder: RunFolder
    name: str
    owner: str = ""
    port: int = 0
    breakable: bool = False
    workers: int = 0

    @property
    def staging(self) -> Staging:
        """Its files."""
        return Staging(self.spec.home, self.name, self.folder)

    def lay_out(self, tokens: Tokens) -> Told:
        """Write down what its parts are told."""
        home = self.spec.home
        home.certificate_authority()
        home.server_certificate("school", HOSTS)
        home.server_certificate("vendors", vendor_hosts(self.spec) or ("nobody.test",))
        parts = told(self.spec, tokens, *user_and_group(), lined=self.breakable, workers=self.workers)
        self.staging.lay_out(parts, _now)
        return parts

    def published(self) -> dict[str, str]:
        """Where this machine reaches the gateway; chosen here, for the engine gives up after ten that are taken."""
        browser, *others = free_ports(len(PUBLISHED))
        return dict(zip(PUBLISHED, map(str, (self.port or browser, *others)), strict=True))

    def variables(self, parts: Told, made_of: Images) -> dict[str, str]:
        """Of the compose files."""
        return {
            "TESTBED_IMAGE": made_of.lab,
            "TESTBED_LOAD_IMAGE": made_of.load,
            f"TESTBED_WALL_{LOAD.name.upper()}": "",
            "TESTBED_LAB": lab_of(self.spec.home),
            "TESTBED_OWNER": self.owner,
            "TESTBED_USER": "{}:{}".format(*user_and_group()),
            "TESTBED_STATE": "size={},mode=0700,uid={},gid={}".format(STATE_SIZE, *user_and_group()),
            **self.published(),
            "TESTBED_STAGE": str(self.staging.path.absolute()),
            "TESTBED_RUN": str(self.folder.path.absolute()),
            "TESTBED_GATEWAY": GATEWAY_CONFIG.dump_json(parts.gateway).decode(),
            **{
                f"TESTBED_WALL_{place.name.upper()}": WALL_CONFIG.dump_json(wall).decode()
                for place, wall in parts.walls.items()
            },
        }


def must_be_possible(port: int = 0, *, workers: int = 0) -> None:
    """Make sure that a lab can be opened here, before anything is made for it.

    Args:
        port: see :class:`Opening`.
        workers: likewise.

    Raises:
        ScenarioInvalid: there is no engine, no image or no compose, or the port is taken.
    """
    compose.program()
    with engine() as client:
        images(client, workers)
    if port:
        must_be_free(port)


def is_healthy(container: Container) -> bool:
    """By what the engine sees of it."""
    return health_of(container) == "healthy"


def serves(container: Container) -> bool:
    """By what the engine sees of it, or sooner by what it says of itself; one whose health nobody looks at runs, and is
    waited for by whoever needs it."""
    return health_of(container) in WELL or says_ready(container)


async def open_up(opening: Opening, client: docker.DockerClient, is_up: Callable[[Container], bool] = serves) -> Tokens:
    """Make everything, and wait until it is up. What was made stays, also where it did not come up.

    Raises:
        ScenarioInvalid: there is no image or no compose.
        ParticipantUnavailable: a container ended, or did not get healthy; with the last lines that it said.
    """
    command, made_of = compose.program(), images(client, opening.workers)
    tokens = Tokens(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(32), new_key())
    parts = opening.lay_out(tokens)
    making = compose.up(command, opening.name, opening.variables(parts, made_of), opening.workers)
    await until_up(Project(client, opening.name), making, is_up)
    return tokens


async def until_up(project: Project, making: Coroutine[None, None, str], is_up: Callable[[Container], bool]) -> None:
    """Have all of it made, and wait until it is up.

    Args:
        project: its name.
        making: makes it; returns "" or what went wrong.
        is_up: whether a container is.

    Raises:
        ParticipantUnavailable: a container ended, or did not get healthy, or was not made.
    """
    task = asyncio.create_task(making)
    try:
        await _watched(project, task, is_up)
    finally:
        task.cancel()
        await asyncio.wait([task])


async def _watched(project: Project, making: asyncio.Task[str], is_up: Callable[[Container], bool]) -> None:
    deadline = time.monotonic() + UP_S
    while True:
        containers = await asyncio.to_thread(project.containers)
        for container in containers:
            if health_of(container) in (*ENDED, "unhealthy"):
                raise ParticipantUnavailable(await asyncio.to_thread(why_not, container))
        if making.done():
            if trouble := making.result():
                raise ParticipantUnavailable(_of_compose(trouble))
            up = await asyncio.to_thread(_all_up, containers, is_up)
            if up:
                return
        if time.monotonic() > deadline:
            late = next((one for one in containers if health_of(one) not in WELL), None)
            what = await asyncio.to_thread(why_not, late) if late else "compose made no container"
            raise ParticipantUnavailable(f"{what} (after {UP_S:.0f} s)")
        await asyncio.sleep(POLL_S)


def _all_up(containers: Sequence[Container], is_up: Callable[[Container], bool]) -> bool:
    return bool(containers) and all(is_up(container) for container in containers)


def _of_compose(said: str) -> str:
    lines = [line for line in said.splitlines() if line.strip()]
    return "compose could not make the lab: " + (lines[-1].strip() if lines else "it did not say why")
