"""A vendor whose process the testbed starts: what its server sends to others is found, and nothing of it stays."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
import yaml
from telling import ENV, PROGRAM, TellingVendor

from testbed.lab.home import LabHome
from testbed.lab.outside_clients import own_secret
from testbed.lab.ports import free_ports
from testbed.model.files import ScenarioInvalid
from testbed.model.verdict import Result, Verdict
from testbed.model.written import Vendor
from waiting import gone, wait_for

pytestmark = pytest.mark.lab
ROOT = Path(__file__).parents[3]
WALLS = """
import sys, tempfile
from pathlib import Path
from testbed.lab.gate.space import NameSpace
with tempfile.TemporaryDirectory() as folder:
    (Path(folder) / "ca").touch()
    NameSpace.own(Path(folder), Path(folder) / "ca")
"""


@pytest.fixture(scope="session")
def walls() -> None:
    """This machine lets this user have a network name space."""
    tried = subprocess.run([sys.executable, "-c", WALLS], cwd=ROOT, capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f"no network name space is to be had: {tried.stderr.splitlines()[-1]}")


class Telling(TellingVendor):
    """Its process."""

    def written(self, tells: str, **process: Any) -> dict[str, Any]:
        started = {
            "command": [sys.executable, str(PROGRAM), str(self.folder)],
            "env": {**ENV, "TELLS": tells, **process.pop("env", {})},
            "ready": "{base_url}/up",
            **process,
        }
        return self.described(process=started)


@pytest.fixture
def telling(tmp_path: Path) -> Iterator[Telling]:
    school, vendor = free_ports(2)
    before = children()
    yield Telling(tmp_path, school, vendor, LabHome.open(tmp_path / "home"))
    # NOTE: a process that was killed is there until the kernel has taken it down.
    wait_for(lambda: gone(running(tmp_path)), lambda: "the vendor's processes outlived the run")
    wait_for(lambda: gone(children() - before), lambda: "processes of the lab outlived the run")


def children() -> set[psutil.Process]:
    """Of this process, and theirs."""
    return set(psutil.Process().children(recursive=True))


def running(folder: Path) -> list[psutil.Process]:
    """The vendor's own process, and the helper that it started: both are told this folder."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            if str(folder) in process.cmdline():
                found.append(process)
    return found


def recipients(results: tuple[Result, ...]) -> set[str]:
    return {finding.recipient for result in results for finding in result.findings}


# --- with walls -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("walls")
def test_what_its_server_sends_to_anybody_by_any_way_is_found(telling: Telling) -> None:
    results = telling.onward(telling.written("https polite address tcp udp late"))
    assert [result.verdict for result in results] == [Verdict.FAIL, Verdict.FAIL]
    assert recipients(results) == {
        "collect.tracker.example",
        "polite.tracker.example",
        "collect.address.example",
        "log.tracker.example:5140",
        "stats.tracker.example:8125",
        "late.tracker.example",
    }
    assert {finding.sender for result in results for finding in result.findings} == {f"127.0.0.1:{telling.port}"}
    assert "the vendor runs" in (telling.run.path / "vendor.log").read_text(encoding="utf-8")


@pytest.mark.usefixtures("walls")
def test_a_server_that_tells_nobody_passes_and_its_secrets_are_not_kept(telling: Telling) -> None:
    described = telling.written("", env={"OTHER_SECRET": "only for its environment"})
    results = telling.onward(described)
    assert [result.verdict for result in results] == [Verdict.PASS, Verdict.PASS]
    for file in telling.run.path.rglob("*"):
        if file.is_file():
            assert b"only for its environment" not in file.read_bytes(), file.name


@pytest.mark.usefixtures("walls")
def test_what_it_says_to_those_it_trusts_alone_is_not_known(telling: Telling) -> None:
    (first, _) = telling.onward(telling.written("pinned"))
    assert first.verdict is Verdict.NOT_VERIFIED
    assert "pinned.tracker.example" in first.reason


@pytest.mark.usefixtures("walls")
def test_one_that_ends_in_the_middle_is_told_of_and_leaves_nothing(
    telling: Telling, caplog: pytest.LogCaptureFixture
) -> None:
    certificate = telling.certified(telling.written("crash"))
    assert certificate.outcome.value == "inconclusive"
    assert "ended by itself (status 3); its output ends with:" in caplog.text
    assert "out of luck" in caplog.text


@pytest.mark.usefixtures("walls")
def test_nothing_of_this_machine_is_changed(telling: Telling) -> None:
    def state() -> tuple[list[str], str, str]:
        interfaces = sorted(path.name for path in Path("/sys/class/net").iterdir())
        routes = Path("/proc/net/route").read_text(encoding="ascii")
        return interfaces, routes, Path("/etc/resolv.conf").read_text(encoding="utf-8")

    before = state()
    telling.certified(telling.written(""))
    assert state() == before


# --- without --------------------------------------------------------------------------------------------------------


def test_one_that_heeds_no_proxy_is_not_verified(telling: Telling) -> None:
    results = telling.onward(telling.written("", isolate=False))
    assert [result.verdict for result in results] == [Verdict.NOT_VERIFIED, Verdict.NOT_VERIFIED]
    assert "only asked to use a proxy" in results[0].reason


def test_one_whose_calls_to_school_come_by_the_proxy_is_judged(telling: Telling) -> None:
    heeding = {"HEEDS_PROXY": "yes"}
    results = telling.onward(telling.written("", isolate=False, env=heeding))
    assert [result.verdict for result in results] == [Verdict.PASS, Verdict.PASS]


def test_what_one_sends_by_the_proxy_is_found(telling: Telling) -> None:
    results = telling.onward(telling.written("polite", isolate=False, env={"HEEDS_PROXY": "yes"}))
    assert recipients(results) == {"polite.tracker.example"}


def test_of_one_that_runs_already_nothing_is_said(telling: Telling, tmp_path: Path) -> None:
    described = telling.written("")
    described.pop("process")
    base = f"http://127.0.0.1:{telling.port}"
    plain = yaml.safe_load(yaml.safe_dump(described).replace("{base_url}", base))
    vendor = Vendor.model_validate(plain)
    assert vendor.client is not None
    env = {
        "PORT": str(telling.port),
        "ISSUER": f"http://127.0.0.1:{telling.school}",
        "CLIENT_ID": "telling",
        "CLIENT_SECRET": own_secret(vendor.client, telling.home),
    }
    with (tmp_path / "own.log").open("wb") as log:
        own = subprocess.Popen([sys.executable, str(PROGRAM)], env={**os.environ, **env}, stdout=log, stderr=log)
    try:
        wait_for(lambda: answers(f"{base}/up"))
        results = telling.onward(plain)
    finally:
        helpers = psutil.Process(own.pid).children()
        own.kill()
        own.wait()
        for helper in helpers:
            helper.kill()
        wait_for(lambda: gone(helpers))
    assert [result.verdict for result in results] == [Verdict.SKIPPED, Verdict.SKIPPED]
    assert "the testbed did not start it" in results[0].reason


def answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).status_code < 500
    except httpx.HTTPError:
        return False


# --- what goes wrong ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("isolate", [True, pytest.param(False, marks=pytest.mark.kill)])
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"env": {"TELLS": "mute"}, "ready_within_s": 2},
            r"ready: .* gave no answer within 2 s; its .*\n  the vendor runs",
        ),
        ({"command": ["/no/such/program"]}, r"command: cannot be run \(No such file or directory: /no/such/program\)"),
        ({"command": [sys.executable, "-c", "print('bad luck'); exit(3)"]}, r"status 3 before .*\n  bad luck"),
    ],
)
def test_one_that_does_not_come_up_is_told_of(
    telling: Telling, changes: dict[str, Any], words: str, *, isolate: bool
) -> None:
    with pytest.raises(ScenarioInvalid, match=words):
        telling.certified(telling.written("", isolate=isolate, **changes))


def test_another_command_may_not_serve_the_school_meanwhile(telling: Telling) -> None:
    url = f"http://127.0.0.1:{telling.school}"
    command = [sys.executable, "-m", "testbed.cli", "idp", "serve", "--url", url]
    own = {**os.environ, "TESTBED_HOME": str(telling.home.path), "PYTHONPATH": str(ROOT)}
    with (telling.folder / "school.log").open("wb") as log:
        serving = subprocess.Popen(command, cwd=telling.folder, env=own, stdout=log, stderr=log)
    try:
        wait_for(lambda: answers(f"{url}/saml/metadata"))
        with pytest.raises(ScenarioInvalid, match="does not record what a vendor's server asks of it"):
            telling.certified(telling.written(""))
    finally:
        serving.terminate()
        serving.wait(60)


@pytest.mark.parametrize(
    ("number", "isolate"),
    [
        pytest.param(signal.SIGINT, True, marks=pytest.mark.kill),
        pytest.param(signal.SIGTERM, True, marks=pytest.mark.kill),
        (signal.SIGKILL, True),
        pytest.param(signal.SIGKILL, False, marks=pytest.mark.kill),
    ],
)
def test_nothing_stays_when_the_command_is_ended(telling: Telling, number: signal.Signals, *, isolate: bool) -> None:
    (telling.folder / "telling.yaml").write_text(
        yaml.safe_dump(telling.written("mute", isolate=isolate)), encoding="utf-8"
    )
    (telling.folder / "telling-2026.yaml").write_text(
        yaml.safe_dump(telling.agreement.model_dump(mode="json", by_alias=True)), encoding="utf-8"
    )
    command = [sys.executable, "-m", "testbed.cli", "certify", "telling.yaml"]
    command += ["--idp-url", f"http://127.0.0.1:{telling.school}"]
    own = {**os.environ, "TESTBED_HOME": str(telling.home.path), "PYTHONPATH": str(ROOT)}
    with (telling.folder / "command.log").open("wb") as log:
        testbed = subprocess.Popen(command, cwd=telling.folder, env=own, stdout=log, stderr=log)
    wait_for(
        lambda: len(running(telling.folder)) == 2,
        lambda: (telling.folder / "command.log").read_text(encoding="utf-8"),
    )
    started = psutil.Process(testbed.pid).children(recursive=True)
    assert {one.pid for one in running(telling.folder)} < {one.pid for one in started}
    testbed.send_signal(number)
    testbed.wait(60)
    wait_for(lambda: gone(started))
