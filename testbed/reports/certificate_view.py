"""What a report on certifying shows, gathered for readers: the template only writes it down."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import escape

from testbed.model.certificate import CaseResult, Certificate
from testbed.model.verdict import Judgement, RunRecord, Verdict
from testbed.model.written import Bilingual
from testbed.reports.gravity import WORST_FIRST, gravest_first
from testbed.reports.pretty import Line, lines
from testbed.reports.view import VendorView, vendor_views

MAX_MESSAGES = 500_000
"""Signs that messages take on a page at most; the gravest cases come first, and cases.jsonl has them all."""
OF_A_LINE = 30
"""So many signs does a line take beside its text."""
ACCUSING = (Verdict.FAIL, Verdict.WARNING)
UNDECIDED = (Verdict.NOT_VERIFIED, Verdict.ERROR)


@dataclass(frozen=True, slots=True)
class Harm:
    """What can happen, and the cases that show it."""

    text: Bilingual
    results: tuple[CaseResult, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst."""
        return self.results[0].verdict

    @property
    def counts(self) -> Mapping[Verdict, int]:
        """Of each verdict that came, worst first."""
        return counts(self.results)


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """What was tried about one subject, worst first."""

    catalogue: str
    title: Bilingual
    results: tuple[CaseResult, ...]

    @property
    def counts(self) -> Mapping[Verdict, int]:
        """Of each verdict that came, worst first."""
        return counts(self.results)

    @property
    def verdict(self) -> Verdict:
        """The worst."""
        return self.results[0].verdict


@dataclass(frozen=True, slots=True)
class Why:
    """Cases that were not tried, or not decided, for one reason."""

    reason: Bilingual
    results: tuple[CaseResult, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A case that is told whole; ``message`` is empty where there is none, or no room for it."""

    result: CaseResult
    message: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Alike:
    """Cases of one subject that have one harm and one mend: these are told once."""

    title: Bilingual
    harm: Bilingual
    mend: Bilingual | None
    cases: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class DataView:
    """What the honest logins told of personal data."""

    vendors: tuple[VendorView, ...]
    judgements: tuple[Judgement, ...]
    verdict: Verdict
    unlawful: int
    """Findings about what must be, each matter once."""
    advised: int


def counts(results: Iterable[CaseResult]) -> Mapping[Verdict, int]:
    """Of each verdict that came, worst first."""
    came = [result.verdict for result in results]
    return {verdict: came.count(verdict) for verdict in WORST_FIRST if verdict in came}


def harms(certificate: Certificate) -> tuple[Harm, ...]:
    """Each harm once, the gravest first."""
    by_text: dict[tuple[str, str], list[CaseResult]] = {}
    for result in gravest_first(certificate.with_verdict(*ACCUSING)):
        by_text.setdefault((result.case.harm.sv, result.case.harm.en), []).append(result)
    return tuple(Harm(alike[0].case.harm, tuple(alike)) for alike in by_text.values())


def subject_rows(results: Sequence[CaseResult]) -> tuple[SubjectRow, ...]:
    """One row a subject: the worst first, and of those that are alike in the order of the catalogue."""
    rows: dict[tuple[str, str], list[CaseResult]] = {}
    titles: dict[tuple[str, str], Bilingual] = {}
    for result in results:
        title = _subject(result)
        key = (result.case.catalogue, title.en)
        titles.setdefault(key, title)
        rows.setdefault(key, []).append(result)
    views = [SubjectRow(key[0], titles[key], gravest_first(of_it)) for key, of_it in rows.items()]
    return tuple(sorted(views, key=_worst_row_first))


def _worst_row_first(row: SubjectRow) -> tuple[int, int, str]:
    return (WORST_FIRST.index(row.verdict), -row.counts[row.verdict] if row.verdict in ACCUSING else 0, row.catalogue)


def reasons(results: Iterable[CaseResult]) -> tuple[Why, ...]:
    """The reasons why, that of most cases first."""
    by_text: dict[tuple[str, str], list[CaseResult]] = {}
    for result in results:
        by_text.setdefault((result.reason.sv, result.reason.en), []).append(result)
    return tuple(
        Why(alike[0].reason, tuple(alike)) for alike in sorted(by_text.values(), key=lambda alike: -len(alike))
    )


def told_whole(certificate: Certificate, verdict: Verdict) -> tuple[Alike, ...]:
    """The cases of an accusing verdict, gravest first, with messages as far as there is room for them."""
    groups: dict[tuple[str, str, str], list[Shown]] = {}
    for one in _shown(certificate):
        case = one.result.case
        if one.result.verdict is verdict:
            key = (_subject(one.result).en, case.harm.en, case.mend.en if case.mend else "")
            groups.setdefault(key, []).append(one)
    return tuple(_alike(cases) for cases in groups.values())


def _alike(cases: Sequence[Shown]) -> Alike:
    first = cases[0].result
    return Alike(_subject(first), first.case.harm, first.case.mend, tuple(cases))


def _subject(result: CaseResult) -> Bilingual:
    return result.case.subject or result.case.title


def _shown(certificate: Certificate) -> Iterator[Shown]:
    room = MAX_MESSAGES
    for result in gravest_first(certificate.with_verdict(*ACCUSING)):
        message = lines(result.sent) if result.sent else ()
        takes = sum(len(escape(line.text)) + OF_A_LINE for line in message)
        if takes > room:
            message, takes = (), 0
        room -= takes
        yield Shown(result, message)


def data_view(record: RunRecord | None) -> DataView | None:
    """What the honest logins told; None where no traffic was judged."""
    if record is None or not record.run.judgements:
        return None
    vendors = vendor_views(record)
    graves = [group.finding.severity.value for view in vendors for group in view.groups]
    said = {judgement.verdict for judgement in record.run.judgements}
    return DataView(
        vendors,
        record.run.judgements,
        next(verdict for verdict in WORST_FIRST if verdict in said),
        graves.count("MUST"),
        graves.count("SHOULD"),
    )
