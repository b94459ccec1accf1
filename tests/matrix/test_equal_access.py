"""Every kind of person logs in to every compliant vendor, or is refused as its agreement says."""

from typing import Any

import pytest

from testbed.lab.open import LabName
from testbed.model.verdict import RunRecord, Verdict
from testbed.reports.access import access_table
from testbed.runner.kinds import KINDS


@pytest.fixture(scope="module")
def record(player: Any) -> RunRecord:
    return player.play(player.catalogue.named(["equal-access"]), LabName.INPROCESS)[1]


def test_no_kind_of_person_fails_at_a_compliant_vendor(record: RunRecord) -> None:
    assert [
        (j.play.id, j.verdict, j.reason, j.expectation) for j in record.run.judgements if not j.expectation.met
    ] == []
    assert {(j.play.id, j.reason) for j in record.run.judgements if j.verdict is not Verdict.PASS} == set()
    table = access_table(record.run.judgements)
    assert table
    assert table.failing == ()
    assert [row.kind.id for row in table.rows] == [kind.id for kind in KINDS]


def test_both_ways_of_the_agreement_are_played(record: RunRecord) -> None:
    table = access_table(record.run.judgements)
    assert table
    states = {cell.state for row in table.rows for cell in row.cells if cell}
    assert states == {"in", "refused"}


def test_a_refused_login_tells_the_vendor_nothing(record: RunRecord) -> None:
    refused = [j.play for j in record.run.judgements if j.play.scenario.expect.login == "refused"]
    assert refused
    assert [play.id for play in refused if record.evidence[play.id].disclosures] == []
