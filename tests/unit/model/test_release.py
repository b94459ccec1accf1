"""The words for reasons and policies."""

from datetime import UTC, datetime
from typing import get_args

import pytest
from pydantic import ValidationError

from testbed.model.release import POLICIES, REASONS, RELEASE_RECORDS, Reason, ReleaseDecision, ReleaseRecord
from testbed.model.written import ReleasePolicy

RECORD = ReleaseRecord(
    at=datetime(2026, 11, 24, tzinfo=UTC),
    school="idp.skola.test",
    entity_id="https://a.test",
    person="elev-1",
    policy="agreement",
    refused="",
    decisions=(ReleaseDecision.of("mail", Reason.AGREED_REQUIRED), ReleaseDecision.of("sn", Reason.NOT_AGREED)),
)


def test_every_reason_and_every_policy_has_words_in_both_languages() -> None:
    assert REASONS.keys() == set(Reason)
    assert POLICIES.keys() == set(get_args(ReleasePolicy.__value__))
    assert all(words.sv and words.en for words in (*REASONS.values(), *POLICIES.values()))
    assert len({words.en for words in REASONS.values()}) == len(Reason)


def test_a_decision_follows_from_its_reason() -> None:
    assert RECORD.released == {"mail"}
    assert [reason for reason in Reason if reason.releases] == list(Reason)[:5]


def test_a_record_survives_json() -> None:
    refused = ReleaseRecord(RECORD.at, "s", "e", "p", "agreement", Reason.OUTSIDE_LIMITS, ())
    records = (RECORD, refused)
    assert RELEASE_RECORDS.validate_json(RELEASE_RECORDS.dump_json(records)) == records


@pytest.mark.parametrize(
    "spoiled", [b"{}", b"[1]", b"not json", RELEASE_RECORDS.dump_json((RECORD,)).replace(b"not-agreed", b"because")]
)
def test_what_is_no_record_is_refused(spoiled: bytes) -> None:
    with pytest.raises(ValidationError):
        RELEASE_RECORDS.validate_json(spoiled)
