"""``testbed run`` leaves out by name what its browser cannot show, and starts nothing that it cannot finish."""

import json
import shutil
from pathlib import Path

import pytest
from command_line import ended


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TESTBED_HOME", raising=False)


def test_what_needs_scripts_is_left_out_by_name_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ("login-maths-app", "login-pixel-news")
    assert ended(monkeypatch, "run", *names, "--lab", "inprocess", "--pupils", "100") == 0
    printed = " ".join(capsys.readouterr().err.split())
    assert "login-pixel-news: left out, for it shows only in a browser that runs scripts (--browser chr" in printed
    assert "login-maths-app: left out" not in printed
    (folder,) = Path("runs").iterdir()
    assert [one["id"] for one in json.loads((folder / "run.json").read_text())["scenarios"]] == ["login-maths-app"]


@pytest.mark.parametrize("arguments", [(), ("scripts",)])
def test_without_a_chromium_nothing_is_begun(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert ended(monkeypatch, "run", *arguments, "--browser", "chromium") == 2
    printed = capsys.readouterr().err
    assert len(printed.splitlines()) == 1
    assert "To mend it: " in printed
    assert not Path("runs").exists()
