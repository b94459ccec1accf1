"""Whole plays with a real browser: what scripts leak is found, and what is found otherwise is what it always was.

The vendors whose scripts do wrong can only be proven here; ``tests/matrix`` proves all others, and makes sure that
those are in the table below.
"""

import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sp_mocks.scripts import SCRIPT_FAULTS
from testbed.model.verdict import RunRecord, Verdict
from testbed.model.wire import BROWSER
from testbed.runner.catalogue import load_catalogue
from testbed.runner.folder import RunFolder

pytestmark = [pytest.mark.browser, pytest.mark.lab]
WHOLE_RUN_S = 400
FORMS: Mapping[str, tuple[str, str]] = {
    "fragment-to-tracker": ("body", "plain"),
    "presence-by-websocket": ("websocket", "plain"),
    "mail-in-a-pixel": ("url", "base64"),
    "hashed-mail-to-advertiser": ("body", "sha256"),
    "name-outlives-logout": ("header", "plain"),
    "recorded-by-agreed-script": ("body", "plain"),
    "error-report-with-mail": ("body", "gzip"),
}
"""Each fault of a script, and the channel and the form in which what it leaks must be found."""
SAME = (
    "login-reading-service",
    "protected-reading-service",
    "login-tracked-reading",
    "login-leaky-reading",
    "logout-everywhere-lingering-material",
    "login-maths-app",
    "login-tracked-news",
    "login-referring-listening",
    "answer-elsewhere-gullible-maths",
    "logout-both-protocols-from-school",
)


def played(folder: Path, browser: str, *names: str) -> RunRecord:
    """The command, and its folder judged once more."""
    if shutil.which("chromium") is None:
        pytest.skip("no program 'chromium' is installed")
    done = subprocess.run(
        [sys.executable, "-m", "testbed.cli", "run", *names, "--browser", browser, "--out", "runs", "--seed", "5"],
        cwd=folder,
        env={**os.environ, "TESTBED_HOME": str(folder / "home")},
        capture_output=True,
        text=True,
        timeout=WHOLE_RUN_S,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    (run,) = (folder / "runs").iterdir()
    return RunFolder(run).judge(datetime.now(UTC))


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    return played(tmp_path_factory.mktemp("scripts"), "chromium", "scripts")


@pytest.fixture(scope="module")
def by_both(tmp_path_factory: pytest.TempPathFactory) -> dict[str, RunRecord]:
    return {kind: played(tmp_path_factory.mktemp(kind), kind, *SAME) for kind in ("http", "chromium")}


@pytest.mark.parametrize("fault", SCRIPT_FAULTS)
def test_a_script_s_fault_is_noticed_by_exactly_what_it_declares(fault: str, scripts: RunRecord) -> None:
    vendors = {
        vendor.id
        for vendor in load_catalogue().vendors.values()
        if vendor.simulated and vendor.simulated.fault == fault
    }
    judged = [judgement for judgement in scripts.run.judgements if judgement.play.vendor.id in vendors]
    assert judged
    found = [finding for judgement in judged for finding in judgement.findings]
    assert {finding.check for finding in found} == SCRIPT_FAULTS[fault].breaks
    assert {(finding.channel, finding.form) for finding in found} == {FORMS[fault]}
    assert all(judgement.expectation.met for judgement in judged)


def test_no_check_failed_for_a_reason_of_its_own(scripts: RunRecord) -> None:
    assert scripts.run.judgements
    assert not [r for j in scripts.run.judgements for r in j.results if r.verdict is Verdict.ERROR]


def test_a_browser_that_runs_scripts_finds_the_same_as_one_that_does_not(by_both: dict[str, RunRecord]) -> None:
    def findings(record: RunRecord) -> Counter[tuple[str, ...]]:
        return Counter(
            (j.play.id, f.check, f.vendor, f.attribute, f.person, f.sender, f.recipient, f.channel, f.form)
            for j in record.run.judgements
            for f in j.findings
        )

    assert findings(by_both["chromium"]) == findings(by_both["http"])
    assert findings(by_both["http"])


def test_and_every_check_comes_to_the_same_verdict(by_both: dict[str, RunRecord]) -> None:
    def verdicts(record: RunRecord) -> dict[tuple[str, str], str]:
        return {(j.play.id, r.check): r.verdict for j in record.run.judgements for r in j.results}

    assert verdicts(by_both["chromium"]) == verdicts(by_both["http"])


def test_a_finding_is_played_again_with_the_browser_that_saw_it(by_both: dict[str, RunRecord]) -> None:
    for kind, record in by_both.items():
        commands = {finding.reproduce for j in record.run.judgements for finding in j.findings}
        assert commands
        assert all(("--browser chromium" in command) == (kind == "chromium") for command in commands)


def test_what_the_browser_asks_for_by_itself_is_recorded_and_no_finding(by_both: dict[str, RunRecord]) -> None:
    """The icon of every host, and nothing of its makers."""
    icons = [
        exchange
        for evidence in by_both["chromium"].evidence.values()
        for exchange in evidence.exchanges
        if exchange.request.parts.path == "/favicon.ico"
    ]
    assert {icon.sender for icon in icons} == {BROWSER}
    found = {f.where.exchange for j in by_both["chromium"].run.judgements for f in j.findings if f.where}
    assert found
    assert not {icon.number for icon in icons} & found
    called = {
        kind: {exchange.receiver for evidence in record.evidence.values() for exchange in evidence.exchanges}
        for kind, record in by_both.items()
    }
    assert called["chromium"] == called["http"]
