"""What becomes of an agreement's limits and of its last day, where the school keeps to it and where it does not."""

from typing import Any

import pytest

from testbed.lab.open import LabName
from testbed.model.verdict import RunRecord, Verdict


@pytest.fixture(scope="module")
def record(player: Any) -> RunRecord:
    return player.play(player.catalogue.named(["agreements"]), LabName.INPROCESS)[1]


def test_every_play_is_as_expected(record: RunRecord) -> None:
    assert [(j.play.id, j.reason, j.expectation) for j in record.run.judgements if not j.expectation.met] == []
    assert record.run.exit_status == 0


@pytest.mark.parametrize("play", ["outside-limits-young-maths", "ended-former-tests"])
def test_where_the_school_keeps_to_the_agreement_the_vendor_learns_nothing(play: str, record: RunRecord) -> None:
    evidence = record.evidence[play]
    numbers = {exchange.number for exchange in evidence.exchanges}
    assert evidence.disclosures == ()
    assert [one for one in evidence.issued if one.where.exchange in numbers] == []


def test_what_only_points_at_a_person_is_graded_lower(record: RunRecord) -> None:
    verdicts = {j.play.id: j.verdict for j in record.run.judgements}
    assert verdicts["login-dated-encyclopedia"] is Verdict.WARNING
    assert verdicts["login-boundless-maths"] is Verdict.FAIL
    assert verdicts["login-lapsed-tests"] is Verdict.FAIL
