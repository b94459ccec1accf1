"""Which participant is nearest to what it can use, and when it was full."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from testbed.model.load_result import Saturation, Usage, UsageInterval
from testbed.runner.load_columns import Floats, Samples, Truths

FULL = 0.85
"""Of what it can use: from here on waiting grows faster than load, for work comes in bursts."""
SEVERAL_CORES = 1.1
"""Whoever has used more than this of a core for each process runs on several at once, and is bounded by the machine."""
TOGETHER = 3
"""So many samples one after another: one alone is too short to say that a participant was full."""


def saturation(samples: Samples, cores: int, edges: Floats) -> Saturation:
    """What was used between the first and the last edge, which are the bounds of intervals, in seconds."""
    during = (samples.at_s >= edges[0]) & (samples.at_s <= edges[-1])
    names = [name for name in samples.participant.words if (during & samples.participant.is_(name)).any()]
    if not names:
        return Saturation()
    usages = [_usage(samples, during & samples.participant.is_(name), name, cores) for name in names]
    machine_at, machine = _machine(samples, during, cores)
    full = [one for one in usages if one.is_part and one.full_from_s is not None]
    return Saturation(
        tuple(sorted(usages, key=lambda one: -one.peak_share)),
        _over_time(samples, names, edges),
        _peak(machine),
        _full_from(machine_at, machine),
        min(full, key=lambda one: (one.full_from_s, -one.peak_share)).participant if full else "",
    )


def _usage(samples: Samples, of_it: Truths, name: str, cores: int) -> Usage:
    at, cpu = samples.at_s[of_it], samples.cpu[of_it]
    memory, handles = samples.memory[of_it], samples.handles[of_it]
    processes = int(samples.processes[of_it].max())
    limit = float(cores if cpu.max() > SEVERAL_CORES * processes else min(processes, cores))
    return Usage(
        participant=name,
        processes=processes,
        limit_cores=limit,
        cpu_mean_cores=round(float(cpu.mean()), 3),
        cpu_peak_cores=_peak(cpu),
        machine_peak_share=round(_peak(cpu) / cores, 3),
        full_from_s=_full_from(at, cpu / limit),
        memory_first_bytes=int(memory[0]),
        memory_last_bytes=int(memory[-1]),
        memory_peak_bytes=int(memory.max()),
        handles_first=int(handles[0]),
        handles_peak=int(handles.max()),
        threads_peak=int(samples.threads[of_it].max()),
    )


def _machine(samples: Samples, during: Truths, cores: int) -> tuple[Floats, Floats]:
    """When samples were taken, and what share of all cores all participants together used then."""
    at, places = np.unique(samples.at_s[during], return_inverse=True)
    return at, np.bincount(places, weights=samples.cpu[during]) / cores


def _together(values: Floats) -> Floats:
    """Means of samples one after another; of all where there are fewer."""
    width = min(TOGETHER, len(values))
    return np.convolve(values, np.ones(width) / width, mode="valid")


def _peak(values: Floats) -> float:
    return round(float(_together(values).max()), 3)


def _full_from(at: Floats, shares: Floats) -> float | None:
    """When the first stretch of samples began whose mean is nearly all."""
    full = np.flatnonzero(_together(shares) >= FULL)
    return float(at[full[0]]) if len(full) else None


def _over_time(samples: Samples, names: Sequence[str], edges: Floats) -> tuple[UsageInterval, ...]:
    intervals = []
    for begin, end in pairwise(edges):
        inside = (samples.at_s >= begin) & (samples.at_s < end)
        of_each = {name: inside & samples.participant.is_(name) for name in names}
        cpu = {name: round(float(samples.cpu[at].mean()), 3) for name, at in of_each.items() if at.any()}
        memory = {name: int(samples.memory[at].mean()) for name, at in of_each.items() if at.any()}
        intervals.append(UsageInterval(float(begin), cpu, memory))
    return tuple(intervals)
