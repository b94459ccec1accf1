"""Wherever a push is cut, before a request or after it, the next one ends with exactly what is to be held."""

from collections.abc import Mapping

import httpx
import pytest

from testbed.model.written import Person
from tests.support.provisioning import Platform
from tests.support.sending import Sender

pytestmark = pytest.mark.anyio


class Killed(BaseException):
    """As a process that ends: nothing of ours catches it."""


def unprotected(folk: Mapping[str, Person], grade: str) -> Person:
    pupils = (one for one in folk.values() if one.school == "skola" and one.values("sisSchoolGrade") == (grade,))
    return next(one for one in pupils if not one.protected)


async def cut(school: Sender, number: int, *, arrives: bool) -> bool:
    """Push, and be killed at the request of this number; says whether there was one."""
    network = school.network
    handled, left = type(network).handle_async_request, number

    async def handling(request: httpx.Request) -> httpx.Response:
        nonlocal left
        left -= 1
        if left == 0:
            if arrives:
                await handled(network, request)
            raise Killed
        return await handled(network, request)

    network.handle_async_request = handling  # type: ignore[method-assign]
    try:
        await school.started().push(school.receiver)
    except Killed:
        return True
    finally:
        del network.handle_async_request  # type: ignore[method-assign]
    return False


@pytest.mark.parametrize("arrives", [False, True], ids=["before", "after"])
async def test_a_first_push_that_was_killed_is_made_up_for(folk: Mapping[str, Person], arrives: bool) -> None:
    number = 0
    while True:
        number += 1
        school = Sender(Platform(), folk)
        if not await cut(school, number, arrives=arrives):
            break
        pushed = await school.started().push(school.receiver)
        assert pushed.whole, number
        assert await school.held() == school.wanted(), number
    assert number > 12


@pytest.mark.parametrize("arrives", [False, True], ids=["before", "after"])
async def test_a_change_that_was_killed_is_made_up_for(folk: Mapping[str, Person], arrives: bool) -> None:
    one, other = (unprotected(folk, grade) for grade in ("6", "3"))
    number = 0
    while True:
        number += 1
        school = Sender(Platform(), folk)
        await school.push()
        school.change(one.id, security_marking="Skyddad folkbokföring")
        school.change(other.id, attributes={**other.attributes, "givenName": "Annan"})
        if not await cut(school, number, arrives=arrives):
            break
        assert (await school.started().push(school.receiver)).whole, number
        held = await school.held()
        assert held == school.wanted(), number
        assert one.values("norEduPersonNIN")[0] not in str(held)
    assert number > 8


async def test_a_line_that_is_cut_is_tried_again(folk: Mapping[str, Person]) -> None:
    school = Sender(Platform(), folk)
    cuts = iter([True, False] * 3)

    def tamper(request: httpx.Request) -> httpx.Response | None:
        if request.url.host == "provplattformen.test" and next(cuts, False):
            raise httpx.ReadError("cut")
        return None

    school.tampered(tamper)
    assert (await school.push()).whole
    assert await school.held() == school.wanted()
