"""The three-way table of one vendor: what was agreed, what it asks for, what was observed, in which form and where."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from testbed.model.attributes import by_name
from testbed.model.privacy import PLAIN, Disclosure
from testbed.model.verdict import Evidence, Judgement, Severity
from testbed.model.written import Agreement
from testbed.privacy.agreed import Party, came_from_school, party_of
from testbed.privacy.others import hosts_of
from testbed.privacy.requested import requested_in
from testbed.reports.rows import passed_on

type _Blamed = Mapping[Severity, Container[str]]
"""The attributes that findings name, by how grave these are."""


@dataclass(frozen=True, slots=True)
class Way:
    """How data was told: over which channel, and in which form."""

    channel: str
    form: str

    @property
    def is_plain(self) -> bool:
        """The value stood as it is."""
        return self.form == PLAIN


@dataclass(frozen=True, slots=True)
class Reached:
    """A host beyond the vendor that got an attribute, and how."""

    host: str
    named: bool
    """The agreement names it; what it may be told is another question."""
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One attribute at one vendor: what was agreed, what the vendor asks for, what was observed and where."""

    attribute: str
    agreed: str
    """required, optional or ""."""
    limited: bool
    """It is agreed about some school units or grades alone."""
    requested: tuple[str, ...]
    """The ways by which the vendor asks for it."""
    received: int
    """In so many plays."""
    play: str
    """The first play in which it was received, "" when in none."""
    ways: tuple[Way, ...]
    """How it was received."""
    passed_on: tuple[Reached, ...]
    unlawful: bool
    """A finding about what must be names it."""
    advised: bool
    """A finding about what should be names it."""


def matrix_rows(
    judgements: Sequence[Judgement], evidence: Sequence[Evidence], agreement: Agreement | None
) -> tuple[MatrixRow, ...]:
    """One row for each attribute that was agreed, asked for or seen, in the order of the attribute table."""
    blamed: dict[Severity, set[str]] = {severity: set() for severity in Severity}
    for judgement in judgements:
        for finding in judgement.findings:
            blamed[finding.severity].add(finding.attribute)
    order = {name: place for place, name in enumerate(by_name())}
    rows = _rows(_agreed(agreement), evidence, agreement, blamed)
    return tuple(sorted(rows, key=lambda row: (order.get(row.attribute, len(order)), row.attribute)))


@dataclass(frozen=True, slots=True)
class _Agreed:
    required: frozenset[str]
    optional: frozenset[str]
    unlimited: frozenset[str]


def _agreed(agreement: Agreement | None) -> _Agreed:
    clauses = agreement.data if agreement else ()
    required = frozenset(name for clause in clauses for name in clause.required)
    optional = frozenset(name for clause in clauses for name in clause.optional)
    unlimited = (clause.agreed for clause in clauses if clause.limits is None)
    return _Agreed(required, optional - required, frozenset[str]().union(*unlimited))


def _rows(
    agreed: _Agreed,
    evidence: Sequence[Evidence],
    agreement: Agreement | None,
    blamed: Mapping[Severity, Container[str]],
) -> Iterator[MatrixRow]:
    requested = _requested(evidence)
    received: dict[str, list[tuple[str, Disclosure]]] = {}
    onward: dict[str, list[Disclosure]] = {}
    for one in evidence:
        for told in one.disclosures:
            if came_from_school(told, one.agreement):
                received.setdefault(told.attribute, []).append((one.play.id, told))
        for told in passed_on(one):
            onward.setdefault(told.attribute, []).append(told)
    for name in agreed.required | agreed.optional | requested.keys() | received.keys() | onward.keys():
        came = received.get(name, [])
        plays = tuple(dict.fromkeys(play for play, _ in came))
        yield MatrixRow(
            attribute=name,
            agreed="required" if name in agreed.required else "optional" if name in agreed.optional else "",
            limited=name in (agreed.required | agreed.optional) - agreed.unlimited,
            requested=requested.get(name, ()),
            received=len(plays),
            play=plays[0] if plays else "",
            ways=_ways(told for _, told in came),
            passed_on=_reached(onward.get(name, ()), agreement),
            unlawful=name in blamed[Severity.MUST],
            advised=name in blamed[Severity.SHOULD],
        )


def _ways(disclosures: Iterable[Disclosure]) -> tuple[Way, ...]:
    return tuple(dict.fromkeys(Way(told.channel.value, told.form) for told in disclosures))


def _reached(onward: Iterable[Disclosure], agreement: Agreement | None) -> tuple[Reached, ...]:
    by_host: dict[str, list[Disclosure]] = {}
    for told in onward:
        by_host.setdefault(told.recipient, []).append(told)
    return tuple(
        Reached(host, agreement is not None and party_of(host, agreement) is not Party.STRANGER, _ways(told))
        for host, told in by_host.items()
    )


def _requested(evidence: Sequence[Evidence]) -> Mapping[str, tuple[str, ...]]:
    """The ways by which each attribute is asked for."""
    ways: dict[str, dict[str, None]] = {}
    for one in evidence:
        own = hosts_of(one.play.vendor)
        for message in one.messages:
            for asked in requested_in(message):
                if asked.sender in own:
                    ways.setdefault(asked.attribute, {})[asked.way] = None
    return {name: tuple(found) for name, found in ways.items()}
