"""Whether something is held, where the vendor answers, and where it is too busy or breaks down."""

import json
from dataclasses import dataclass
from typing import Any, cast

import pytest

from testbed.certify.exchange.calling import Answer, Caller
from testbed.certify.exchange.eyes import Eye, Eyes
from testbed.certify.exchange.names import Names
from testbed.certify.exchange.world import ExchangeWorld

pytestmark = pytest.mark.anyio


@dataclass
class OneAnswer:
    """A vendor that answers whatever it is asked in one way."""

    status: int
    shows: bool = False

    async def call(self, call: Any, _: Names) -> Answer:
        body = {"id": call.path.rpartition("/")[2]} if self.shows else {}
        return Answer("", self.status, json.dumps(body).encode())


def eyes(status: int, shows: bool = False) -> Eyes:
    looking = Eyes(cast(Caller, OneAnswer(status, shows)), cast(ExchangeWorld, None))
    looking.open_ = {"person": frozenset({Eye.SINGLE}), "group": frozenset({Eye.SINGLE})}
    return looking


@pytest.mark.parametrize("status", [0, 429, 500, 503])
async def test_a_vendor_that_gives_no_answer_is_seen_neither_to_hold_nor_to_have_dropped(status: int) -> None:
    assert (await eyes(status).held("person", Names()))[0] is None
    assert await eyes(status).member("group", "person", Names()) is None


@dataclass
class OnePage:
    """A vendor whose roster page is this, as it can be read."""

    text: str | None
    roster: str = "http://127.0.0.1:1/roster"

    async def page(self, _: str) -> str | None:
        return self.text


def at_page(text: str | None) -> Eyes:
    looking = Eyes(cast(Caller, None), cast(ExchangeWorld, OnePage(text)))
    looking.open_ = {"person": frozenset({Eye.PAGE}), "group": frozenset({Eye.PAGE})}
    return looking


async def test_a_page_that_cannot_be_read_shows_neither_that_somebody_is_held_nor_that_they_are_not() -> None:
    names = Names()
    assert (await at_page(None).held("person", names))[0] is None
    assert await at_page(None).member("group", "person", names) is None
    assert await at_page(None).texts("person", "x") == ""
    assert (await at_page("").held("person", names))[0] is False
    assert (await at_page(f"<td>{names.id_of('person')}").held("person", names))[0] is True


async def test_an_eye_is_open_for_some_kinds() -> None:
    assert at_page("").sees("person-twice")
    assert not at_page("").sees("unit")


@pytest.mark.parametrize(("status", "shows", "held"), [(404, False, False), (200, False, False), (200, True, True)])
async def test_a_vendor_that_answers_is_believed(status: int, shows: bool, held: bool) -> None:
    assert (await eyes(status, shows).held("person", Names()))[0] is held
