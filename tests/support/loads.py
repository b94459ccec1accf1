"""Load runs made by hand: a steady one, and what goes wrong with one."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from testbed.model.load import (
    Limit,
    LoadRun,
    Outcome,
    Part,
    Profile,
    Record,
    Request,
    Sample,
    Thresholds,
    Wave,
)
from testbed.model.strict import Bilingual

BEGAN = datetime(2026, 9, 1, 7, 0, tzinfo=UTC)
LOGIN = "GET prov.test/login"
ACS = "POST prov.test/saml/acs"
ME = "GET prov.test/me"


def profile(**changes: object) -> Profile:
    thresholds = Thresholds(right=0.99, latency=(Limit(percentile=95, under_s=1),))
    made = Profile(
        id="nine",
        title=Bilingual(sv="Klockan nio", en="Nine o'clock"),
        description=Bilingual(sv="Alla kommer på en gång.", en="Everybody comes at once."),
        waves=(Wave(within_s=60, per_s=20),),
        mix=(Part(vendor="prov"),),
        thresholds=thresholds,
    )
    return made.model_copy(update=changes)


def record(
    number: int,
    due_s: float,
    waits_s: float | None = 0.1,
    outcome: Outcome = Outcome.RIGHT,
    *,
    late_s: float = 0.001,
    uses_s: float = 1.0,
    status: int = 200,
    **changes: object,
) -> Record:
    """A flow of three requests, the last of which answers with the status; of status 0 no answer came."""
    began = due_s + late_s
    right = None if waits_s is None else due_s + waits_s
    until = right if right is not None else began + 0.3
    each = (until - began) / 3
    names = ((LOGIN, 302), (ACS, 303), (ME, status))
    requests = tuple(Request(name, began + place * each, each, code) for place, (name, code) in enumerate(names))
    made = Record(number, "login", "prov", f"elev-{number:04}", due_s, began, right, until + uses_s, outcome)
    return replace(made, **({"requests": requests} | changes))  # type: ignore[arg-type]


def samples(until_s: int, **cpu: float) -> tuple[Sample, ...]:
    """One a second of each participant, that uses so much of a core."""
    return tuple(
        Sample(float(at), name, used, (100 << 20) + at * 1024, 20 + at % 3, 4)
        for at in range(1, until_s + 1)
        for name, used in cpu.items()
    )


def run(records: Iterable[Record], used: Sequence[Sample] = (), **changes: object) -> LoadRun:
    kept = tuple(records)
    said = {
        "id": "20260901T070000Z-nine",
        "started": BEGAN,
        "finished": BEGAN,
        "lab": "loopback",
        "seed": 1,
        "profile": profile(),
        "vendors": {"prov": "Nationella prov"},
        "cores": 2,
        "arrivals": len(kept),
        "records": kept,
        "samples": tuple(used),
        "versions": {"python": "3.13"},
    }
    return LoadRun(**(said | changes))  # type: ignore[arg-type]


def steady(flows: int = 1200, seed: int = 1, mean_s: float = 0.08, within_s: float = 60) -> list[Record]:
    """So many people, evenly over the time, who wait a little each by the draw of the seed."""
    draw = random.Random(seed)
    return [record(n, n * within_s / flows, draw.gammavariate(4, mean_s / 4)) for n in range(flows)]


def stalled(flows: int = 900, from_s: float = 10, stall_s: float = 6) -> list[Record]:
    """A service that answers nobody for so long, and then everybody."""
    return [
        record(one.number, one.due_s, from_s + stall_s - one.due_s + 0.05)
        if from_s <= one.due_s < from_s + stall_s
        else one
        for one in steady(flows, within_s=30)
    ]


def dead(flows: int = 900, from_s: float = 10) -> list[Record]:
    """A service that goes away and does not come back."""
    why = "prov.test did not answer"
    return [
        record(one.number, one.due_s, None, Outcome.FAILED, status=0, why=why) if one.due_s >= from_s else one
        for one in steady(flows, within_s=30)
    ]


def mixed_up(flows: int = 600, every: int = 100) -> list[Record]:
    """A service that shows every so manieth person somebody else."""
    return [
        replace(one, outcome=Outcome.OTHER, right_s=None, shown=(f"elev-{(one.number + 1) % flows:04}",), why="other")
        if one.number % every == every - 1
        else one
        for one in steady(flows, within_s=30)
    ]


def retried(flows: int = 600) -> list[Record]:
    """A third of the people see a page hang for 15 s, wait 5 more, and get in at the second attempt."""
    return [
        replace(one, attempts=2, began_s=one.due_s + 20, right_s=one.due_s + 20.1, ended_s=one.due_s + 21)
        if one.number % 3 == 0
        else one
        for one in steady(flows, within_s=30)
    ]
