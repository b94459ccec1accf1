"""A vendor that brings its own container and exchanges rosters: a mistake is seen by the case that it names, and what
it tells others of whom it has fetched is found."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from images import image_of

from testbed.lab.containers.engine import engine, projects
from testbed.lab.containers.engine import image as image_name
from testbed.lab.containers.opening import lab_of
from testbed.lab.home import LabHome
from testbed.lab.ports import free_ports

pytestmark = pytest.mark.docker
PLAIN = Path(__file__).parents[1] / "support" / "plain_fetcher.py"
PLAIN_IMAGE = "school-federation-testbed-plain-fetcher"
ENTITY = "https://klasslistan.example"
LIST_CASES = "ss12000-client-reads-record-twice"
FETCHING = {
    "PORT": "{port}",
    "BASE_URL": "{base_url}",
    "STATE": "{state}",
    "ENTITY_ID": ENTITY,
    "DATA_API": "{data_api}",
    "TOKEN_URL": "{token_url}",
    "SERVER_CERTIFICATE": "{server_certificate}",
    "CLIENT_CERTIFICATE": "{client_certificate}",
    "CA": "{ca}",
}


@pytest.fixture(scope="module")
def plain_image() -> Iterator[str]:
    """Of a vendor that fetches rosters."""
    with image_of(PLAIN, PLAIN_IMAGE) as tag:
        yield tag


@dataclass(frozen=True, slots=True)
class Bench:
    """Where it is certified."""

    folder: Path

    def certified(self, described: dict[str, Any], *cases: str) -> tuple[int, dict[str, Any], str]:
        """The exit status, the run and what was printed."""
        file = self.folder / "vendor.yaml"
        file.write_text(yaml.safe_dump(described), encoding="utf-8")
        chosen = [word for case in cases for word in ("--case", case)]
        ran = subprocess.run(
            [sys.executable, "-m", "testbed.cli", "certify", str(file), "--idp-url", "http://127.0.0.1:0", *chosen],
            cwd=self.folder,
            env={**os.environ, "TESTBED_HOME": str(self.folder / "home")},
            capture_output=True,
            text=True,
            check=False,
        )
        printed = ran.stdout + ran.stderr
        folders = list((self.folder / "runs").glob("*"))
        assert len(folders) == 1, printed
        return ran.returncode, json.loads((folders[0] / "run.json").read_text(encoding="utf-8")), printed


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    yield Bench(tmp_path)
    with engine() as client:
        assert projects(client, lab_of(LabHome.open(tmp_path / "home"))) == {}, "containers outlived the run"


def fetcher(image: str, **more: str) -> dict[str, Any]:
    return {
        "id": "plain",
        "name": "Klasslistan",
        "protocol": "ss12000",
        "login": "{base_url}/",
        "exchange": {"entity_id": ENTITY, "roster": "{base_url}/roster", "fetch": {"url": "{base_url}/fetch"}},
        "container": {"image": image, "port": 9000, "env": FETCHING | more, "ready": "{base_url}/up"},
        "unsupported": {"client-reach-foreign-notice": "it does not subscribe"},
    }


def judged(run: dict[str, Any]) -> dict[str, str]:
    """The verdict of each check on what the vendor fetched where nothing was wrong."""
    (fetched,) = run["scenarios"]
    return {one["check"]: one["verdict"] for one in fetched["results"]}


def test_a_mistake_is_caught_by_exactly_the_case_that_it_names(bench: Bench, plain_image: str) -> None:
    status, run, printed = bench.certified(fetcher(plain_image, MISTAKE="keeps-by-place"))
    failed = {case["id"] for case in run["cases"] if case["verdict"] not in ("PASS", "SKIPPED")}
    assert (status, failed) == (1, {"ss12000-client-reads-record-twice"}), printed
    assert judged(run)["data.no-onward-transfer"] == "PASS"
    assert judged(run)["exchange.roster-is-fetched"] == "PASS"


def test_what_it_tells_others_of_whom_it_has_fetched_is_found(bench: Bench, plain_image: str) -> None:
    tracker = "collect.tracker.example"
    described = fetcher(plain_image, TELLS=f"https://{tracker}/roster")
    status, run, printed = bench.certified(described, LIST_CASES)
    assert (status, [case["verdict"] for case in run["cases"]]) == (1, ["PASS"]), printed
    (fetched,) = run["scenarios"]
    (onward,) = (one for one in fetched["results"] if one["check"] == "data.no-onward-transfer")
    assert {finding["recipient"] for finding in onward["findings"]} == {tracker}
    assert {one["check"] for one in fetched["results"] if one["verdict"] == "FAIL"} == {"data.no-onward-transfer"}


def test_a_trick_that_ends_it_is_seen_as_that(bench: Bench, plain_image: str) -> None:
    case = "ss12000-client-waits-unavailable"
    status, run, printed = bench.certified(fetcher(plain_image, MISTAKE="gives-up-for-good"), case)
    assert (status, [(one["verdict"], one["observed"]) for one in run["cases"]]) == (1, [("FAIL", "broke-down")]), (
        printed
    )


def test_one_that_is_not_let_in_is_told_of(bench: Bench, plain_image: str) -> None:
    described = fetcher(plain_image)
    described["container"]["env"]["ENTITY_ID"] = "https://somebody-else.example"
    status, run, printed = bench.certified(described, LIST_CASES)
    assert (status, [one["verdict"] for one in run["cases"]]) == (2, ["NOT_VERIFIED"]), printed
    assert "POST /transaction" in printed


def test_a_receiver_is_tried_by_those_whom_the_register_knows_and_by_others(bench: Bench) -> None:
    (port,) = free_ports(1)
    base = f"https://127.0.0.1:{port}"
    with engine() as client:
        image = image_name(client)
    described = {
        "id": "receiver",
        "name": "Elevkontot",
        "protocol": "scim",
        "login": f"{base}/login",
        "exchange": {"entity_id": "https://elevkontot.test", "receives": f"{base}/egil", "roster": f"{base}/roster"},
        "container": {
            "image": image,
            "command": ["python", "-m", "testbed.lab.served_alone", "receiver"],
            "port": 9000,
            "env": {
                "PORT": "{port}",
                "BASE_URL": "{base_url}",
                "MACHINES": "{machines}",
                "MACHINES_KEY": "{machines_key}",
                "SERVER_CERTIFICATE": "{server_certificate}",
                "CLIENT_ISSUERS": "{client_issuers}",
                "CA": "{ca}",
            },
        },
    }
    status, run, printed = bench.certified(described, "scim-caller-*", "scim-register-*")
    verdicts = {case["id"]: case["verdict"] for case in run["cases"]}
    assert "PASS" in verdicts.values(), printed
    # NOTE: of a part of the cases nothing can be concluded.
    assert (status, {name for name, verdict in verdicts.items() if verdict not in ("PASS", "SKIPPED")}) == (2, set())
