"""What a vendor's server sends is judged where it is seen, and never passes where it is not."""

from typing import Any

import pytest

from testbed.model.verdict import Sees, Verdict

ONWARD = "data.no-onward-transfer"


@pytest.mark.parametrize(
    ("sees", "verdict", "words"),
    [
        ("all", Verdict.PASS, ""),
        ("proxied", Verdict.NOT_VERIFIED, "only asked to use a proxy"),
        ("nothing", Verdict.SKIPPED, "the testbed did not start it"),
    ],
)
def test_silence_passes_only_where_all_is_seen(told: Any, sees: Sees, verdict: Verdict, words: str) -> None:
    told.sees = sees
    told.released("sisSchoolUnitCode")
    result = told.of(ONWARD)
    assert result.verdict is verdict
    assert words in result.reason


@pytest.mark.parametrize("sees", ["all", "proxied", "nothing"])
def test_what_was_seen_is_found_whatever_else_was_not(told: Any, sees: Sees) -> None:
    told.sees = sees
    told.sent("mail")
    assert told.of(ONWARD).verdict is Verdict.FAIL


@pytest.mark.parametrize("sees", ["proxied", "nothing"])
def test_what_browsers_show_is_judged_all_the_same(told: Any, sees: Sees) -> None:
    told.sees = sees
    told.released("sisSchoolUnitCode")
    assert told.of("data.not-in-url").verdict is Verdict.PASS
