"""From what was seen to a verdict."""

import pytest

from testbed.certify.desk import Observation
from testbed.certify.exchange.verdicts import WORDS as OF_EXCHANGE
from testbed.certify.verdicts import WORDS, judged, told
from testbed.model.case import Case, Expect, Level, Manner
from testbed.model.certificate import Observed
from testbed.model.strict import Bilingual
from testbed.model.verdict import Verdict


def case(expect: Expect, level: Level = "MUST", manner: Manner = "login") -> Case:
    words = Bilingual(sv="s", en="e")
    return Case(
        id="saml-x", protocol="saml", catalogue="S01", title=words, harm=words, clause="c",
        level=level, expect=expect, manner=manner,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("expect", "observed", "verdict"),
    [
        ("reject", Observed.NO_SESSION, Verdict.PASS),
        ("reject", Observed.SESSION, Verdict.FAIL),
        ("reject", Observed.OTHER_USER, Verdict.FAIL),
        ("reject", Observed.FETCHED, Verdict.FAIL),
        ("reject", Observed.ERROR, Verdict.FAIL),
        ("accept", Observed.SESSION, Verdict.PASS),
        ("accept", Observed.NO_SESSION, Verdict.FAIL),
        ("accept", Observed.OTHER_USER, Verdict.FAIL),
        ("accept", Observed.REDIRECTED, Verdict.FAIL),
        ("never-other-user", Observed.SESSION, Verdict.PASS),
        ("never-other-user", Observed.NO_SESSION, Verdict.PASS),
        ("never-other-user", Observed.OTHER_USER, Verdict.FAIL),
        ("never-other-user", Observed.ATTRIBUTE_SHOWN, Verdict.FAIL),
        ("reject", Observed.UNCLEAR, Verdict.NOT_VERIFIED),
        ("reject", Observed.NOT_RUN, Verdict.NOT_VERIFIED),
        ("accept", Observed.UNCLEAR, Verdict.NOT_VERIFIED),
    ],
)
def test_a_case_is_judged_by_what_the_probe_showed(expect: Expect, observed: Observed, verdict: Verdict) -> None:
    assert judged(case(expect), Observation(observed))[0] is verdict


def test_advice_that_is_not_followed_is_a_warning() -> None:
    assert judged(case("reject", "SHOULD"), Observation(Observed.SESSION))[0] is Verdict.WARNING


@pytest.mark.parametrize("manner", ["logout-message", "logout-replayed"])
def test_a_logout_message_that_is_refused_keeps_the_session(manner: Manner) -> None:
    assert judged(case("reject", manner=manner), Observation(Observed.SESSION))[0] is Verdict.PASS
    assert judged(case("reject", manner=manner), Observation(Observed.NO_SESSION))[0] is Verdict.FAIL
    assert judged(case("accept", manner=manner), Observation(Observed.NO_SESSION))[0] is Verdict.PASS


def test_every_observation_has_words_in_both_languages() -> None:
    assert set(WORDS) | set(OF_EXCHANGE) == set(Observed)
    more = Bilingual(sv="mer", en="more")
    assert told(Observation(Observed.OTHER_USER, "bo", more)) == Bilingual(
        sv="Inloggad som någon annan: bo (mer).", en="Logged in as someone else: bo (more)."
    )
