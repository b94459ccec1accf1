"""A vendor in a container that the testbed starts: ``compose/README.md`` is the contract.

It shares the network name space of a holder, a container of ours that does nothing. In that name space there is a
loopback interface alone; before the vendor runs, the gate goes there and leads everything to the proxy. So the vendor
has no leave to change the name space, and no road that it could take instead.
"""

import asyncio
import logging
import secrets
import threading
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docker
from docker.errors import APIError, ImageNotFound, NotFound
from docker.models.containers import Container as Made

from testbed.interception import ParticipantUnavailable
from testbed.lab.containers.engine import ENDED, Project, engine, image, remove
from testbed.lab.containers.opening import lab_of, owner, prefix_of
from testbed.lab.containers.topology import LAB_LABEL, OWNER_LABEL, PROJECT_LABEL, SERVICE_LABEL
from testbed.lab.home import LabHome
from testbed.lab.vendor_program import TRUST
from testbed.model.files import ScenarioInvalid
from testbed.model.placeholders import filled
from testbed.model.private import append_private
from testbed.model.vendor import Container

INSIDE = "/testbed"
"""Where a vendor's container finds what it is given."""
CA_FILE, IDP_METADATA = f"{INSIDE}/ca.pem", f"{INSIDE}/idp.xml"
SYSTEM_STORE = "/etc/ssl/certs/ca-certificates.crt"
RESOLVER = "/etc/resolv.conf"
HOLDER, VENDOR = "holder", "vendor"
TOKEN = "TESTBED_HOLDER"  # noqa: S105 - a variable's name
STOP_S, NEAR_S, POLL_S = 5, 10.0, 0.05
OUT_OF_REACH = "the container's name space is not within reach: run this as root on the machine where the engine runs"
MEMORY, PROCESSES = "2g", 1024
WITHOUT = ["AUDIT_WRITE", "MKNOD", "NET_RAW", "SYS_CHROOT"]
"""Of what an engine else leaves root in a container; what it never leaves it is enough to lay another road."""
LOG = {"type": "json-file", "config": {"max-size": "10m"}}

log = logging.getLogger("testbed.outside")


@dataclass(slots=True)
class VendorContainer:
    """See :class:`testbed.lab.vendor_program.VendorProgram`."""

    vendor: str
    """Its id."""
    made: Made
    log: Path
    ended: int | None = field(default=None, init=False)
    """Its status once it has ended, as far as that has come to be known by itself."""
    _following: threading.Thread | None = field(default=None, init=False)

    @property
    def what(self) -> str:
        """See :class:`testbed.lab.vendor_program.VendorProgram`."""
        return "container"

    @property
    def made_of(self) -> str:
        """See :class:`testbed.lab.vendor_program.VendorProgram`."""
        return "image"

    @property
    def pids(self) -> tuple[int, ...]:
        """See :class:`testbed.lab.tried_program.Running`."""
        return ()

    async def start(self) -> None:
        """See :class:`testbed.lab.vendor_program.VendorProgram`."""
        try:
            await asyncio.to_thread(self.made.start)
        except APIError as error:
            raise ScenarioInvalid(
                f"{self.vendor}: container",
                self.made_of,
                f"cannot be run ({error.explanation})",
                "try it with 'docker run'",
            ) from error
        self._following = threading.Thread(target=self._follow, daemon=True)
        self._following.start()

    async def state(self) -> int | None:
        """See :class:`testbed.lab.vendor_program.VendorProgram`."""
        await asyncio.to_thread(self.made.reload)
        status = self._status()
        if status is not None:
            await self._followed()
        return status

    async def end(self) -> None:
        """See :class:`testbed.lab.vendor_program.VendorProgram`."""
        await asyncio.to_thread(self.made.stop, timeout=STOP_S)
        await self._followed()

    async def remove(self) -> None:
        """End it and take it away, with what it wrote."""
        await self.end()
        await asyncio.to_thread(self.made.remove, force=True, v=True)

    def _follow(self) -> None:
        with append_private(self.log) as file:
            for said in self.made.logs(stream=True, follow=True):
                file.write(said)
                file.flush()
        try:
            self.made.reload()
        except NotFound:
            return
        self.ended = self._status()

    def _status(self) -> int | None:
        state = self.made.attrs["State"]
        return int(state["ExitCode"]) if state["Status"] in ENDED else None

    async def _followed(self) -> None:
        if self._following is not None:
            await asyncio.to_thread(self._following.join, STOP_S)


@dataclass(frozen=True, slots=True)
class Holder:
    """A name space for the containers of one vendor."""

    project: Project
    labels: Mapping[str, str]
    """By which all that was made here is found."""
    made: Made
    process: int
    """That holds it, as this machine numbers it."""

    async def containing(
        self, vendor: str, container: Container, places: Mapping[str, str], files: Sequence[str], log_file: Path
    ) -> VendorContainer:
        """A container of the vendor's, which does not run yet.

        Args:
            vendor: its id.
            container: as its file has it.
            places: what is filled in; of a file, where it stands in the container.
            files: and folders: where they are, where they stand in the container, and what may be done to them.
            log_file: where that goes which it has to say.

        Raises:
            ScenarioInvalid: the engine has no such image.
        """
        own = {name: filled(value, places, last=True) for name, value in container.env.items()}
        options: dict[str, Any] = {
            "command": [filled(part, places, last=True) for part in container.command] or None,
            "environment": {**dict.fromkeys(TRUST, CA_FILE), **own},
            "network_mode": f"container:{self.made.id}",
            "volumes": list(files),
            "labels": {**self.labels, SERVICE_LABEL: VENDOR},
            "cap_drop": WITHOUT,
            "security_opt": ["no-new-privileges:true"],
            "mem_limit": MEMORY,
            "pids_limit": PROCESSES,
            "log_config": LOG,
            "init": True,
        }
        try:
            made = await asyncio.to_thread(self.project.client.containers.create, container.image, **options)
        except ImageNotFound as error:
            raise ScenarioInvalid(
                f"{vendor}: container",
                "image",
                f"the engine has no image {container.image}",
                "build it or pull it first: the testbed fetches none",
            ) from error
        return VendorContainer(vendor, made, log_file)


@asynccontextmanager
async def held(home: LabHome) -> AsyncIterator[Holder]:
    """A name space; all that was made in it is gone when the context ends.

    Args:
        home: the lab's.

    Raises:
        ScenarioInvalid: there is no engine, or no image of ours.
        ParticipantUnavailable: the engine does not do as it is asked, or is another machine's.
    """
    with engine() as client, _removing(Project(client, f"{prefix_of(home)}-{secrets.token_hex(4)}")) as project:
        labels = {LAB_LABEL: lab_of(home), OWNER_LABEL: owner(), PROJECT_LABEL: project.name}
        made, process = await asyncio.to_thread(_holder, client, labels)
        yield Holder(project, labels, made, process)


@contextmanager
def _removing(project: Project) -> Iterator[Project]:
    try:
        yield project
    finally:
        remove(project)


def _holder(client: docker.DockerClient, labels: Mapping[str, str]) -> tuple[Made, int]:
    """It, and its process as this machine numbers it."""
    token = secrets.token_hex(16)
    holder: Made = client.containers.run(
        image(client),
        entrypoint=["sleep", "infinity"],
        environment={TOKEN: token},
        network_mode="none",
        labels={**labels, SERVICE_LABEL: HOLDER},
        read_only=True,
        cap_drop=["ALL"],
        security_opt=["no-new-privileges:true"],
        mem_limit="32m",
        pids_limit=8,
        detach=True,
    )
    holder.reload()
    number = int(holder.attrs["State"]["Pid"])
    deadline = time.monotonic() + NEAR_S
    # NOTE: an engine in a virtual machine numbers processes that are none of this machine's; and one that has just
    # begun is not yet what it is to be.
    while not _has_variable(number, f"{TOKEN}={token}"):
        if time.monotonic() > deadline:
            raise ParticipantUnavailable(OUT_OF_REACH)
        time.sleep(POLL_S)
    return holder, number


def _has_variable(process: int, variable: str) -> bool:
    try:
        return variable.encode() in Path(f"/proc/{process}/environ").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return False
    except PermissionError as error:
        raise ParticipantUnavailable(OUT_OF_REACH) from error


def mounted(folder: Path, ca_file: Path, others: Mapping[str, Path]) -> list[str]:
    """What stands in a container, each of it readable by whoever the vendor runs as and secret from nobody there.

    Args:
        folder: for copies, which nobody else can open.
        ca_file: the lab's certificate authority.
        others: by where they stand in the container.
    """
    resolver = folder / "container-resolv.conf"
    resolver.write_text("nameserver 127.0.0.1\n", encoding="ascii")
    copies = {RESOLVER: resolver}
    for place, file in {CA_FILE: ca_file, **others}.items():
        copies[place] = folder / f"container-{Path(place).name}"
        copies[place].write_bytes(file.read_bytes())
    for copy in copies.values():
        copy.chmod(0o644)
    copies[SYSTEM_STORE] = copies[CA_FILE]
    return [f"{file}:{place}:ro" for place, file in copies.items()]
