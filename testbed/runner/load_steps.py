"""A load by its steps: every request by name, where flows ended that did not end right, and who waited longest."""

import numpy as np
from numpy.typing import NDArray

from testbed.model.load import Outcome
from testbed.model.load_result import Ending, RequestKind, Slow
from testbed.runner.load_columns import Floats, Flows, Numbers, Requests, Truths, not_right
from testbed.runner.load_percentiles import percentiles

MOST_KINDS, MOST_ENDINGS, MOST_SLOW = 50, 100, 20
REFUSED, NOBODY_YET, BROKEN = 400, 401, 500
"""Statuses; the middle one is what a page rightly answers before anybody has logged in."""


def request_kinds(requests: Requests) -> tuple[tuple[RequestKind, ...], int]:
    """The commonest names, and how many requests have others."""
    counts = np.bincount(requests.name.codes, minlength=len(requests.name.words))
    common = np.argsort(-counts, kind="stable")[:MOST_KINDS]
    return tuple(_kind(requests, int(code)) for code in common), int(counts.sum() - counts[common].sum())


def _kind(requests: Requests, code: int) -> RequestKind:
    of_it: Truths = requests.name.codes == code
    status = requests.status[of_it]
    return RequestKind(
        name=requests.name.words[code],
        count=len(status),
        unanswered=int((status == 0).sum()),
        refused=int(((status >= REFUSED) & (status < BROKEN)).sum()),
        broken=int((status >= BROKEN).sum()),
        took=percentiles(requests.took_s[of_it][status != 0]),
    )


def endings(flows: Flows, requests: Requests) -> tuple[Ending, ...]:
    """Flows that ended otherwise than right, those alike counted together, the commonest first."""
    wrong = np.flatnonzero(not_right(flows))
    told = _telling(flows, requests)[wrong]
    alike = np.column_stack(
        [
            flows.outcome.codes[wrong].astype(np.int64),
            np.where(told >= 0, _at(requests.name.codes.astype(np.int64), told), -1),
            np.where(told >= 0, _at(requests.status, told), 0),
        ]
    )
    kinds, first, counts = np.unique(alike, axis=0, return_index=True, return_counts=True)
    order = np.argsort(-counts, kind="stable")[:MOST_ENDINGS]
    return tuple(
        Ending(
            outcome=Outcome(flows.outcome.words[kinds[place, 0]]),
            step=requests.name.words[kinds[place, 1]] if kinds[place, 1] >= 0 else "",
            status=int(kinds[place, 2]),
            count=int(counts[place]),
            why=flows.why[int(wrong[first[place]])],
        )
        for place in order
    )


def slowest(flows: Flows, requests: Requests) -> tuple[Slow, ...]:
    """Those who waited longest for the right session, the longest first."""
    latency = np.nan_to_num(flows.latency_s, nan=-1.0)
    order = np.argsort(-latency, kind="stable")[:MOST_SLOW]
    return tuple(_slow(flows, requests, int(place)) for place in order if not np.isnan(flows.right_s[place]))


def first_began_s(flows: Flows, requests: Requests) -> Floats:
    """When each flow's first request was about to be sent; of a flow without any, when its last attempt began."""
    first = np.searchsorted(requests.flow, np.arange(len(flows)), "left")
    has = np.bincount(requests.flow, minlength=len(flows)) > 0
    return np.where(has, _at(requests.began_s, np.where(has, first, -1)), flows.began_s)


def _slow(flows: Flows, requests: Requests, place: int) -> Slow:
    begin, end = np.searchsorted(requests.flow, [place, place + 1], "left")
    # NOTE: what came after the right session did not keep anybody waiting for it.
    before = [one for one in range(int(begin), int(end)) if requests.began_s[one] <= flows.right_s[place]]
    longest = max(before, key=lambda one: requests.took_s[one], default=-1)
    return Slow(
        number=int(flows.number[place]),
        flow=flows.flow[place],
        vendor=flows.vendor[place],
        person=flows.person[place],
        due_s=float(flows.due_s[place]),
        latency_s=float(flows.latency_s[place]),
        service_s=float(flows.service_s[place]),
        attempts=int(flows.attempts[place]),
        slowest_request=requests.name[longest] if longest >= 0 else "",
        slowest_took_s=float(requests.took_s[longest]) if longest >= 0 else 0.0,
    )


def _telling(flows: Flows, requests: Requests) -> Numbers:
    """The place of each flow's first request that went wrong; else of its last; -1 where there is none."""
    end = np.searchsorted(requests.flow, np.arange(len(flows)), "right")
    has = np.bincount(requests.flow, minlength=len(flows)) > 0
    told = np.where(has, end - 1, -1).astype(np.int64)
    status = requests.status
    bad = np.flatnonzero((status == 0) | (status >= REFUSED) & (status != NOBODY_YET))
    of_flow, first = np.unique(requests.flow[bad], return_index=True)
    told[of_flow] = bad[first]
    return told


def _at[Kind: np.generic](column: NDArray[Kind], places: Numbers) -> NDArray[Kind]:
    """What stands at these places; anything where the place is -1."""
    if not len(column):
        return np.zeros(len(places), dtype=column.dtype)
    return column[places]
