"""``testbed corpus``: what is written can be read again and scored, and bad answers are named."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from testbed.cli.app import app
from testbed.interception import recorded
from testbed.model.corpus import CorpusTruth
from testbed.model.files import ScenarioInvalid, dump_people
from testbed.model.written import Person

ANNA = Person(
    id="elev-1",
    role="pupil",
    attributes={
        "mail": "anna.andersson@elev.skola.test",
        "givenName": "Anna",
        "sn": "Andersson",
        "displayName": "Anna Andersson",
    },
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    people = tmp_path / "people.json"
    people.write_text(dump_people({ANNA.id: ANNA}), encoding="utf-8")
    out = tmp_path / "corpus"
    done = CliRunner().invoke(app, ["corpus", "generate", "--people", str(people), "--each", "1", "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert "Left out, for nobody has such a value: coordination numbers: 12" in done.output
    return out


def test_the_files_say_the_same(folder: Path) -> None:
    truth = CorpusTruth.model_validate_json((folder / "truth.json").read_text(encoding="utf-8"))
    assert json.loads((folder / "truth.json").read_text(encoding="utf-8"))["schema"] == "testbed.corpus/1"
    exchanges = recorded.read(folder / "exchanges.jsonl").exchanges
    entries = json.loads((folder / "capture.har").read_text(encoding="utf-8"))["log"]["entries"]
    assert len(exchanges) == len(entries) == truth.exchanges
    assert any(exchange.frames for exchange in exchanges)
    assert [len(exchange.frames) for exchange in exchanges] == [
        len(entry.get("_webSocketMessages", ())) for entry in entries
    ]
    assert folder.stat().st_mode & 0o077 == 0


def test_what_another_detector_found_is_scored(folder: Path, tmp_path: Path) -> None:
    truth = CorpusTruth.model_validate_json((folder / "truth.json").read_text(encoding="utf-8"))
    found = tmp_path / "found.jsonl"
    lines = [
        json.dumps({"exchange": one.exchange, "attribute": one.attribute, "person": one.person, "form": one.form})
        for one in truth.leaks
    ]
    found.write_text("\n".join(lines) + "\n", encoding="utf-8")
    whole = CliRunner().invoke(app, ["corpus", "score", str(folder), "--found", str(found)])
    assert whole.exit_code == 0, whole.output
    found.write_text("\n".join(lines[1:]), encoding="utf-8")
    less = CliRunner().invoke(app, ["corpus", "score", str(folder), "--found", str(found)])
    assert less.exit_code == 1
    assert f"Missed in exchange {truth.leaks[0].exchange}" in less.output


def test_a_bad_line_is_named(folder: Path, tmp_path: Path) -> None:
    found = tmp_path / "found.jsonl"
    found.write_text('\n{"exchange": "one", "attribute": "mail", "form": "plain"}\n', encoding="utf-8")
    result = CliRunner().invoke(app, ["corpus", "score", str(folder), "--found", str(found)])
    assert isinstance(result.exception, ScenarioInvalid)
    assert "line 2" in str(result.exception)
    assert "exchange" in str(result.exception)
