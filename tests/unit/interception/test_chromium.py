"""Whether a real browser can be had: found, or said in one sentence what is missing and how to mend it."""

import importlib.util
import shutil
from pathlib import Path

import pytest

from testbed.interception import chromium
from testbed.model.files import ScenarioInvalid


@pytest.mark.parametrize("program", chromium.PROGRAMS)
def test_whichever_is_installed_is_found(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: object())
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}" if name == program else None)
    assert chromium.chromium_path() == Path("/usr/bin") / program


@pytest.mark.parametrize(
    ("lacking", "problem", "mend"),
    [("program", "no Chromium is installed", "apt-get install chromium"), ("library", "'playwright'", "make setup")],
)
def test_what_is_missing_is_said_with_the_mend(
    monkeypatch: pytest.MonkeyPatch, lacking: str, problem: str, mend: str
) -> None:
    monkeypatch.setattr(chromium, "find_spec", lambda _: None if lacking == "library" else object())
    monkeypatch.setattr(shutil, "which", lambda name: None if lacking == "program" else f"/usr/bin/{name}")
    with pytest.raises(ScenarioInvalid) as caught:
        chromium.chromium_path()
    said = str(caught.value)
    assert said.startswith("--browser chromium: ")
    assert problem in said
    assert mend in said
    assert "--browser http" in said
