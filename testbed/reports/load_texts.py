"""What reports of a load say in words and numbers, in both languages."""

from collections.abc import Mapping
from types import MappingProxyType

from testbed.model.load import Outcome
from testbed.model.load_result import GENERATOR, OTHERS, PERCENTILES
from testbed.model.scenario import ROSTER
from testbed.model.verdict import Verdict
from testbed.model.written import Bilingual
from testbed.reports.certificate_texts import OutcomeText, both
from testbed.reports.texts import VERDICTS

MINUTE_S, MIB = 60, 2**20
VERDICT_TEXTS: Mapping[Verdict, OutcomeText] = MappingProxyType(
    {
        Verdict.FAIL: OutcomeText(
            "✗",
            "bad",
            both("Det höll inte", "It did not hold"),
            both("Minst ett krav på körningen är brutet.", "At least one demand on the run was broken."),
        ),
        Verdict.ERROR: OutcomeText(
            "?",
            "warn",
            both("Kan inte avgöras: fel i laboratoriet", "Cannot be decided: an error of the laboratory"),
            both("Det säger ingenting om tjänsten.", "This says nothing of the service."),
        ),
        Verdict.NOT_VERIFIED: OutcomeText(
            "?",
            "warn",
            both("Kan inte avgöras", "Cannot be decided"),
            both("Något som krävs kunde inte mätas.", "Something that is demanded could not be measured."),
        ),
        Verdict.PASS: OutcomeText(
            "✓",
            "good",
            both("Det höll", "It held"),
            both("Alla krav på körningen är uppfyllda.", "Every demand on the run was met."),
        ),
    }
)
OUTCOMES: Mapping[Outcome, Bilingual] = MappingProxyType(
    {
        Outcome.RIGHT: both("rätt person", "right person"),
        Outcome.OTHER: both("fel person", "another person"),
        Outcome.NOBODY: both("ingen inloggad", "nobody logged in"),
        Outcome.STOPPED: both("oväntad sida", "an unexpected page"),
        Outcome.GAVE_UP: both("gav upp", "gave up waiting"),
        Outcome.FAILED: both("inget svar", "no answer"),
        Outcome.UNFINISHED: both("inte klar", "not done"),
    }
)
_PARTICIPANTS: Mapping[str, Bilingual] = MappingProxyType(
    {
        GENERATOR: both("lastgeneratorn", "the load generator"),
        OTHERS: both("andra program på datorn", "other programs on the machine"),
        "school": both("skolans inloggning", "the school's identity provider"),
        "vendor": both("leverantörens tjänst", "the vendor's service"),
        "vendors": both("leverantörernas tjänster", "the vendors' services"),
        "proxy": both("den inspelande proxyn", "the recording proxy"),
    }
)
_FIGURES: Mapping[str, Bilingual] = MappingProxyType(
    {
        "latency": both("väntan från avsedd start", "wait from the intended start"),
        "service": both("tid från sista försökets start", "time from the start of the last attempt"),
    }
)
VERDICT_NAMES = VERDICTS


def participant(name: str) -> Bilingual:
    """What people call a participant; its own name where it is none of the lab's."""
    return _PARTICIPANTS.get(name, both(name, name))


def count(number: int) -> Bilingual:
    """A whole number, its thousands apart."""
    text = f"{number:,}"
    return both(text.replace(",", "\u00a0"), text)


def decimal(number: float, places: int) -> Bilingual:
    """A number with so many decimals."""
    text = f"{number:,.{places}f}"
    return both(text.replace(",", "\u00a0").replace(".", ","), text)


def seconds(duration_s: float | None) -> Bilingual:
    """A duration as people say it; a dash where there is none."""
    if duration_s is None:
        return both("–", "–")
    if duration_s >= 2 * MINUTE_S:
        minutes, rest = divmod(round(duration_s), MINUTE_S)
        text = f"{minutes} min {rest} s" if rest else f"{minutes} min"
        return both(text, text)
    # NOTE: three digits at most: more is noise, and a millisecond is what a person never notices.
    places = 3 if duration_s < 0.01 else 2 if duration_s < 1 else 1 if duration_s < 10 else 0  # noqa: PLR2004
    return _with_unit(decimal(duration_s, places), "s")


def percent(share: float) -> Bilingual:
    """A share of all, rounded so that what is less than all is never told as all."""
    rounded = min(round(share * 100, 1), 99.9) if share < 1 else 100.0
    return _with_unit(decimal(rounded, 0 if rounded == round(rounded) else 1), "%")


def points(share: float) -> Bilingual:
    """A difference of two shares, in parts of a hundred."""
    text = decimal(share * 100, 2)
    return both(f"{text.sv}\u00a0procentenheter", f"{text.en}\u00a0percentage points")


def mebibytes(octets: int) -> Bilingual:
    """Memory."""
    return _with_unit(decimal(octets / MIB, 0), "MiB")


def figure(name: str) -> Bilingual:
    """What people call a figure that is compared."""
    kind, _, percentile = name.partition("_")
    if kind not in _FIGURES:
        return both("andel i rätt session", "share in the right session")
    called = decimal(PERCENTILES[percentile], 1 if PERCENTILES[percentile] % 1 else 0)
    words = _FIGURES[kind]
    return both(f"percentil {called.sv}, {words.sv}", f"percentile {called.en}, {words.en}")


def people(roles: frozenset[str], flows: frozenset[str]) -> tuple[Bilingual, Bilingual, Bilingual]:
    """What those who arrive are called, that they arrived, and that they are done."""
    if flows and flows <= set(ROSTER):
        exchanges, due = both("överföringar", "exchanges"), both("som skulle ske", "that were due")
        return exchanges, due, both("blev klara", "were done")
    called = {
        frozenset({"pupil"}): both("elever", "pupils"),
        frozenset({"teacher"}): both("lärare", "teachers"),
        frozenset({"guardian"}): both("vårdnadshavare", "guardians"),
    }.get(roles, both("personer", "people"))
    return called, both("som kom", "who came"), both("kom in", "got in")


def _with_unit(text: Bilingual, unit: str) -> Bilingual:
    return both(f"{text.sv}\u00a0{unit}", f"{text.en}\u00a0{unit}")
