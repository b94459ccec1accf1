"""Many are told at once, and nobody is waited for for ever."""

import asyncio

import pytest

from idp.logout_run import Named, Who
from idp.together import tell_together

pytestmark = pytest.mark.anyio


def named(party: str) -> Named:
    return Named(Who("oidc", party), "", "s", ("i",))


async def test_each_outcome_is_told_and_who_has_no_address_is_left_out() -> None:
    outcomes = {"yes": True, "no": False, "nowhere": None}

    async def tell(one: Named) -> bool | None:
        return outcomes[one.who.party]

    told = await tell_together([named(party) for party in outcomes], tell, 2, 5.0)
    assert {one.who.party: done for one, done in told.items()} == {"yes": True, "no": False}
    assert await tell_together([], tell, 2, 5.0) == {}


async def test_whoever_takes_too_long_did_not_do_it() -> None:
    async def tell(one: Named) -> bool | None:
        await asyncio.Event().wait() if one.who.party == "late" else None
        return True

    told = await tell_together([named("late"), named("quick")], tell, 2, 0.05)
    assert {one.who.party: done for one, done in told.items()} == {"late": False, "quick": True}


async def test_so_many_at_a_time_and_no_more() -> None:
    running, most = 0, 0

    async def tell(_: Named) -> bool | None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        return True

    await tell_together([named(str(number)) for number in range(12)], tell, 3, 5.0)
    assert most == 3
