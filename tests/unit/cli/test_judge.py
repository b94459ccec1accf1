"""``testbed judge`` on captures: exit status, what is said, and a folder that can be judged again."""

import json
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest
from command_line import ended
from mitmproxy import http
from mitmproxy import io as mitm
from mitmproxy.test import tflow

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "scenarios" / "captures"
READING = ROOT / "scenarios" / "agreements" / "reading-service-2025.yaml"
VECTOR = ROOT / "tests" / "vectors" / "har" / "chromium-devtools.har"
MAIL, NAME, NIN = "jack.gyllenhammarstrom@elev.skola.test", "Jack Gyllenhammarström", "202002052393"
JACK = {
    "id": "elev-0001",
    "role": "pupil",
    "attributes": {"mail": MAIL, "displayName": NAME, "norEduPersonNIN": NIN, "givenName": "Jack"},
}
AGREEMENT = """
id: plus
controller: {name: Kommun, hosts: [idp.skola.test]}
processor: {name: Läsning Plus, hosts: [lasning-plus.test]}
valid: {from: 2025-01-01, until: 2035-01-01}
identifier: shared
data: [{subjects: [pupil], required: [mail, displayName]}]
recipients: [{name: Live, hosts: [live.tracker.test], data: [displayName]}]
protected_identity: withhold
"""
BESIDE = ("--agreement", "plus.yaml", "--people", "people.json")


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("plus.yaml").write_text(AGREEMENT, encoding="utf-8")
    Path("people.json").write_text(json.dumps([JACK]), encoding="utf-8")
    shutil.copy(VECTOR, "leaky.har")
    shutil.copy(EXAMPLES / "reading-service.har", "clean.har")


def document(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    printed: dict[str, Any] = json.loads(capsys.readouterr().out)
    return printed


def without_time(run: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in run.items() if name != "finished"}


def test_a_clean_capture_ends_with_0(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    beside = ("--agreement", str(READING), "--people", str(EXAMPLES / "people.json"))
    assert ended(monkeypatch, "judge", "clean.har", *beside) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "1 of 1 captures pass: the run is without findings." in printed
    assert "Cannot be seen: What servers say to each other" in printed


def test_what_chromium_s_developer_tools_export_is_found_through(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(monkeypatch, "judge", "leaky.har", *BESIDE, "--json") == 1
    (scenario,) = document(capsys)["scenarios"]
    found = {
        (one["attribute"], one["recipient"], one["channel"])
        for result in scenario["results"]
        for one in result["findings"]
        if one["check"] == "data.no-onward-transfer"
    }
    assert found >= {
        ("mail", "pixel.tracker.test", "url"),
        ("norEduPersonNIN", "metrics.tracker.test", "body"),
        ("mail", "metrics.tracker.test", "body"),
        ("mail", "live.tracker.test", "websocket"),
    }
    assert not any(recipient == "lasning-plus.test" for _, recipient, _ in found)


@pytest.mark.parametrize("reveal", [False, True])
def test_values_are_masked_unless_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], reveal: bool
) -> None:
    shutil.copy("leaky.har", f"{MAIL}.har")
    asked = ("judge", f"{MAIL}.har", *BESIDE, "--out", "judged", *(["--reveal"] if reveal else []))
    assert ended(monkeypatch, *asked) == 1
    texts = {
        name: Path("judged", name).read_text(encoding="utf-8") for name in ("report.html", "run.json", "junit.xml")
    }
    texts["terminal"] = capsys.readouterr().out
    assert ended(monkeypatch, "report", "judged", "--format", "csv", *(["--reveal"] if reveal else [])) == 0
    texts["csv"] = capsys.readouterr().out
    for name, text in texts.items():
        shown = [value for value in (MAIL, NAME, NIN, "gyllenhammarstr") if value.casefold() in text.casefold()]
        assert reveal or shown == [], name
    assert not reveal or all(value in texts["report.html"] for value in (MAIL, NAME, NIN))


def test_what_an_assertion_says_is_masked(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    pupil = json.loads((EXAMPLES / "people.json").read_text(encoding="utf-8"))[0]["attributes"]
    told = ("eduPersonPrincipalName", "givenName", "sn", "displayName", "mail", "norEduPersonNIN")
    beside = ("--agreement", str(READING), "--people", str(EXAMPLES / "people.json"))
    assert ended(monkeypatch, "judge", "clean.har", *beside, "--out", "judged") == 0
    for name in ("report.html", "run.json", "junit.xml", "plays.csv"):
        text = Path("judged", name).read_text(encoding="utf-8").casefold()
        assert [one for one in told if pupil[one].casefold() in text] == [], name
    assert "elev-0014" in capsys.readouterr().out + Path("judged", "report.html").read_text(encoding="utf-8")


def test_the_folder_can_be_judged_again_and_says_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(monkeypatch, "judge", "leaky.har", "clean.har", *BESIDE, "--out", "judged", "--json") == 1
    first = document(capsys)
    assert [one["id"] for one in first["scenarios"]] == ["leaky", "clean"]
    written = json.loads(Path("judged", "run.json").read_text(encoding="utf-8"))
    assert written == first
    assert ended(monkeypatch, "judge", "judged", "--json") == 1
    assert without_time(document(capsys)) == without_time(first)
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in Path("judged").rglob("*")} == {0}
    assert first["scenarios"][0]["results"][0]["check"]
    reproduce = {f["reproduce"] for s in first["scenarios"] for r in s["results"] for f in r["findings"]}
    assert reproduce == {"testbed judge leaky.har clean.har --agreement plus.yaml --people people.json"}


def test_a_journal_of_that_folder_is_a_capture_like_others(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(monkeypatch, "judge", "leaky.har", *BESIDE, "--out", "judged", "--json") == 1
    first = document(capsys)["scenarios"][0]["results"]
    assert ended(monkeypatch, "judge", "judged/exchanges.jsonl", *BESIDE, "--json") == 1
    again = document(capsys)["scenarios"][0]["results"]
    assert [(r["check"], r["verdict"], len(r["findings"])) for r in again] == [
        (r["check"], r["verdict"], len(r["findings"])) for r in first
    ]


def test_what_cannot_be_read_makes_a_clean_capture_inconclusive(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = Path("clean.har").read_text(encoding="utf-8")
    Path("cut.har").write_text(whole[: len(whole) - 1000], encoding="utf-8")
    beside = ("--agreement", str(READING), "--people", str(EXAMPLES / "people.json"))
    assert ended(monkeypatch, "judge", "cut.har", *beside, "--out", "judged") == 2
    printed = " ".join(capsys.readouterr().out.split())
    assert "Not readable: cut.har: entry 9 is cut or damaged" in printed
    assert "the run is INCONCLUSIVE" in printed
    assert "cut.har: entry 9 is cut or damaged" in Path("judged", "report.html").read_text(encoding="utf-8")
    run = json.loads(Path("judged", "run.json").read_text(encoding="utf-8"))
    assert run["unreadable"] == ["cut.har: entry 9 is cut or damaged"]
    assert run["scenarios"][0]["verdict"] == "NOT_VERIFIED"
    assert ended(monkeypatch, "judge", "judged") == 2


def test_a_person_with_a_missing_field_is_named_and_the_rest_are_looked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = {"id": "elev-zsazsa", "attributes": {"givenName": "Zsazsa"}}
    Path("people.json").write_text(json.dumps([broken, JACK]), encoding="utf-8")
    assert ended(monkeypatch, "judge", "leaky.har", *BESIDE, "--json") == 1
    run = document(capsys)
    assert run["unreadable"] == ["people.json: person 1 was left out: role is missing"]
    assert run["summary"]["findings"] > 0
    assert "zsazsa" not in json.dumps(run).casefold()


def test_without_an_agreement_what_needs_one_is_skipped(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(monkeypatch, "judge", "leaky.har", "--people", "people.json", "--json") == 1
    (scenario,) = document(capsys)["scenarios"]
    said = {result["check"]: result for result in scenario["results"]}
    assert said["data.no-onward-transfer"]["reason"] == "there is no agreement to hold it against"
    assert said["data.not-in-url"]["verdict"] == "FAIL"


def test_a_flow_file_of_a_server_behind_mitmproxy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Path("server.flows").open("wb") as file:
        for made in (tflow.ttcpflow(), tflow.tflow(resp=True)):
            if isinstance(made, http.HTTPFlow):
                made.request = http.Request.make("POST", "https://metrics.tracker.test/c", f"who={MAIL}", {})
            mitm.FlowWriter(file).add(made)
    asked = ("judge", "server.flows", *BESIDE, "--sender", "lasning-plus.test", "--json")
    assert ended(monkeypatch, *asked) == 1
    run = document(capsys)
    (finding,) = (f for r in run["scenarios"][0]["results"] for f in r["findings"] if "onward" in f["check"])
    assert (finding["sender"], finding["recipient"], finding["attribute"]) == (
        "lasning-plus.test",
        "metrics.tracker.test",
        "mail",
    )
    assert run["left_out"] == ["server.flows: 1 flow of TCP: HTTP alone is read"]


def test_whom_a_proxy_recorded_may_be_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(monkeypatch, "judge", "leaky.har", *BESIDE, "--sender", "lasning-plus.test", "--json") == 1
    run = document(capsys)
    senders = {f["sender"] for s in run["scenarios"] for r in s["results"] for f in r["findings"]}
    assert senders == {"lasning-plus.test"}
    assert any("What browsers send" in line for line in run["cannot_be_seen"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("leaky.har",), "leaky.har: nobody's values can be looked for without people"),
        (("missing.har", "--people", "people.json"), "missing.har: no such file or folder"),
        (("plus.yaml", "--people", "people.json"), "plus.yaml: is no capture that can be read"),
        (("people.json", "--people", "people.json"), "people.json: is no capture that can be read"),
        (("leaky.har", "--people", "missing.json"), "missing.json: no such file"),
        (("leaky.har", "--people", "plus.yaml"), "plus.yaml: line 2: is not JSON"),
        (("leaky.har", "--people", "leaky.har"), "leaky.har: is no list of people"),
        (("leaky.har", "--people", "empty.json"), "empty.json: holds nobody who can be read"),
        (("leaky.har", "--people", "people.json", "--agreement", "people.json"), "people.json"),
        (("leaky.har", "--people", "people.json", "--sender", "Some One"), "--sender"),
        (("leaky.har", *BESIDE, "--out", "/proc/x"), "/proc/x: cannot be written to"),
        (("folder", *BESIDE), "brings its own agreements and people"),
        (("folder", "leaky.har"), "is a run's folder among other captures"),
        (("folder",), "holds no exchanges.jsonl"),
        ((), "CAPTURE"),
    ],
)
def test_bad_input_ends_with_2_and_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    Path("folder").mkdir()
    Path("empty.json").write_text("[]", encoding="utf-8")
    assert ended(monkeypatch, "judge", *arguments) == 2
    printed = capsys.readouterr().err
    assert said in " ".join(printed.split())
    assert "Traceback" not in printed


def test_help_shows_examples(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(monkeypatch, "judge", "--help") == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "testbed judge login.har --agreement app.yaml" in printed
    assert "--reveal" in printed
