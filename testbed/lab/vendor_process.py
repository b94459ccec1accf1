"""A vendor whose process the testbed starts: the gate and the proxy are its only road, and what it sends is seen."""

import asyncio
import json
import logging
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import httpx

from testbed.interception.config import PROXY_CONFIG, ProxyConfig
from testbed.interception.journal import Recorded, read
from testbed.interception.journals import dump
from testbed.lab.certify_outside import NAME, OutsideCase, OutsideWorld
from testbed.lab.certify_school import must_have_own_school, outside_world
from testbed.lab.child import SHOWN, ChildProcess
from testbed.lab.gate.config import GATE_CONFIG, GateConfig
from testbed.lab.journals_joined import heeds_proxy, joined
from testbed.lab.loopback import free_ports
from testbed.lab.outside import OutsideSpec, metadata, outside_school
from testbed.lab.permission import LOOPBACK_ONLY, Permitted
from testbed.lab.vendor_places import filled, places_of
from testbed.model.files import ScenarioInvalid
from testbed.model.vendor import Process
from testbed.model.verdict import Sees
from testbed.model.wire import host_of
from testbed.model.written import Person
from testbed.runner.folder import RunFolder

LOG = "vendor.log"
"""In the run's folder: what the vendor's process has to say."""
POLL_S, ASK_S = 0.1, 5.0
ORDER_S, END_S, QUIET_S = 20.0, 30.0, 15.0
SERVER_ERROR = 500
NOT_PASSED_ON = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ftp_proxy", "testbed_home")
"""Of our own environment; in any letter case."""
TRUST = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
ASKED = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")

log = logging.getLogger("testbed.outside")


@asynccontextmanager
async def process_world(case: OutsideCase, folder: RunFolder, persons: Sequence[Person]) -> AsyncIterator[OutsideWorld]:
    """The school, and the vendor that was started to be certified, until the context ends.

    Args:
        case: as :func:`testbed.lab.vendor_places.prepared` has it.
        folder: the run's; the vendor's log stands there.
        persons: who are to log in.

    Raises:
        ScenarioInvalid: the process does not start, ends, or does not answer; with the last lines that it said. Or
            another command serves the school.
        ParticipantUnavailable: the gate or the proxy did not come up.
    """
    if case.process is None:
        raise ValueError("the vendor has no process")
    try:
        async with AsyncExitStack() as stack:
            await must_have_own_school(case)
            world, server = await _together(stack, case, case.process, folder, persons)
            yield world
            if not server.over and (trouble := await server.ended_by_itself()):
                log.warning("%s: %s", case.vendor.name, trouble)
    except BaseExceptionGroup as several:
        # NOTE: whatever goes wrong while the school serves comes out of its groups of tasks, one in the other.
        raise _the_one_in(several) from several


async def _together(
    stack: AsyncExitStack, case: OutsideCase, process: Process, folder: RunFolder, persons: Sequence[Person]
) -> tuple[OutsideWorld, "StartedVendor"]:
    if case.vendor.protocol == "saml":
        # NOTE: the school reads a vendor's metadata when it comes up, so the vendor comes first; but the vendor may
        # read the school's as it comes up itself, so that a school that knows nobody stands there meanwhile.
        async with outside_school(OutsideSpec(case.home, case.people, case.url)):
            server = await stack.enter_async_context(_started(case, process, folder))
        world = await stack.enter_async_context(outside_world(case, persons))
    else:
        world = await stack.enter_async_context(outside_world(case, persons))
        server = await stack.enter_async_context(_started(case, process, folder))
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
    """A vendor's process that runs; see :class:`testbed.lab.certify_outside.Server`."""

    case: OutsideCase
    gate: ChildProcess
    proxy: ChildProcess
    walled: bool
    journals: tuple[Path, ...]
    log: Path
    over: bool = False
    """It was ended."""

    @property
    def sees(self) -> Sees:
        """What of its own calls is seen."""
        return "all" if self.walled else "proxied"

    async def may_call(self, url: str) -> None:
        """Let it call this address on this machine's loopback."""
        await self._order({"open": urlsplit(url).port})

    async def settled(self) -> None:
        """Wait until none of its calls is under way, or for long enough."""
        await self.proxy.ask(json.dumps({"quiet": QUIET_S}), QUIET_S + ORDER_S)

    async def state(self) -> int | None:
        """Its status where it has ended."""
        ended = (await self._order({"state": True}))["ended"]
        return ended if isinstance(ended, int) else None

    async def hand_over(self, folder: RunFolder) -> str:
        """End it, and put what it sent into the journal of this folder; returns "" or that it had ended by itself."""
        trouble = await self.ended_by_itself()
        await self.gate.ask(json.dumps({"end": True}), END_S)
        self.over = True
        await self.settled()
        main, beside = read(folder.journal), [read(path) for path in self.journals]
        if not self.walled and heeds_proxy(main, beside, host_of(self.case.vendor.login), host_of(self.case.url)):
            main = replace(main, plays=tuple(replace(play, sees="all") for play in main.plays))
        _write(folder, joined(main, beside))
        return trouble

    async def ended_by_itself(self) -> str:
        """That it did, with what it said; "" while it runs."""
        ended = await self.state()
        return "" if ended is None else f"the vendor's process ended by itself (status {ended}){self.said()}"

    async def ready(self, process: Process) -> None:
        """Wait until it answers.

        Raises:
            ScenarioInvalid: it has ended, or does not answer in time.
        """
        where = f"{self.case.vendor.id}: process"
        try:
            async with asyncio.timeout(process.ready_within_s):
                while not await _answers(process.ready):
                    ended = await self.state()
                    if ended is not None:
                        raise ScenarioInvalid(
                            where, "command", f"ended with status {ended} before it answered{self.said()}", "mend it"
                        )
                    await asyncio.sleep(POLL_S)
        except TimeoutError as error:
            raise ScenarioInvalid(
                where,
                "ready",
                f"{process.ready} gave no answer within {process.ready_within_s} s{self.said()}",
                "name a page that it answers, let it listen on 127.0.0.1:{port}, or give it more time (ready_within_s)",
            ) from error

    async def start(self) -> None:
        """Run it.

        Raises:
            ScenarioInvalid: its command cannot be run.
        """
        told = await self._order({"start": True})
        if "failed" in told:
            raise ScenarioInvalid(
                f"{self.case.vendor.id}: process",
                "command",
                f"cannot be run ({told['failed']})",
                "name a program that is there, as 'testbed' is run",
            )

    def said(self) -> str:
        """The last lines of its output."""
        try:
            lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-SHOWN:]
        except FileNotFoundError:
            lines = []
        return "; its output ends with:\n  " + "\n  ".join(lines) if lines else "; it said nothing"

    async def _order(self, order: Mapping[str, object]) -> dict[str, object]:
        return await self.gate.ask(json.dumps(order), ORDER_S)


@asynccontextmanager
async def _started(case: OutsideCase, process: Process, folder: RunFolder) -> AsyncIterator[StartedVendor]:
    case.home.certificate_authority()
    async with AsyncExitStack() as stack:
        own = Path(stack.enter_context(TemporaryDirectory(prefix="testbed-")))
        school = OutsideSpec(case.home, case.people, case.url)
        idp_metadata = own / "idp.xml"
        idp_metadata.write_bytes(await metadata(school, second=case.vendor.trusts_second_school))
        places = places_of(case, str(idp_metadata))
        journals = (own / "proxied.jsonl", own / "beside.jsonl")
        (port,) = free_ports(1)
        proxy = await _proxy(case, process, port, journals[0], folder.log)
        stack.push_async_callback(proxy.stop)
        config = _gate_config(case, process, port, places, own, folder)
        line = GATE_CONFIG.dump_json(config).decode()
        gate = await ChildProcess.start("the vendor's gate", "testbed.lab.gate", line, folder.log)
        stack.push_async_callback(gate.stop)
        server = StartedVendor(case, gate, proxy, bool(gate.told["walled"]), journals, config.log)
        if not server.walled and process.isolate:
            log.warning("%s is only asked to use the proxy: %s", case.vendor.name, gate.told["why"])
        await server.start()
        await server.ready(process)
        yield server


async def _proxy(case: OutsideCase, process: Process, port: int, journal: Path, log_file: Path) -> ChildProcess:
    """What the vendor's server sends to others ends here; where it is only asked to come, its calls to the school and
    to itself are passed on.
    """
    ports = [urlsplit(url).port or 80 for url in (case.url, case.vendor.login)]
    served = [*ports, *process.local_ports]
    hosts = {f"{host}:{one}": ("127.0.0.1", one) for one in served for host in ("127.0.0.1", "localhost")}
    config = ProxyConfig(
        journal=journal,
        lab=NAME,
        listeners={host_of(case.vendor.login): port},
        hosts=hosts,
        confdir=case.home.proxy_folder.absolute(),
        ca_file=case.home.ca_file.absolute(),
    )
    return await ChildProcess.start(
        "the vendor's proxy", "testbed.interception.proxy", PROXY_CONFIG.dump_json(config).decode(), log_file
    )


def _gate_config(
    case: OutsideCase, process: Process, proxy: int, places: Mapping[str, str], own: Path, folder: RunFolder
) -> GateConfig:
    ca_file = case.home.ca_file.absolute()
    inherited = {name: value for name, value in os.environ.items() if name.lower() not in NOT_PASSED_ON}
    trust = {**dict.fromkeys(TRUST, str(ca_file)), "NODE_USE_ENV_PROXY": "1"}
    return GateConfig(
        command=tuple(filled(part, places) for part in process.command),
        environment={**inherited, **trust, **{name: filled(value, places) for name, value in process.env.items()}},
        unwalled=dict.fromkeys(ASKED, f"http://127.0.0.1:{proxy}"),
        sender=host_of(case.vendor.login),
        port=urlsplit(case.vendor.login).port or 80,
        proxy=proxy,
        local=(urlsplit(case.url).port or 80, *process.local_ports),
        walled=process.isolate,
        folder=own,
        journal=own / "beside.jsonl",
        log=(folder.path / LOG).absolute(),
        ca_file=ca_file,
    )


async def _answers(url: str) -> bool:
    try:
        async with httpx.AsyncClient(
            transport=Permitted(httpx.AsyncHTTPTransport(), LOOPBACK_ONLY), timeout=ASK_S, trust_env=False
        ) as http:
            return (await http.get(url)).status_code < SERVER_ERROR
    except httpx.HTTPError:
        return False


def _write(folder: RunFolder, recorded: Recorded) -> None:
    with folder.create(folder.journal.name) as file:
        file.writelines(line.encode("utf-8", "surrogatepass") for line in dump(recorded))
