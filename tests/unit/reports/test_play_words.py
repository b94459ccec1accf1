"""A report calls plays what they are: logins, or exchanges of data."""

from dataclasses import replace

import pytest

from testbed.model.verdict import Judgement, RunRecord
from testbed.model.written import Vendor
from testbed.reports import html
from testbed.reports.play_words import BOTH, EXCHANGES, LOGINS, PlayWords, play_words


def exchanged(judgement: Judgement) -> Judgement:
    """The same with a vendor that schools send rosters."""
    vendor = Vendor.model_validate(
        {
            "id": "register",
            "name": "Registret",
            "protocol": "scim",
            "exchange": {"entity_id": "https://r.test", "receives": "https://r.test/scim"},
            "login": "https://r.test/login",
        }
    )
    return replace(judgement, play=replace(judgement.play, vendor=vendor))


@pytest.mark.parametrize(("changed", "words"), [((), LOGINS), ((0,), BOTH), ((0, 1), EXCHANGES)])
def test_plays_are_called_what_they_are(many: RunRecord, changed: tuple[int, ...], words: PlayWords) -> None:
    first, second, *_ = many.run.judgements
    judgements = tuple(exchanged(one) if n in changed else one for n, one in enumerate((first, second)))
    assert play_words(judgements) == words
    page = html.render(replace(many, run=replace(many.run, judgements=judgements)))
    for text in (words.each, words.met(sum(one.expectation.met for one in judgements), 2)):
        assert text.sv in page
        assert text.en in page
    others = {one.each.en for one in (LOGINS, EXCHANGES, BOTH)} - {words.each.en}
    assert not any(f">{text}<" in page for text in others)


def test_no_plays_are_logins_that_nobody_made() -> None:
    assert play_words(()) == LOGINS
