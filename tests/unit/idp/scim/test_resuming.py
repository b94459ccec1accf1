"""A sender that dies at any moment, and a receiver that holds in the end what it is to hold, once."""

import asyncio
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
import trustme
import uvicorn
from egil_child import people
from egil_lab import URL, Lab, scim, total
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import Response

from idp.state import State
from testbed.model.private import create_private
from testbed.model.written import Person

pytestmark = pytest.mark.anyio
CHILD = Path(__file__).parents[3] / "support" / "egil_child.py"
KILLS = 20
STEPS = st.tuples(st.sampled_from(["rename", "move", "mark", "unmark", "leave", "return"]), st.integers(0, 11))
TROUBLES = st.tuples(st.sampled_from(["cut", "500", "silence", "none"]), st.integers(0, 60), st.booleans())


class Dead(BaseException):
    """The process has ended."""


class Trouble:
    """Something happens to one request, before the receiver has done what it asks for, or after; of a process that ends
    nothing is left but what its database held in that moment.
    """

    def __init__(self, lab: Lab, kind: str, at: int, after: bool) -> None:
        self._lab, self._kind, self._left = lab, kind, at
        self.saved: State | None = None
        lab.holder.before, lab.holder.after = (self._count, self._strike) if after else (self._strike_now, _well)
        self._due = False

    def _count(self, _: httpx.Request) -> None:
        if self.saved:
            raise Dead
        self._left -= 1
        self._due = self._left == 0

    def _strike_now(self, request: httpx.Request) -> httpx.Response | Exception | None:
        self._count(request)
        return self._strike(request)

    def _strike(self, _: httpx.Request) -> httpx.Response | Exception | None:
        if not self._due:
            return None
        self._due = False
        if self._kind == "cut":
            self.saved = State(None, lambda: self._lab.now)
            with self._lab.state.reading() as old, self.saved.reading() as new:
                old.backup(new)
            raise Dead
        return {"500": scim(500), "silence": httpx.ReadTimeout("no"), "none": None}[self._kind]

    async def push(self) -> bool:
        """Says whether the process lived on."""
        try:
            await self._lab.push()
        except BaseExceptionGroup as dead:
            assert dead.subgroup(Dead)  # noqa: PT017 (a group)
        self._lab.holder.before = self._lab.holder.after = _well
        if self.saved:
            self._lab.state = self.saved
            self._lab.restart()
        return self.saved is None


def _well(_: httpx.Request) -> None:
    return None


def step(lab: Lab, what: str, number: int) -> None:
    """Something changes at school."""
    person = [one for one in lab.people.values() if one.role in ("pupil", "teacher")][number]
    known = [change for change in lab.roll.changes() if change.person == person.id]
    there = known[-1].after is not None if known else True
    match what:
        case "leave" if there:
            lab.roll.leave(person.id)
        case "return":
            lab.roll.put(person)
        case "rename" if there:
            lab.change(person.id, attributes={**person.attributes, "displayName": "Nytt Namn"})
        case "move" if there:
            attributes = {**person.attributes, "sisSchoolUnitCode": ("00001102",)}
            lab.change(person.id, school_units=("00001102",), attributes=attributes)
        case "mark" if there:
            lab.change(person.id, security_marking="Skyddad folkbokföring")
        case "unmark" if there:
            lab.change(person.id, security_marking="Ingen")


async def ends_well(lab: Lab) -> None:
    """The next push makes up for everything, and the one after it has nothing to do."""
    assert (await lab.push()).whole
    assert lab.holder.held == await lab.expected()
    before = len(lab.holder.asked)
    assert (await lab.push()).whole
    assert len(lab.holder.asked) == before


@settings(max_examples=40, deadline=None)
@given(rounds=st.lists(st.tuples(st.lists(STEPS, max_size=4), TROUBLES), max_size=5))
def test_whatever_happens_in_between(few: Mapping[str, Person], rounds: list[Any]) -> None:
    async def play() -> None:
        lab = Lab(few)
        for steps, (kind, at, after) in rounds:
            for what, number in steps:
                step(lab, what, number)
            await Trouble(lab, kind, at, after).push()
        await ends_well(lab)

    asyncio.run(play())


@pytest.mark.parametrize("after", [True, False])
async def test_death_at_every_request_of_a_small_push(few: Mapping[str, Person], after: bool) -> None:
    whole = Lab(few)
    await whole.push()
    for at in range(1, len(whole.holder.asked) + 1, 5):
        lab = Lab(few)
        assert not await Trouble(lab, "cut", at, after).push()
        lab.roll.leave(lab.some().id)
        await ends_well(lab)
        assert set(lab.holder.created.values()) == {1}


async def test_twenty_deaths_in_a_row(folk: Mapping[str, Person]) -> None:
    lab, draw = Lab(folk), Random(1)
    deaths = 0
    while deaths < KILLS:
        step(lab, draw.choice(["rename", "move", "leave", "return"]), draw.randrange(100))
        deaths += not await Trouble(lab, "cut", draw.randrange(1, 15), draw.random() < 0.5).push()
    await ends_well(lab)


async def test_who_comes_back_while_nobody_knows_whether_they_were_deleted(lab: Lab) -> None:
    await lab.push()
    person = lab.some()
    lab.roll.leave(person.id)
    lab.holder.after = lambda request: httpx.ReadTimeout("no") if request.method == "DELETE" else None
    assert not (await lab.push()).whole
    lab.roll.put(person)
    lab.holder.after = _well
    await ends_well(lab)


async def test_who_leaves_while_nobody_knows_whether_they_were_created(lab: Lab) -> None:
    lab.holder.after = lambda request: httpx.ReadTimeout("no") if request.url.path.endswith("/Users") else None
    assert not (await lab.push()).whole
    assert lab.holder.held["Users"]
    for person in list(lab.people.values()):
        if person.role == "pupil":
            lab.roll.leave(person.id)
    lab.holder.after = _well
    await ends_well(lab)


async def test_what_is_as_before_while_nobody_knows_whether_it_was_replaced(lab: Lab) -> None:
    await lab.push()
    person = lab.some()
    lab.change(person.id, attributes={**person.attributes, "displayName": "Nytt Namn"})
    assert not await Trouble(lab, "cut", 1, after=True).push()
    lab.roll.put(person)
    await ends_well(lab)


async def test_what_could_not_be_deleted_is_tried_again(lab: Lab) -> None:
    await lab.push()
    lab.roll.leave(lab.some().id)
    lab.holder.before = lambda request: scim(500) if request.method == "DELETE" else None
    pushed = await lab.push()
    assert (total(pushed, "failed"), total(pushed, "deleted"), pushed.whole) == (1, 0, False)
    lab.holder.before = _well
    assert total(await lab.push(), "deleted") == 1
    await ends_well(lab)


async def test_a_receiver_that_has_lost_everything(lab: Lab) -> None:
    await lab.push()
    for there in lab.holder.held.values():
        there.clear()
    assert (await lab.push(rebuild=True)).whole
    await ends_well(lab)


@pytest.mark.parametrize("page", [None, 7])
async def test_a_record_that_is_lost_is_made_anew(lab: Lab, page: int | None) -> None:
    await lab.push()
    lab.holder.page = page
    extra = "6561043b-c636-4247-8487-6561043bc636"
    for endpoint in ("Users", "StudentGroups"):
        lab.holder.held[endpoint][extra] = {"externalId": extra}
    gone = lab.holder.held["Activities"].popitem()[0]
    lab.state = State(None, lambda: lab.now)
    lab.restart()
    pushed = await lab.push(rebuild=True)
    assert (total(pushed, "created"), total(pushed, "deleted")) == (1, 2)
    assert gone in lab.holder.held["Activities"]
    await ends_well(lab)


async def test_a_record_stays_where_the_receiver_lists_nothing(lab: Lab) -> None:
    await lab.push()
    lab.holder.before = lambda request: scim(501) if request.method == "GET" else None
    assert not (await lab.push(rebuild=True)).whole
    lab.holder.before = _well
    await ends_well(lab)


async def test_the_guard_holds_for_what_a_receiver_lists(lab: Lab, folk: Mapping[str, Person]) -> None:
    guarded = Lab(folk, holder=lab.holder, guard=type(lab.guard)())
    await guarded.push()
    for number in range(200):
        name = f"6561043b-c636-4247-8487-{number:012d}"
        lab.holder.held["Users"][name] = {"externalId": name}
    pushed = await guarded.push(rebuild=True)
    assert pushed.stopped == "guard"
    assert not [method for method, _ in lab.holder.asked if method == "DELETE"]


@dataclass
class Killer:
    """Serves the receiver, and kills the school's process at one of its requests."""

    lab: Lab
    child: subprocess.Popen[str] | None = None
    left: int = 0
    after: bool = False

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope, receive)
        content = await request.body()
        self.left -= 1
        if self.left == 0 and not self.after:
            return self.kill()
        asked = httpx.Request(request.method, URL + request.url.path.removeprefix("/scim/v2"), content=content)
        answer = await self.lab.holder.handle(asked)
        if self.left == 0:
            return self.kill()
        return await Response(answer.content, answer.status_code, media_type="application/scim+json")(
            scope, receive, send
        )

    def kill(self) -> None:
        assert self.child is not None
        self.child.send_signal(signal.SIGKILL)
        self.child.wait()


@contextmanager
def serving(killer: Killer, folder: Path) -> Iterator[int]:
    issuer = trustme.CA()
    (folder / "issuer.pem").write_bytes(issuer.cert_pem.bytes())
    for file, host in (("server.pem", "127.0.0.1"), ("client.pem", "api.skola.test")):
        leaf = issuer.issue_cert(host)
        create_private(folder / file, leaf.private_key_pem.bytes() + leaf.cert_chain_pems[0].bytes())
    config = uvicorn.Config(
        killer.app,
        port=0,
        interface="asgi3",
        log_level="error",
        lifespan="off",
        ssl_certfile=folder / "server.pem",
        ssl_ca_certs=str(folder / "issuer.pem"),
        ssl_cert_reqs=2,
    )
    listening, server = config.bind_socket(), uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()


@pytest.mark.kill
async def test_twenty_kills_of_a_real_process(tmp_path: Path) -> None:
    database = tmp_path / "school.sqlite"
    killer, draw = Killer(Lab(people())), Random(2)
    kills = runs = 0
    with serving(killer, tmp_path) as port:
        while kills < KILLS:
            runs += 1
            assert runs < 3 * KILLS
            kills += _run(killer, tmp_path, port, runs, (draw.randrange(1, 25), draw.random() < 0.5)) == -signal.SIGKILL
        assert _run(killer, tmp_path, port, runs + 1, (0, False)) == 0
    held = killer.lab.holder
    assert held.held == await Lab(people(), path=database).expected()
    assert not [name for name, times in held.created.items() if times > 1 and not _left(name, held.asked)]


def _run(killer: Killer, folder: Path, port: int, number: int, point: tuple[int, bool]) -> int:
    """How the school's process ended, at this point or by itself."""
    killer.left, killer.after = point
    with subprocess.Popen(
        [sys.executable, str(CHILD), str(folder), str(port), str(number)], stdout=subprocess.PIPE, text=True
    ) as killer.child:
        said, _ = killer.child.communicate(timeout=60)
    if killer.child.returncode == 0:
        assert said.strip() == "True"
    return killer.child.returncode


def _left(name: str, asked: list[tuple[str, str]]) -> bool:
    """Whether it was deleted, so that it had to be created again."""
    return any(method == "DELETE" and path.endswith(name) for method, path in asked)
