"""What the loopback lab breaks is broken, comes back as it was, and the journal misses nothing of it."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from idp.people import generate
from scenarios.flows import FLOWS
from testbed.interception.answers import says_unanswered
from testbed.interception.browser import Browser
from testbed.interception.drive import CannotBreak, drive
from testbed.interception.recorded import read
from testbed.lab.home import LabHome, trusting
from testbed.lab.loopback import loopback_lab
from testbed.lab.places import SCHOOL
from testbed.lab.ports import LOOPBACK, free_ports
from testbed.lab.spec import LabSpec
from testbed.lab.stage import ProcessStage
from testbed.model.breaking import (
    AnyBreaking,
    Cut,
    ExpireCertificate,
    FillDisk,
    Kill,
    LockDatabase,
    Mend,
    Pause,
    Restart,
    Slow,
)
from testbed.model.pages import LOGIN_FORM, Cast, Page
from testbed.model.verdict import Play
from testbed.model.wire import KILLED
from testbed.runner.catalogue import load_catalogue
from testbed.runner.folder import RunFolder
from testbed.runner.plan import Plan, plays_of, vendors_in

pytestmark = [pytest.mark.lab, pytest.mark.anyio]
PEOPLE = generate(1, 100).everybody
CATALOGUE = load_catalogue()
PLAYS = plays_of(
    CATALOGUE.named(["provider-dies-maths-app", "provider-dies-reading-service"]), CATALOGUE, PEOPLE, seed=1
)
MATHS, READING = (play.vendor for play in PLAYS)
SOON_S = 1.0


class Lab:
    """A lab that is open, with a play under way."""

    def __init__(self, stage: ProcessStage, browser: Browser, folder: RunFolder, port: int, home: LabHome) -> None:
        self.stage, self.browser, self.folder, self._port, self._home = stage, browser, folder, port, home

    async def breaks(self, *orders: AnyBreaking) -> None:
        for order in orders:
            await self.stage.disturb(order)

    async def school(self) -> Page:
        return await self.browser.visit(SCHOOL.entity_id)

    async def vendor(self) -> Page:
        return await self.browser.visit(READING.probe_url)

    async def login(self, vendor: Any = MATHS) -> str:
        cast = Cast(vendor, PEOPLE[PLAYS[0].person], school=SCHOOL.entity_id)
        return await drive(FLOWS["login"](cast), self.browser, self.stage, self.stage)

    async def choose(self) -> Page:
        """As far as the school's answer: the person has said who it is."""
        page = await self.browser.visit(READING.login)
        form = page.form(LOGIN_FORM)
        assert form
        return await self.browser.submit(form, (("person", PLAYS[1].person),), READING.login.removesuffix("/login"))

    def client(self) -> httpx.AsyncClient:
        proxy = f"http://{LOOPBACK}:{self._port}"
        return httpx.AsyncClient(proxy=proxy, verify=trusting(self._home.ca_file), timeout=10, trust_env=False)


@asynccontextmanager
async def opened(path: Path, *, breakable: bool = True, workers: int = 1) -> AsyncIterator[Lab]:
    home, folder = LabHome.open(path / "home"), RunFolder.make(path / "runs", "test", datetime.now(UTC))
    folder.keep_plan(Plan("test", "loopback", 1, {}, ()), PEOPLE, {})
    spec = LabSpec(home, PEOPLE, vendors_in(PLAYS), CATALOGUE.agreements)
    (port,) = free_ports(1)
    async with (
        loopback_lab(spec, folder, breakable=breakable, workers=workers, browser_port=port) as stage,
        stage.browser() as browser,
    ):
        await stage.begin(PLAYS[0])
        yield Lab(stage, browser, folder, port, home)


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def lab(tmp_path_factory: pytest.TempPathFactory, anyio_backend: str) -> AsyncIterator[Lab]:
    async with opened(tmp_path_factory.mktemp("breaking")) as one:
        yield one


async def test_who_is_killed_refuses_everybody_and_comes_back_with_the_same_keys(lab: Lab) -> None:
    before = await lab.school()
    await lab.breaks(Kill(participant="school"))
    assert says_unanswered(await lab.school())
    assert (await lab.vendor()).status == 200
    await lab.breaks(Mend())
    after = await lab.school()
    assert (after.status, after.document) == (before.status, before.document)
    assert await lab.login() == ""


async def test_who_hangs_answers_nobody_until_it_goes_on(lab: Lab) -> None:
    await lab.breaks(Pause(participant="vendor"))
    waiting = asyncio.create_task(lab.vendor())
    done, _ = await asyncio.wait({waiting}, timeout=SOON_S)
    assert not done
    async with lab.client() as http:
        assert (await http.get(SCHOOL.entity_id)).status_code == 200
    await lab.breaks(Mend())
    assert (await waiting).status == 200


async def test_who_is_cut_off_is_neither_reached_nor_reaches_anybody(lab: Lab) -> None:
    await lab.breaks(Cut(participant="school"))
    waiting = asyncio.create_task(lab.school())
    done, _ = await asyncio.wait({waiting}, timeout=SOON_S)
    assert not done
    await lab.breaks(Mend())
    assert (await waiting).status == 200


async def test_a_slow_line_delays_each_way_and_a_lossy_one_loses_connections(lab: Lab) -> None:
    await lab.breaks(Slow(participant="vendor", delay_ms=150, kbit_s=2000))
    began = asyncio.get_running_loop().time()
    assert (await lab.vendor()).status == 200
    assert asyncio.get_running_loop().time() - began >= 0.3
    await lab.breaks(Mend(), Restart(participant="proxy"), Slow(participant="vendor", refused=1.0))
    assert says_unanswered(await lab.vendor())
    await lab.breaks(Mend())
    assert (await lab.vendor()).status == 200


async def test_a_school_that_is_restarted_remembers_who_is_logged_in(lab: Lab) -> None:
    await lab.choose()
    await lab.breaks(Restart(participant="school"))
    page = await lab.browser.visit(READING.login, READING.login.removesuffix("/login") + "/saml")
    assert page.form(LOGIN_FORM) is None
    assert any(form.action.startswith("https://lasning.test/saml/acs") for form in page.forms)
    await lab.browser.forget()


async def test_on_a_full_disk_nobody_logs_in_and_the_person_is_told(lab: Lab) -> None:
    await lab.breaks(FillDisk(participant="school"))
    page = await lab.browser.visit(READING.login)
    assert page.status == 503
    assert "Försök igen" in page.text
    await lab.breaks(Mend())
    assert (await lab.browser.visit(READING.login)).form(LOGIN_FORM)
    await lab.browser.forget()


@pytest.mark.kill
async def test_while_the_database_is_locked_nobody_logs_in_and_the_person_is_told(lab: Lab) -> None:
    # NOTE: a vendor that has not read the school's metadata yet would not lead anybody there.
    assert (await lab.browser.visit(READING.login)).form(LOGIN_FORM)
    await lab.browser.forget()
    began = asyncio.get_running_loop().time()
    await lab.breaks(LockDatabase(seconds=15))
    page = await lab.browser.visit(READING.login)
    assert page.status == 503
    await lab.breaks(Mend())
    assert asyncio.get_running_loop().time() - began >= 15
    assert (await lab.browser.visit(READING.login)).form(LOGIN_FORM)
    await lab.browser.forget()


async def test_a_certificate_that_has_expired_is_believed_by_nobody_and_is_renewed(lab: Lab) -> None:
    assert (await lab.school()).status == 200
    await lab.breaks(ExpireCertificate(participant="school"))
    page = await lab.school()
    assert says_unanswered(page)
    assert "certificate has expired" in page.text
    await lab.breaks(Mend())
    assert (await lab.school()).status == 200


async def test_what_loopback_cannot_break_is_named(lab: Lab) -> None:
    with pytest.raises(CannotBreak, match="cannot fill the disk of the vendor"):
        await lab.breaks(FillDisk(participant="vendor"))


async def test_what_a_play_has_broken_is_mended_when_it_ends(lab: Lab) -> None:
    await lab.breaks(Kill(participant="school"), Pause(participant="vendor"), Cut(participant="vendor"))
    await lab.stage.end(PLAYS[0].id, "", "")
    assert (await lab.school()).status == 200
    assert (await lab.vendor()).status == 200
    (played,) = (play for play in read(lab.folder.journal).plays if play.id == PLAYS[0].id)
    assert played.finished
    assert [one.order.order for one in played.broken][-3:] == ["kill", "pause", "cut"]
    await lab.stage.begin(again())


def again() -> Play:
    return PLAYS[1]


async def test_whenever_the_proxy_is_killed_the_journal_has_all_that_was_answered(lab: Lab) -> None:
    chance, answered, asked = random.Random(5), set[str](), set[str]()
    over, enough, wanted = asyncio.Event(), asyncio.Event(), 0

    async def ask(number: int) -> None:
        place = 0
        while not over.is_set():
            place += 1
            url = f"{READING.probe_url}?asked={number}-{place}"
            asked.add(url)
            try:
                async with lab.client() as http:
                    answer = await http.get(url)
            except httpx.HTTPError:
                continue
            if answer.status_code == 200 and answer.text.rstrip().endswith("</html>"):
                answered.add(url)
                if len(answered) >= wanted:
                    enough.set()

    callers = [asyncio.create_task(ask(number)) for number in range(6)]
    for _ in range(6):
        enough.clear()
        wanted = len(answered) + chance.randrange(2, 12)
        await asyncio.wait_for(enough.wait(), 60)
        await lab.breaks(Restart(participant="proxy"))
    over.set()
    await asyncio.gather(*callers)
    await lab.stage.end(again().id, "", "")
    recorded = read(lab.folder.journal)
    assert recorded.problems == ()
    numbers = [exchange.number for exchange in recorded.exchanges]
    assert numbers == list(range(1, len(numbers) + 1))
    known = {e.request.url: e for e in recorded.exchanges if "asked=" in e.request.url}
    assert answered <= {url for url, exchange in known.items() if exchange.response is not None}
    lost = [exchange for exchange in known.values() if exchange.response is None]
    assert lost
    assert all(exchange.error.startswith(KILLED) for exchange in lost if exchange.request.url not in answered)
    assert len(answered) > 12
    assert known.keys() <= asked
    assert all(exchange.play == again().id for exchange in known.values())


@pytest.mark.kill
async def test_several_workers_die_and_come_back_together(tmp_path: Path) -> None:
    async with opened(tmp_path, workers=2) as lab:
        await lab.breaks(Kill(participant="school"))
        assert says_unanswered(await lab.school())
        await lab.breaks(Mend())
        assert await lab.login() == ""


async def test_a_lab_that_was_not_opened_for_it_breaks_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path, breakable=False) as lab:
        with pytest.raises(CannotBreak, match="was not opened to break things"):
            await lab.breaks(Kill(participant="school"))
        assert not (lab.folder.path / "state").exists()
        assert not (lab.folder.path / "underway.jsonl").exists()
