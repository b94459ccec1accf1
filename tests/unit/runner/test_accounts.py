"""The school's accounts in a run's folder."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from testbed.interception.recorded import JournalCorrupt
from testbed.model.release import Reason, ReleaseDecision, ReleaseRecord
from testbed.runner.accounts import keep_accounts, read_accounts

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def record(person: str) -> ReleaseRecord:
    decisions = (ReleaseDecision.of("mail", Reason.PROTECTED_IDENTITY),)
    return ReleaseRecord(NOW, "idp.skola.test", "https://a.test", person, "requested", "", decisions)


def test_accounts_are_read_as_they_were_kept_by_play(tmp_path: Path) -> None:
    path = tmp_path / "releases.jsonl"
    keep_accounts(path, "login.1", [record("elev-1"), record("elev-2")])
    keep_accounts(path, "login.2", [record("elev-3")])
    keep_accounts(path, "login.1", [record("elev-4")])
    read = read_accounts(path)
    assert [one.person for one in read["login.1"]] == ["elev-1", "elev-2", "elev-4"]
    assert read["login.2"] == (record("elev-3"),)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_recording_from_outside_has_none(tmp_path: Path) -> None:
    assert read_accounts(tmp_path / "releases.jsonl") == {}


def test_a_line_that_the_end_of_the_lab_cut_short_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "releases.jsonl"
    keep_accounts(path, "login.1", [record("elev-1")])
    with path.open("ab") as file:
        file.write(b'{"play": "login.2", "rec')
    assert list(read_accounts(path)) == ["login.1"]


@pytest.mark.parametrize("line", [b"not json\n", b"{}\n", b"\xff\n", b"[" * 100_000 + b"\n"])
def test_a_damaged_line_is_named(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "releases.jsonl"
    keep_accounts(path, "login.1", [record("elev-1")])
    with path.open("ab") as file:
        file.write(line)
    keep_accounts(path, "login.2", [record("elev-1")])
    with pytest.raises(JournalCorrupt, match="line 2"):
        read_accounts(path)
