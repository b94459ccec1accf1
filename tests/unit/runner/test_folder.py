"""A run's folder with a key log that is none says which file is wrong and how to mend it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from testbed.interception.journal import Journal
from testbed.interception.recorded import Recorded
from testbed.model.files import ScenarioInvalid
from testbed.model.verdict import CAPTURE
from testbed.runner.folder import RunFolder
from testbed.runner.plan import Plan

NOW = datetime(2026, 9, 1, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    made = RunFolder.make(tmp_path, "x", NOW)
    made.keep_plan(Plan("x", "inprocess", 1, {}, ()), {}, {})
    with Journal(made.journal, "inprocess", lambda: NOW):
        pass
    return made


def test_a_run_without_a_key_log_is_judged(folder: RunFolder) -> None:
    assert folder.judge(NOW).run.judgements == ()


@pytest.mark.parametrize("text", ["{", "[]", '{"a": 1}', '{"a": "not base64!"}', "null", "[" * 100_000])
def test_a_key_log_that_is_none_is_refused_in_words(folder: RunFolder, text: str) -> None:
    folder.write("keylog.json", text)
    with pytest.raises(ScenarioInvalid, match=r"keylog\.json.*is not a key log"):
        folder.judge(NOW)


def test_what_was_recorded_elsewhere_has_no_account_and_no_key_of_an_earlier_run(folder: RunFolder) -> None:
    folder.write("keylog.json", "{")
    folder.write("releases.jsonl", "{")
    folder.keep_recorded(Recorded(CAPTURE, NOW, (), (), ()))
    record = folder.judge(NOW)
    assert (record.run.lab, record.run.judgements) == (CAPTURE, ())


def test_a_copy_is_judged_as_the_run_was(folder: RunFolder, tmp_path: Path) -> None:
    (folder.path / "agreements").mkdir(exist_ok=True)
    other = RunFolder.at(tmp_path / "deep" / "copy")
    folder.copy_to(other)
    assert other.judge(NOW) == folder.judge(NOW)
    assert {path.stat().st_mode & 0o077 for path in other.path.rglob("*")} == {0}
    before = folder.journal.read_bytes()
    folder.copy_to(RunFolder.at(folder.path))
    assert folder.journal.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ScenarioInvalid, match=r"cannot be written to .*choose another --out"):
        RunFolder.at(tmp_path / "file")
