"""What a receiver says that it holds, however it says it."""

import asyncio
from typing import Any
from urllib.parse import parse_qs
from uuid import NAMESPACE_URL, uuid5

import httpx
import pytest
from egil_lab import calls_to, endless, scim
from hypothesis import given
from hypothesis import strategies as st

from idp.scim.listing import listed
from idp.sending.limits import GivenUp, Patience, Why

pytestmark = pytest.mark.anyio
IDS = [str(uuid5(NAMESPACE_URL, str(number))) for number in range(50)]


async def read(answering: Any, **patience: Any) -> frozenset[str]:
    """What is read of a receiver that answers so."""
    allowed = Patience(**patience)
    return await listed(calls_to(answering, allowed), "Users", allowed)


async def unlistable(answering: Any, **patience: Any) -> None:
    with pytest.raises(GivenUp) as caught:
        await read(answering, **patience)
    assert caught.value.why == Why.UNLISTABLE


def page(names: list[Any], total: Any = None) -> httpx.Response:
    resources = [{"id": name, "userName": "x"} for name in names]
    return scim(200, {"totalResults": len(names) if total is None else total, "Resources": resources})


def paged(names: list[str], size: int) -> Any:
    def answering(request: httpx.Request) -> httpx.Response:
        start = int(parse_qs(request.url.query.decode())["startIndex"][0]) - 1
        return page(names[start : start + size], len(names))

    return answering


async def test_a_receiver_need_not_page() -> None:
    assert await read(lambda _: page(IDS)) == set(IDS)


@given(st.integers(0, 50), st.integers(1, 60))
def test_all_pages_are_read(count: int, size: int) -> None:
    assert asyncio.run(read(paged(IDS[:count], size))) == set(IDS[:count])


async def test_nothing_is_held() -> None:
    assert await read(lambda _: scim(200, {"totalResults": 0})) == set()


async def test_ids_that_this_school_never_gave_are_passed_over() -> None:
    foreign = ["../../Users/x", IDS[1].upper(), "", "1", f"{IDS[2]}\n", "x" * 10_000, f"{IDS[3]}?a=b"]
    assert await read(lambda _: page([IDS[0], *foreign])) == {IDS[0]}


@pytest.mark.parametrize(
    "answer",
    [
        scim(404),
        scim(501),
        scim(302),
        scim(204),
        scim(200),
        scim(200, {}),
        scim(200, {"totalResults": -1}),
        scim(200, {"totalResults": "many"}),
        scim(200, {"totalResults": 1, "Resources": [{"id": 7}]}),
        scim(200, {"totalResults": 1, "Resources": "x"}),
        httpx.Response(200, headers={"content-type": "application/scim+json"}, content=b"[" * 100_000),
        httpx.Response(200, headers={"content-type": "text/html"}, content=b'{"totalResults": 0}'),
    ],
)
async def test_what_cannot_be_read_is_no_list(answer: httpx.Response) -> None:
    await unlistable(lambda _: answer)


async def test_the_same_page_again_and_again() -> None:
    asked: list[str] = []

    def answering(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return page(IDS[:5], 50)

    await unlistable(answering)
    assert len(asked) == 2


async def test_a_page_with_nothing_on_it_where_more_is_promised() -> None:
    await unlistable(lambda _: page([], 10))


async def test_a_list_that_grows_while_it_is_read() -> None:
    def answering(request: httpx.Request) -> httpx.Response:
        start = int(parse_qs(request.url.query.decode())["startIndex"][0])
        return page([str(uuid5(NAMESPACE_URL, f"more {start}"))], start + 1)

    await unlistable(answering, listed=200)


async def test_a_list_that_takes_too_long() -> None:
    async def answering(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0.01)
        return await asyncio.to_thread(paged(IDS, 1), request)

    await unlistable(answering, listing_s=0.05)


async def test_more_than_there_can_be() -> None:
    await unlistable(lambda _: page(IDS, 10**9))


async def test_an_answer_without_an_end() -> None:
    await unlistable(lambda request: httpx.Response(200, content=endless(request).stream), page=1024 * 1024)
