"""The testbed's own vendors as processes, tried over mutual TLS as anybody's would be."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from testbed.cli.app import app

ROOT = Path(__file__).parents[3]
STARTED = ROOT / "scenarios" / "started"
CASES = (
    "scim-caller-*",
    "scim-transport-*",
    "scim-kept-deleted",
    "scim-kept-changed",
    "scim-register-revoked",
    "scim-register-altered",
    "scim-register-new-key-is-known",
)
pytestmark = pytest.mark.lab


def certified(tmp_path: Path, file: Path, *cases: str) -> tuple[int, dict[str, str], Path]:
    """The exit status, what each case was seen to come to, and the run's folder."""
    chosen = [word for case in cases for word in ("--case", case)]
    words = ["certify", str(file), "--idp-url", "http://127.0.0.1:0", "--out", str(tmp_path / "runs"), *chosen]
    done = CliRunner().invoke(app, words)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.output
    (folder,) = (tmp_path / "runs").iterdir()
    told = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    seen = {case["id"]: f"{case['verdict']} {case['observed']}" for case in told["cases"]}
    return done.exit_code, seen, folder


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("TESTBED_HOME", str(tmp_path / "home"))


@pytest.mark.kill
def test_a_receiver_that_does_well_withstands_strangers_and_reads_the_register(tmp_path: Path) -> None:
    status, seen, folder = certified(tmp_path, STARTED / "receiver.yaml", *CASES)
    # NOTE: of a part of the cases nothing can be concluded.
    assert status == 2
    assert {text.split()[0] for text in seen.values()} == {"PASS"}
    assert seen["scim-transport-tls-1-1"] == "PASS refused"
    assert seen["scim-register-new-key-is-known"] == "PASS taken"
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())


def test_one_that_goes_by_names_is_found_out(tmp_path: Path) -> None:
    file = tmp_path / "careless.yaml"
    file.write_text((STARTED / "receiver.yaml").read_text().replace("  env:\n", "  env:\n    FAULT: ignores-pins\n"))
    status, seen, _ = certified(tmp_path, file, "scim-caller-same-name", "scim-caller-foreign-issuer")
    assert status == 1
    # NOTE: an issuer that nobody knows makes no connection here, whatever the app would do.
    assert seen == {"scim-caller-same-name": "FAIL held", "scim-caller-foreign-issuer": "PASS refused"}


def test_a_data_api_that_does_well_takes_no_bad_token(tmp_path: Path) -> None:
    cases = ("ss12000-token-*", "ss12000-mutual-tls-*", "ss12000-page-token-*")
    status, seen, _ = certified(tmp_path, STARTED / "data-api.yaml", *cases)
    assert status == 2
    assert {text.split()[0] for text in seen.values()} == {"PASS"}
    assert len(seen) > 25


def test_a_program_that_ends_is_told_with_what_it_said(tmp_path: Path) -> None:
    file = tmp_path / "broken.yaml"
    text = (STARTED / "receiver.yaml").read_text()
    file.write_text(text.replace('    MACHINES_KEY: "{machines_key}"\n', ""))
    done = CliRunner().invoke(
        app, ["certify", str(file), "--idp-url", "http://127.0.0.1:0", "--out", str(tmp_path / "o")]
    )
    assert done.exit_code != 0
    assert "MACHINES_KEY is not set" in str(done.exception)
    assert "\nTo mend it: correct the command, or give it in 'env' what it lacks" in str(done.exception)
