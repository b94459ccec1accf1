"""A load run by columns: some hundred octets a flow and forty a request, so that a run of a million flows is no matter.

Times are held to the microsecond, which is how the files have them: a report that is made again is the same report.
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace

import numpy as np
from numpy.typing import NDArray

from testbed.model.load import LoadAbout, LoadRun, Outcome, Record, Request, Sample

type Floats = NDArray[np.float64]
type Numbers = NDArray[np.int64]
type Truths = NDArray[np.bool_]
DECIMALS = 6
MOST_WORDS = 10_000
"""So many names of requests, and reasons, are told apart: a vendor may write another number into each."""
TOO_MANY = "(others, of very many)"


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """A column of texts, each written once."""

    codes: NDArray[np.int32]
    words: tuple[str, ...]

    def __getitem__(self, place: int) -> str:
        """The text at this place."""
        return self.words[int(self.codes[place])]

    def is_(self, word: str) -> Truths:
        """Where this text stands."""
        code = self.words.index(word) if word in self.words else -1
        return np.equal(self.codes, code)


@dataclass(frozen=True, slots=True, eq=False)
class Flows:
    """One place a flow, by number; what :class:`~testbed.model.load.Record` has under the same names."""

    number: Numbers
    flow: Coded
    vendor: Coded
    person: Coded
    due_s: Floats
    began_s: Floats
    right_s: Floats
    """Not a number where the right session never came."""
    ended_s: Floats
    outcome: Coded
    attempts: Numbers
    shown: Coded
    """Ids, joined by blanks."""
    leaked: Coded
    """Those of them whom an error page showed, joined by blanks."""
    intercepted: Truths
    why: Coded

    def __len__(self) -> int:
        return len(self.number)

    @property
    def latency_s(self) -> Floats:
        """From the intended start; not a number where the right session never came."""
        return np.round(self.right_s - self.due_s, DECIMALS)

    @property
    def service_s(self) -> Floats:
        """From the beginning of the last attempt; not a number where the right session never came."""
        return np.round(self.right_s - self.began_s, DECIMALS)


@dataclass(frozen=True, slots=True, eq=False)
class Requests:
    """One place a request, those of a flow one after another in their order."""

    flow: Numbers
    """The place of its flow among :class:`Flows`."""
    name: Coded
    began_s: Floats
    took_s: Floats
    status: Numbers

    def __len__(self) -> int:
        return len(self.flow)


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """One place a sample, by time."""

    at_s: Floats
    participant: Coded
    cpu: Floats
    memory: Numbers
    handles: Numbers
    threads: Numbers
    processes: Numbers

    def __len__(self) -> int:
        return len(self.at_s)


@dataclass(frozen=True, slots=True, eq=False)
class LoadData:
    """A load run, whole, by columns."""

    about: LoadAbout
    flows: Flows
    requests: Requests
    samples: Samples


def whole_signs(text: str) -> str:
    """The text without halves of signs, which vendors may write and no file can hold."""
    return text.encode("utf-8", "replace").decode()


@dataclass(slots=True)
class Words:
    """A column of texts that grows; beyond the limit all that are new are taken for one."""

    limit: int = 2**31 - 2
    codes: array[int] = field(default_factory=lambda: array("i"))
    known: dict[str, int] = field(default_factory=dict)

    def add(self, word: str) -> None:
        """One more text."""
        code = self.known.get(word)
        if code is None:
            word = whole_signs(word) if len(self.known) < self.limit else TOO_MANY
            code = self.known.setdefault(word, len(self.known))
        self.codes.append(code)

    def built(self) -> Coded:
        """The column."""
        return Coded(np.array(self.codes, dtype=np.int32), tuple(self.known))


def _few() -> Words:
    return Words(MOST_WORDS)


def _times() -> "array[float]":
    return array("d")


def _counts() -> "array[int]":
    return array("q")


@dataclass(slots=True)
class Gathering:
    """Columns that grow, flow by flow and request by request."""

    number: "array[int]" = field(default_factory=_counts)
    flow: Words = field(default_factory=Words)
    vendor: Words = field(default_factory=Words)
    person: Words = field(default_factory=Words)
    due_s: "array[float]" = field(default_factory=_times)
    began_s: "array[float]" = field(default_factory=_times)
    right_s: "array[float]" = field(default_factory=_times)
    ended_s: "array[float]" = field(default_factory=_times)
    outcome: Words = field(default_factory=Words)
    attempts: "array[int]" = field(default_factory=_counts)
    shown: Words = field(default_factory=Words)
    leaked: Words = field(default_factory=Words)
    intercepted: "array[int]" = field(default_factory=_counts)
    why: Words = field(default_factory=_few)
    of_flow: "array[int]" = field(default_factory=_counts)
    name: Words = field(default_factory=_few)
    request_began_s: "array[float]" = field(default_factory=_times)
    took_s: "array[float]" = field(default_factory=_times)
    status: "array[int]" = field(default_factory=_counts)

    def add(self, record: Record) -> int:
        """One more flow, without its requests; its place."""
        self.number.append(record.number)
        self.flow.add(record.flow)
        self.vendor.add(record.vendor)
        self.person.add(record.person)
        self.due_s.append(record.due_s)
        self.began_s.append(record.began_s)
        self.right_s.append(float("nan") if record.right_s is None else record.right_s)
        self.ended_s.append(record.ended_s)
        self.outcome.add(record.outcome.value)
        self.attempts.append(record.attempts)
        self.shown.add(" ".join(record.shown))
        self.leaked.add(" ".join(record.leaked))
        self.intercepted.append(record.intercepted)
        self.why.add(record.why)
        return len(self.number) - 1

    def add_request(self, place: int, request: Request) -> None:
        """One more request of the flow that was added at this place."""
        self.of_flow.append(place)
        self.name.add(request.name)
        self.request_began_s.append(request.began_s)
        self.took_s.append(request.took_s)
        self.status.append(request.status)

    def flows(self) -> Flows:
        """All that were added."""
        return Flows(
            _numbers(self.number),
            self.flow.built(),
            self.vendor.built(),
            self.person.built(),
            _seconds(self.due_s),
            _seconds(self.began_s),
            _seconds(self.right_s),
            _seconds(self.ended_s),
            self.outcome.built(),
            _numbers(self.attempts),
            self.shown.built(),
            self.leaked.built(),
            _numbers(self.intercepted).astype(np.bool_),
            self.why.built(),
        )

    def requests(self) -> Requests:
        """All that were added."""
        return Requests(
            _numbers(self.of_flow),
            self.name.built(),
            _seconds(self.request_began_s),
            _seconds(self.took_s),
            _numbers(self.status),
        )


def samples_of(samples: Iterable[Sample]) -> Samples:
    """By columns."""
    kept = sorted(samples, key=lambda one: one.at_s)
    participants = Words()
    for one in kept:
        participants.add(one.participant)
    return Samples(
        _seconds([one.at_s for one in kept]),
        participants.built(),
        _seconds([one.cpu for one in kept]),
        _numbers([one.memory for one in kept]),
        _numbers([one.handles for one in kept]),
        _numbers([one.threads for one in kept]),
        _numbers([one.processes for one in kept]),
    )


def load_data(run: LoadRun) -> LoadData:
    """A run that has just ended, by columns."""
    gathering = Gathering()
    for record in sorted(run.records, key=lambda one: one.number):
        place = gathering.add(record)
        for request in record.requests:
            gathering.add_request(place, request)
    about = LoadAbout(**{one.name: getattr(run, one.name) for one in fields(LoadAbout)})
    about = replace(about, ended=whole_signs(run.ended), problems=tuple(map(whole_signs, run.problems)))
    return LoadData(about, gathering.flows(), gathering.requests(), samples_of(run.samples))


def not_right(flows: Flows) -> Truths:
    """Which flows ended otherwise."""
    return ~flows.outcome.is_(Outcome.RIGHT.value)


def _seconds(values: "array[float] | Sequence[float]") -> Floats:
    return np.round(np.array(values, dtype=np.float64), DECIMALS)


def _numbers(values: "array[int] | Sequence[int]") -> Numbers:
    return np.array(values, dtype=np.int64)
