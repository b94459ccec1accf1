"""Steps of a flow that break something, and steps of which perhaps nothing comes."""

from collections.abc import Generator
from typing import Any

import pytest

from testbed.interception.drive import CannotBreak, NothingBreaks, drive
from testbed.model.breaking import Kill, Mend
from testbed.model.pages import Break, Flow, FlowStopped, Form, Page, Step, Submit, Visit, Witness
from testbed.wire.browsing import BrowserError

pytestmark = pytest.mark.anyio
DEAD = Page("https://dead.test/", 502, "502 Bad Gateway", "502 Bad Gateway Connect call failed")
HOME = Page("https://a.test/", 200, "Home")


class FakeBrowser:
    """Opens what it is told that there is."""

    async def visit(self, url: str, stop_before: str = "") -> Page:
        if "never" in url:
            raise BrowserError(f"{url} gave no answer in time")
        return DEAD if "dead" in url else HOME

    async def submit(self, form: Form, values: Any = (), stop_before: str = "") -> Page:
        return await self.visit(form.action, stop_before)


class Lab:
    """Writes down what it is asked for."""

    def __init__(self) -> None:
        self.disturbed: list[Any] = []
        self.seen: list[Page] = []

    async def ask(self, order: Any) -> None:
        raise AssertionError(order)

    async def disturb(self, order: Any) -> None:
        self.disturbed.append(order)

    async def saw(self, page: Page) -> None:
        self.seen.append(page)


async def led(*steps: Step) -> tuple[str, Lab, list[Page]]:
    lab, sent = Lab(), []

    def flow() -> Generator[Step, Page]:
        for step in steps:
            page = yield step
            sent.append(page)

    stopped = await drive(flow(), FakeBrowser(), lab, lab)  # type: ignore[arg-type]
    return stopped, lab, sent


async def test_what_a_flow_breaks_is_broken_in_its_order() -> None:
    stopped, lab, sent = await led(Visit("https://a.test/"), Break(Kill(participant="school")), Break(Mend()))
    assert stopped == ""
    assert lab.disturbed == [Kill(participant="school"), Mend()]
    assert sent == [HOME, HOME, HOME]


async def test_a_page_that_never_comes_is_one_without_a_status() -> None:
    form = Form("https://never.test/form", "POST", ())
    _, lab, sent = await led(Witness(Visit("https://never.test/")), Witness(Submit(form)), Witness(Visit(HOME.url)))
    assert [(page.url, page.status) for page in sent] == [
        ("https://never.test/", 0),
        ("https://never.test/form", 0),
        (HOME.url, 200),
    ]
    assert "gave no answer in time" in sent[0].text
    assert lab.seen == sent


async def test_what_the_recorder_says_of_a_host_that_it_cannot_reach_is_no_page_of_that_host() -> None:
    _, lab, sent = await led(Witness(Visit("https://dead.test/")))
    assert [page.status for page in sent] == [0]
    assert lab.seen == sent


async def test_an_address_that_was_not_opened_was_not_shown() -> None:
    _, lab, sent = await led(Witness(Visit(HOME.url, "https://a.test")))
    assert sent == [HOME]
    assert lab.seen == []


async def test_elsewhere_a_page_that_never_comes_ends_the_flow() -> None:
    with pytest.raises(BrowserError):
        await led(Visit("https://never.test/"))


async def test_a_lab_in_which_nothing_breaks_says_what_it_was_asked_for() -> None:
    with pytest.raises(CannotBreak, match="cannot do 'kill'"):
        await NothingBreaks().disturb(Kill(participant="vendor"))


async def test_a_flow_that_cannot_go_on_says_why() -> None:
    def flow() -> Flow:
        yield Visit(HOME.url)
        raise FlowStopped("no form")

    lab = Lab()
    assert await drive(flow(), FakeBrowser(), lab, lab) == "no form"  # type: ignore[arg-type]
