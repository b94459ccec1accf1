"""From what was seen of a case of an exchange to its verdict, and the sentence that says why."""

from collections.abc import Mapping
from types import MappingProxyType

from testbed.certify.exchange.looking import Seen
from testbed.model.certificate import Observed
from testbed.model.exchange_case import ExchangeCase
from testbed.model.strict import Bilingual
from testbed.model.verdict import Verdict

AS_EXPECTED: Mapping[str, frozenset[Observed]] = MappingProxyType(
    {
        "accept": frozenset({Observed.TAKEN, Observed.AS_ASKED}),
        "reject": frozenset({Observed.REFUSED, Observed.AS_ASKED}),
        "either": frozenset({Observed.TAKEN, Observed.REFUSED, Observed.AS_ASKED}),
    }
)
NOT_SEEN = frozenset({Observed.UNCLEAR, Observed.NOT_RUN})
WORDS: Mapping[Observed, Bilingual] = MappingProxyType(
    {
        Observed.TAKEN: Bilingual(sv="anropet togs emot", en="the call was taken"),
        Observed.REFUSED: Bilingual(sv="anropet avvisades", en="the call was refused"),
        Observed.HELD: Bilingual(sv="tjänsten har det som den inte får ha", en="the service holds what it must not"),
        Observed.LOST: Bilingual(
            sv="tjänsten visar inte det som den ska ha", en="the service does not show what it must hold"
        ),
        Observed.SHOWN: Bilingual(sv="svaret visar det som inte får visas", en="the answer tells what it must not"),
        Observed.OTHER_ANSWER: Bilingual(
            sv="tjänsten gav ett annat svar än protokollet har för detta",
            en="the service gave another answer than the protocol has for this",
        ),
        Observed.BROKE_DOWN: Bilingual(sv="tjänsten gick sönder på anropet", en="the service broke down over it"),
        Observed.FETCHED: Bilingual(
            sv="tjänsten hämtade det som anropet pekade på", en="the service fetched what the call named"
        ),
        Observed.AS_ASKED: Bilingual(sv="allt är som det ska", en="all is as it must be"),
        Observed.UNCLEAR: Bilingual(sv="det gick inte att se", en="it could not be seen"),
        Observed.REQUEST_LACKS: Bilingual(
            sv="tjänsten gjorde inte det som krävs", en="the service did not do as it must"
        ),
    }
)


def judged(case: ExchangeCase, seen: Seen) -> tuple[Verdict, Bilingual]:
    """The verdict of a case between twins that were taken. A SHOULD that is broken is a warning."""
    words = told(seen)
    if seen.observed in NOT_SEEN:
        return Verdict.NOT_VERIFIED, words
    if seen.observed in AS_EXPECTED[case.expect]:
        return Verdict.PASS, words
    return (Verdict.FAIL if case.level == "MUST" else Verdict.WARNING), words


def told(seen: Seen) -> Bilingual:
    """What was seen, in a sentence."""
    words, more = WORDS[seen.observed], seen.why
    sv = words.sv + (f" ({more.sv})" if more else "")
    en = words.en + (f" ({more.en})" if more else "")
    return Bilingual(sv=f"{sv[:1].upper()}{sv[1:]}.", en=f"{en[:1].upper()}{en[1:]}.")
