"""What a lab in containers is told, is given, and lacks, as far as that can be seen without an engine."""

import os
import stat
import sys
from datetime import UTC, datetime
from pathlib import Path

import docker
import psutil
import pytest
import yaml

from idp.people import generate
from testbed.interception.journal import Journal
from testbed.interception.recorded import read
from testbed.lab.containers import compose, engine, opening
from testbed.lab.containers.ending import keep_attempts
from testbed.lab.containers.opening import Opening, lives, owner
from testbed.lab.containers.staging import Staging
from testbed.lab.containers.standing import used
from testbed.lab.containers.topology import (
    BROWSER_PORT,
    CONTROL_PORT,
    GATEWAY,
    LOAD,
    LOAD_IMAGE,
    LOAD_MASTER,
    LOAD_MASTER_PORT,
    LOAD_ORDERS_PORT,
    LOAD_PORT,
    LOAD_WORKER,
    PLACES,
    PROXY,
    SCHOOL,
    VENDORS,
    Tokens,
    told,
)
from testbed.lab.home import LabHome
from testbed.lab.spec import LabSpec
from testbed.model.files import ScenarioInvalid
from testbed.model.wire import Request
from testbed.runner.catalogue import load_catalogue
from testbed.runner.folder import RunFolder
from testbed.runner.plan import Plan, plays_of

TOKENS = Tokens("of orders", "of control", "of load", "of the seal")
MADE_OF = engine.Images("image", LOAD_IMAGE)


@pytest.fixture
def spec(tmp_path: Path) -> LabSpec:
    known = load_catalogue()
    return LabSpec(LabHome.open(tmp_path / "home"), generate(1, 100).everybody, known.written_vendors, known.agreements)


def test_each_network_may_call_its_own_listeners_and_no_other(spec: LabSpec) -> None:
    parts = told(spec, TOKENS, 1000, 1000)
    ranges = {name: set(range(first, last + 1)) for name, (first, last) in parts.gateway.listeners.items()}
    assert ranges[SCHOOL.name].isdisjoint(ranges[VENDORS.name])
    of_vendors = {host for vendor in spec.simulated if vendor.simulated for host in vendor.simulated.hosts}
    for sender, port in parts.proxy.listeners.items():
        called_by = [name for name, ports in ranges.items() if port in ports]
        if sender == "browser.test":
            assert called_by == []
        else:
            assert called_by == [VENDORS.name if sender in {*of_vendors, VENDORS.name} else SCHOOL.name], sender
    for place, wall in parts.walls.items():
        assert parts.proxy.listeners[place.name] == wall.rest
        assert wall.rest in ranges[place.name]
        assert wall.listeners == parts.gateway.listeners[place.name]


def test_who_makes_load_may_call_the_browsers_listener_and_the_control_apis_and_no_other(spec: LabSpec) -> None:
    alone, parts = told(spec, TOKENS, 1000, 1000), told(spec, TOKENS, 1000, 1000, workers=2)
    assert (alone.load, LOAD in alone.walls, LOAD.name in alone.gateway.listeners) == (None, False, False)
    wall, called = parts.walls[LOAD], parts.gateway.listeners[LOAD.name]
    assert called == wall.listeners == (BROWSER_PORT, CONTROL_PORT)
    assert set(range(called[0], called[1] + 1)) == {BROWSER_PORT, CONTROL_PORT}
    assert wall.rest == parts.proxy.listeners["browser.test"]
    assert {**parts.gateway.listeners, LOAD.name: None} == {**alone.gateway.listeners, LOAD.name: None}
    assert set(parts.gateway.inward) - set(alone.gateway.inward) == {(LOAD_PORT, LOAD.name, LOAD_ORDERS_PORT)}
    assert parts.load is not None
    assert (parts.load.workers, parts.load.port, parts.load.orders) == (2, LOAD_MASTER_PORT, LOAD_ORDERS_PORT)


@pytest.mark.parametrize("workers", [0, 2])
def test_no_token_is_told_to_whom_it_is_not_for(spec: LabSpec, workers: int) -> None:
    wanted = Opening(spec, RunFolder(spec.home.path), "testbed-x")
    parts = told(spec, TOKENS, 1000, 1000, workers=workers)
    assert parts.vendors.control_token == ""
    assert (parts.school.control_token, parts.proxy.orders and parts.proxy.orders.token) == ("of control", "of orders")
    said = " ".join(wanted.variables(parts, MADE_OF).values())
    assert not any(token in said for token in (TOKENS.orders, TOKENS.control, TOKENS.load, TOKENS.seal))
    assert not any(token in repr(parts) for token in (TOKENS.load, TOKENS.seal))


def test_compose_file_names_what_the_topology_does() -> None:
    made = yaml.safe_load(compose.FILE.read_text(encoding="utf-8"))
    walls, makers = {place.wall for place in (*PLACES, LOAD)}, {LOAD_MASTER, LOAD_WORKER}
    assert set(made["services"]) == {GATEWAY, PROXY, *walls, *(place.name for place in PLACES), *makers}
    assert set(made["networks"]) == {"outer", *(place.network for place in (*PLACES, LOAD))}
    assert made["networks"][LOAD.network]["internal"] is True
    assert {made["services"][name]["network_mode"] for name in makers} == {f"service:{LOAD.wall}"}
    of_load = {name for name, service in made["services"].items() if service.get("profiles") == [LOAD.name]}
    assert of_load == {LOAD.wall, *makers}
    for place in PLACES:
        assert made["networks"][place.network]["internal"] is True
        assert made["services"][place.name]["network_mode"] == f"service:{place.wall}"
        assert list(made["services"][place.wall]["networks"]) == [place.network]
    for name, service in made["services"].items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["read_only"] is True, name
        assert ("cap_add" in service) == (name in {GATEWAY, *walls}), name
        assert {"mem_limit", "labels"} <= service.keys(), name
        assert ("healthcheck" in service) == (name != LOAD_WORKER), name
    ports = made["services"][GATEWAY]["ports"]
    assert all(port.startswith("127.0.0.1:") for port in ports)
    assert not any("ports" in service for name, service in made["services"].items() if name != GATEWAY)


def test_what_is_laid_over_it_for_workers_gives_the_gateway_one_network_and_one_port_more() -> None:
    over = yaml.safe_load(compose.LOAD_FILE.read_text(encoding="utf-8"))
    more = {"networks": [LOAD.network], "ports": [f"127.0.0.1:${{TESTBED_LOAD_PORT}}:{LOAD_PORT}"]}
    assert over == {"services": {GATEWAY: more}}


def staged(spec: LabSpec, folder: Path, workers: int = 0) -> Staging:
    run = RunFolder.make(folder, "run", datetime.now(UTC))
    run.keep_plan(Plan("run", "docker", 1, {}, ()), spec.people, {})
    wanted = Opening(spec, run, "testbed-x", workers=workers)
    wanted.lay_out(TOKENS)
    return wanted.staging


@pytest.mark.parametrize("workers", [0, 2])
def test_what_is_given_is_its_owner_s_alone_and_goes_again(spec: LabSpec, tmp_path: Path, workers: int) -> None:
    staging = staged(spec, tmp_path, workers)
    attempts = [path for path in staging.attempts if path.exists()]
    assert len(attempts) == len(PLACES) + bool(workers)
    assert (staging.path / "load-key").exists() == bool(workers)
    given = [*staging.path.rglob("*"), *attempts, staging.folder.journal]
    assert all(stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in given)
    assert len({path.stat().st_uid for path in given}) == 1
    assert all(path.stat().st_uid != 0 for path in given)
    left = Staging.left(spec.home, "testbed-x")
    assert left is not None
    assert left.folder.path == staging.folder.path.absolute()
    made = staging.path / "home" / "participants" / "new.test" / "key.pem"
    made.parent.mkdir(parents=True, mode=0o700)
    made.write_bytes(b"a key")
    staging.keep()
    staging.remove()
    kept = spec.home.path / "participants" / "new.test" / "key.pem"
    assert kept.read_bytes() == b"a key"
    assert (stat.S_IMODE(kept.stat().st_mode), kept.stat().st_uid) == (0o600, os.geteuid())
    assert staging.folder.journal.stat().st_uid == os.geteuid()
    assert not staging.path.exists()


def test_a_key_that_the_home_has_is_not_written_over(spec: LabSpec, tmp_path: Path) -> None:
    own = spec.home.participant_folder("old.test") / "key.pem"
    own.parent.mkdir(parents=True, mode=0o700)
    own.write_bytes(b"first")
    own.chmod(0o600)
    staging = staged(spec, tmp_path)
    (staging.path / "home" / "participants" / "old.test" / "key.pem").write_bytes(b"other")
    staging.keep()
    assert own.read_bytes() == b"first"


def now() -> datetime:
    return datetime.now(UTC)


@pytest.mark.parametrize("played", [True, False])
def test_what_was_tried_joins_what_was_played(spec: LabSpec, tmp_path: Path, played: bool) -> None:
    staging = staged(spec, tmp_path)
    known = load_catalogue()
    (play,) = plays_of((known.scenarios["login-reading-service"],), known, spec.people, seed=1)
    with Journal(staging.folder.journal, "docker", now) as journal:
        if played:
            journal.begin(play)
        with Journal(staging.attempts[0], "docker", now) as beside:
            beside.close(beside.open("vendors", Request("UDP", "udp://192.0.2.10:9/")), None, "nobody answers")
    keep_attempts(staging)
    joined = [(e.sender, e.play) for e in read(staging.folder.journal).exchanges]
    assert joined == ([("vendors", play.id)] if played else [])
    assert staging.attempts[0].exists() == (not played)


def test_an_owner_that_has_ended_lives_no_more() -> None:
    assert lives(owner())
    with psutil.Popen([sys.executable, "-c", "pass"]) as other:
        other.wait()
        gone = f"{other.pid}@1"
    assert not lives(gone)
    assert not lives(f"{os.getpid()}@1")
    assert not lives("")


def test_use_is_counted_as_the_engine_s_own_command_counts_it() -> None:
    stats = {
        "cpu_stats": {"cpu_usage": {"total_usage": 300}, "system_cpu_usage": 2000, "online_cpus": 2},
        "precpu_stats": {"cpu_usage": {"total_usage": 200}, "system_cpu_usage": 1000},
        "memory_stats": {"usage": 30 * 2**20, "stats": {"inactive_file": 10 * 2**20}},
    }
    assert used(stats) == (pytest.approx(20.0), pytest.approx(20.0))
    older = {**stats, "memory_stats": {"usage": 30 * 2**20, "stats": {"total_inactive_file": 5 * 2**20}}}
    assert used(older)[1] == pytest.approx(25.0)
    assert used({"cpu_stats": {}, "precpu_stats": {}, "memory_stats": {}}) == (0.0, 0.0)


def refusal(error: Exception, monkeypatch: pytest.MonkeyPatch) -> str:
    def refuse(**_: object) -> None:
        raise docker.errors.DockerException("Error while fetching server API version") from error

    monkeypatch.setattr(docker, "from_env", refuse)
    with pytest.raises(ScenarioInvalid) as refused, engine.engine():
        pass
    return str(refused.value)


def test_an_engine_that_is_not_there_and_one_that_is_not_for_this_user(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "no container engine answers" in refusal(ConnectionRefusedError(111, "refused"), monkeypatch)
    nested = ConnectionError("aborted", PermissionError(13, "denied"))
    said = refusal(nested, monkeypatch)
    assert "this user may not use the container engine" in said
    assert "usermod -aG docker" in said


class Stuck:
    """A container that never gets healthy."""

    labels = {"com.docker.compose.service": "school"}  # noqa: RUF012
    name = "stuck"
    said = b"waiting for a key\n"
    attrs = {"State": {"Status": "running", "Health": {"Status": "starting"}}}  # noqa: RUF012

    def logs(self, **_: object) -> bytes:
        return self.said


def test_a_container_serves_by_its_own_word_before_the_engine_has_looked() -> None:
    saying = Stuck()
    assert not opening.serves(saying)
    saying.said = b'starting\n{"ready": true}\n'
    assert opening.serves(saying)
    assert not opening.is_healthy(saying)
    saying.attrs = {"State": {"Status": "exited"}}
    assert not opening.serves(saying)


def test_a_container_whose_health_nobody_looks_at_serves_where_it_runs() -> None:
    unlooked = Stuck()
    unlooked.attrs = {"State": {"Status": "running"}}
    assert opening.serves(unlooked)
    assert not opening.is_healthy(unlooked)


@pytest.mark.anyio
@pytest.mark.parametrize(("health", "within_s"), [("starting", 0.0), ("unhealthy", 60.0)])
async def test_a_container_that_does_not_get_healthy(
    health: str, within_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck = Stuck()
    stuck.attrs = {"State": {"Status": "running", "Health": {"Status": health}}}
    monkeypatch.setattr(opening, "UP_S", within_s)
    monkeypatch.setattr(engine.Project, "containers", lambda _: (stuck,))

    async def made() -> str:
        return ""

    with pytest.raises(opening.ParticipantUnavailable) as late:
        await opening.until_up(engine.Project(docker.DockerClient, "x"), made(), opening.serves)
    said = str(late.value)
    assert "the container of school did not get healthy; its log ends with:\n  waiting for a key" in said
