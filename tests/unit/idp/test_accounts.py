"""Accounts of logins are kept within bounds and told once."""

import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest

from idp.accounts import Accounts
from idp.state import State
from testbed.model.release import ReleaseRecord

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def record(person: str) -> ReleaseRecord:
    return ReleaseRecord(NOW, "idp.skola.test", "https://a.test", person, "requested", "", ())


def test_what_was_taken_is_not_told_again() -> None:
    accounts = Accounts(State(None, lambda: NOW))
    accounts.add(record("elev-1"))
    accounts.add(record("elev-2"))
    assert [one.person for one in accounts.take()] == ["elev-1", "elev-2"]
    assert accounts.take() == ()


def test_what_one_worker_adds_another_tells(tmp_path: Path) -> None:
    one, other = (Accounts(State(tmp_path / "state.db", lambda: NOW)) for _ in range(2))
    one.add(record("elev-1"))
    other.add(record("elev-2"))
    assert [told.person for told in one.take()] == ["elev-1", "elev-2"]
    assert other.take() == ()


def test_what_nobody_asks_for_makes_room_and_the_log_says_so(caplog: pytest.LogCaptureFixture) -> None:
    accounts = Accounts(State(None, lambda: NOW), limit=2)
    with caplog.at_level(logging.WARNING, "idp"):
        for number in range(3):
            accounts.add(record(f"elev-{number}"))
    assert [one.person for one in accounts.take()] == ["elev-2"]
    assert "forgotten" in caplog.text
