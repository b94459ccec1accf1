"""A run's folder with a key log that is none says which file is wrong and how to mend it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from testbed.interception.journal import Journal
from testbed.model.files import ScenarioInvalid
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
