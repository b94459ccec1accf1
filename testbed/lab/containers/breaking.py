"""Breaks what the lab in containers is made of, by the engine's SDK, and mends it again.

What is done inside a participant's name space, or to the small disk that it keeps its database on, is done from its
wall, which lives on when the participant does not.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

from cryptography import x509
from docker.errors import APIError
from docker.models.containers import Container

from testbed.interception import ParticipantUnavailable
from testbed.interception.drive import CannotBreak
from testbed.interception.encoding import Line
from testbed.interception.relay.relaying import PERFECT, QUALITY, Quality, quality_of
from testbed.lab.containers.engine import ENDED, Project, health_of, service_of, why_not
from testbed.lab.containers.orders import ProxyOrders
from testbed.lab.containers.staging import Staging, user_and_group
from testbed.lab.containers.topology import NAME, PROXY, SCHOOL, SERVED_PORT, STATE, VENDORS, Place
from testbed.lab.places import HOSTS
from testbed.lab.roster import vendor_hosts
from testbed.lab.spec import LabSpec
from testbed.lab.stage import ANSWER_S
from testbed.model.breaking import (
    AnyBreaking,
    Breakable,
    Cut,
    ExpireCertificate,
    FillDisk,
    Kill,
    LockDatabase,
    Mend,
    Networked,
    Pause,
    Restart,
    Slow,
)

HEALTHY_S, POLL_S = 60.0, 0.2
FROZEN_S = 10.0
PLACES: dict[Networked, Place] = {"school": SCHOOL, "vendor": VENDORS}
FILLER = STATE / "filler"
ASK_CERTIFICATE = f"import ssl; print(ssl.get_server_certificate(('127.0.0.1', {SERVED_PORT})))"


class ContainerBreaker:
    """See :class:`testbed.lab.stage.LabBreaker`.

    The schools and the federation are one container, and so are all simulated vendors: what is done to one is done to
    those beside it.

    Args:
        project: the lab's containers.
        staging: its files.
        spec: who takes part.
        orders: to the proxy, which has the relays.
    """

    def __init__(self, project: Project, staging: Staging, spec: LabSpec, orders: ProxyOrders) -> None:
        self._project, self._staging, self._spec, self._orders = project, staging, spec, orders
        self._mending = AsyncExitStack()

    async def carry_out(self, order: AnyBreaking) -> None:
        """See :class:`testbed.lab.stage.LabBreaker`.

        Raises:
            CannotBreak: it is not possible in containers.
            ParticipantUnavailable: what was to come back did not.
        """
        match order:
            case Pause(participant=name):
                container = await self._container(PLACES[name].name)
                await self._pause(container)
                self._mending.push_async_callback(asyncio.to_thread, container.unpause)
            case Kill(participant=name):
                await self._kill(PLACES[name].name)
                self._mending.push_async_callback(self._start, PLACES[name].name)
            case Restart(participant=proxied):
                service = _service(proxied)
                await self._kill(service)
                await self._start(service)
            case Cut(participant=name):
                await self._cut(PLACES[name])
            case FillDisk(participant=name):
                await self._fill_disk(name)
            case ExpireCertificate(participant=name):
                await self._serve_by(name, datetime.now(UTC) - timedelta(days=1))
                self._mending.push_async_callback(self._serve_by, name, None)
            case LockDatabase(seconds=seconds):
                await self._lock(seconds)
            case Slow(participant=name):
                await self._line_is(name, quality_of(order))
                self._mending.push_async_callback(self._line_is, name, PERFECT)
            case Mend():
                await self.mend()

    async def mend(self) -> None:
        """See :class:`testbed.lab.stage.LabBreaker`."""
        mending, self._mending = self._mending, AsyncExitStack()
        await mending.aclose()

    async def _container(self, service: str) -> Container:
        return await asyncio.to_thread(self._project.container, service)

    async def _pause(self, container: Container) -> None:
        deadline = time.monotonic() + FROZEN_S
        while True:
            try:
                await asyncio.to_thread(container.pause)
            except APIError as error:
                # NOTE: the freezer of older kernels gives up where a process begins at that moment, as a health check.
                if time.monotonic() > deadline:
                    raise ParticipantUnavailable(f"{service_of(container)} cannot be paused: {error}") from error
                await asyncio.sleep(POLL_S)
            else:
                return

    async def _kill(self, service: str) -> None:
        container = await self._container(service)
        if health_of(container) not in ENDED:
            await asyncio.to_thread(container.kill)
            await asyncio.to_thread(container.wait)

    async def _start(self, *services: str) -> None:
        """Start these, one after the other, each once the one before is healthy; those that run are left alone.

        Raises:
            ParticipantUnavailable: one did not come up, with the last lines that it said.
        """
        for service in services:
            await asyncio.to_thread((await self._container(service)).start)
            deadline = time.monotonic() + HEALTHY_S
            while health_of(container := await self._container(service)) != "healthy":
                if health_of(container) in ENDED or time.monotonic() > deadline:
                    raise ParticipantUnavailable(await asyncio.to_thread(why_not, container))
                await asyncio.sleep(POLL_S)

    async def _line_is(self, participant: Networked, quality: Quality) -> None:
        """Of all that is asked of a participant; what it asks of others goes another way."""
        order: Line = {"line": QUALITY.dump_python(quality, mode="json"), "hosts": list(self._hosts(participant))}
        await self._orders.give(order, ANSWER_S)

    def _hosts(self, participant: Networked) -> tuple[str, ...]:
        return HOSTS if participant == "school" else vendor_hosts(self._spec)

    async def _cut(self, place: Place) -> None:
        network = await asyncio.to_thread(self._project.network, place)
        wall = await self._container(place.wall)
        await asyncio.to_thread(network.disconnect, wall, force=True)

        async def join() -> None:
            await asyncio.to_thread(network.connect, wall, aliases=[place.name])
            # NOTE: with the interface its rules have gone, and a name space that is made anew is another one: so the
            # wall is started again, and with it the participant that lives there.
            for service in (place.name, place.wall):
                await self._kill(service)
            await self._start(place.wall, place.name)

        self._mending.push_async_callback(join)

    async def _fill_disk(self, participant: Networked) -> None:
        if participant != "school":
            raise CannotBreak(f"the lab {NAME} cannot fill the disk of the {participant}: it keeps nothing on one")
        await self._at_the_school(["sh", "-c", f"cat /dev/zero >{FILLER} 2>/dev/null; test -s {FILLER}"])
        self._mending.push_async_callback(self._at_the_school, ["rm", "-f", str(FILLER)])

    async def _at_the_school(self, command: Sequence[str]) -> str:
        """Run this at the school's disk and in its name space; returns what it said.

        Raises:
            ParticipantUnavailable: it failed.
        """
        wall = await self._container(SCHOOL.wall)
        user = "{}:{}".format(*user_and_group())
        status, said = await asyncio.to_thread(wall.exec_run, list(command), user=user)
        if status != 0:
            raise ParticipantUnavailable(f"{command[0]} failed at the school's disk: {said[:200]!r}")
        return str(said.decode("utf-8", "replace"))

    async def _lock(self, seconds: float) -> None:
        api = self._project.client.api
        wall = await self._container(SCHOOL.wall)
        command = ["python", "-m", "testbed.lab.database_lock", str(STATE), str(seconds)]
        user = "{}:{}".format(*user_and_group())
        made = await asyncio.to_thread(api.exec_create, wall.id, command, user=user)
        said: Iterator[bytes] = await asyncio.to_thread(api.exec_start, made["Id"], stream=True)
        first = await asyncio.to_thread(next, said, b"")
        if first.strip() != b"locked":
            raise ParticipantUnavailable(f"the school's database cannot be locked: {first[:300]!r}")
        # NOTE: what it says ends when it lets go.
        self._mending.push_async_callback(asyncio.to_thread, b"".join, said)

    async def _serve_by(self, participant: Networked, until: datetime | None) -> None:
        place = PLACES[participant]
        wanted = self._staging.renew_certificate(place.name, self._hosts(participant), until)
        await asyncio.to_thread((await self._container(place.name)).kill, signal="SIGHUP")
        wall = await self._container(place.wall)
        deadline = time.monotonic() + HEALTHY_S
        while True:
            _, said = await asyncio.to_thread(wall.exec_run, ["python", "-c", ASK_CERTIFICATE])
            if _serial(said) == wanted:
                return
            if time.monotonic() > deadline:
                raise ParticipantUnavailable(f"the {participant} does not serve by another certificate: {said[:200]!r}")
            await asyncio.sleep(POLL_S)


def _service(participant: Breakable) -> str:
    return PROXY if participant == "proxy" else PLACES[participant].name


def _serial(pem: bytes) -> int | None:
    return x509.load_pem_x509_certificate(pem).serial_number if pem.startswith(b"-----BEGIN") else None
