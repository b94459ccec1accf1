"""What the page shows, gathered by vendor: the template only writes it down."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from testbed.model.privacy import Unreadable
from testbed.model.verdict import Evidence, Finding, Judgement, RunRecord, Verdict
from testbed.model.written import Agreement, Vendor
from testbed.privacy.lint import lint
from testbed.privacy.remarks import Remark
from testbed.privacy.unseen import Held, Unseen, held_against_traffic, unseen_in_traffic
from testbed.reports.matrix import MatrixRow, matrix_rows

MAX_DETAILED = 40
"""So many plays are shown whole; the rest are counted, and stand in plays.csv and run.json."""
COMBINATION = "data.no-identifying-combination"
_WORST_FIRST = (
    Verdict.ERROR,
    Verdict.FAIL,
    Verdict.NOT_VERIFIED,
    Verdict.WARNING,
    Verdict.PASS,
    Verdict.SKIPPED,
)


@dataclass(frozen=True, slots=True)
class Group:
    """Findings that say the same of different people: the first, and how many there are."""

    finding: Finding
    play: str
    count: int
    attributes: tuple[str, ...] = ()
    """Those that it takes together; of other findings each is about one attribute."""


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
    held: tuple[Held, ...]
    unreadable: tuple[tuple[Unreadable, str], ...]
    """What nobody can read, each kind once with the first play in which it was sent."""


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
        matrix=matrix_rows(judgements, evidence, agreement),
        groups=_groups(judgements),
        remarks=lint(agreement, record.run.started.date()) if agreement else (),
        unseen=unseen_in_traffic(agreement) if agreement else (),
        held=held_against_traffic(agreement) if agreement else (),
        unreadable=_unreadable(evidence),
    )


def _unreadable(evidence: Iterable[Evidence]) -> tuple[tuple[Unreadable, str], ...]:
    first: dict[tuple[str, ...], tuple[Unreadable, str]] = {}
    for one in evidence:
        for closed in one.unreadable:
            alike = (closed.sender, closed.recipient, closed.channel, closed.why)
            first.setdefault(alike, (closed, one.play.id))
    return tuple(first.values())


def _groups(judgements: Sequence[Judgement]) -> tuple[Group, ...]:
    groups: dict[tuple[str, ...], list[tuple[Finding, str]]] = {}
    for judgement in judgements:
        for finding in judgement.findings:
            # NOTE: what values tell together is told by one finding for each, and is one matter to a reader.
            of = "" if finding.check == COMBINATION else finding.attribute
            alike = (finding.check, of, finding.sender, finding.recipient, finding.channel, finding.form)
            groups.setdefault(alike, []).append((finding, judgement.play.id))
    return tuple(_group(alike) for alike in groups.values())


def _group(alike: Sequence[tuple[Finding, str]]) -> Group:
    (first, play), *_ = alike
    attributes = tuple(dict.fromkeys(finding.attribute for finding, _ in alike))
    return Group(first, play, len(alike), attributes if first.check == COMBINATION else ())
