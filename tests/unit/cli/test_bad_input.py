"""Bad input to each command: file, field, what is wrong, how to mend it; exit status 2 and no traceback."""

from pathlib import Path

import pytest
from command_line import ended

GOOD = """
id: mine
title: {sv: Min, en: Mine}
flow: login
vendor: reading-service
expect: {login: accepted}
"""


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TESTBED_HOME", raising=False)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("flow: login", "flow: carrier-pigeon"), "flow: "),
        (("vendor: reading-service", "vendor: nobody"), "nothing is called 'nobody'"),
        (("title: {sv: Min, en: Mine}", "title: Mine"), "title: "),
        (("id: mine", "id: Mine!"), "id: "),
        (("expect: {login: accepted}", "expect: {login: maybe}"), "expect.login: "),
        (("flow: login", "colour: blue\nflow: login"), "colour: "),
        (("flow: login", "flow: [login"), "line "),
        (("expect: {login: accepted}", "expect: {login: accepted}\nperson: {id: nobody-0001}"), "nobody of"),
    ],
)
def test_a_broken_scenario(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], change: tuple[str, str], said: str
) -> None:
    Path("mine.yaml").write_text(GOOD.replace(*change), encoding="utf-8")
    assert ended(monkeypatch, "run", "mine.yaml", "--lab", "inprocess") == 2
    printed = capsys.readouterr().err
    assert "mine.yaml" in printed
    assert said in printed
    assert "To mend it: " in printed
    assert "Traceback" not in printed


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("run", "scripts"), "can be seen with --browser http. To mend it: play with --browser chromium"),
        (("run", "--lab", "inprocess", "--browser", "chromium"), "To mend it: play with --lab loopback"),
        (("run", "--lab", "inprocess", "--workers", "2"), "in the lab inprocess one process serves the schools"),
        (("run", "--lab", "docker", "--workers", "2"), "To mend it: leave it out, or play with --lab loopback"),
        (("run", "--browser", "lynx"), "'lynx' is not one of"),
        (("run", "no-such-suite"), "is neither a suite nor a scenario"),
        (("run", "missing.yaml"), "missing.yaml: no such file"),
        (("run", "--lab", "moon"), "--lab"),
        (("run", "--seed", "x"), "--seed"),
        (("run", "--catalogue", "nowhere"), "nowhere: is not a folder"),
        (("judge", "nowhere"), "no such file or folder"),
        (("report", "."), "holds no exchanges.jsonl"),
        (("agreement", "lint", "missing.yaml"), "no such file"),
        (("list", "moons"), "moons"),
        (("people", "generate", "--out", "/nowhere/people.json"), "cannot be written"),
        (("dance",), "No such command"),
    ],
)
def test_a_broken_command_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    assert ended(monkeypatch, *arguments) == 2
    printed = capsys.readouterr().err
    assert said in printed
    assert "Traceback" not in printed


def test_a_lab_home_that_is_open_to_others(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    Path("open").mkdir()
    Path("open").chmod(0o755)
    monkeypatch.setenv("TESTBED_HOME", "open")
    assert ended(monkeypatch, "run", "--lab", "inprocess") == 2
    assert "chmod 700" in capsys.readouterr().err


def test_an_agreement_that_lacks_much_is_linted_with_status_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("old.yaml").write_text(
        "id: old\n"
        "controller: {name: K, hosts: [idp.skola.test]}\n"
        "processor: {name: V, hosts: [v.test]}\n"
        "valid: {from: 2014-01-01, until: 2015-01-01}\n"
        "identifier: shared\n"
        "data: [{subjects: [pupil], required: [norEduPersonNIN]}]\n"
        "protected_identity: withhold\n",
        encoding="utf-8",
    )
    assert ended(monkeypatch, "agreement", "lint", "old.yaml") == 1
    assert "valid" in capsys.readouterr().out


def test_help_shows_examples(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(monkeypatch, "run", "--help") == 0
    assert "testbed run tour --lab inprocess" in " ".join(capsys.readouterr().out.split())
