"""From what was seen of a case to its verdict, and the sentence that says why."""

from collections.abc import Mapping
from types import MappingProxyType

from testbed.certify.desk import Observation
from testbed.model.case import Case
from testbed.model.certificate import Observed
from testbed.model.strict import Bilingual
from testbed.model.verdict import Verdict

AS_EXPECTED: Mapping[str, frozenset[Observed]] = MappingProxyType(
    {
        "accept": frozenset({Observed.SESSION, Observed.AS_ASKED}),
        "reject": frozenset({Observed.NO_SESSION, Observed.AS_ASKED}),
        "never-other-user": frozenset({Observed.SESSION, Observed.NO_SESSION, Observed.AS_ASKED}),
    }
)
"""What a case may come to, by what it expects."""
KEEPS: Mapping[str, frozenset[Observed]] = MappingProxyType(
    {"accept": frozenset({Observed.NO_SESSION}), "reject": frozenset({Observed.SESSION})}
)
"""Of a message that wants to end a session: taken, it ends it; refused, the session goes on."""
ABOUT_LOGOUT = frozenset({"logout-message", "logout-replayed"})
NOT_SEEN = frozenset({Observed.UNCLEAR, Observed.NOT_RUN})
WORDS: Mapping[Observed, Bilingual] = MappingProxyType(
    {
        Observed.SESSION: Bilingual(sv="inloggad som {user}", en="logged in as {user}"),
        Observed.NO_SESSION: Bilingual(sv="ingen är inloggad", en="nobody is logged in"),
        Observed.OTHER_USER: Bilingual(sv="inloggad som någon annan: {user}", en="logged in as someone else: {user}"),
        Observed.FETCHED: Bilingual(
            sv="tjänsten hämtade det som meddelandet pekade på", en="the vendor fetched what the message named"
        ),
        Observed.REDIRECTED: Bilingual(
            sv="webbläsaren leddes bort från tjänsten", en="the browser was led away from the vendor"
        ),
        Observed.SESSION_KEPT: Bilingual(
            sv="sessionen finns kvar för den som har den gamla kakan", en="the session is kept for the old cookie"
        ),
        Observed.ATTRIBUTE_SHOWN: Bilingual(
            sv="sidan visar något som den inte får visa", en="a page shows what it must not show"
        ),
        Observed.REQUEST_LACKS: Bilingual(sv="något som krävs saknas", en="something that is required is lacking"),
        Observed.AS_ASKED: Bilingual(sv="allt är som det ska", en="all is as it must be"),
        Observed.UNCLEAR: Bilingual(sv="det gick inte att se", en="it could not be seen"),
        Observed.ERROR: Bilingual(sv="tjänsten svarade inte i tid", en="the vendor did not answer in time"),
        Observed.NOT_RUN: Bilingual(sv="fallet kördes inte", en="the case was not run"),
    }
)


def judged(case: Case, seen: Observation) -> tuple[Verdict, Bilingual]:
    """The verdict of a case whose positive twin logged in. A SHOULD that is broken is a warning.

    A vendor that does not take a valid message is blamed for that only where the specification says that it must.
    """
    words = told(seen)
    if seen.observed in NOT_SEEN:
        return Verdict.NOT_VERIFIED, words
    expected = KEEPS if case.manner in ABOUT_LOGOUT and case.expect in KEEPS else AS_EXPECTED
    if seen.observed in expected[case.expect]:
        return Verdict.PASS, words
    return (Verdict.FAIL if case.level == "MUST" else Verdict.WARNING), words


def told(seen: Observation) -> Bilingual:
    """What was seen, in a sentence."""
    words = WORDS[seen.observed]
    more = seen.why
    sv = words.sv.format(user=seen.user or "?") + (f" ({more.sv})" if more else "")
    en = words.en.format(user=seen.user or "?") + (f" ({more.en})" if more else "")
    return Bilingual(sv=f"{sv[:1].upper()}{sv[1:]}.", en=f"{en[:1].upper()}{en[1:]}.")
