"""A vendor's process under load: started plainly, without walls and proxy, whose relays would be what is measured."""

import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import psutil

from testbed.lab.certify_outside import OutsideCase
from testbed.lab.child import ChildProcess
from testbed.lab.gate.config import GATE_CONFIG, GateConfig
from testbed.lab.outside import OutsideSpec, metadata
from testbed.lab.vendor_places import places_of
from testbed.lab.vendor_process import NOT_PASSED_ON
from testbed.lab.vendor_ready import LOG, until_it_answers
from testbed.model.files import ScenarioInvalid
from testbed.model.placeholders import filled
from testbed.model.vendor import Process
from testbed.model.wire import host_of
from testbed.runner.folder import RunFolder

ORDER_S = 20.0
NO_PROXY = 0


@asynccontextmanager
async def started_vendor(case: OutsideCase, process: Process, folder: RunFolder) -> AsyncIterator[tuple[int, ...]]:
    """It, once it answers; yields the ids of its processes, which are gone when the context ends.

    The process between is the gate of ``testbed certify``, here without a wall: it ends the program with the command,
    however that ends.

    Args:
        case: as :func:`testbed.lab.vendor_places.prepared` has it.
        process: how it is started.
        folder: the run's; what it has to say is written there.

    Raises:
        ScenarioInvalid: it cannot be run, ends, or does not answer; with the last lines that it said.
        ParticipantUnavailable: the process between did not come up.
    """
    case.home.certificate_authority()
    log = (folder.path / LOG).absolute()
    with TemporaryDirectory(prefix="testbed-") as own:
        school = OutsideSpec(case.home, case.people, case.url)
        idp_metadata = Path(own) / "idp.xml"
        idp_metadata.write_bytes(await metadata(school, second=case.vendor.trusts_second_school))
        config = _config(case, process, places_of(case, str(idp_metadata)), Path(own), log)
        gate = await ChildProcess.start(
            "the vendor's process", "testbed.lab.gate", GATE_CONFIG.dump_json(config).decode(), folder.log
        )
        try:
            told = await gate.ask(json.dumps({"start": True}), ORDER_S)
            if "failed" in told:
                mend = "name a program that is there, as 'testbed' is run"
                raise _wrong(case, "command", f"cannot be run ({told['failed']})", mend)
            url, where = process.ready or case.vendor.login, f"{case.vendor.id}: process"
            await until_it_answers(
                url, process.ready_within_s, lambda: _state(gate), log, where=where, made_of="command"
            )
            yield tuple(child.pid for child in psutil.Process(gate.pid).children(recursive=True))
        finally:
            await gate.stop()


def _config(case: OutsideCase, process: Process, places: Mapping[str, str], folder: Path, log: Path) -> GateConfig:
    inherited = {name: value for name, value in os.environ.items() if name.lower() not in NOT_PASSED_ON}
    port = urlsplit(case.vendor.login).port or 80
    return GateConfig(
        command=tuple(filled(part, places, last=True) for part in process.command),
        environment={**inherited, **{name: filled(value, places, last=True) for name, value in process.env.items()}},
        unwalled={},
        sender=host_of(case.vendor.login),
        port=port,
        inner=port,
        proxy=NO_PROXY,
        local=(),
        walled=False,
        folder=folder,
        journal=folder / "beside.jsonl",
        log=log,
        ca_file=case.home.ca_file.absolute(),
    )


async def _state(gate: ChildProcess) -> int | None:
    """The status with which the program has ended; None while it runs."""
    ended = (await gate.ask(json.dumps({"state": True}), ORDER_S))["ended"]
    return None if ended is None else int(str(ended))


def _wrong(case: OutsideCase, field: str, problem: str, mend: str) -> ScenarioInvalid:
    return ScenarioInvalid(f"{case.vendor.id}: process", field, problem, mend)
