"""A vendor that fetches rosters and that the testbed did not write, tried over mutual TLS: a program of plain Python,
and the same with one mistake."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path

import httpx
import pytest
import yaml
from typer.testing import CliRunner

from testbed.certify.cases import load_exchange_cases
from testbed.cli.app import app
from testbed.lab.home import LabHome
from testbed.lab.machines import MachineCertificates

ROOT = Path(__file__).parents[3]
STARTED = ROOT / "scenarios" / "started" / "fetcher.yaml"
PLAIN = ROOT / "tests" / "support" / "plain_fetcher.py"
ENTITY = "https://klasslistan.example"
CASES = [case.id for case in load_exchange_cases([ROOT / "scenarios"]) if case.side == "client"]
FIRST = {"ss12000-client-reads-cut-first-time", "ss12000-client-reads-html-first-time"}
FIRST |= {"ss12000-client-waits-unavailable-first-time"}
MISTAKES = {
    "errors-are-nobody": "waits-unavailable-first-time",
    "everything-and-errors-are-nobody": "waits-unavailable",
    "noise-is-nobody": "reads-html-first-time reads-cut-first-time",
    "everything-and-noise-is-nobody": "reads-html",
    "keeps-by-place": "reads-record-twice",
    "never-asks-who-is-gone": "reads-person-gone",
    "keeps-whatever": "reads-more-than-asked",
    "first-page-alone": "reach-odd-page-token reach-page-token-as-address",
    "opens-page-tokens": "reach-page-token-as-address",
    "page-tokens-as-they-are": "reach-odd-page-token",
    "keeps-its-first-token": "waits-token-no-longer-good",
    "does-not-wait": "waits-told-to-wait",
    "is-led-anywhere": "reach-led-elsewhere",
    "shows-markup": "reads-name-as-markup",
    "takes-any-notice": "reach-foreign-notice reach-foreign-notice-with-token",
    "takes-any-token": "reach-foreign-notice-with-token",
    "gives-up-for-good": "reads-cut-* reads-html* waits-unavailable* waits-no-token reach-led-elsewhere",
}
"""What it may do wrong, and the cases that must show it."""
AT_ONCE = ("keeps-by-place", pytest.param("gives-up-for-good", marks=pytest.mark.kill))
pytestmark = pytest.mark.lab


def file_of(tmp_path: Path, mistake: str = "", **changes: object) -> Path:
    """A vendor's file for the plain program, started by the testbed."""
    environment = {
        "PORT": "{port}",
        "BASE_URL": "{base_url}",
        "STATE": "{state}",
        "ENTITY_ID": ENTITY,
        "DATA_API": "{data_api}",
        "TOKEN_URL": "{token_url}",
        "SERVER_CERTIFICATE": "{server_certificate}",
        "CLIENT_CERTIFICATE": "{client_certificate}",
        "CA": "{ca}",
        "MISTAKE": mistake,
    }
    environment |= changes.pop("env", {})  # type: ignore[arg-type]
    document: dict[str, object] = {
        "id": "plain",
        "name": "Klasslistan",
        "protocol": "ss12000",
        "login": "{base_url}/",
        "exchange": {"entity_id": ENTITY, "roster": "{base_url}/roster", "fetch": {"url": "{base_url}/fetch"}},
        "process": {"command": ["{python}", str(PLAIN)], "env": environment, "ready": "{base_url}/up"},
    }
    if mistake not in ("takes-any-notice", "takes-any-token"):
        document["unsupported"] = {"client-reach-foreign-notice": "it does not subscribe"}
    for name, value in changes.items():
        inner = document["exchange"] if name in ("fetch", "roster", "entity_id") else document
        assert isinstance(inner, dict)
        inner[name] = value
        if value is None:
            del inner[name]
    file = tmp_path / "plain.yaml"
    file.write_text(yaml.safe_dump(document))
    return file


def invoked(tmp_path: Path, file: Path, *cases: str, url: str = "http://127.0.0.1:0") -> tuple[int, str]:
    """The exit status, and the sentence where there is no verdict."""
    chosen = [word for case in cases for word in ("--case", case)]
    done = CliRunner().invoke(app, ["certify", str(file), "--idp-url", url, "--out", str(tmp_path / "runs"), *chosen])
    return done.exit_code, "" if isinstance(done.exception, SystemExit | None) else str(done.exception)


def certified(
    tmp_path: Path, file: Path, *cases: str, url: str = "http://127.0.0.1:0"
) -> tuple[int, dict[str, tuple[str, str, str]]]:
    """The exit status, and what each case came to: its verdict, what was observed, and why."""
    status, wrong = invoked(tmp_path, file, *cases, url=url)
    assert wrong == ""
    (folder,) = (tmp_path / "runs").iterdir()
    told = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    return status, {one["id"]: (one["verdict"], one["observed"], one["reason"]) for one in told["cases"]}


def broken(seen: dict[str, tuple[str, str, str]]) -> set[str]:
    return {name for name, (verdict, _, _) in seen.items() if verdict in ("FAIL", "WARNING")}


def open_(seen: dict[str, tuple[str, str, str]]) -> set[str]:
    return {name for name, (verdict, _, _) in seen.items() if verdict in ("NOT_VERIFIED", "ERROR")}


def named(words: str) -> set[str]:
    patterns = [f"ss12000-client-{word}" for word in words.split()]
    return {name for name in CASES if any(fnmatchcase(name, pattern) for pattern in patterns)}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("TESTBED_HOME", str(tmp_path / "home"))


def test_one_that_does_well_passes_where_others_fail(tmp_path: Path) -> None:
    cases = sorted(named("reads-record-twice waits-unavailable-first-time"))
    status, seen = certified(tmp_path, file_of(tmp_path), *cases)
    # NOTE: of a part of the cases nothing can be concluded.
    assert status == 2
    assert (broken(seen), open_(seen)) == (set(), set())
    (folder,) = (tmp_path / "runs").iterdir()
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())


@pytest.mark.parametrize("mistake", AT_ONCE)
def test_a_mistake_is_seen_by_the_cases_that_it_names(tmp_path: Path, mistake: str) -> None:
    expected = set(sorted(named(MISTAKES[mistake]))[:1])
    status, seen = certified(tmp_path, file_of(tmp_path, mistake), *sorted(expected))
    assert (status, broken(seen)) == (1, expected)
    falls = {observed for _, observed, _ in seen.values()} == {"broke-down"}
    assert falls == (mistake == "gives-up-for-good")


@pytest.mark.kill
def test_the_vendor_of_the_testbed_passes_everything_as_a_process(tmp_path: Path) -> None:
    status, seen = certified(tmp_path, STARTED)
    assert (status, broken(seen), len(seen)) == (0, set(), len(CASES))


@pytest.mark.kill
@pytest.mark.parametrize("mistake", ["", *MISTAKES])
def test_a_mistake_is_seen_by_no_other_case(tmp_path: Path, mistake: str) -> None:
    _, seen = certified(tmp_path, file_of(tmp_path, mistake))
    assert broken(seen) == named(MISTAKES.get(mistake, "")), seen
    # NOTE: one that asks for one page alone does not meet what stands on the second.
    assert open_(seen) == (named("reads-record-twice") if mistake == "first-page-alone" else set())
    assert len(seen) == len(CASES)


@pytest.mark.kill
@pytest.mark.parametrize("way", [{"at_start": True}, {"every_s": 5}])
def test_one_that_fetches_at_its_start_or_by_itself_is_tried_as_well(tmp_path: Path, way: dict[str, object]) -> None:
    env = {"AT_START": "1"} if "at_start" in way else {"EVERY_S": "4"}
    _, seen = certified(tmp_path, file_of(tmp_path, fetch=way, env=env))
    assert (broken(seen), open_(seen)) == (set(), set()), seen


def free_port() -> int:
    """With two more behind it that are free."""
    while True:
        with socket.socket() as first, socket.socket() as second, socket.socket() as third:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
                third.bind(("127.0.0.1", port + 2))
            except OSError:
                continue
            return port


@contextmanager
def running(tmp_path: Path, port: int, school: int, mistake: str = "") -> Iterator[None]:
    """The plain program, which somebody else has started."""
    home = LabHome.open(tmp_path / "home")
    home.certificate_authority()
    shown = MachineCertificates(home).credential("vendor-plain")
    environment = {
        "PORT": str(port),
        "BASE_URL": f"http://127.0.0.1:{port}",
        "STATE": str(tmp_path),
        "ENTITY_ID": ENTITY,
        "DATA_API": f"https://127.0.0.1:{school + 1}",
        "TOKEN_URL": f"https://127.0.0.1:{school + 2}/transaction",
        "CLIENT_CERTIFICATE": str(shown),
        "CA": str(home.ca_file),
        "MISTAKE": mistake,
    }
    with subprocess.Popen([sys.executable, str(PLAIN)], env={**os.environ, **environment}) as process:
        try:
            with httpx.Client(transport=httpx.HTTPTransport(retries=8), trust_env=False) as http:
                assert http.get(f"http://127.0.0.1:{port}/up").is_success
            yield
        finally:
            process.terminate()


def running_file(tmp_path: Path, port: int) -> Path:
    base = f"http://127.0.0.1:{port}"
    fetch = {"url": f"{base}/fetch", "within_s": 10}
    return file_of(tmp_path, process=None, login=f"{base}/", roster=f"{base}/roster", fetch=fetch)


@pytest.mark.kill
def test_one_that_runs_already_is_tried_as_far_as_it_can_be(tmp_path: Path) -> None:
    port, school = free_port(), free_port()
    with running(tmp_path, port, school):
        status, seen = certified(tmp_path, running_file(tmp_path, port), url=f"http://127.0.0.1:{school}")
    assert status == 2
    assert (broken(seen), open_(seen)) == (set(), FIRST)


def test_a_mistake_of_one_that_runs_already_is_seen(tmp_path: Path) -> None:
    port, school = free_port(), free_port()
    with running(tmp_path, port, school, "keeps-its-first-token"):
        cases = sorted(named("waits-token-no-longer-good waits-no-token"))
        status, seen = certified(tmp_path, running_file(tmp_path, port), *cases, url=f"http://127.0.0.1:{school}")
    assert status == 1
    assert "FAIL" in {verdict for verdict, _, _ in seen.values()}


# --- what is wrong with a file, or a vendor ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"fetch": None}, "exchange.fetch: is missing"),
        ({"roster": None}, "exchange.roster: is missing"),
        ({"entity_id": "klasslistan"}, "exchange.entity_id: klasslistan is no URI"),
        ({"fetch": {"url": "{base_url}/a", "every_s": 9}}, "name one of 'url', 'at_start: true' and 'every_s'"),
        ({"fetch": {"url": "http://192.0.2.7/fetch"}}, "is not on loopback"),
        ({"env": {"PORT": "none"}}, "invalid literal for int()"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(tmp_path: Path, changes: dict[str, object], words: str) -> None:
    status, told = invoked(tmp_path, file_of(tmp_path, **changes), CASES[0])
    assert status != 0
    assert words in told
    assert "To mend it: " in told


def test_one_that_fetches_at_its_start_must_be_started_here(tmp_path: Path) -> None:
    at = "http://127.0.0.1:9/"
    _, told = invoked(
        tmp_path, file_of(tmp_path, process=None, login=at, roster=f"{at}roster", fetch={"at_start": True}), CASES[0]
    )
    assert "exchange.fetch.at_start: is for a vendor that the testbed starts" in told


def test_a_port_of_the_school_that_is_taken_is_told(tmp_path: Path) -> None:
    port = free_port()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port + 1))
        taken.listen()
        _, told = invoked(tmp_path, file_of(tmp_path), CASES[0], url=f"http://127.0.0.1:{port}")
    assert f"127.0.0.1:{port + 1}: cannot be listened on" in told
    _, told = invoked(tmp_path, file_of(tmp_path), CASES[0], url="http://127.0.0.1:65534")
    assert "leaves no two ports" in told


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param(
            {"fetch": {"url": "{base_url}/fetch", "method": "GET", "within_s": 1}},
            "/fetch answered 200",
            marks=pytest.mark.kill,
        ),
        ({"env": {"ENTITY_ID": "https://other.example"}}, "POST /transaction 401"),
        pytest.param({"roster": "{base_url}/other"}, "does not show whom it has fetched", marks=pytest.mark.kill),
    ],
)
def test_a_vendor_of_which_nothing_is_seen_is_inconclusive_and_told_why(
    tmp_path: Path, changes: dict[str, object], words: str
) -> None:
    status, seen = certified(tmp_path, file_of(tmp_path, **changes), "ss12000-client-waits-told-to-wait")
    assert status == 2
    assert {verdict for verdict, _, _ in seen.values()} == {"NOT_VERIFIED"}
    assert words in next(iter(seen.values()))[2]
