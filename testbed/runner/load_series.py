"""A load over time: its run in some sixty stretches of equal length."""

from math import ceil

import numpy as np
from numpy.typing import NDArray

from testbed.model.load import Outcome
from testbed.model.load_result import Interval
from testbed.runner.load_columns import DECIMALS, Floats, Flows, not_right
from testbed.runner.load_percentiles import rank

MOST = 60
LENGTHS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
"""What a person can read on an axis; none is shorter than the time between two samples of what participants use."""
TWENTY = 20
"""With fewer, nothing lies above the 95th percentile."""


def edges_of(flows: Flows) -> Floats:
    """The bounds of the stretches, in seconds after the beginning of the run."""
    until = float(flows.ended_s.max()) if len(flows) else 0.0
    length = next((one for one in LENGTHS_S if until / one <= MOST), until / MOST)
    return np.round(np.arange(max(1, ceil(until / length)) + 1) * length, DECIMALS)


def series(flows: Flows, edges: Floats) -> tuple[Interval, ...]:
    """What happened between each bound and the next."""
    got_in = ~np.isnan(flows.right_s)
    waits_until = np.where(got_in, flows.right_s, flows.ended_s)
    due_in, ended_in = _places(flows.due_s, edges), _places(flows.ended_s, edges)
    right_in = np.where(got_in, _places(waits_until, edges), -1)
    wrong = not_right(flows)
    due, ended, waits, right = (np.sort(one) for one in (flows.due_s, flows.ended_s, waits_until, right_in))
    latency, service = flows.latency_s, flows.service_s
    intervals = []
    for place, begin in enumerate(edges[:-1]):
        end = edges[place + 1]
        of_it = got_in & (due_in == place)
        waited, served = latency[of_it], service[of_it]
        went_wrong = wrong & (ended_in == place)
        arrived = int(np.searchsorted(due, end, "right"))
        intervals.append(
            Interval(
                from_s=float(begin),
                due=int((due_in == place).sum()),
                right=int(np.searchsorted(right, place, "right") - np.searchsorted(right, place, "left")),
                ended=int((ended_in == place).sum()),
                waiting=arrived - int(np.searchsorted(waits, end, "right")),
                under_way=arrived - int(np.searchsorted(ended, end, "right")),
                errors={
                    outcome: count
                    for outcome in Outcome
                    if (count := int((went_wrong & flows.outcome.is_(outcome.value)).sum()))
                },
                latency_p50_s=rank(waited, 50),
                latency_p95_s=rank(waited, 95) if len(waited) >= TWENTY else None,
                latency_max_s=rank(waited, 100),
                service_p50_s=rank(served, 50),
                service_p95_s=rank(served, 95) if len(served) >= TWENTY else None,
            )
        )
    return tuple(intervals)


def _places(times: Floats, edges: Floats) -> NDArray[np.intp]:
    """In which stretch each time lies; what lies on a bound belongs to the stretch before it."""
    places = np.searchsorted(edges, times, "left") - 1
    return np.clip(places, 0, len(edges) - 2)
