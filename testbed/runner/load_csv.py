"""The single flows, requests and samples of a load, as CSV files in its folder, written and read row by row.

``docs/load.md`` tells what each column means. A text that a spreadsheet would take for a formula has an apostrophe
before it in the file, and none once it is read.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from math import isfinite
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO, cast, get_args

from testbed.model.files import ScenarioInvalid
from testbed.model.load import LONGEST_S, MOST_ARRIVALS, Outcome, Record, Request, Sample
from testbed.model.scenario import Flow
from testbed.runner.load_columns import DECIMALS, Flows, Gathering, Requests, Samples, samples_of

FLOWS, REQUESTS, RESOURCES = "flows.csv", "requests.csv", "resources.csv"
FLOW_COLUMNS = (
    "number", "flow", "vendor", "person", "due_s", "began_s", "right_s", "ended_s", "latency_s", "service_s",
    "outcome", "attempts", "shown", "leaked", "intercepted", "why",
)  # fmt: skip
REQUEST_COLUMNS = ("flow_number", "name", "began_s", "took_s", "status")
RESOURCE_COLUMNS = ("at_s", "participant", "cpu_cores", "memory_bytes", "handles", "threads", "processes")
MOST_REQUESTS, MOST_SAMPLES = 20 * MOST_ARRIVALS, MOST_ARRIVALS
MOST_BYTES = {FLOWS: 2**30, REQUESTS: 2**32, RESOURCES: 2**28}
MOST_VENDORS, MOST_PARTICIPANTS = 200, 200
MAX_TEXT = 2000
MEND = "load again; this file is not as it was written"
FLOW_NAMES = frozenset(get_args(Flow.__value__))
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")
_LATEST_S, _EARLIEST_S = 10.0 * LONGEST_S, -60.0
_LARGEST = 2**53


def write_flows(file: BinaryIO, flows: Flows) -> None:
    """flows.csv."""
    latency, service = flows.latency_s, flows.service_s

    def rows() -> Iterator[Sequence[object]]:
        for place in range(len(flows)):
            yield (
                int(flows.number[place]), flows.flow[place], flows.vendor[place], cell(flows.person[place]),
                _seconds(flows.due_s[place]), _seconds(flows.began_s[place]), _seconds(flows.right_s[place]),
                _seconds(flows.ended_s[place]), _seconds(latency[place]), _seconds(service[place]),
                flows.outcome[place], int(flows.attempts[place]), cell(flows.shown[place]),
                cell(flows.leaked[place]), int(flows.intercepted[place]), cell(flows.why[place]),
            )  # fmt: skip

    _write(file, FLOW_COLUMNS, rows())


def write_requests(file: BinaryIO, requests: Requests, flows: Flows) -> None:
    """requests.csv."""
    numbers = flows.number

    def rows() -> Iterator[Sequence[object]]:
        for place in range(len(requests)):
            began, took = _seconds(requests.began_s[place]), _seconds(requests.took_s[place])
            number = int(numbers[requests.flow[place]])
            yield number, cell(requests.name[place]), began, took, int(requests.status[place])

    _write(file, REQUEST_COLUMNS, rows())


def write_samples(file: BinaryIO, samples: Samples) -> None:
    """resources.csv."""

    def rows() -> Iterator[Sequence[object]]:
        for place in range(len(samples)):
            yield (
                _seconds(samples.at_s[place]), cell(samples.participant[place]), _seconds(samples.cpu[place]),
                int(samples.memory[place]), int(samples.handles[place]), int(samples.threads[place]),
                int(samples.processes[place]),
            )  # fmt: skip

    _write(file, RESOURCE_COLUMNS, rows())


def read_flows(folder: Path) -> tuple[Flows, Requests]:
    """flows.csv and requests.csv.

    Raises:
        ScenarioInvalid: the first row that is wrong, or one too many.
    """
    gathering, places = Gathering(), dict[int, int]()

    def flow(row: Sequence[str]) -> None:
        record = _record(row)
        if record.number in places:
            raise ValueError(f"the flow {record.number} stands twice")
        places[record.number] = gathering.add(record)
        if len(gathering.vendor.known) > MOST_VENDORS:
            raise ValueError(f"has more than {MOST_VENDORS} vendors")

    def request(row: Sequence[str]) -> None:
        number = _whole(row[0], "flow_number")
        if number not in places:
            raise ValueError(f"there is no flow {number}")
        place = places[number]
        if gathering.of_flow and place < gathering.of_flow[-1]:
            raise ValueError("requests are not in the order of their flows")
        gathering.add_request(place, _request(row))

    _read(folder / FLOWS, FLOW_COLUMNS, MOST_ARRIVALS, flow)
    _read(folder / REQUESTS, REQUEST_COLUMNS, MOST_REQUESTS, request)
    return gathering.flows(), gathering.requests()


def read_samples(folder: Path) -> Samples:
    """resources.csv.

    Raises:
        ScenarioInvalid: the first row that is wrong, or one too many.
    """
    samples: list[Sample] = []
    names: set[str] = set()

    def sample(row: Sequence[str]) -> None:
        samples.append(_sample(row))
        names.add(samples[-1].participant)
        if len(names) > MOST_PARTICIPANTS:
            raise ValueError(f"has more than {MOST_PARTICIPANTS} participants")

    _read(folder / RESOURCES, RESOURCE_COLUMNS, MOST_SAMPLES, sample)
    return samples_of(samples)


def cell(text: str) -> str:
    """The text, so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _text(written: str) -> str:
    if len(written) > MAX_TEXT:
        raise ValueError("a text is too long")
    return written.removeprefix("'")


def _record(row: Sequence[str]) -> Record:
    number, flow, vendor, person, due, began, right, ended, _, _, outcome, attempts, *rest = row
    shown, leaked, intercepted, why = rest
    if flow not in FLOW_NAMES:
        raise ValueError(f"no flow is called {flow[:40]!r}")
    if intercepted not in ("0", "1"):
        raise ValueError("intercepted is neither 0 nor 1")
    return Record(
        number=_whole(number, "number"),
        flow=cast("Flow", flow),
        vendor=_text(vendor),
        person=_text(person),
        due_s=_time(due, "due_s"),
        began_s=_time(began, "began_s"),
        right_s=_time(right, "right_s") if right else None,
        ended_s=_time(ended, "ended_s"),
        outcome=Outcome(outcome),
        attempts=_whole(attempts, "attempts"),
        why=_text(why),
        shown=tuple(_text(shown).split()),
        leaked=tuple(_text(leaked).split()),
        intercepted=intercepted == "1",
    )


def _request(row: Sequence[str]) -> Request:
    _, name, began, took, status = row
    return Request(_text(name), _time(began, "began_s"), _time(took, "took_s"), _whole(status, "status"))


def _sample(row: Sequence[str]) -> Sample:
    at, participant, cpu, *counts = row
    memory, handles, threads, processes = (
        _whole(value, name) for value, name in zip(counts, RESOURCE_COLUMNS[3:], strict=True)
    )
    if not processes:
        raise ValueError("processes is 0")
    return Sample(_time(at, "at_s"), _text(participant), _time(cpu, "cpu_cores"), memory, handles, threads, processes)


def _time(written: str, column: str) -> float:
    value = float(written)
    if not isfinite(value) or not _EARLIEST_S <= value <= _LATEST_S:
        raise ValueError(f"{column} is no time that a run can have")
    return value


def _whole(written: str, column: str) -> int:
    if not (written.isascii() and written.isdigit()) or len(written) > len(str(_LARGEST)):
        raise ValueError(f"{column} is no whole number")
    return int(written)


def _seconds(value: float) -> str:
    return "" if value != value else f"{value:.{DECIMALS}f}"  # noqa: PLR0124 - what is not a number is not itself


@contextmanager
def _text_of(file: BinaryIO) -> Iterator[TextIOWrapper]:
    text = TextIOWrapper(file, encoding="utf-8", errors="replace", newline="")
    try:
        yield text
    finally:
        text.flush()
        text.detach()


def _write(file: BinaryIO, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with _text_of(file) as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def _read(path: Path, columns: Sequence[str], at_most: int, take: Callable[[Sequence[str]], None]) -> None:
    line = 0
    try:
        if not S_ISREG((state := path.stat()).st_mode) or state.st_size > MOST_BYTES[path.name]:
            raise ScenarioInvalid(path, "", "is no plain file of the size that a run's may have", MEND)
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file, strict=True)
            heading = next(reader, [])
            if tuple(heading) != tuple(columns):
                raise ScenarioInvalid(path, "line 1", f"has not the columns {', '.join(columns)}", MEND)
            for line, row in enumerate(reader, start=2):
                if line - 1 > at_most:
                    raise ScenarioInvalid(path, f"line {line}", f"has more than {at_most} rows", MEND)
                if len(row) != len(columns):
                    raise ValueError(f"has {len(row)} cells in place of {len(columns)}")
                take(row)
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise ScenarioInvalid(path, "", reason, "name a folder that 'testbed load' made") from error
    except UnicodeDecodeError as error:
        raise ScenarioInvalid(path, "", "is not UTF-8", MEND) from error
    except (ValueError, csv.Error) as error:
        if isinstance(error, ScenarioInvalid):
            raise
        raise ScenarioInvalid(path, f"row {line}", str(error), MEND) from error
