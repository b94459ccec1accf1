"""What the page shows, gathered by vendor: the template only writes it down."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from testbed.model.attributes import by_name
from testbed.model.privacy import BY_LOGIN
from testbed.model.verdict import Evidence, Finding, Judgement, RunRecord, Verdict
from testbed.model.written import Agreement, Vendor
from testbed.privacy.lint import lint
from testbed.privacy.others import hosts_of
from testbed.privacy.remarks import Remark
from testbed.privacy.requested import requested_in
from testbed.privacy.unseen import NotYetChecked, Unseen, not_yet_checked, unseen_in_traffic
from testbed.reports.rows import passed_on

MAX_DETAILED = 40
"""So many plays are shown whole; the rest are counted, and stand in plays.csv and run.json."""
_WORST_FIRST = (
    Verdict.ERROR,
    Verdict.FAIL,
    Verdict.NOT_VERIFIED,
    Verdict.WARNING,
    Verdict.PASS,
    Verdict.SKIPPED,
)


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One attribute at one vendor."""

    attribute: str
    agreed: str
    """required, optional or ""."""
    requested: bool
    received: int
    """In so many plays."""
    play: str
    """The first play in which it was received, "" when in none."""
    passed_on: tuple[str, ...]
    """Hosts beyond the vendor that got it."""
    unlawful: bool
    """A finding names it."""


@dataclass(frozen=True, slots=True)
class Group:
    """Findings that say the same of different people: the first, and how many there are."""

    finding: Finding
    play: str
    count: int


@dataclass(frozen=True, slots=True)
class VendorView:
    """All that is said of one vendor."""

    vendor: Vendor
    agreement: Agreement | None
    judgements: tuple[Judgement, ...]
    verdict: Verdict
    as_expected: int
    matrix: tuple[MatrixRow, ...]
    groups: tuple[Group, ...]
    remarks: tuple[Remark, ...]
    unseen: tuple[Unseen, ...]
    to_come: tuple[NotYetChecked, ...]


def vendor_views(record: RunRecord) -> tuple[VendorView, ...]:
    """One view a vendor, in the order of playing."""
    by_vendor: dict[str, list[Judgement]] = {}
    for judgement in record.run.judgements:
        by_vendor.setdefault(judgement.play.vendor.id, []).append(judgement)
    return tuple(_view(judgements, record) for judgements in by_vendor.values())


def detailed(judgements: Sequence[Judgement]) -> tuple[str, ...]:
    """Ids of the plays to show whole, in order of playing.

    Surprises come first, then of each vendor a play with findings, else its first, then one of each scenario, then the
    rest.
    """
    of_vendor = {j.play.vendor.id: j.play.id for j in reversed(judgements)}
    of_vendor |= {j.play.vendor.id: j.play.id for j in reversed(judgements) if j.findings}
    chosen_first = set(of_vendor.values())
    scenarios: set[str] = set()
    ranked: list[tuple[int, int, str]] = []
    for place, judgement in enumerate(judgements):
        play = judgement.play
        new = play.scenario.id not in scenarios
        scenarios.add(play.scenario.id)
        rank = 0 if not judgement.expectation.met else 1 if play.id in chosen_first else 2 if new else 3
        ranked.append((rank, place, play.id))
    chosen = {name for _, _, name in sorted(ranked)[:MAX_DETAILED]}
    return tuple(judgement.play.id for judgement in judgements if judgement.play.id in chosen)


def _view(judgements: list[Judgement], record: RunRecord) -> VendorView:
    play = judgements[0].play
    evidence = [record.evidence[j.play.id] for j in judgements if j.play.id in record.evidence]
    agreement = record.agreements.get(play.agreement)
    said = {judgement.verdict for judgement in judgements}
    return VendorView(
        vendor=play.vendor,
        agreement=agreement,
        judgements=tuple(judgements),
        verdict=next(verdict for verdict in _WORST_FIRST if verdict in said),
        as_expected=sum(judgement.expectation.met for judgement in judgements),
        matrix=tuple(_matrix(judgements, evidence, agreement)),
        groups=_groups(judgements),
        remarks=lint(agreement, record.run.started.date()) if agreement else (),
        unseen=unseen_in_traffic(agreement) if agreement else (),
        to_come=not_yet_checked(agreement) if agreement else (),
    )


def _matrix(
    judgements: Sequence[Judgement], evidence: Sequence[Evidence], agreement: Agreement | None
) -> Iterator[MatrixRow]:
    clauses = agreement.data if agreement else ()
    required = {name for clause in clauses for name in clause.required}
    optional = {name for clause in clauses for name in clause.optional} - required
    requested = {name for one in evidence for name in _requested(one)}
    received: dict[str, list[str]] = {}
    onward: dict[str, list[str]] = {}
    for one in evidence:
        for name in {told.attribute for told in one.disclosures if told.channel in BY_LOGIN}:
            received.setdefault(name, []).append(one.play.id)
        for told in passed_on(one):
            onward.setdefault(told.attribute, []).append(told.recipient)
    blamed = {finding.attribute for judgement in judgements for finding in judgement.findings}
    order = {name: place for place, name in enumerate(by_name())}
    for name in sorted(
        required | optional | requested | received.keys() | onward.keys(),
        key=lambda name: (order.get(name, len(order)), name),
    ):
        plays = received.get(name, [])
        yield MatrixRow(
            attribute=name,
            agreed="required" if name in required else "optional" if name in optional else "",
            requested=name in requested,
            received=len(plays),
            play=plays[0] if plays else "",
            passed_on=tuple(dict.fromkeys(onward.get(name, ()))),
            unlawful=name in blamed,
        )


def _requested(evidence: Evidence) -> Iterator[str]:
    own = hosts_of(evidence.play.vendor)
    for message in evidence.messages:
        yield from (asked.attribute for asked in requested_in(message) if asked.sender in own)


def _groups(judgements: Sequence[Judgement]) -> tuple[Group, ...]:
    groups: dict[tuple[str, ...], list[tuple[Finding, str]]] = {}
    for judgement in judgements:
        for finding in judgement.findings:
            alike = (finding.check, finding.attribute, finding.sender, finding.recipient, finding.channel, finding.form)
            groups.setdefault(alike, []).append((finding, judgement.play.id))
    return tuple(Group(alike[0][0], alike[0][1], len(alike)) for alike in groups.values())
