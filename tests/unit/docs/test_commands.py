"""Every command that the documentation shows is run, in a folder of its own, and ends as the page says."""

import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from testbed.cli import main

ROOT = Path(__file__).parents[3]
PAGES = sorted(page for page in (ROOT / "docs").glob("*.md") if "```console" in page.read_text(encoding="utf-8"))
CONTAINED = "--lab docker"
"""A page that shows it needs an engine."""
UNQUIET = frozenset({"load"})
"""Pages of which a command may come to no conclusion, for the machine does more than it was asked to: other tests."""
COMMAND = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)


def commands(page: Path) -> Iterator[list[str]]:
    for block in COMMAND.findall(page.read_text(encoding="utf-8")):
        for line in block.splitlines():
            if line.startswith("$ "):
                yield shlex.split(line.removeprefix("$ "))


def needs(page: Path) -> list[pytest.MarkDecorator]:
    contained = any(CONTAINED in " ".join(command) for command in commands(page))
    return [pytest.mark.docker] if contained else []


@pytest.mark.lab
@pytest.mark.parametrize("page", [pytest.param(page, id=page.stem, marks=needs(page)) for page in PAGES])
def test_the_commands_of_a_page_work_in_order(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TESTBED_HOME", str(tmp_path / "home"))
    ran = 0
    for program, *arguments in commands(page):
        assert program == "testbed", f"{page.name} shows another program: {program}"
        # NOTE: in this process, for a new one would take as long to start as most of these commands take.
        monkeypatch.setattr(sys, "argv", ["testbed", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        printed, complaints = capfd.readouterr()
        said = f"{arguments}\n{printed[-2000:]}\n{complaints[-2000:]}"
        assert ended.value.code in ((0, 2) if page.stem in UNQUIET else (0,)), said
        assert "Traceback" not in complaints
        ran += 1
        _name_the_run(tmp_path / "runs")
    assert ran


def _name_the_run(runs: Path) -> None:
    """The pages call the folder of the tour ``runs/tour``: what a reader does by hand."""
    for folder in runs.glob("*-tour"):
        folder.rename(runs / "tour")


def test_the_readme_names_targets_that_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"make ([a-z]+)\b", (ROOT / "README.md").read_text(encoding="utf-8")))
    named -= {"and"}
    assert {"run", "test", "check"} <= named
    for target in named & {"run", "test", "check", "bench", "setup"}:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)
