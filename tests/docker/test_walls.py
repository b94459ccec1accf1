"""A container in a vendor's place is seen whatever way it tries, and gets nowhere."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from docker.models.containers import Container

from desk import Desk
from idp.people import generate
from testbed.interception.recorded import Recorded, read
from testbed.lab.containers.ending import take_down
from testbed.lab.containers.engine import image
from testbed.lab.containers.lab import ContainerStage, container_lab
from testbed.lab.containers.staging import Staging
from testbed.lab.containers.topology import GATEWAY, PROXY, RESOLVER, SCHOOL, VENDORS
from testbed.lab.spec import LabSpec
from testbed.model.wire import Exchange
from testbed.runner.catalogue import load_catalogue
from testbed.runner.folder import RunFolder
from testbed.runner.plan import Plan, plays_of, vendors_in

pytestmark = [pytest.mark.docker, pytest.mark.anyio]
NOTE = "stulen-uppgift"
"""What is to get out."""
TRIES = (Path(__file__).parent / "tries.py").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Open:
    """A lab that is open, with one play under way."""

    stage: ContainerStage
    folder: RunFolder
    desk: Desk


@pytest.fixture
async def lab(desk: Desk) -> AsyncIterator[Open]:
    known, people = load_catalogue(), generate(1, 100).everybody
    plays = plays_of((known.scenarios["login-reading-service"],), known, people, seed=1)
    folder = RunFolder.make(desk.folder, "walls", datetime.now(UTC))
    folder.keep_plan(Plan(folder.path.name, "docker", 1, {}, ()), people, {})
    spec = LabSpec(desk.home, people, vendors_in(plays), known.agreements)
    async with container_lab(spec, folder) as stage:
        await stage.begin(plays[0])
        yield Open(stage, folder, desk)
    assert desk.left() == []


def tried(lab: Open) -> dict[str, str]:
    """What came of each way that a program in the vendor's name space tried, with the leave that a vendor has."""
    project = lab.stage.project
    (staged,) = (lab.desk.home.path / "containers").iterdir()
    wall = project.container(VENDORS.wall)
    printed = project.client.containers.run(
        image(project.client),
        ["python", "-c", TRIES, NOTE],
        network_mode=f"container:{wall.id}",
        labels=wall.labels,
        cap_drop=["ALL"],
        user="10001:10001",
        environment={"SSL_CERT_FILE": "/lab/ca.pem"},
        volumes={
            str(staged / "resolv.conf"): {"bind": "/etc/resolv.conf", "mode": "ro"},
            str(staged / "home" / "lab-ca.pem"): {"bind": "/lab/ca.pem", "mode": "ro"},
        },
        remove=True,
    )
    outcome: dict[str, str] = json.loads(printed)
    return outcome


async def test_every_way_is_seen_and_leads_nowhere(lab: Open) -> None:
    outcome = await asyncio.to_thread(tried, lab)
    await lab.stage.end("login-reading-service", "", "")
    assert {way: came for way, came in outcome.items() if came != "nothing"} == {
        # NOTE: the answers of the laboratory itself, of which what was sent is known.
        "http": "502",
        "https": "502",
        "by-name": "502",
        "school-by-address": "502",
        "orders": "502",
        "other-listener": "502",
        "name": "198.18",
        "name-of-another": "answered",
        "name-of-engine": "answered",
    }
    recorded = read(lab.folder.journal)
    beside = read(next(path for path in Staging(lab.desk.home, "", lab.folder).attempts if VENDORS.name in path.name))
    exchanges = [*recorded.exchanges, *beside.exchanges]
    seen = {(e.sender, e.request.method, e.receiver.partition(":")[0]) for e in exchanges}
    assert {
        (VENDORS.name, "POST", "192.0.2.10"),
        (VENDORS.name, "POST", "tracker.example"),
        (VENDORS.name, "DNS", f"{NOTE}.tracker.example"),
        (VENDORS.name, "DNS", f"{NOTE}.another.example"),
        (VENDORS.name, "DNS", f"{NOTE}.engine.example"),
        (VENDORS.name, "UDP", "192.0.2.10"),
        (VENDORS.name, "ICMP", "192.0.2.10"),
        (VENDORS.name, "TCP", "192.0.2.10"),
    } <= seen
    held = [e for one in (recorded, beside) for e in one.exchanges if NOTE.encode() in e.request.body]
    assert {e.request.method for e in held} == {"POST", "UDP", "TCP", "ICMP"}


async def test_what_was_tried_stands_in_the_journal_of_the_play(lab: Open) -> None:
    await asyncio.to_thread(tried, lab)
    await lab.stage.end("login-reading-service", "", "")
    await asyncio.to_thread(_taken_down, lab)
    recorded = read(lab.folder.journal)
    udp = [e for e in recorded.exchanges if e.request.method == "UDP"]
    assert {e.play for e in udp} == {"login-reading-service"}
    assert numbers(recorded) == list(range(1, len(recorded.exchanges) + 1))


def _taken_down(lab: Open) -> None:
    """As the lab itself does when it closes, which then finds nothing left."""
    name = lab.stage.project.name
    take_down(lab.stage.project.client, name, Staging.left(lab.desk.home, name))


async def test_a_proxy_that_is_killed_and_started_again_writes_the_journal_on(lab: Open) -> None:
    proxy = lab.stage.project.container(PROXY)
    first = await visited(lab, "https://lasning.test/start")
    await asyncio.to_thread(again, proxy)
    second = await visited(lab, "https://lasning.test/start")
    await lab.stage.end("login-reading-service", "", "")
    assert first == second
    recorded = read(lab.folder.journal)
    assert recorded.problems == ()
    assert len(set(numbers(recorded))) == len(recorded.exchanges)
    assert {e.play for e in recorded.exchanges if e.receiver == "lasning.test"} == {"login-reading-service"}
    assert len(starts(recorded.exchanges)) == 2
    (play,) = recorded.plays
    assert play.error == ""


def again(container: Container) -> None:
    container.kill()
    container.wait()
    container.start()


async def visited(lab: Open, url: str) -> int:
    async with lab.stage.browser() as browser:
        while True:
            try:
                return (await browser.visit(url)).status
            except Exception as error:
                if "gave no answer" not in str(error):
                    raise
                await asyncio.sleep(0.1)


def numbers(recorded: Recorded) -> list[int]:
    return [exchange.number for exchange in recorded.exchanges]


def starts(exchanges: tuple[Exchange, ...]) -> list[Exchange]:
    return [e for e in exchanges if e.request.url == "https://lasning.test/start" and e.response]


async def test_containers_have_no_more_leave_than_they_need(lab: Open) -> None:
    for container in await asyncio.to_thread(lab.stage.project.containers):
        told = container.attrs["HostConfig"]
        assert told["ReadonlyRootfs"], container.name
        assert told["CapDrop"] == ["ALL"], container.name
        assert told["SecurityOpt"] == ["no-new-privileges:true"], container.name
        assert told["Memory"] > 0, container.name
        # NOTE: what it is started with; walls and the gateway lay theirs down, which this looks at.
        status = await asyncio.to_thread(container.exec_run, ["grep", "-E", "^(Uid|CapEff)", "/proc/1/status"])
        said = dict(line.split(":") for line in status.output.decode().splitlines())
        assert int(said["CapEff"].strip(), 16) == 0, container.name
        assert "0" not in said["Uid"].split(), container.name
    school = await asyncio.to_thread(lab.stage.project.container, SCHOOL.name)
    read_only = await asyncio.to_thread(school.exec_run, ["cat", "/etc/resolv.conf"])
    assert read_only.output.decode() == f"nameserver {RESOLVER}\n"
    routes = await asyncio.to_thread(lab.stage.project.container(GATEWAY).exec_run, ["cat", "/proc/net/route"])
    assert all(line.split()[1] != "00000000" for line in routes.output.decode().splitlines()[1:])


async def test_a_participant_that_was_cut_off_and_joined_again_is_walled_in_as_before(lab: Open) -> None:
    project = lab.stage.project
    network, wall = project.network(VENDORS), project.container(VENDORS.wall)
    await asyncio.to_thread(network.disconnect, wall)
    async with lab.stage.browser() as browser:
        assert (await browser.visit("https://lasning.test/start")).status == 502
    await asyncio.to_thread(network.connect, wall, aliases=[VENDORS.name])
    assert await visited(lab, "https://lasning.test/start") == 200
    outcome = await asyncio.to_thread(tried, lab)
    assert (outcome["http"], outcome["udp"], outcome["bridge"]) == ("502", "nothing", "nothing")
    await lab.stage.end("login-reading-service", "", "")
