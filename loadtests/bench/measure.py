"""What a benchmark says, and how it is said: one JSON line for programs, a table for people."""

import json
import resource
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Literal

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure beside its peer's; ``ratio`` is ours over the peer's, turned so that more is better."""

    bench: str
    value: float
    unit: str
    peer: str
    peer_value: float
    ratio: float


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A benchmark that this machine cannot run, and why."""

    bench: str
    reason: str


type Outcome = Measure | LeftOut


def compared(bench: str, value: float, unit: str, peer: tuple[str, float], better: Literal["more", "less"]) -> Measure:
    """A measure with its ratio: value over peer where more is better, peer over value where less is."""
    name, peer_value = peer
    over, under = (value, peer_value) if better == "more" else (peer_value, value)
    return Measure(bench, round(value, 2), unit, name, round(peer_value, 2), round(over / under, 3) if under else 0.0)


def cpu_seconds() -> float:
    """CPU time of this process and of its finished children, user and system, in seconds."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def per_cpu_second(work: Callable[[], object], at_least_s: float = 2.0, batch: int = 20) -> float:
    """How often ``work`` is done per CPU second, measured over at least so many of them, after one batch unmeasured."""
    for _ in range(batch):
        work()
    done, start = 0, cpu_seconds()
    while (spent := cpu_seconds() - start) < at_least_s:
        for _ in range(batch):
            work()
        done += batch
    return done / spent


def show(outcomes: Iterable[Outcome]) -> None:
    """JSON lines on standard output as they come, then the table on standard error."""
    table = Table("Benchmark", "Ours", "Unit", "Peer", "Peer's", "Ratio", title="More is better in the last column")
    for outcome in outcomes:
        if isinstance(outcome, LeftOut):
            table.add_row(outcome.bench, "left out", "", outcome.reason, "", "")
            continue
        print(json.dumps(asdict(outcome)), flush=True)
        numbers = (f"{outcome.value:g}", outcome.unit, outcome.peer, f"{outcome.peer_value:g}", f"{outcome.ratio:g}")
        table.add_row(outcome.bench, *numbers)
    Console(stderr=True).print(table)
