"""Whether one load run differs from another, or the two may do so by chance.

The spread of each figure is found by drawing stretches of the run again (a block bootstrap, Künsch 1989): consecutive
arrivals stay together, for a stall that a hundred of them met is one accident and not a hundred.
"""

from collections.abc import Callable, Iterator, Mapping
from math import ceil

import numpy as np
from numpy.typing import NDArray

from testbed.model.load import Outcome
from testbed.model.load_comparison import Difference, LoadComparison
from testbed.model.load_result import PERCENTILES, Group, LoadReport
from testbed.model.strict import Bilingual
from testbed.runner.load_columns import DECIMALS, Floats, Flows, LoadData, Truths
from testbed.runner.load_percentiles import HAIR, HUNDRED
from testbed.runner.load_series import edges_of, series

SEED = 20260101
DRAWS = 1000
BLOCKS = 50
STEPS = 20_000
ASIDE = frozenset({"--seed", "--scale", "--out", "--web"})
"""Options of which a comparison says nothing by their names."""
FEWEST = 20
"""Flows: of fewer nothing is said."""
NINETEEN_OF_TWENTY = (2.5, 97.5)


def compare(before: tuple[LoadReport, LoadData], after: tuple[LoadReport, LoadData]) -> LoadComparison:
    """A run beside an earlier one: all flows, and those of each kind and vendor that both have."""
    earlier, later = before[0], after[0]
    common = {(one.flow, one.vendor): one for one in earlier.summary.groups}
    differences = tuple(
        difference
        for group in _apart(later.summary.groups)
        if (older := common.get((group.flow, group.vendor)))
        for difference in _differences((older, before[1].flows), (group, after[1].flows))
    )
    edges = max((edges_of(data.flows) for _, data in (before, after)), key=lambda one: float(one[-1]))
    return LoadComparison(
        before=earlier,
        after=later,
        differences=differences,
        interval_s=round(float(edges[1] - edges[0]), DECIMALS),
        intervals_before=series(before[1].flows, edges),
        intervals_after=series(after[1].flows, edges),
        unlike=tuple(_unlike(earlier, later)),
    )


def _apart(groups: tuple[Group, ...]) -> tuple[Group, ...]:
    """All flows, and each kind where there are several: of one kind alone the same would be said twice."""
    return groups if len(groups) > 2 else groups[:1]  # noqa: PLR2004 - all of them, and one kind


def _differences(before: tuple[Group, Flows], after: tuple[Group, Flows]) -> Iterator[Difference]:
    older, newer = before[0], after[0]
    # NOTE: each run draws by a seed of its own, for with one they would have their accidents at the same places.
    draws = [_Drawn(flows, _of(flows, group), SEED + place) for place, (group, flows) in enumerate((before, after))]
    spreads = [one.right_shares() for one in draws]
    yield _difference("right_share", newer, (_share(older), _share(newer)), *spreads)
    for kind in ("latency", "service"):
        drawn = [one.percentiles(kind) for one in draws]
        for name in PERCENTILES:
            told = (getattr(getattr(older, kind), name), getattr(getattr(newer, kind), name))
            spreads = [one.get(name) for one in drawn] if None not in told else [None, None]
            yield _difference(f"{kind}_{name}", newer, told, *spreads)


def _difference(
    figure: str, group: Group, told: tuple[float | None, float | None], before: Floats | None, after: Floats | None
) -> Difference:
    low = high = None
    if before is not None and after is not None:
        low, high = (round(float(one), DECIMALS) for one in np.percentile(after - before, NINETEEN_OF_TWENTY))
    return Difference(group.flow, group.vendor, figure, told[0], told[1], low, high)


def _share(group: Group) -> float | None:
    return round(group.right / group.arrived, DECIMALS) if group.arrived else None


def _of(flows: Flows, group: Group) -> Truths:
    every = np.ones(len(flows), dtype=np.bool_)
    return flows.flow.is_(group.flow) & flows.vendor.is_(group.vendor) if group.flow else every


class _Drawn:
    """Figures of a run as they come out when its stretches are drawn again."""

    def __init__(self, flows: Flows, of_it: Truths, seed: int) -> None:
        due = flows.due_s[of_it]
        self._enough = len(due) >= FEWEST
        blocks = max(1, min(BLOCKS, ceil(len(due) ** 0.5)))
        order = np.argsort(due, kind="stable")
        self._block: NDArray[np.int64] = np.empty(len(due), dtype=np.int64)
        self._block[order] = np.arange(len(due)) * blocks // max(1, len(due))
        draw = np.random.default_rng(seed)
        self._weights = draw.multinomial(blocks, np.full(blocks, 1 / blocks), size=DRAWS)
        self._right = flows.outcome.is_(Outcome.RIGHT.value)[of_it]
        self._columns: Mapping[str, Floats] = {"latency": flows.latency_s[of_it], "service": flows.service_s[of_it]}

    def right_shares(self) -> Floats | None:
        """Of each draw."""
        if not self._enough:
            return None
        blocks = self._weights.shape[1]
        of_each = np.bincount(self._block, minlength=blocks)
        right = np.bincount(self._block, weights=self._right, minlength=blocks)
        shares: Floats = (self._weights @ right) / (self._weights @ of_each)
        return shares

    def percentiles(self, kind: str) -> Mapping[str, Floats]:
        """Of each draw, by name; empty where there are too few flows."""
        values = self._columns[kind]
        known = ~np.isnan(values)
        if not self._enough or not known.any():
            return {}
        values, block = values[known], self._block[known]
        order = np.argsort(values, kind="stable")
        return _drawn_percentiles(values[order], block[order], self._weights)


def _drawn_percentiles(values: Floats, block: NDArray[np.int64], weights: NDArray[np.int64]) -> Mapping[str, Floats]:
    """The nearest ranks among sorted values, each of which stands there as often as its block was drawn.

    Of more than :data:`STEPS` values, those that lie beside each other are taken for one.
    """
    draws, blocks = weights.shape
    wide = ceil(len(values) / STEPS)
    step = np.arange(len(values)) // wide
    steps = int(step[-1]) + 1
    counts = np.bincount(step * blocks + block, minlength=steps * blocks).reshape(steps, blocks)
    highest = values[np.minimum(np.arange(1, steps + 1) * wide, len(values)) - 1]
    drawn = {name: np.empty(draws) for name in PERCENTILES}
    for draw, weight in enumerate(weights):
        below = np.cumsum(counts @ weight)
        # NOTE: a draw may take none of those who got in, where they came all in a few stretches.
        asked = np.array(list(PERCENTILES.values())) / HUNDRED * below[-1]
        places = np.searchsorted(below, asked - HAIR, "left")
        for name, place in zip(PERCENTILES, places, strict=True):
            drawn[name][draw] = highest[min(int(place), steps - 1)]
    return drawn


def _unlike(before: LoadReport, after: LoadReport) -> Iterator[Bilingual]:
    asked: Mapping[str, tuple[str, Callable[[LoadReport], object]]] = {
        "profil": ("profile", lambda one: one.about.profile.id),
        "skala": ("scale", lambda one: one.about.profile.scale),
        "antal som skulle komma": ("number who were to arrive", lambda one: one.about.arrivals),
        "frö": ("seed", lambda one: one.about.seed),
        "labb": ("lab", lambda one: one.about.lab),
        "leverantörer": ("vendors", lambda one: ", ".join(sorted(one.about.vendors))),
        "processorkärnor": ("cores", lambda one: one.about.cores),
        "val": ("options", lambda one: " ".join(_asked(one.about.options)) or "-"),
    }
    for sv, (en, value) in asked.items():
        earlier, later = value(before), value(after)
        if earlier != later:
            yield Bilingual(sv=f"{sv}: {earlier} mot {later}", en=f"{en}: {earlier} against {later}")


def _asked(options: tuple[str, ...]) -> Iterator[str]:
    """The options but for those that are told apart, or change nothing."""
    left = iter(options)
    for one in left:
        name, equals, _ = one.partition("=")
        if name not in ASIDE:
            yield one
        elif not equals:
            next(left, None)
