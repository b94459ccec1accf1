"""A vendor's container that the testbed starts to try its exchange of data: behind the gate, begun anew for each case.

What the testbed serves for it on this machine's loopback it finds on its own, so that TLS is between the two of them;
whatever else it calls leads to the proxy.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from testbed.interception import ParticipantUnavailable
from testbed.lab.certify_outside import OutsideCase
from testbed.lab.ports import free_ports
from testbed.lab.tried_program import Run
from testbed.lab.tried_start import Surroundings
from testbed.lab.vendor_container import CA_FILE, INSIDE, VendorContainer, held, mounted
from testbed.lab.vendor_program import Given
from testbed.lab.vendor_ready import LOG
from testbed.lab.vendor_road import Road, around_container, gate_config, started_gate, started_proxy
from testbed.model.vendor import Container

FILES = ("server_certificate", "client_certificate", "client_issuers", "machines_key")
STATE = f"{INSIDE}/state"
"""Where the vendor finds the folder that it may keep things in."""


@asynccontextmanager
async def contained(case: OutsideCase, container: Container, around: Surroundings) -> AsyncIterator[tuple[Run, Road]]:
    """A name space for it, until the context ends; yields what runs it there, and the only road out of it.

    Args:
        case: the vendor, with its addresses written out.
        container: as its file has it.
        around: what it finds.

    Raises:
        ScenarioInvalid: there is no engine, or no image of ours.
        ParticipantUnavailable: the gate or the proxy did not come up, or the gate cannot go there.
    """
    async with AsyncExitStack() as stack:
        own, log_file = Path(stack.enter_context(TemporaryDirectory(prefix="testbed-"))), around.folder.log
        given = Given(own, case.home.ca_file.absolute(), around.folder.path / LOG)
        (port,) = free_ports(1)
        journals = (own / "proxied.jsonl", own / "beside.jsonl")
        proxy = await started_proxy(case.home, case.vendor.login, port, (), journals[0], log_file)
        stack.push_async_callback(proxy.stop)
        holder = await stack.enter_async_context(held(case.home))
        config = gate_config(case.vendor.login, port, around.near, given, journals[1])
        gate = await started_gate(around_container(config, holder.process, container.port), log_file)
        stack.push_async_callback(gate.stop)
        if not gate.told["walled"]:
            raise ParticipantUnavailable(f"the gate cannot go where the container lives: {gate.told['why']}")
        named, others = inside(around.places)
        named["port"] = str(container.port)
        files = mounted(own, given.ca_file, others)

        async def run(places: Mapping[str, str]) -> VendorContainer:
            kept = [f"{_for_anybody(places['state'])}:{STATE}"] if "state" in places else []
            made = await holder.containing(case.vendor.id, container, {**places, **named}, [*files, *kept], given.log)
            await made.start()
            return made

        yield run, Road(gate, proxy, journals)


def inside(places: Mapping[str, str]) -> tuple[dict[str, str], dict[str, Path]]:
    """What is filled in for files and folders in a container, and the files of this machine by where they stand there.

    Args:
        places: what is filled in on this machine.
    """
    files = {name: Path(places[name]) for name in FILES if name in places}
    named = {name: f"{INSIDE}/{name.replace('_', '-')}{file.suffix}" for name, file in files.items()}
    return {**named, "ca": CA_FILE, "state": STATE}, {named[name]: file for name, file in files.items()}


def _for_anybody(folder: str) -> str:
    """The folder, which lies in one that is its owner's alone, writable by whoever the vendor runs as."""
    Path(folder).chmod(0o777)
    return folder
