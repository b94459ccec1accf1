"""A school that changes its key in the middle of a run is judged by the keys that it had when it signed."""

from typing import Any

from testbed.lab.open import LabName

SCENARIOS = (
    "login-reading-service",
    "protected-reading-service",
    "key-rollover-reading-service",
    "login-national-tests",
)
"""The second fetches no metadata, for the first has; the last fetches what holds the new key alone."""


def test_what_is_published_later_does_not_undo_what_was_signed_before(player: Any) -> None:
    _, record = player.play([player.catalogue.scenarios[name] for name in SCENARIOS], LabName.INPROCESS)
    said = {judgement.play.scenario.id: judgement.reason for judgement in record.run.judgements}
    assert [judgement.play.scenario.id for judgement in record.run.judgements] == list(SCENARIOS)
    assert all(judgement.expectation.met for judgement in record.run.judgements), said
