"""The folder that certifying leaves is enough to write every report again; the terminal says what is wrong first."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from certificates import certificate, compliant, many, misconfigured, vendor
from rich.console import Console
from typer.testing import CliRunner

from testbed.cli import certified
from testbed.cli.app import app
from testbed.cli.certified import (
    read_certificate,
    show_certificate,
    show_comparison,
    write_certificate,
    write_comparison,
)
from testbed.model.strict import Bilingual
from testbed.model.verdict import Verdict
from testbed.runner.folder import RunFolder

ROOT = Path(__file__).parents[3]


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    written = io.StringIO()
    monkeypatch.setattr(certified, "out", Console(file=written, width=120, highlight=False))
    return written.getvalue


@pytest.mark.parametrize(
    ("form", "file"),
    [("html", "report.html"), ("json", "run.json"), ("junit", "junit.xml"), ("sarif", "results.sarif")],
)
def test_every_report_can_be_written_again_from_the_folder(form: str, file: str, tmp_path: Path) -> None:
    write_certificate(RunFolder(tmp_path), certificate())
    done = CliRunner().invoke(app, ["report", str(tmp_path), "--format", form])
    assert done.exit_code == 0, done.output
    assert done.stdout == (tmp_path / file).read_text(encoding="utf-8")


def test_the_table_of_one_vendor_can_be_written(tmp_path: Path) -> None:
    write_certificate(RunFolder(tmp_path), certificate())
    done = CliRunner().invoke(app, ["report", str(tmp_path), "--format", "csv"])
    assert done.stdout.startswith("vendor,name,protocol,outcome")


def test_what_was_written_is_read_back_and_sealed(tmp_path: Path) -> None:
    one = write_certificate(RunFolder(tmp_path), replace(certificate(), digest=""))
    assert len(one.digest) == 64
    assert read_certificate(RunFolder(tmp_path)) == one
    assert not (tmp_path / "logins.html").exists()


def test_what_is_wrong_stands_in_the_table_and_the_outcome_last(said: Callable[[], str]) -> None:
    show_certificate(certificate(), Path("runs/x/report.html"))
    text = said()
    assert "\x1b[31m" not in text
    for part in ("saml-audience-two", "NOT_VERIFIED", "What it means: Whoever runs another service", "2 failed"):
        assert part in text
    assert text.rstrip().splitlines()[-2].startswith("Outcome for skolfederation 2026-1: NOT COMPLIANT.")
    assert text.rstrip().endswith("Report: runs/x/report.html")


def test_of_many_undecided_cases_the_reasons_are_told(said: Callable[[], str]) -> None:
    show_certificate(many(bad={Verdict.NOT_VERIFIED: 60}), None)
    text = said()
    assert text.count("NOT_VERIFIED") == 1
    assert "60 tests" in text


def test_errors_of_configuration_come_first(said: Callable[[], str]) -> None:
    show_certificate(misconfigured(), None)
    assert said().startswith("Mend first: https://app.test/saml/metadata answered 404.")


def test_vendors_stand_beside_each_other_on_disk_and_in_the_terminal(said: Callable[[], str], tmp_path: Path) -> None:
    both = (replace(compliant(), vendor=vendor(id="maths", name="Matematik"), id="m"), certificate())
    page = write_comparison(RunFolder(tmp_path), both)
    show_comparison(both, page)
    text = said()
    assert text.index("Läsappen") < text.index("Matematik")
    assert f"{certificate().id}/report.html" in page.read_text(encoding="utf-8")
    assert len(json.loads((tmp_path / "comparison.json").read_text(encoding="utf-8"))["vendors"]) == 2
    assert (tmp_path / "comparison.csv").is_file()


def test_the_honest_logins_are_judged_again_from_the_journal_beside(tmp_path: Path) -> None:
    captures, folder = ROOT / "scenarios" / "captures", tmp_path / "run"
    people = captures / "people.json"
    command = ["judge", str(captures / "reading-service.har"), "--people", str(people), "--out", str(folder)]
    assert CliRunner().invoke(app, command).exit_code in {0, 1}
    write_certificate(RunFolder(folder), certificate())
    again = read_certificate(RunFolder(folder))
    assert again.data is not None
    write_certificate(RunFolder(folder), again)
    assert "Vilka uppgifter gick till tjänsten?" in (folder / "report.html").read_text(encoding="utf-8")
    assert (folder / "logins.html").is_file()


def test_data_that_was_not_judged_is_told_on_the_terminal_and_in_the_reports(
    said: Callable[[], str], tmp_path: Path
) -> None:
    unjudged = Bilingual(sv="Uppgifterna bedömdes inte.", en="The data was not judged.")
    folder = RunFolder.at(tmp_path)
    write_certificate(folder, replace(compliant(), data=None, unjudged=unjudged))
    show_certificate(read_certificate(folder), None)
    assert said().count(unjudged.en) == 1
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert unjudged.sv in page
    assert unjudged.en in page
    told = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))["certificate"]
    assert (told["unjudged"], told["unjudged_sv"]) == (unjudged.en, unjudged.sv)
