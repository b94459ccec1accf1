"""Plots over time, whose texts keep their size however wide the page is; each has its numbers as a table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import floor, log10

from testbed.model.load_comparison import LoadComparison
from testbed.model.load_result import Interval, LoadSummary
from testbed.model.written import Bilingual
from testbed.reports.certificate_texts import both
from testbed.reports.load_texts import MIB, OUTCOMES, decimal, participant

WIDE, HIGH = 1000, 200
"""Units across, which stretch with the page, and pixels in height."""
TOP = 8
"""Pixels above the highest value, so that a line there is seen whole."""
TICKS_X, TICKS_Y = 5, 4
COLOURS = 6
type Values = tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a plot, and one column of its table."""

    name: Bilingual
    style: str
    """Class of its colour and of its dashes."""
    values: Values
    paths: tuple[str, ...] = ()
    """SVG points of each stretch without a gap."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: where, in pixels from the top or in parts of a hundred from the left, and what it says."""

    at: float
    text: Bilingual


@dataclass(frozen=True, slots=True)
class Plot:
    """What the template draws."""

    id: str
    title: Bilingual
    unit: Bilingual
    """Of the axis upwards."""
    explains: Bilingual
    lines: tuple[Line, ...]
    times: tuple[float, ...]
    """Of each value, in seconds after the beginning of the run."""
    ticks_x: tuple[Tick, ...]
    ticks_y: tuple[Tick, ...]
    places: int
    """Decimals of the numbers in the table."""


def plots(summary: LoadSummary) -> tuple[Plot, ...]:
    """All plots of a run."""
    own, step = summary.intervals, summary.interval_s
    times = tuple(one.from_s for one in own)
    drawn = [
        plot("arrivals", *_ARRIVALS, times, step, _arrivals(own, step), 1),
        plot("waiting", *_WAITING, times, step, _waiting(own), 0),
        plot("latency", *_LATENCY, times, step, _latency(own), 3),
    ]
    if errors := _errors(own):
        drawn.append(plot("errors", *_ERRORS, times, step, errors, 0))
    used = summary.saturation.over_time
    if used:
        names = [one.participant for one in summary.saturation.usages]
        named = [(participant(name), f"c{place % COLOURS}", name) for place, name in enumerate(names)]
        cpu = [(text, style, tuple(one.cpu_cores.get(name) for one in used)) for text, style, name in named]
        memory = [(text, style, tuple(_mib(one.memory_bytes.get(name)) for one in used)) for text, style, name in named]
        drawn += [plot("cpu", *_CPU, times, step, cpu, 2), plot("memory", *_MEMORY, times, step, memory, 0)]
    return tuple(drawn)


def compared(comparison: LoadComparison) -> tuple[Plot, ...]:
    """Two runs over each other."""
    sides = (
        (both("före", "before"), " dashed", comparison.intervals_before),
        (both("efter", "after"), "", comparison.intervals_after),
    )
    step = comparison.interval_s
    times = tuple(one.from_s for one in comparison.intervals_after)

    def lines(
        *reads: tuple[Bilingual, str, Callable[[Interval], float | None]],
    ) -> list[tuple[Bilingual, str, Values]]:
        return [
            (both(f"{name.sv}, {side.sv}", f"{name.en}, {side.en}"), colour + dashes, tuple(map(read, own)))
            for name, colour, read in reads
            for side, dashes, own in sides
        ]

    came = both("kommer in", "get in")
    half, rare = both("hälften", "half"), both("en av tjugo mer än", "one in twenty more than")
    waiting = both("väntar", "wait")
    return (
        plot(
            "latency",
            *_LATENCIES,
            times,
            step,
            lines((half, "c0", lambda one: one.latency_p50_s), (rare, "c3", lambda one: one.latency_p95_s)),
            3,
        ),
        plot("arrivals", *_COMING, times, step, lines((came, "c1", lambda one: one.right / step)), 1),
        plot("waiting", *_WAITING_ALONE, times, step, lines((waiting, "c3", lambda one: float(one.waiting))), 0),
    )


def plot(  # noqa: PLR0913, PLR0917 - what a plot consists of
    name: str,
    title: Bilingual,
    unit: Bilingual,
    explains: Bilingual,
    times: Sequence[float],
    step: float,
    lines: Sequence[tuple[Bilingual, str, Values]],
    places: int,
) -> Plot:
    """A plot of values, each of which holds for one step of time."""
    top = max((value for _, _, values in lines for value in values if value is not None), default=0.0)
    upward = ticks(top, TICKS_Y)
    highest = upward[-1] or 1.0
    until = max((time + step for time in times), default=1.0)
    drawn = tuple(
        Line(called, style, values, _paths(times, step, values, until, highest)) for called, style, values in lines
    )
    return Plot(
        name,
        title,
        unit,
        explains,
        drawn,
        tuple(times),
        tuple(Tick(round(100 * at / until, 2), _plain(at)) for at in ticks(until, TICKS_X) if at <= until),
        tuple(Tick(_y(at, highest), _plain(at)) for at in upward),
        places,
    )


def ticks(highest: float, most: int) -> tuple[float, ...]:
    """Round numbers from 0, evenly apart, the last of which is not below the highest; about so many steps."""
    if highest <= 0:
        return (0.0, 1.0)
    rough = highest / most
    magnitude = 10.0 ** floor(log10(rough))
    step = next(one * magnitude for one in (1, 2, 5, 10) if one * magnitude >= rough * 0.999999)
    marks = [0.0]
    while marks[-1] < highest * 0.999999:
        marks.append(round(len(marks) * step, 9))
    return tuple(marks)


def _paths(times: Sequence[float], step: float, values: Values, until: float, highest: float) -> tuple[str, ...]:
    stretches: list[list[str]] = [[]]
    for time, value in zip(times, values, strict=True):
        if value is None:
            stretches.append([])
            continue
        x = (time + step / 2) / until * WIDE
        stretches[-1].append(f"{x:.1f},{_y(value, highest):.1f}")
    # NOTE: a line of one point has no length and is not seen.
    return tuple(" ".join(one if len(one) > 1 else [one[0], _right_of(one[0])]) for one in stretches if one)


def _right_of(point: str) -> str:
    x, y = point.split(",")
    return f"{float(x) + 4:.1f},{y}"


def _y(value: float, highest: float) -> float:
    return round(HIGH - (HIGH - TOP) * value / highest, 1)


def _plain(number: float) -> Bilingual:
    text = f"{number:.6g}"
    return both(text.replace(".", ","), text)


def _mib(octets: int | None) -> float | None:
    return None if octets is None else octets / MIB


def number(value: float | None, places: int) -> Bilingual:
    """As the table has it."""
    return both("–", "–") if value is None else decimal(value, places)


_ARRIVALS = (
    both("De som kommer och de som kommer in", "Those who arrive and those who get in"),
    both("per sekund", "a second"),
    both(
        "Kommer linjerna isär hinner tjänsten inte med. De som kommer väntar inte på svar: kön får växa.",
        "Where the lines part, the service does not keep up. Those who arrive wait for no answer: the queue may grow.",
    ),
)
_WAITING = (
    both("De som väntar och de som är igång", "Those who wait and those who are under way"),
    both("flöden", "flows"),
    both(
        "Väntar: har kommit men varken kommit in eller gått. Igång: ännu inte klara.",
        "Waiting: arrived, and neither let in nor gone away. Under way: not done yet.",
    ),
)
_LATENCY = (
    both("Hur länge de väntar", "How long they wait"),
    both("sekunder", "seconds"),
    both(
        "Heldraget: från när var och en skulle börja, vilket är vad de märker. Streckat: från när deras sista försök "
        "började, vilket är vad en mätning som väntar på svar skulle visa.",
        "Solid: from when each was to begin, which is what they notice. Dashed: from when their last attempt began, "
        "which is what a measurement that waits for answers would show.",
    ),
)
_LATENCIES = (
    both("Hur länge de väntar", "How long they wait"),
    both("sekunder", "seconds"),
    both("Från när var och en skulle börja.", "From when each was to begin."),
)
_WAITING_ALONE = (
    both("De som väntar", "Those who wait"),
    both("flöden", "flows"),
    both("De har kommit, men varken kommit in eller gått.", "They have arrived, and neither got in nor gone away."),
)
_COMING = (
    both("De som kommer in", "Those who get in"),
    both("per sekund", "a second"),
    both("Streckat: den tidigare körningen.", "Dashed: the earlier run."),
)
_ERRORS = (
    both("Flöden som inte slutade rätt", "Flows that did not end right"),
    both("flöden", "flows"),
    both("När de slutade, och hur.", "When they ended, and how."),
)
_CPU = (
    both("Processor", "CPU"),
    both("kärnor", "cores"),
    both("Av vad varje del använder; 1 är en hel kärna.", "What each part uses; 1 is all of one core."),
)
_MEMORY = (
    both("Minne", "Memory"),
    both("MiB", "MiB"),
    both("Minne som varje del håller.", "Memory that each part holds."),
)


def _arrivals(own: Sequence[Interval], step: float) -> list[tuple[Bilingual, str, Values]]:
    return [
        (both("kommer", "arrive"), "c0", tuple(one.due / step for one in own)),
        (both("kommer in", "get in"), "c1", tuple(one.right / step for one in own)),
        (both("blir klara", "are done"), "c2 dashed", tuple(one.ended / step for one in own)),
    ]


def _waiting(own: Sequence[Interval]) -> list[tuple[Bilingual, str, Values]]:
    return [
        (both("väntar", "wait"), "c3", tuple(float(one.waiting) for one in own)),
        (both("är igång", "are under way"), "c0 dashed", tuple(float(one.under_way) for one in own)),
    ]


def _latency(own: Sequence[Interval]) -> list[tuple[Bilingual, str, Values]]:
    def of(read: Callable[[Interval], float | None]) -> Values:
        return tuple(map(read, own))

    return [
        (both("hälften", "half"), "c0", of(lambda one: one.latency_p50_s)),
        (both("en av tjugo mer än", "one in twenty more than"), "c3", of(lambda one: one.latency_p95_s)),
        (both("längst", "longest"), "c4", of(lambda one: one.latency_max_s)),
        (
            both("hälften, från sista försöket", "half, from the last attempt"),
            "c0 dashed",
            of(lambda o: o.service_p50_s),
        ),
        (
            both("en av tjugo mer än, från sista försöket", "one in twenty more than, from the last attempt"),
            "c3 dashed",
            of(lambda one: one.service_p95_s),
        ),
    ]


def _errors(own: Sequence[Interval]) -> list[tuple[Bilingual, str, Values]]:
    came = [outcome for outcome in OUTCOMES if any(outcome in one.errors for one in own)]
    return [
        (OUTCOMES[outcome], f"c{place % COLOURS}", tuple(float(one.errors.get(outcome, 0)) for one in own))
        for place, outcome in enumerate(came)
    ]
