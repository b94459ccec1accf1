"""Every command that the documentation shows is run, in a folder of its own, and ends as the page says."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGES = sorted(page for page in (ROOT / "docs").glob("*.md") if "```console" in page.read_text(encoding="utf-8"))
COMMAND = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)


def commands(page: Path) -> Iterator[list[str]]:
    for block in COMMAND.findall(page.read_text(encoding="utf-8")):
        for line in block.splitlines():
            if line.startswith("$ "):
                yield shlex.split(line.removeprefix("$ "))


@pytest.mark.lab
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_commands_of_a_page_work_in_order(page: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios", ignore=shutil.ignore_patterns("__pycache__"))
    environment = {**os.environ, "TESTBED_HOME": str(tmp_path / "home"), "PYTHONPATH": str(ROOT)}
    ran = 0
    for program, *arguments in commands(page):
        assert program == "testbed", f"{page.name} shows another program: {program}"
        done = subprocess.run(
            [sys.executable, "-m", "testbed.cli", *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{arguments}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
        assert "Traceback" not in done.stderr
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
