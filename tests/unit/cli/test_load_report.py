"""``testbed report`` makes every report of a load again from its folder, and compares two."""

import io
import json
from pathlib import Path

import loads
import pytest
from command_line import ended
from lxml import etree
from lxml import html as lxml_html
from rich.console import Console

from testbed.cli import load_outcome
from testbed.cli.load_outcome import PAGE, show_load, write_load_reports
from testbed.model.load import LoadRun
from testbed.model.load_result import LoadReport
from testbed.runner.folder import RunFolder

RUN = loads.run(loads.mixed_up(), loads.samples(40, generator=0.3, school=0.6), options=("nine", "--rate", "20"))
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(tmp_path / "run", RUN)


def written(path: Path, run: LoadRun) -> Path:
    write_load_reports(RunFolder.at(path), run)
    return path


def test_a_load_leaves_every_report(folder: Path) -> None:
    names = {path.name for path in folder.iterdir()} - {"flows.parquet", "requests.parquet", "resources.parquet"}
    assert names == {"flows.csv", "requests.csv", "resources.csv", "load.json", PAGE, "junit-load.xml"}


@pytest.mark.parametrize(("form", "file"), [("html", PAGE), ("json", "load.json"), ("junit", "junit-load.xml")])
def test_a_report_that_is_made_again_is_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured, folder: Path, form: str, file: str
) -> None:
    capsys.readouterr()
    assert ended(monkeypatch, "report", str(folder), "--format", form) == 0
    assert capsys.readouterr().out == (folder / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("form", ["sarif", "csv"])
def test_what_a_load_has_not_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured, folder: Path, form: str
) -> None:
    capsys.readouterr()
    assert ended(monkeypatch, "report", str(folder), "--format", form) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert f"--format: a load has no {form}. To mend it: choose one of html, json, junit;" in said


def test_two_loads_are_laid_beside_each_other(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured, folder: Path, tmp_path: Path
) -> None:
    before = written(tmp_path / "before", loads.run(loads.steady(), id="before"))
    capsys.readouterr()
    assert ended(monkeypatch, "report", str(folder), "--against", str(before)) == 0
    tree = lxml_html.fromstring(capsys.readouterr().out)
    assert tree.xpath("//section[@aria-labelledby='figures']//tbody/tr")
    assert ended(monkeypatch, "report", str(folder), "--against", str(before), "--format", "json") == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["before"], said["after"]) == ("before", RUN.id)
    assert ended(monkeypatch, "report", str(folder), "--against", str(before), "--format", "junit") == 2


def test_a_folder_of_something_else_is_no_load_to_compare_with(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured, folder: Path, tmp_path: Path
) -> None:
    for arguments in ((str(folder), "--against", str(tmp_path)), (str(tmp_path), "--against", str(folder))):
        assert ended(monkeypatch, "report", *arguments) == 2
        said = capsys.readouterr().err
        assert "load.json: no such file" in " ".join(said.split())
        assert "Traceback" not in said


def test_a_damaged_folder_ends_in_a_sentence(monkeypatch: pytest.MonkeyPatch, capsys: Captured, folder: Path) -> None:
    (folder / "requests.csv").write_text("flow_number\n")
    capsys.readouterr()
    assert ended(monkeypatch, "report", str(folder)) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "requests.csv: line 1: has not the columns flow_number, name" in " ".join(said.err.split())


def test_junit_is_red_where_the_verdict_is_a_failure(folder: Path) -> None:
    tree = etree.parse(folder / "junit-load.xml").getroot()
    assert (tree.get("failures"), tree.get("errors")) == ("1", "0")


def shown(monkeypatch: pytest.MonkeyPatch, report: LoadReport, folder: RunFolder | None = None) -> str:
    said = io.StringIO()
    monkeypatch.setattr(load_outcome, "out", Console(file=said, width=100, highlight=False))
    show_load(report, folder)
    return " ".join(said.getvalue().split())


def test_the_terminal_tells_the_plain_sentences_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = RunFolder.at(tmp_path)
    said = shown(monkeypatch, write_load_reports(folder, RUN), folder)
    assert said.startswith("6 saw what was somebody else's. Of 600 pupils who came within 60 s, 594 got in.")
    assert "Flow 99, due at 4.950 s: elev-0099 had logged in, and by" in said
    assert "To do: Do not put the service into use." in said
    assert f"The run is NOT as it must be. Report: {tmp_path / PAGE}" in said


def test_the_terminal_names_ten_wrong_persons_and_counts_the_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    report = write_load_reports(RunFolder.at(tmp_path), loads.run(loads.mixed_up(600, every=20)))
    said = shown(monkeypatch, report)
    assert said.count("had logged in, and by") == 10
    assert "And 20 more." in said


def test_the_terminal_tells_of_a_run_of_nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    report = write_load_reports(RunFolder.at(tmp_path), loads.run([], ended="interrupted with Ctrl-C", arrivals=9))
    said = shown(monkeypatch, report)
    assert said.startswith("Nobody had arrived.")
    assert "The run is INCONCLUSIVE." in said
