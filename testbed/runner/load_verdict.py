"""The verdict of a load: what must hold whatever the profile says, and what its thresholds ask."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from testbed.model.load import Limit, LoadAbout, Outcome
from testbed.model.load_result import (
    GENERATOR,
    OTHERS_SHARE,
    LoadReport,
    LoadResult,
    LoadSummary,
    LoadVerdict,
    Percentiles,
)
from testbed.model.strict import Bilingual
from testbed.model.verdict import Run, Verdict
from testbed.runner.folder import REPORT
from testbed.runner.load_columns import Flows, LoadData, Truths
from testbed.runner.load_findings import NO_OTHER, NO_OTHER_TITLE, finding
from testbed.runner.load_percentiles import HUNDRED, enough_for, rank, too_many_above
from testbed.runner.load_saturation import FULL
from testbed.runner.load_summary import summary

LATE_S, LATE_SHARE = 0.1, 0.1
"""The generator was late when, in one flow of a hundred, it was so by more than this, and than this share of what that
flow waited in all."""
TITLES = {
    NO_OTHER: NO_OTHER_TITLE,
    "load.intercepted": Bilingual(
        sv="Den inspelade trafiken följer avtal och regler",
        en="The traffic that was recorded keeps to the agreement and the rules",
    ),
    "load.right-sessions": Bilingual(sv="De som kommer kommer fram", en="Those who come get in"),
    "load.latency": Bilingual(sv="De väntar inte för länge", en="They do not wait too long"),
    "load.generator-kept-up": Bilingual(
        sv="Lastgeneratorn hann med, så att siffrorna är tjänstens",
        en="The load generator kept up, so that the figures are the service's",
    ),
    "load.complete": Bilingual(sv="Körningen är hel", en="The run is whole"),
}


def report_of(data: LoadData, judged: Run | None = None) -> LoadReport:
    """A run with its figures and its verdict.

    Args:
        data: of the run.
        judged: what the checks said of the flows that went through the proxy; None where none did.
    """
    figures = summary(data)
    return LoadReport(data.about, figures, verdict(data, figures, judged))


def verdict(data: LoadData, figures: LoadSummary, judged: Run | None = None) -> LoadVerdict:
    """What every check says."""
    about, flows = data.about, data.flows
    kept_up = _kept_up(figures)
    doubted = kept_up.verdict is not Verdict.PASS
    late = (_doubted(one) if doubted else one for one in (_right(about, flows), *_latencies(about, flows)))
    return LoadVerdict(
        results=(_no_other(figures), *_intercepted(flows, judged), *late, kept_up, _complete(about, flows)),
        findings=tuple(finding(one, about) for one in figures.wrong_persons),
    )


def _result(check: str, verdict: Verdict, sv: str, en: str, see: str = "") -> LoadResult:
    return LoadResult(check, TITLES[check], verdict, Bilingual(sv=sv, en=en), see=see)


def _doubted(result: LoadResult) -> LoadResult:
    """A failure while the generator did not keep up may be the generator's own."""
    if result.verdict is not Verdict.FAIL:
        return result
    reason = Bilingual(
        sv=f"{result.reason.sv} Men lastgeneratorn hann inte med, så felet kan vara dess eget.",
        en=f"{result.reason.en} But the load generator did not keep up, and the fault may be its own.",
    )
    return replace(result, verdict=Verdict.NOT_VERIFIED, reason=reason)


def _no_other(figures: LoadSummary) -> LoadResult:
    check, whole = NO_OTHER, figures.whole
    looked = whole.right + whole.other
    if whole.other:
        return _result(
            check,
            Verdict.FAIL,
            f"{whole.other} av {whole.arrived} flöden visade någon annan person än den som hade loggat in.",
            f"{whole.other} of {whole.arrived} flows showed another person than the one who had logged in.",
        )
    if not looked:
        return _result(
            check,
            Verdict.NOT_VERIFIED,
            "Inget flöde kom så långt att det gick att se vem som var inloggad.",
            "No flow came so far that it could be seen who was logged in.",
        )
    return _result(
        check,
        Verdict.PASS,
        f"I alla {looked} flöden som kom fram var det rätt person.",
        f"In all {looked} flows that got in it was the right person.",
    )


def _intercepted(flows: Flows, judged: Run | None) -> Iterator[LoadResult]:
    """What the traffic itself says of those flows of which it was recorded."""
    check, count = "load.intercepted", int(flows.intercepted.sum())
    if judged is None:
        if count:
            yield _result(
                check,
                Verdict.NOT_VERIFIED,
                f"Trafiken i {count} flöden spelades in, men har inte bedömts.",
                f"The traffic of {count} flows was recorded, and has not been judged.",
            )
        return
    met = sum(one.expectation.met for one in judged.judgements)
    findings = sum(len(one.findings) for one in judged.judgements)
    yield _result(
        check,
        (Verdict.PASS, Verdict.FAIL, Verdict.NOT_VERIFIED)[judged.exit_status],
        f"Trafiken i {len(judged.judgements)} flöden spelades in och bedömdes: {met} var utan anmärkning, "
        f"{findings} fynd.",
        f"The traffic of {len(judged.judgements)} flows was recorded and judged: {met} were as they must be, "
        f"{findings} findings.",
        see=REPORT,
    )


def _right(about: LoadAbout, flows: Flows) -> LoadResult:
    check, asked = "load.right-sessions", about.profile.thresholds.right
    counted = ~_cut_off(about, flows)
    count = int(counted.sum())
    if not count:
        return _result(check, Verdict.NOT_VERIFIED, "Ingen hann bli klar.", "Nobody had time to get done.")
    right = int((counted & flows.outcome.is_(Outcome.RIGHT.value)).sum())
    share, must = _percent(right / count), _percent(asked)
    return _result(
        check,
        Verdict.PASS if right >= asked * count else Verdict.FAIL,
        f"{right} av {count} flöden ({_sv(share)} %) slutade i rätt session; minst {_sv(must)} % ska göra det.",
        f"{right} of {count} flows ({share} %) ended in the right session; at least {must} % must.",
    )


def _latencies(about: LoadAbout, flows: Flows) -> Iterator[LoadResult]:
    limits = about.profile.thresholds.latency
    for limit in limits:
        yield replace(_latency(about, flows, limit), of=f"p{limit.percentile:g}")
    if not limits:
        yield _result("load.latency", Verdict.SKIPPED, "Profilen sätter ingen gräns.", "The profile sets no limit.")


def _latency(about: LoadAbout, flows: Flows, limit: Limit) -> LoadResult:
    """Whoever never got in has waited longer than any limit: to leave them out would flatter."""
    check, called = "load.latency", f"{limit.percentile:g}"
    wait = np.where(np.isnan(flows.right_s), np.inf, flows.latency_s)
    wait = wait[~(_cut_off(about, flows) & (flows.ended_s - flows.due_s < limit.under_s))]
    under = int((wait < limit.under_s).sum())
    if len(wait) < enough_for(limit.percentile) and not too_many_above(len(wait) - under, len(wait), limit.percentile):
        return _result(
            check,
            Verdict.NOT_VERIFIED,
            f"Den {_sv(called)}:e percentilen kräver {enough_for(limit.percentile)} flöden, och här finns {len(wait)}.",
            f"The percentile {called} takes {enough_for(limit.percentile)} flows, and there are {len(wait)}.",
        )
    value = rank(wait, limit.percentile) or 0.0
    took_sv, took_en = (f"{_sv(f'{value:.2f}')} s", f"{value:.2f} s") if np.isfinite(value) else ("aldrig", "never")
    return _result(
        check,
        Verdict.PASS if value < limit.under_s else Verdict.FAIL,
        f"Percentil {_sv(called)} från avsedd start till rätt session: {took_sv}; gränsen är "
        f"{_sv(f'{limit.under_s:g}')} s. {under} av {len(wait)} klarade den; de som aldrig kom fram räknas med.",
        f"Percentile {called} from the intended start to the right session: {took_en}; the limit is "
        f"{limit.under_s:g} s. {under} of {len(wait)} kept within it; those who never got in are counted.",
    )


def _kept_up(figures: LoadSummary) -> LoadResult:
    check, lag = "load.generator-kept-up", figures.lag
    used = next((one for one in figures.saturation.usages if one.participant == GENERATOR), None)
    if not lag.count:
        return _result(check, Verdict.NOT_VERIFIED, "Ingen kom.", "Nobody arrived.")
    lag_s, waited_s = _late(lag), _late(figures.whole.latency)
    if lag_s > max(LATE_S, LATE_SHARE * waited_s):
        return _result(
            check,
            Verdict.NOT_VERIFIED,
            f"Den skickade var hundrade flödes första begäran mer än {_sv(f'{lag_s:.2f}')} s för sent.",
            f"It sent one flow in a hundred's first request more than {lag_s:.2f} s too late.",
        )
    if used is not None and used.full_from_s is not None:
        return _result(
            check,
            Verdict.NOT_VERIFIED,
            f"Den använde från {_sv(f'{used.full_from_s:.0f}')} s mer än {FULL:.0%} av den processorkraft den kan få.",
            f"From {used.full_from_s:.0f} s it used more than {FULL:.0%} of the CPU that it can have.",
        )
    others = next((one for one in figures.saturation.usages if not one.is_part), None)
    full_s = figures.saturation.machine_full_from_s
    if others is not None and full_s is not None and others.machine_peak_share > OTHERS_SHARE:
        share = others.machine_peak_share
        return _result(
            check,
            Verdict.NOT_VERIFIED,
            f"Från {_sv(f'{full_s:.0f}')} s var datorn full, och andra program använde upp till {share:.0%} av den: "
            "väntan kan vara deras.",
            f"From {full_s:.0f} s the machine was full, and other programs used up to {share:.0%} of it: what was "
            "waited may be theirs.",
        )
    return _result(
        check,
        Verdict.PASS,
        f"Dess första begäran kom högst {_sv(f'{lag_s:.3f}')} s för sent i 99 flöden av 100.",
        f"Its first request was at most {lag_s:.3f} s late in 99 flows of 100.",
    )


def _late(durations: Percentiles) -> float:
    """What one in a hundred exceeds; the longest where there are too few to tell."""
    return durations.p99_s if durations.p99_s is not None else durations.max_s or 0.0


def _complete(about: LoadAbout, flows: Flows) -> LoadResult:
    check = "load.complete"
    if about.problems:
        told = "; ".join(about.problems)
        return _result(check, Verdict.ERROR, f"Fel i laboratoriet: {told}.", f"Error of the laboratory: {told}.")
    if about.ended:
        return _result(
            check,
            Verdict.NOT_VERIFIED,
            f"Den slutade innan alla var klara ({about.ended}); {len(flows)} av {about.arrivals} hann komma.",
            f"It ended before everybody was done ({about.ended}); {len(flows)} of {about.arrivals} had arrived.",
        )
    if len(flows) < about.arrivals:
        return _result(
            check,
            Verdict.ERROR,
            f"{about.arrivals - len(flows)} av {about.arrivals} som skulle komma saknas.",
            f"{about.arrivals - len(flows)} of {about.arrivals} who were to arrive are missing.",
        )
    return _result(
        check, Verdict.PASS, f"Alla {about.arrivals} kom, och följdes till slutet.",
        f"All {about.arrivals} arrived, and were followed to the end.",
    )  # fmt: skip


def _cut_off(about: LoadAbout, flows: Flows) -> Truths:
    """Those who were under way when a run ended early: what would have become of them is not known."""
    return flows.outcome.is_(Outcome.UNFINISHED.value) & np.bool_(bool(about.ended))


def _percent(share: float) -> str:
    """Rounded down: 99.995 of a hundred are not all."""
    return f"{np.floor(share * HUNDRED * HUNDRED + 1e-9) / HUNDRED:g}"


def _sv(number: str) -> str:
    return number.replace(".", ",")
