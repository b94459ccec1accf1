"""From verdicts to an outcome for a purpose (compliant, not compliant, inconclusive), and what it rests on."""

from collections import Counter
from collections.abc import Sequence

from testbed.checks.core import describe
from testbed.model.certificate import CaseResult, ConfigurationError, Outcome
from testbed.model.profile import CertificationProfile
from testbed.model.strict import Bilingual
from testbed.model.verdict import RunRecord, Severity, Verdict

NOTHING, OPEN = Bilingual(sv="", en=""), Bilingual(sv="Inte prövat:", en="Not verified:")
NOT_SEEN = frozenset({Verdict.NOT_VERIFIED, Verdict.ERROR})


def outcome(
    profile: CertificationProfile,
    results: Sequence[CaseResult],
    configuration: Sequence[ConfigurationError],
    data: RunRecord | None,
    why_unjudged: Bilingual | None = None,
) -> tuple[Outcome, tuple[Bilingual, ...]]:
    """Compliant when nothing failed and every MUST passed or was skipped for an argued reason; and why."""
    failed = [result for result in results if result.verdict is Verdict.FAIL]
    breaches = _breaches(profile, data)
    if failed or breaches:
        return Outcome.NOT_COMPLIANT, (*_by_subject(failed), *breaches)
    if configuration:
        return Outcome.INCONCLUSIVE, tuple(error.what for error in configuration)
    open_ = [result for result in results if result.required and result.verdict in NOT_SEEN]
    unjudged = _unjudged(profile, data, why_unjudged)
    if open_ or unjudged:
        return Outcome.INCONCLUSIVE, (*_by_subject(open_, OPEN), *unjudged)
    if not any(result.verdict is Verdict.PASS for result in results):
        nothing = Bilingual(sv="Inget fall har körts som ger ett svar.", en="No case was run that tells anything.")
        return Outcome.INCONCLUSIVE, (nothing,)
    passed = sum(result.verdict is Verdict.PASS for result in results)
    return Outcome.COMPLIANT, (
        Bilingual(sv=f"{passed} fall gick som de ska.", en=f"{passed} cases went as they must."),
    )


def _by_subject(results: Sequence[CaseResult], before: Bilingual = NOTHING) -> tuple[Bilingual, ...]:
    """A line for each subject, those with most cases first: what is wrong, and in how many ways."""
    counted = Counter(result.case.subject or result.case.title for result in results)
    return tuple(
        Bilingual(
            sv=f"{before.sv} {subject.sv} ({number} prov)",
            en=f"{before.en} {subject.en} ({number} {'test' if number == 1 else 'tests'})",
        )
        for subject, number in counted.most_common()
    )


def _breaches(profile: CertificationProfile, data: RunRecord | None) -> tuple[Bilingual, ...]:
    """What the vendor broke of the checks that the profile demands; others stand in the report."""
    if data is None:
        return ()
    vendors = {info.id for info in describe() if info.about == "vendor"}
    found = {
        finding.title
        for judgement in data.run.judgements
        for result in judgement.results
        for finding in result.findings
        if result.verdict is Verdict.FAIL and finding.severity is Severity.MUST
        if result.check in profile.checks and result.check in vendors
    }
    return tuple(Bilingual(sv=title, en=title) for title in sorted(found))


def _unjudged(profile: CertificationProfile, data: RunRecord | None, why: Bilingual | None) -> tuple[Bilingual, ...]:
    """Checks that the profile demands and that came to no verdict, or why none of them could."""
    if data is None:
        return (why,) if why and profile.checks else ()
    open_ = {
        result.check
        for judgement in data.run.judgements
        for result in judgement.results
        if result.verdict in NOT_SEEN and result.check in profile.checks
    }
    return tuple(Bilingual(sv=f"Inte prövat: {name}", en=f"Not verified: {name}") for name in sorted(open_))
