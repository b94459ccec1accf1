"""Which flows of a load go through the proxy: a share of them, drawn with the run's seed."""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from testbed.model.load import Arrival
from testbed.model.scenario import Flow


def with_intercepted(arrivals: Sequence[Arrival], share: float, seed: int) -> tuple[Arrival, ...]:
    """The arrivals in their order, so many of them intercepted.

    Of each kind of flow at each vendor at least one is, for what nobody looked at cannot be said to be well; and of
    each the same share, as near as whole flows come to it.

    Args:
        arrivals: those who arrive.
        share: from 0, which intercepts none, to 1.
        seed: of the run.

    Raises:
        ValueError: it is no share.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"a share is from 0 to 1, and not {share}")
    kinds: dict[tuple[Flow, str], list[int]] = defaultdict(list)
    for place, arrival in enumerate(arrivals):
        kinds[arrival.flow, arrival.vendor].append(place)
    draw = random.Random(f"{seed}/intercepted")  # noqa: S311 - to be repeated
    chosen: set[int] = set()
    if share:
        for kind in sorted(kinds):
            places = kinds[kind]
            chosen.update(draw.sample(places, max(1, round(share * len(places)))))
    return tuple(replace(one, intercepted=place in chosen) for place, one in enumerate(arrivals))
