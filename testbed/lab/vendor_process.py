"""A vendor that the testbed starts: the gate and the proxy are its only road, and what it sends is seen."""

import asyncio
import json
import logging
import os
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from testbed.interception import ParticipantUnavailable
from testbed.interception.recorded import read
from testbed.lab.certify_outside import OutsideCase, OutsideWorld
from testbed.lab.certify_school import must_have_own_school, outside_world
from testbed.lab.gate.config import GateConfig
from testbed.lab.journals_joined import heeds_proxy, joined
from testbed.lab.outside import OutsideSpec, metadata, outside_school
from testbed.lab.ports import free_ports
from testbed.lab.vendor_places import places_of
from testbed.lab.vendor_program import ORDER_S, TRUST, GatedProcess, Given, VendorProgram, said
from testbed.lab.vendor_ready import LOG, POLL_S, answers, until_it_answers
from testbed.lab.vendor_road import Road, around_container, gate_config, started_gate, started_proxy
from testbed.model.placeholders import filled
from testbed.model.vendor import Process
from testbed.model.verdict import Sees
from testbed.model.wire import host_of
from testbed.model.written import Person
from testbed.runner.folder import RunFolder

NOTICED_S = 5.0
NOT_PASSED_ON = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ftp_proxy", "testbed_home")
"""Of our own environment; in any letter case."""
ASKED = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")

log = logging.getLogger("testbed.outside")


@asynccontextmanager
async def started_world(case: OutsideCase, folder: RunFolder, persons: Sequence[Person]) -> AsyncIterator[OutsideWorld]:
    """The school, and the vendor that was started to be certified, until the context ends.

    Args:
        case: as :func:`testbed.lab.vendor_places.prepared` has it.
        folder: the run's; the vendor's log stands there.
        persons: who are to log in.

    Raises:
        ScenarioInvalid: it does not start, ends, or does not answer; with the last lines that it said. Or
            another command serves the school.
        ParticipantUnavailable: the gate or the proxy did not come up.
    """
    try:
        async with AsyncExitStack() as stack:
            await must_have_own_school(case)
            world, server = await _together(stack, case, folder, persons)
            yield world
            if not server.over and (trouble := await server.ended_by_itself()):
                log.warning("%s: %s", case.vendor.name, trouble)
    except BaseExceptionGroup as several:
        # NOTE: whatever goes wrong while the school serves comes out of its groups of tasks, one in the other.
        raise _the_one_in(several) from several


async def _together(
    stack: AsyncExitStack, case: OutsideCase, folder: RunFolder, persons: Sequence[Person]
) -> tuple[OutsideWorld, "StartedVendor"]:
    if case.vendor.protocol == "saml":
        # NOTE: the school reads a vendor's metadata when it comes up, so the vendor comes first; but the vendor may
        # read the school's as it comes up itself, so that a school that knows nobody stands there meanwhile.
        async with outside_school(OutsideSpec(case.home, case.people, case.url)):
            server = await stack.enter_async_context(_started(case, folder))
        world = await stack.enter_async_context(outside_world(case, persons))
    else:
        world = await stack.enter_async_context(outside_world(case, persons))
        server = await stack.enter_async_context(_started(case, folder))
    await server.may_call(world.listener.url)
    world.server = server
    return world, server


def _the_one_in(several: BaseExceptionGroup[BaseException]) -> BaseException:
    """What went wrong, where it is one thing."""
    found: BaseException = several
    while isinstance(found, BaseExceptionGroup) and len(found.exceptions) == 1:
        found = found.exceptions[0]
    return found


@dataclass(slots=True)
class StartedVendor:
    """A vendor that runs; see :class:`testbed.lab.certify_outside.Server`."""

    case: OutsideCase
    program: VendorProgram
    road: Road
    walled: bool
    log: Path
    over: bool = False
    """It was ended."""

    @property
    def sees(self) -> Sees:
        """What of its own calls is seen."""
        return "all" if self.walled else "proxied"

    async def may_call(self, url: str) -> None:
        """Let it call this address on this machine's loopback."""
        await self.road.gate.ask(json.dumps({"open": urlsplit(url).port}), ORDER_S)

    async def settled(self) -> None:
        """Wait until none of its calls is under way, or for long enough."""
        await self.road.settled()

    async def hand_over(self, folder: RunFolder) -> str:
        """End it, and put what it sent into the journal of this folder; returns "" or that it had ended by itself."""
        trouble = await self.ended_by_itself()
        await self.program.end()
        self.over = True
        await self.settled()
        main, beside = read(folder.journal), [read(path) for path in self.road.journals]
        if not self.walled and heeds_proxy(main, beside, host_of(self.case.vendor.login), host_of(self.case.url)):
            main = replace(main, plays=tuple(replace(play, sees="all") for play in main.plays))
        folder.replace_journal(joined(main, beside))
        return trouble

    async def ended_by_itself(self) -> str:
        """That it did, with what it said; "" while it runs."""
        ended = await self.program.state()
        if ended is None and not await answers(self.case.vendor.login):
            # NOTE: an engine learns a while after everybody else that a container has ended.
            ends = time.monotonic() + NOTICED_S
            while ended is None and time.monotonic() < ends:
                await asyncio.sleep(POLL_S)
                ended = await self.program.state()
        if ended is None:
            return ""
        return f"the vendor's {self.program.what} ended by itself (status {ended}){said(self.log)}"

    async def ready(self, url: str, within_s: int) -> None:
        """Wait until it answers.

        Raises:
            ScenarioInvalid: it has ended, or does not answer in time.
        """
        where, made_of = f"{self.case.vendor.id}: {self.program.what}", self.program.made_of
        await until_it_answers(url, within_s, self.program.state, self.log, where=where, made_of=made_of)


@asynccontextmanager
async def _started(case: OutsideCase, folder: RunFolder) -> AsyncIterator[StartedVendor]:
    started = case.started
    if started is None:
        raise ValueError("the vendor is none that is started")
    case.home.certificate_authority()
    async with AsyncExitStack() as stack:
        own = Path(stack.enter_context(TemporaryDirectory(prefix="testbed-")))
        school = OutsideSpec(case.home, case.people, case.url)
        log_file = (folder.path / LOG).absolute()
        given, idp_metadata = Given(own, case.home.ca_file.absolute(), log_file), own / "idp.xml"
        idp_metadata.write_bytes(await metadata(school, second=case.vendor.trusts_second_school))
        places = places_of(case, str(idp_metadata))
        journals = (own / "proxied.jsonl", own / "beside.jsonl")
        (port,) = free_ports(1)
        login, process = case.vendor.login, case.process
        school_port = urlsplit(case.url).port or 80
        served = (school_port, urlsplit(login).port or 80, *(process.local_ports if process else ()))
        proxy = await started_proxy(case.home, login, port, served, journals[0], folder.log)
        stack.push_async_callback(proxy.stop)
        config = gate_config(login, port, (school_port,), given, journals[1])
        container = None
        if case.container:
            # NOTE: imported only where it is wanted, for it brings the engine's library, which the image lacks.
            from testbed.lab.vendor_container import IDP_METADATA, held, mounted  # noqa: PLC0415

            holder = await stack.enter_async_context(held(case.home))
            files = mounted(own, given.ca_file, {IDP_METADATA: idp_metadata})
            inside = {**places, "idp_metadata": IDP_METADATA}
            container = await holder.containing(case.vendor.id, case.container, inside, files, log_file)
            config = around_container(config, holder.process, case.container.port)
        if process:
            config = _running(config, process, port, places)
        gate = await started_gate(config, folder.log)
        stack.push_async_callback(gate.stop)
        walled = bool(gate.told["walled"])
        if container and not walled:
            raise ParticipantUnavailable(f"the gate cannot go where the container lives: {gate.told['why']}")
        program = container or GatedProcess(case.vendor.id, gate)
        server = StartedVendor(case, program, Road(gate, proxy, journals), walled, log_file)
        if not walled and config.walled:
            log.warning("%s is only asked to use the proxy: %s", case.vendor.name, gate.told["why"])
        await program.start()
        await server.ready(started.ready or case.vendor.login, started.ready_within_s)
        yield server


def _running(config: GateConfig, process: Process, proxy: int, places: Mapping[str, str]) -> GateConfig:
    """That of one which runs this process."""
    inherited = {name: value for name, value in os.environ.items() if name.lower() not in NOT_PASSED_ON}
    trust = {**dict.fromkeys(TRUST, str(config.ca_file)), "NODE_USE_ENV_PROXY": "1"}
    return replace(
        config,
        command=tuple(filled(part, places, last=True) for part in process.command),
        environment={
            **inherited,
            **trust,
            **{name: filled(value, places, last=True) for name, value in process.env.items()},
        },
        unwalled=dict.fromkeys(ASKED, f"http://127.0.0.1:{proxy}"),
        local=(*config.local, *process.local_ports),
        walled=process.isolate,
    )
