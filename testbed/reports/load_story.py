"""A load run in plain sentences: what happened, and what is to be mended, for those who decide."""

from collections.abc import Iterator

from testbed.model.load import Outcome
from testbed.model.load_result import GENERATOR, OTHERS_SHARE, Ending, LoadReport, Saturation, Usage
from testbed.model.verdict import Verdict
from testbed.model.written import Bilingual
from testbed.reports.certificate_texts import both
from testbed.reports.load_texts import OUTCOMES, count, decimal, mebibytes, participant, people, percent, seconds

GROWN_SHARE, GROWN_BYTES = 0.5, 200 * 2**20
"""Memory that has grown by more than both is worth a word."""
WAITED_SHARE = 1.5
"""So many times the service time is a wait that was not spent being served."""
MOST_ENDINGS = 3


def sentences(report: LoadReport) -> tuple[Bilingual, ...]:
    """What happened, most important first."""
    return tuple(_sentences(report))


def _sentences(report: LoadReport) -> Iterator[Bilingual]:
    about, whole = report.about, report.summary.whole
    if not whole.arrived:
        yield both("Ingen hann komma.", "Nobody had arrived.")
        return
    who, due, done = people(
        frozenset(part.role for part in about.profile.parts),
        frozenset(group.flow for group in report.summary.groups[1:]),
    )
    if whole.other:
        yield _whose(report)
    arrived, right, within = count(whole.arrived), count(whole.right), seconds(about.profile.window_s)
    came = both(f"{due.sv} inom {within.sv}", f"{due.en} within {within.en}")
    if about.ended:
        came = both(f"{due.sv} innan körningen slutade", f"{due.en} before the run ended")
    if whole.right == whole.arrived:
        yield both(
            f"Alla {arrived.sv} {who.sv} {came.sv} {done.sv}.", f"All {arrived.en} {who.en} {came.en} {done.en}."
        )
    else:
        yield both(
            f"Av {arrived.sv} {who.sv} {came.sv} var det {right.sv} som {done.sv}.",
            f"Of {arrived.en} {who.en} {came.en}, {right.en} {done.en}.",
        )
    yield from _waits(report)
    if not whole.other:
        yield _whose(report)
    yield from _nearest(report)


def _waits(report: LoadReport) -> Iterator[Bilingual]:
    latency = report.summary.whole.latency
    if latency.max_s is None:
        return
    half, longest = seconds(latency.p50_s), seconds(latency.max_s)
    rare = next(
        (
            (words, seconds(value))
            for words, value in (
                (both("en av hundra", "one in a hundred"), latency.p99_s),
                (both("en av tjugo", "one in twenty"), latency.p95_s),
                (both("en av tio", "one in ten"), latency.p90_s),
            )
            if value is not None
        ),
        None,
    )
    if latency.p50_s is None or rare is None:
        yield both(f"Den som väntade längst väntade {longest.sv}.", f"The longest wait was {longest.en}.")
        return
    words, more = rare
    yield both(
        f"Hälften väntade högst {half.sv}, {words.sv} mer än {more.sv}; den längsta väntan var {longest.sv}.",
        f"Half waited {half.en} at most, {words.en} more than {more.en}; the longest wait was {longest.en}.",
    )


def _whose(report: LoadReport) -> Bilingual:
    whole = report.summary.whole
    if whole.other:
        number = count(whole.other)
        return both(f"{number.sv} fick se någon annans uppgifter.", f"{number.en} saw what was somebody else's.")
    if not whole.right:
        return both("Om någon fick se någon annans går inte att säga.", "Whether anybody saw another's cannot be said.")
    return both("Ingen fick se någon annans uppgifter.", "Nobody saw what was anybody else's.")


def _nearest(report: LoadReport) -> Iterator[Bilingual]:
    used = report.summary.saturation
    if not used.usages:
        return
    first = next((one for one in used.usages if one.participant == used.first), None)
    if first is not None:
        name, at, how = participant(first.participant), seconds(first.full_from_s), _how(first)
        yield both(
            f"Först full blev {name.sv}, efter {at.sv}: {how.sv}.",
            f"The first part to be full was {name.en}, after {at.en}: {how.en}.",
        )
        return
    nearest = next((one for one in used.usages if one.is_part), None)
    if nearest is None:
        return
    name, how = participant(nearest.participant), _how(nearest)
    yield both(
        f"Närmast sin gräns var {name.sv}: {how.sv}. Ingen del var full.",
        f"Nearest to its limit was {name.en}: {how.en}. No part was full.",
    )


def _how(usage: Usage) -> Bilingual:
    share, limit = percent(min(1.0, usage.peak_share)), decimal(usage.limit_cores, 0)
    if usage.limit_cores == 1:
        return both(f"som mest {share.sv} av en processorkärna", f"at most {share.en} of one core")
    return both(f"som mest {share.sv} av {limit.sv} processorkärnor", f"at most {share.en} of {limit.en} cores")


def advice(report: LoadReport) -> tuple[Bilingual, ...]:
    """What to mend, most important first."""
    return tuple(_advice(report))


def _advice(report: LoadReport) -> Iterator[Bilingual]:
    whole, used = report.summary.whole, report.summary.saturation
    if whole.other:
        yield both(
            "Ta inte tjänsten i bruk. Den blandar ihop personer när många loggar in samtidigt. Leverantören behöver "
            "listan nedan för att hitta felet.",
            "Do not put the service into use. It mixes up persons when many log in at once. The vendor needs the list "
            "below to find the fault.",
        )
    # NOTE: of those who were shown somebody else, the line above has told.
    endings = [one for one in report.summary.endings if one.outcome is not Outcome.OTHER]
    for ending in endings[:MOST_ENDINGS]:
        yield _mend(ending)
    full = next((one for one in used.usages if one.participant == used.first), None)
    if full is not None and full.participant != GENERATOR:
        yield _more_room(full)
    yield from _of_others(used)
    slow = any(one.check == "load.latency" and one.verdict is Verdict.FAIL for one in report.verdict.results)
    if slow and used.usages and full is None and used.machine_full_from_s is None:
        yield both(
            "Ingen del var full, och ändå fick de vänta: se efter vad tjänsten väntar på, till exempel lås, "
            "anslutningar eller andra tjänster.",
            "No part was full, and yet they had to wait: see what the service waits for, such as locks, connections or "
            "other services.",
        )
    if used.machine_full_from_s is not None:
        at = seconds(used.machine_full_from_s)
        yield both(
            f"Hela datorn var full efter {at.sv}: delarna tog kraft från varandra. Kör delarna på var sin dator för "
            "att se vad var och en tål.",
            f"The whole machine was full after {at.en}: its parts took from each other. Run them on machines of "
            "their own to see what each can bear.",
        )
    kept_up = next((one for one in report.verdict.results if one.check == "load.generator-kept-up"), None)
    if whole.arrived and kept_up is not None and kept_up.verdict is Verdict.NOT_VERIFIED:
        yield both(
            "Kör om med fler generatorprocesser (--workers), på en annan dator eller i mindre skala: den här gången "
            "kan väntan bero på den dator som gjorde lasten.",
            "Load again with more generator processes (--workers), on another machine or at a smaller scale: this "
            "time the machine that made the load may have been a part of the wait.",
        )
    for usage in used.usages:
        grown = usage.memory_last_bytes - usage.memory_first_bytes
        if usage.is_part and grown > max(GROWN_BYTES, GROWN_SHARE * usage.memory_first_bytes):
            name, more = participant(usage.participant), mebibytes(grown)
            yield both(
                f"Minnet växte med {more.sv} i {name.sv}: se om det ges tillbaka.",
                f"The memory of {name.en} grew by {more.en}: see whether it is given back.",
            )


def _of_others(used: Saturation) -> Iterator[Bilingual]:
    others = next((one for one in used.usages if not one.is_part), None)
    if used.machine_full_from_s is not None and others is not None and others.machine_peak_share > OTHERS_SHARE:
        share = percent(min(1.0, others.machine_peak_share))
        yield both(
            f"Avsluta andra program på datorn och kör om: de använde som mest {share.sv} av den.",
            f"End other programs on the machine and load again: they used up to {share.en} of it.",
        )


def _mend(ending: Ending) -> Bilingual:
    number, how, step = count(ending.count), OUTCOMES[ending.outcome], ending.step or "–"
    answer = both("utan svar", "without an answer")
    if ending.status:
        answer = both(f"med svaret HTTP {ending.status}", f"with the answer HTTP {ending.status}")
    return both(
        f"{number.sv} flöden slutade med utfallet ”{how.sv}” vid {step} {answer.sv}.",
        f"{number.en} flows ended with the outcome “{how.en}” at {step} {answer.en}.",
    )


def _more_room(usage: Usage) -> Bilingual:
    name, processes = participant(usage.participant), usage.processes
    if usage.limit_cores == processes:
        return both(
            f"Ge {name.sv} fler processer än {processes}: var och en kan bara använda en kärna.",
            f"Give {name.en} more processes than {processes}: each can use one core only.",
        )
    return both(
        f"Ge {name.sv} fler kärnor än {usage.limit_cores:g}.", f"Give {name.en} more cores than {usage.limit_cores:g}."
    )
