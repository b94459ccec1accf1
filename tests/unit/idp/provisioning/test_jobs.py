"""Whatever a receiver says of a job, nothing is taken for sent that it has not said it took."""

import asyncio
import json
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.provisioning.bodies import MAX_NAMED, MAX_OCTETS, Piece, chunks, joined, named
from idp.provisioning.kinds import Kind
from idp.sending.limits import Patience, Why
from idp.ss12000.ids import person_id
from testbed.model.written import Person
from tests.support.provisioning import Platform
from tests.support.sending import Sender

pytestmark = pytest.mark.anyio
JOB = "00000000-0000-4000-8000-0000000000ff"


def is_job(request: httpx.Request) -> bool:
    return "/bulk/jobs/" in request.url.path


def is_sent(request: httpx.Request) -> bool:
    return request.url.path.endswith("/bulk")


def accepted(**more: Any) -> httpx.Response:
    return httpx.Response(202, json={"jobId": JOB, "message": ""} | more)


def said(names: list[str], status: str, **more: Any) -> httpx.Response:
    return httpx.Response(
        200, json={"jobId": JOB, "responses": [{"id": one, "response": {"status": status} | more} for one in names]}
    )


async def test_one_refused_pupil_is_sent_again_and_the_others_are_not(
    school: Sender, folk: Mapping[str, Person]
) -> None:
    one = next(p for p in folk.values() if person_id(p.id) in school.roster[Kind.PERSON] and p.role == "pupil")
    school.change(one.id, attributes={**one.attributes, "norEduPersonNIN": "19121212"})
    first = await school.push()
    assert not first.whole
    # NOTE: the pupil, and the class that was taken without them.
    assert (first.counts[Kind.PERSON].failed, first.counts[Kind.GROUP].failed) == (1, 1)
    assert person_id(one.id) not in (await school.held())["persons"]
    again = await school.push()
    assert (again.counts[Kind.PERSON].failed, again.counts[Kind.PERSON].replaced, again.whole) == (1, 0, False)
    school.change(one.id)
    assert (await school.push()).whole
    assert await school.held() == school.wanted()


async def test_a_platform_that_hides_what_it_refused_is_believed(folk: Mapping[str, Person]) -> None:
    school = Sender(Platform("says-done-with-errors"), folk)
    one = next(p for p in folk.values() if person_id(p.id) in school.roster[Kind.PERSON] and p.role == "pupil")
    school.change(one.id, attributes={**one.attributes, "norEduPersonNIN": "19121212"})
    assert (await school.push()).whole
    assert person_id(one.id) not in (await school.held())["persons"]


@pytest.mark.parametrize(
    "answer",
    [
        lambda names: said(names, "TemporaryError"),
        lambda names: said(names, "Error", statusCode=400),
        lambda names: said(names, "Error", statusCode=404),
        lambda names: said(names, "Warning", warnings=[{"id": "4001"}]),
        lambda names: said([], "Success"),
        lambda names: said(["00000000-0000-4000-8000-000000000000"], "Success"),
        lambda names: said(names, "Done"),
        lambda names: httpx.Response(200, content=b"[" * 100_000, headers={"Content-Type": "application/json"}),
        lambda names: httpx.Response(200, json={"responses": names}),
        lambda names: httpx.Response(200, text="<html>"),
        lambda names: httpx.Response(404, json=[]),
        lambda names: httpx.Response(302, headers={"Location": "https://annan.test/"}),
    ],
    ids=range(12),
)
async def test_what_was_not_said_to_be_taken_is_not(
    school: Sender, answer: Callable[[list[str]], httpx.Response]
) -> None:
    names: list[str] = []

    def tamper(request: httpx.Request) -> httpx.Response | None:
        if is_sent(request):
            names[:] = [one["id"] for one in json.loads(request.content)["data"]]
            return accepted()
        return answer(names) if is_job(request) else None

    school.patience = Patience(failures=100_000)
    school.sender = school.started()
    school.tampered(tamper)
    pushed = await school.push()
    assert (pushed.whole, pushed.stopped, pushed.counts[Kind.PERSON].created) == (False, Why.NOTHING, 0)
    school.tampered(None)
    assert (await school.push()).whole
    assert await school.held() == school.wanted()


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, json={"jobId": JOB}),
        httpx.Response(202, json={"jobId": "../../../token"}),
        httpx.Response(202, json=[]),
        httpx.Response(400, json=[]),
        httpx.Response(500),
        httpx.Response(202, headers={"Content-Encoding": "br"}, stream=httpx.ByteStream(b"packed")),
    ],
    ids=range(6),
)
async def test_what_was_not_accepted_is_not_sent(school: Sender, answer: httpx.Response) -> None:
    school.tampered(lambda request: answer if is_sent(request) else None)
    pushed = await school.push()
    assert pushed.stopped is Why.FAILING
    assert pushed.counts[Kind.PERSON].created == 0
    assert {request.url.host for request in school.network.sent} <= {
        "provplattformen.test",
        "auth.federation.test",
        "machines.federation.test",
    }
    school.tampered(None)
    assert (await school.push()).whole
    assert await school.held() == school.wanted()


@pytest.mark.parametrize(("patience", "asked"), [({}, 300), ({"jobs_s": 60.0}, 15)])
async def test_a_job_that_is_never_done_is_given_up_after_half_an_hour(
    school: Sender, patience: dict[str, float], asked: int
) -> None:
    school = Sender(school.platform, school.people, patience=Patience(**patience))
    names: list[str] = []

    def tamper(request: httpx.Request) -> httpx.Response | None:
        if is_sent(request):
            names[:] = [one["id"] for one in json.loads(request.content)["data"]]
            return accepted()
        return said(names, "Pending") if is_job(request) else None

    school.tampered(tamper)
    assert (await school.push()).stopped is Why.BUSY
    waited, bound = sum(school.platform.waits), min(school.patience.job_s, school.patience.jobs_s)
    assert bound - 5 <= waited <= bound
    assert asked <= len(school.calls("GET")) <= 1.3 * asked


async def test_it_waits_as_long_as_it_is_told_and_no_longer(school: Sender) -> None:
    assert (await school.push()).whole
    assert all(0 < wait <= 1 for wait in school.platform.waits)
    waits = iter(["0.5", "7.25", "nonsense", "-1", "1e9", "NaN"])

    def busy(request: httpx.Request) -> httpx.Response | None:
        told = next(waits, None) if request.url.host == "provplattformen.test" else None
        return httpx.Response(429, headers={"X-RateLimit-Reset": told}) if told else None

    school.platform.waits.clear()
    other = Sender(school.platform, school.people)
    other.tampered(busy)
    assert (await other.push(rebuild=True)).whole
    assert school.platform.waits[:6] == [0.5, 7.25, 2.0, 4.0, 8.0, 16.0]


@pytest.mark.parametrize("told", ["0", "61", "100000"])
async def test_a_receiver_that_is_always_busy_is_given_up(school: Sender, told: str) -> None:
    school.tampered(
        lambda request: (
            httpx.Response(429, headers={"X-RateLimit-Reset": told})
            if request.url.host == "provplattformen.test"
            else None
        )
    )
    assert (await school.push()).stopped is Why.BUSY
    assert len(school.calls()) <= school.patience.waits + 1


async def test_a_token_that_is_no_good_any_more_is_asked_for_once_again(school: Sender) -> None:
    refused = iter([True])
    school.tampered(lambda request: httpx.Response(403) if is_sent(request) and next(refused, False) else None)
    assert (await school.push()).whole
    asked = [one for one in school.network.sent if one.url.path == "/transaction"]
    assert len(asked) == 2
    school.tampered(lambda request: httpx.Response(403) if request.url.host == "provplattformen.test" else None)
    assert (await school.push(rebuild=True)).stopped is Why.REFUSED


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(400, json={"error": {"code": "request_denied"}}),
        httpx.Response(200, text="no"),
        httpx.Response(200, json={"access_token": {"value": "a\r\nX-Evil: 1", "expires_in": 5}}),
        httpx.Response(200, content=b" " * 100_000),
    ],
    ids=range(4),
)
async def test_without_a_token_nothing_is_sent(school: Sender, answer: httpx.Response) -> None:
    school.tampered(lambda request: answer if request.url.host == "auth.federation.test" else None)
    assert (await school.push()).stopped is Why.REFUSED
    assert school.calls() == []


async def test_a_token_is_kept_while_it_lasts(school: Sender) -> None:
    for hour in (12, 14, 21, 23):
        school.platform.now = school.platform.now.replace(hour=hour)
        assert (await school.push(rebuild=True)).whole
    assert len([one for one in school.network.sent if one.url.path == "/transaction"]) == 2


async def test_what_is_too_large_is_sent_in_halves(school: Sender) -> None:
    def tamper(request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(413, json=[]) if len(request.content) > 3000 else None

    school.tampered(tamper)
    assert (await school.push()).whole
    assert await school.held() == school.wanted()
    school.tampered(lambda request: httpx.Response(413, json=[]) if is_sent(request) else None)
    assert not (await Sender(school.platform, school.people).push()).whole


@pytest.mark.parametrize("page", [{"data": [{"id": JOB}], "pageToken": "x"}, {"data": "x"}, {"pageToken": None}, []])
async def test_a_list_that_does_not_end_or_is_none_is_given_up(school: Sender, page: Any) -> None:
    await school.push()
    school.tampered(lambda request: httpx.Response(200, json=page) if request.url.path.endswith("/persons") else None)
    assert (await school.push(rebuild=True)).stopped is Why.UNLISTABLE
    school.tampered(None)
    before = len(school.network.sent)
    assert (await school.push()).whole
    assert len(school.network.sent) == before


async def test_a_list_that_takes_too_long_is_given_up(school: Sender) -> None:
    await school.push()
    patience = Patience(listing_s=0.05, listed=10**6)
    slow = Sender(school.platform, school.people, patience=patience)

    async def answering(request: httpx.Request) -> httpx.Response:
        if request.url.host != "provplattformen.test":
            return await handled(request)
        await asyncio.sleep(0.01)
        page = json.dumps({"data": [{"id": str(uuid4())}], "pageToken": "more"}).encode()
        return httpx.Response(200, stream=httpx.ByteStream(page), headers={"Content-Type": "application/json"})

    handled = slow.network.handle_async_request
    slow.network.handle_async_request = answering  # type: ignore[method-assign]
    assert (await slow.push(rebuild=True)).stopped is Why.UNLISTABLE


async def test_a_large_school_is_sent_in_bodies_that_are_taken(platform: Platform) -> None:
    school = Sender(platform)
    assert (await school.push()).whole
    bodies = [request for request in school.network.sent if is_sent(request)]
    assert max(len(request.content) for request in bodies) <= MAX_OCTETS


@given(
    st.lists(st.integers(1, 600), max_size=60).map(lambda sizes: [Piece(str(n), b"x" * n) for n in sizes]),
    st.integers(50, 700),
)
def test_bodies_hold_everything_once_and_are_small_enough(pieces: list[Piece], octets: int) -> None:
    made = list(chunks(pieces, octets))
    assert [one for chunk in made for one in chunk] == pieces
    for chunk in made:
        assert len(chunk) == 1 or len(joined(chunk)) <= octets
        assert len(chunk) <= MAX_NAMED
    for chunk, following in pairwise(made):
        assert len(joined([*chunk, following[0]])) > octets


def test_an_id_alone_is_written_as_json() -> None:
    assert joined([named("a"), named("b")]) == b'{"data":["a","b"]}'
    assert len(list(chunks([named(str(n)) for n in range(MAX_NAMED + 1)]))) == 2
