"""What leaves a bad line is what came, in its order, not before its time and not faster than it may."""

from hypothesis import given
from hypothesis import strategies as st

from testbed.interception.relay.shaping import HELD_BYTES, PACKET_BYTES, Line, Shaper

ARRIVALS = st.lists(
    st.tuples(st.floats(0, 0.5), st.binary(min_size=1, max_size=4000)), min_size=1, max_size=20
)  # seconds since the one before, bytes
LINES = st.builds(
    Line,
    delay_s=st.floats(0, 2),
    bytes_per_s=st.none() | st.floats(1000, 10_000_000),
)


class Sent:
    """A shaper run to its end by a clock of its own: what came when, and what left when."""

    def __init__(self, line: Line, arrivals: list[tuple[float, bytes]], changed: Line | None = None) -> None:
        self.came: list[tuple[float, bytes]] = []
        self.left: list[tuple[float, bytes]] = []
        now, shaper = 0.0, Shaper(line, 0.0)
        for number, (since, data) in enumerate(arrivals):
            now = self._until(shaper, now, now + since)
            if changed and number == len(arrivals) // 2:
                shaper.change(changed, now)
            shaper.put(data, now)
            self.came.append((now, data))
        while shaper.held:
            now = self._until(shaper, now, now + (shaper.wait_s(now) or 0.0))
        assert shaper.wait_s(now) is None

    def _until(self, shaper: Shaper, now: float, end: float) -> float:
        while True:
            wait = shaper.wait_s(now)
            if wait is None or now + wait > end:
                return end
            if wait and now + wait == now:
                # NOTE: a time so short that the clock, a float, does not move by it.
                wait = 1e-9
            now += wait
            data = shaper.take(now)
            if data:
                self.left.append((now, data))
            elif wait == 0.0:
                raise AssertionError("something may leave, and nothing does")


@given(LINES, ARRIVALS)
def test_bytes_are_neither_changed_nor_reordered_nor_lost(line: Line, arrivals: list[tuple[float, bytes]]) -> None:
    sent = Sent(line, arrivals)
    assert b"".join(data for _, data in sent.left) == b"".join(data for _, data in arrivals)


@given(LINES, LINES, ARRIVALS)
def test_nor_where_the_line_changes_meanwhile(line: Line, other: Line, arrivals: list[tuple[float, bytes]]) -> None:
    sent = Sent(line, arrivals, other)
    assert b"".join(data for _, data in sent.left) == b"".join(data for _, data in arrivals)


@given(LINES, ARRIVALS)
def test_nothing_leaves_before_its_delay_is_over(line: Line, arrivals: list[tuple[float, bytes]]) -> None:
    sent = Sent(line, arrivals)
    due = [at + line.delay_s for at, data in sent.came for _ in data]
    left = [at for at, data in sent.left for _ in data]
    assert all(moment >= earliest - 1e-9 for moment, earliest in zip(left, due, strict=True))


@given(LINES, ARRIVALS)
def test_no_stretch_of_time_carries_more_than_a_burst_and_the_rate(
    line: Line, arrivals: list[tuple[float, bytes]]
) -> None:
    rate = line.bytes_per_s
    left = Sent(line, arrivals).left
    for first in range(len(left)) if rate else ():
        size = 0
        for moment, data in left[first:]:
            size += len(data)
            assert rate
            assert size <= line.burst + rate * (moment - left[first][0]) + 1e-6 * rate + 1


@given(st.floats(10_000, 1_000_000), st.integers(20, 200))
def test_a_full_line_comes_near_its_rate(rate: float, packets: int) -> None:
    size = packets * PACKET_BYTES
    left = Sent(Line(bytes_per_s=rate), [(0.0, b"x" * size)]).left
    burst = Line(bytes_per_s=rate).burst
    assert left[-1][0] <= max(0.0, size - burst) / rate + PACKET_BYTES / rate + 1e-3


def test_what_is_held_is_bounded() -> None:
    shaper = Shaper(Line(delay_s=60), 0.0)
    while shaper.has_room:
        shaper.put(b"x" * 16_384, 0.0)
    assert HELD_BYTES <= shaper.held < HELD_BYTES + 16_384


def test_a_line_that_is_mended_holds_nothing_back() -> None:
    shaper = Shaper(Line(delay_s=60), 0.0)
    shaper.put(b"hello", 0.0)
    assert shaper.take(1.0) == b""
    shaper.change(Line(), 1.0)
    assert shaper.take(1.0) == b"hello"
