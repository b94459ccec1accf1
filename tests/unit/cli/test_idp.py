"""``testbed idp``: the school for a product of one's own, as a command."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import ended
from lxml import etree

DEADLINE_S = 60.0
HERE = "http://127.0.0.1:9000/callback"
CLIENT = ("--client-id", "app", "--redirect-uri", HERE)


def command(folder: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "testbed.cli", "idp", *arguments]


def environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "TESTBED_HOME": str(folder / "home")}


def as_a_process(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(folder, *arguments),
        env=environment(folder),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )


def test_metadata_to_a_file_is_the_metadata_that_is_printed(tmp_path: Path) -> None:
    printed = as_a_process(tmp_path, "metadata")
    written = as_a_process(tmp_path, "metadata", "--out", "school.xml")
    assert (printed.returncode, written.returncode) == (0, 0)
    assert written.stdout == ""
    stamp = re.compile(r' (ID|validUntil)="[^"]*"')
    kept = (tmp_path / "school.xml").read_text(encoding="utf-8")
    assert stamp.sub("", kept).strip() == stamp.sub("", printed.stdout).strip()
    assert etree.fromstring(kept.encode()).get("entityID") == "http://127.0.0.1:8400/saml/metadata"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("metadata", "--url", "http://idp.skola.se"), "--url: http://idp.skola.se: is not on loopback"),
        (("metadata", "--out", "nowhere/school.xml"), "cannot be written"),
        (("metadata", "--state", "/dev/null/state.sqlite"), "/dev/null/state.sqlite: cannot be made"),
        (("serve", "--url", "https://127.0.0.1:8400"), "is https"),
        (("serve", "--url", "http://127.0.0.1:0", "--vendor", "https://vendor.example/metadata"), "is not on loopback"),
        (("serve", "--url", "http://127.0.0.1:0", "--vendor", "missing.xml"), "missing.xml: no such file"),
        (("serve", "--agreement", "missing.yaml"), "missing.yaml: no such file"),
        (("serve", "--release", "everything"), "is no release policy. To mend it: use one of agreement, requested"),
        (("serve", "--signing", "dsa"), "--signing"),
        (("serve", "--control-port", "70000"), "--control-port"),
        (("serve", "--workers", "0"), "--workers"),
        (("serve", "--client-id", "app"), "--redirect-uri: is missing for app"),
        (("serve", "--redirect-uri", HERE), "--client-id: is missing, and other options speak of a client"),
        (("serve", "--client-id", "app", "--redirect-uri", "https://app.example/cb"), "is not on loopback"),
        (("serve", "--client-id", "app", "--redirect-uri", "nowhere"), "--redirect-uri: nowhere"),
        (("serve", "--client-id", "å", "--redirect-uri", HERE), "--client-id: å"),
        (("serve", *CLIENT, "--client-secret-env", "NOT_SET_ANYWHERE"), "--client-secret-env: NOT_SET_ANYWHERE"),
        (("serve", *CLIENT, "--scope", "openid everything"), "--scope: everything: is no scope"),
        (("serve", *CLIENT, "--jwks-uri", HERE, "--client-secret-env", "HOME"), "exclude each other"),
        (("serve", *CLIENT, "--signing-alg", "HS256"), "--signing-alg"),
        (("serve", "--client", "missing.yaml"), "missing.yaml: no such file"),
        (("jwks", "--out", "nowhere/keys.json"), "cannot be written"),
    ],
)
def test_bad_input_is_told_in_a_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TESTBED_HOME", str(tmp_path / "home"))
    assert ended(monkeypatch, "idp", *arguments) == 2
    printed = capsys.readouterr().err
    assert said in printed
    assert "Traceback" not in printed


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_test_first_serves_and_ends_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    log = tmp_path / "log"
    with log.open("wb") as errors:
        school = subprocess.Popen(
            command(tmp_path, "serve", "--url", "http://127.0.0.1:0"),
            env=environment(tmp_path),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        told = [school.stdout.readline() for _ in range(4)] if school.stdout else []
        assert told[0].startswith("The mock school serves at http://127.0.0.1:"), log.read_text(encoding="utf-8")
        assert not told[0].strip().endswith(":0")
        school.send_signal(number)
        rest, _ = school.communicate(timeout=DEADLINE_S)
    finally:
        if school.poll() is None:
            school.kill()
            school.communicate()
    assert school.returncode == 0
    assert "The mock school is closed." in rest
    said = log.read_text(encoding="utf-8")
    assert "TEST" in said.splitlines()[0]
    assert "Traceback" not in said
