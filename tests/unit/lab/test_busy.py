"""How long servers have been left alone is counted from the end of the last call."""

import asyncio

import pytest
from starlette.types import Message, Receive, Scope, Send

from testbed.lab.busy import Busy

pytestmark = pytest.mark.anyio
WORK_S = 0.05


async def _works(_: Scope, __: Receive, ___: Send) -> None:
    await asyncio.sleep(WORK_S)


async def _fails(_: Scope, __: Receive, ___: Send) -> None:
    raise RuntimeError("broken")


async def _nothing() -> Message:
    return {"type": "http.request"}


async def _nowhere(_: Message) -> None:
    """Nobody listens."""


async def test_a_call_under_way_is_no_quiet_and_its_end_begins_one() -> None:
    busy = Busy()
    app = busy.watch(_works)
    assert busy.quiet_s == 0.0
    call = asyncio.create_task(app({}, _nothing, _nowhere))  # type: ignore[arg-type]
    await asyncio.sleep(WORK_S / 2)
    assert (busy.calls, busy.quiet_s) == (1, 0.0)
    await call
    await asyncio.sleep(WORK_S)
    assert busy.quiet_s >= WORK_S


async def test_a_call_that_fails_has_ended_too() -> None:
    busy = Busy()
    with pytest.raises(RuntimeError):
        await busy.watch(_fails)({}, _nothing, _nowhere)
    await asyncio.sleep(WORK_S)
    assert busy.quiet_s >= WORK_S


async def test_the_longest_gap_is_learned_where_it_is_to_be_and_kept() -> None:
    busy = Busy()
    app = busy.watch(_works)
    for learns in (False, True, False):
        busy.begin(learns=learns)
        await app({}, _nothing, _nowhere)
        await asyncio.sleep(WORK_S)
        before = busy.longest_gap_s
        await app({}, _nothing, _nowhere)
        assert (busy.longest_gap_s > before) == learns
