"""The sequence picture of a play: one lane a party, one arrow an exchange. The same is beside it as a table."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from testbed.model.wire import Exchange
from testbed.reports.redact import path_of

LANE_WIDTH, ROW_HEIGHT, HEAD_HEIGHT = 260, 34, 40
MAX_ROWS = 60
# More lanes than this cannot be looked at; those with the fewest arrows share the last one.
MAX_LANES = 9
# Between two lanes there is room for a number, a method, a status and this much of a path.
MAX_HOST, MAX_PATH = 30, 24


@dataclass(frozen=True, slots=True)
class Lane:
    """One party (or the first of several, and how many more) and where it stands, in pixels."""

    host: str
    x: int


@dataclass(frozen=True, slots=True)
class Arrow:
    """One exchange, in pixels; ``kind`` is finding, data or plain."""

    number: int
    x1: int
    x2: int
    y: int
    label: str
    kind: str

    @property
    def label_x(self) -> int:
        """Where the label begins."""
        return min(self.x1, self.x2) + 8


@dataclass(frozen=True, slots=True)
class Picture:
    """All that the page draws."""

    width: int
    height: int
    lanes: tuple[Lane, ...]
    arrows: tuple[Arrow, ...]
    left_out: int


def picture(exchanges: Sequence[Exchange], findings: Collection[int], data: Collection[int]) -> Picture:
    """Lay out the exchanges.

    Args:
        exchanges: by number.
        findings: numbers of those that a finding points at.
        data: numbers of those that carry personal data.
    """
    shown = exchanges[:MAX_ROWS]
    lanes = _lanes(shown, {*findings, *data})
    places = [LANE_WIDTH // 2 + place * LANE_WIDTH for place in range(len(lanes))]
    x = {host: place for hosts, place in zip(lanes, places, strict=True) for host in hosts}
    arrows = tuple(
        Arrow(
            number=e.number,
            x1=x[e.sender],
            x2=x[e.receiver] if x[e.sender] != x[e.receiver] else x[e.sender] + LANE_WIDTH // 3,
            y=HEAD_HEIGHT + row * ROW_HEIGHT,
            label=_label(e),
            kind="finding" if e.number in findings else "data" if e.number in data else "plain",
        )
        for row, e in enumerate(shown, start=1)
    )
    return Picture(
        width=LANE_WIDTH * max(1, len(lanes)),
        height=HEAD_HEIGHT + ROW_HEIGHT * (len(shown) + 1),
        lanes=tuple(Lane(_head(hosts), place) for hosts, place in zip(lanes, places, strict=True)),
        arrows=arrows,
        left_out=len(exchanges) - len(shown),
    )


def _lanes(exchanges: Sequence[Exchange], telling: Collection[int]) -> list[list[str]]:
    """The hosts of each lane, in the order of their first exchange; the last lane may have several."""
    weights: Counter[str] = Counter()
    for e in exchanges:
        for host in (e.sender, e.receiver):
            weights[host] += len(exchanges) if e.number in telling else 1
    hosts = list(weights)
    if len(hosts) <= MAX_LANES:
        return [[host] for host in hosts]
    own = {host for host, _ in weights.most_common(MAX_LANES - 1)}
    return [*([host] for host in hosts if host in own), [host for host in hosts if host not in own]]


def _head(hosts: Sequence[str]) -> str:
    return _short(hosts[0], MAX_HOST) if len(hosts) == 1 else f"{_short(hosts[0], MAX_HOST)} + {len(hosts) - 1}"


def _label(exchange: Exchange) -> str:
    path = path_of(exchange.request.url).partition("?")[0]
    status = exchange.response.status if exchange.response else "–"
    return f"{exchange.number}. {exchange.request.method} {_short(path, MAX_PATH)} {status}"


def _short(value: str, most: int) -> str:
    return value if len(value) <= most else f"{value[: most - 1]}…"
