"""The sequence picture of a play: one lane a party, one arrow an exchange. The same is beside it as a table."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from testbed.model.wire import Exchange
from testbed.reports.redact import path_of

LANE_WIDTH, ROW_HEIGHT, HEAD_HEIGHT = 220, 34, 40
MAX_ROWS = 60
MAX_LABEL = 30


@dataclass(frozen=True, slots=True)
class Lane:
    """One party and where it stands, in pixels."""

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
    hosts = list(dict.fromkeys(host for e in shown for host in (e.sender, e.receiver)))
    x = {host: LANE_WIDTH // 2 + place * LANE_WIDTH for place, host in enumerate(hosts)}
    arrows = tuple(
        Arrow(
            number=e.number,
            x1=x[e.sender],
            x2=x[e.receiver] if e.sender != e.receiver else x[e.sender] + LANE_WIDTH // 3,
            y=HEAD_HEIGHT + row * ROW_HEIGHT,
            label=_label(e),
            kind="finding" if e.number in findings else "data" if e.number in data else "plain",
        )
        for row, e in enumerate(shown, start=1)
    )
    return Picture(
        width=LANE_WIDTH * max(1, len(hosts)),
        height=HEAD_HEIGHT + ROW_HEIGHT * (len(shown) + 1),
        lanes=tuple(Lane(_short(host), place) for host, place in x.items()),
        arrows=arrows,
        left_out=len(exchanges) - len(shown),
    )


def _label(exchange: Exchange) -> str:
    path = path_of(exchange.request.url).partition("?")[0]
    status = exchange.response.status if exchange.response else "–"
    return f"{exchange.number}. {exchange.request.method} {_short(path)} {status}"


def _short(value: str) -> str:
    return value if len(value) <= MAX_LABEL else f"{value[: MAX_LABEL - 1]}…"
