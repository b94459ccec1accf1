"""A vendor that brings its own container: its login is certified, and wherever its server turns, it is seen."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from images import image_of
from telling import ENV, PROGRAM, TellingVendor

from testbed.lab.containers.engine import engine, projects
from testbed.lab.containers.opening import lab_of
from testbed.lab.home import LabHome
from testbed.lab.ports import free_ports
from testbed.model.files import ScenarioInvalid
from testbed.model.verdict import Verdict

pytestmark = pytest.mark.docker

EXAMPLES = Path(__file__).parents[2] / "compose" / "example-vendor"
TELLING = "school-federation-testbed-telling"


@pytest.fixture(scope="module")
def telling_image() -> Iterator[str]:
    """Of a vendor whose server tells others who logs in."""
    with image_of(PROGRAM, TELLING) as tag:
        yield tag


class Bench(TellingVendor):
    """Where its container is certified."""

    def written(self, image: str, tells: str = "", **more: Any) -> dict[str, Any]:
        container = {"image": image, "port": self.port, "env": {**ENV, "TELLS": tells}, "ready": "{base_url}/up"}
        return self.described(container=container | more)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    school, vendor = free_ports(2)
    home = LabHome.open(tmp_path / "home")
    yield Bench(tmp_path, school, vendor, home)
    with engine() as client:
        assert projects(client, lab_of(home)) == {}, "containers outlived the run"


def test_what_its_server_sends_to_anybody_by_any_way_is_found(bench: Bench, telling_image: str) -> None:
    results = bench.onward(bench.written(telling_image, "https polite address tcp udp late"))
    assert [result.verdict for result in results] == [Verdict.FAIL, Verdict.FAIL]
    assert {finding.recipient for result in results for finding in result.findings} == {
        "collect.tracker.example",
        "polite.tracker.example",
        "collect.address.example",
        "log.tracker.example:5140",
        "stats.tracker.example:8125",
        "late.tracker.example",
    }
    assert {finding.sender for result in results for finding in result.findings} == {f"127.0.0.1:{bench.port}"}
    assert "the vendor runs" in (bench.run.path / "vendor.log").read_text(encoding="utf-8")


def test_a_server_that_tells_nobody_passes_and_its_secrets_are_not_kept(bench: Bench, telling_image: str) -> None:
    described = bench.written(telling_image)
    described["container"]["env"]["OTHER_SECRET"] = "only for its environment"
    assert [result.verdict for result in bench.onward(described)] == [Verdict.PASS, Verdict.PASS]
    for file in bench.run.path.rglob("*"):
        if file.is_file():
            assert b"only for its environment" not in file.read_bytes(), file.name


def test_one_that_ends_in_the_middle_is_told_of_and_leaves_nothing(
    bench: Bench, telling_image: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert bench.certified(bench.written(telling_image, "crash")).outcome.value == "inconclusive"
    assert "the vendor's container ended by itself (status 3); its output ends with:" in caplog.text
    assert "out of luck" in caplog.text


def test_an_image_that_is_not_there_is_told_of(bench: Bench) -> None:
    with pytest.raises(ScenarioInvalid, match="telling: container: image: the engine has no image nobody/has-it"):
        bench.certified(bench.written("nobody/has-it:1"))


def test_a_container_that_does_not_serve_is_told_of(bench: Bench, telling_image: str) -> None:
    with pytest.raises(ScenarioInvalid, match="gave no answer within 3 s"):
        bench.certified(bench.written(telling_image, "mute", ready_within_s=3))


def test_a_container_that_ends_at_once_is_told_of_with_what_it_said(bench: Bench, telling_image: str) -> None:
    described = bench.written(telling_image)
    del described["container"]["env"]["ISSUER"]
    with pytest.raises(ScenarioInvalid, match=r"ended with status 1 before it answered(.|\n)*KeyError: 'ISSUER'"):
        bench.certified(described)


@pytest.mark.parametrize("file", ["reading-app", "learning-material", "class-lists"])
def test_the_examples_are_compliant(tmp_path: Path, file: str) -> None:
    described = yaml.safe_load((EXAMPLES / f"{file}.yaml").read_text(encoding="utf-8"))
    with engine() as client:
        if not client.images.list(described["container"]["image"]):
            pytest.skip(f"there is no image {described['container']['image']}: make image example-vendor")
    command = [sys.executable, "-m", "testbed.cli", "certify", str(EXAMPLES / f"{file}.yaml")]
    ran = subprocess.run(
        [*command, "--idp-url", "http://127.0.0.1:0"],
        cwd=tmp_path,
        env={**os.environ, "TESTBED_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, "COMPLIANT" in ran.stdout) == (0, True), ran.stdout[-2000:] + ran.stderr[-2000:]
