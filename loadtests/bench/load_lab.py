"""A load on the lab on loopback, for benchmarks: how long logins take at the rate of a national test at 1:10."""

import asyncio
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from idp.people import generate
from testbed.lab.home import LabHome
from testbed.lab.load_loopback import loopback_target
from testbed.lab.loading import Taken, loading, order_for
from testbed.lab.spec import LabSpec
from testbed.model.files import dump_people
from testbed.model.load import Part, Profile, Wave
from testbed.model.strict import Bilingual
from testbed.runner.catalogue import load_catalogue
from testbed.runner.folder import RunFolder
from testbed.runner.schedule import arrivals_of

VENDOR = "national-tests"
PER_S, FOR_S = 28.0, 30.0
PUPILS = 900
SEED = 1
TITLE = Bilingual(sv="Mätning", en="Benchmark")


def lab_logins() -> tuple[list[float], int, float]:
    """Seconds from the intended start of each login that ended in the right session, how many arrived, and how many a
    second."""
    with tempfile.TemporaryDirectory() as name:
        return asyncio.run(_logins(Path(name)))


async def _logins(folder: Path) -> tuple[list[float], int, float]:
    known, people = load_catalogue(), generate(SEED, PUPILS).everybody
    here = {name: person for name, person in people.items() if person.school == "skola"}
    wave = Wave(within_s=FOR_S, per_s=PER_S)
    profile = Profile(
        id="bench", title=TITLE, description=TITLE, waves=(wave,), mix=(Part(vendor=VENDOR),), think_s=(0.5, 1)
    )
    spec = LabSpec(LabHome.open(folder / "home"), here, (known.vendors[VENDOR],), known.agreements)
    arrivals = arrivals_of(profile, here, SEED)
    run = RunFolder.make(folder, "bench", datetime.now(UTC))
    run.write("people.json", dump_people(here))
    order = order_for(profile, arrivals, spec, SEED)
    async with loopback_target(spec, run) as target, loading(target, order, run.log) as load:
        taken = await load.run(_look_on)
    latencies = [record.latency_s for record in taken.records if record.latency_s is not None]
    return latencies, len(arrivals), PER_S


def _look_on(taken: Taken) -> str:
    return taken.problems[0] if taken.problems else ""
