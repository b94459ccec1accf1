"""A load on the lab, small enough for a test, judged as the command judges one."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from idp.people import generate
from testbed.lab.home import LabHome
from testbed.lab.load_open import open_target
from testbed.lab.load_releases import gathering
from testbed.lab.loading import Taken, loading, order_for
from testbed.lab.open import LabName
from testbed.lab.spec import LabSpec
from testbed.model.files import dump_people
from testbed.model.load import Arrival, Part, Profile, Record, Wave
from testbed.model.scenario import Flow
from testbed.model.verdict import RunRecord
from testbed.model.written import Bilingual, Vendor
from testbed.runner.catalogue import load_catalogue
from testbed.runner.folder import RunFolder
from testbed.runner.load_intercepted import with_intercepted
from testbed.runner.load_judged import Asked, judge_intercepted

SEED, PUPILS = 4, 200
TITLE = Bilingual(sv="Ett prov", en="A test")
KNOWN = load_catalogue()


@dataclass(frozen=True)
class Loaded:
    """What came of it."""

    records: tuple[Record, ...]
    judged: RunRecord | None
    folder: RunFolder


async def load_lab(
    folder: Path, wanted: Sequence[tuple[Flow, str, int]], within_s: float, share: float = 0.0
) -> Loaded:
    """Let pupils arrive evenly, each once.

    Args:
        folder: for the lab home and the run.
        wanted: kinds of flow: which, at which vendor, and how many of them.
        within_s: until the last arrives.
        share: of them goes through the proxy.
    """
    people = generate(SEED, PUPILS).everybody
    kinds = [(flow, name) for flow, name, many in wanted for _ in range(many)]
    draw = random.Random(SEED)
    draw.shuffle(kinds)
    fitting = sorted(n for n, p in people.items() if (p.role, p.security_marking) == ("pupil", "Ingen"))
    pupils = draw.sample([name for name in fitting if people[name].school == "skola"], len(kinds))
    due = [within_s * place / len(kinds) for place in range(len(kinds))]
    drawn = zip(due, kinds, pupils, strict=True)
    everybody = [Arrival(number, at, *kind, pupil) for number, (at, kind, pupil) in enumerate(drawn)]
    arrivals = with_intercepted(everybody, share, SEED)
    vendors: tuple[Vendor, ...] = tuple(KNOWN.vendors[name] for name in dict.fromkeys(name for _, name, _ in wanted))
    profile = Profile(
        id="a-test",
        title=TITLE,
        description=TITLE,
        waves=(Wave(within_s=within_s, people=len(kinds)),),
        mix=tuple(Part(flow=flow, vendor=name) for flow, name, _ in wanted),
        think_s=(0.05, 0.1),
        settle_s=30,
    )
    spec = LabSpec(LabHome.open(folder / "home"), people, vendors, KNOWN.agreements)
    run = RunFolder.make(folder / "runs", "load", datetime.now(UTC))
    run.write("people.json", dump_people(people))

    def looks_on(_: Taken) -> str:
        return ""

    order = order_for(profile, arrivals, spec, SEED)
    async with open_target(LabName.LOOPBACK, spec, run) as target, loading(target, order, run.log) as load:
        assert target.control is not None
        async with gathering(target.control, arrivals) as gathered:
            taken = await load.run(looks_on)
    assert (taken.ended, taken.problems, gathered.problem) == ("", [], "")
    agreements = {vendor.agreement: KNOWN.agreement_text(vendor.agreement) for vendor in vendors if vendor.agreement}
    by_id = {vendor.id: vendor for vendor in vendors}
    asked = Asked("loopback", SEED, arrivals, by_id, people, agreements, "testbed load a-test")
    judged = judge_intercepted(run, asked, taken.records, gathered.releases, datetime.now(UTC))
    return Loaded(tuple(sorted(taken.records, key=lambda record: record.number)), judged, run)
