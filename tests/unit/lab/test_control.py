"""The lab's side of the control API."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Never

import httpx
import pytest

from testbed.interception import ParticipantUnavailable
from testbed.lab.control import SchoolControl
from testbed.model.release import RELEASE_RECORDS, ReleaseRecord

pytestmark = pytest.mark.anyio
RECORD = ReleaseRecord(datetime(2026, 11, 24, tzinfo=UTC), "idp.skola.test", "https://a.test", "e", "requested", "", ())


def control(answer: Callable[[httpx.Request], httpx.Response]) -> SchoolControl:
    http = httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://control.localhost")
    return SchoolControl(http, "token")


def gone(_: httpx.Request) -> Never:
    raise httpx.ConnectError("nobody there")


async def test_accounts_are_asked_for_with_the_token() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert (request.method, request.url.path) == ("GET", "/releases")
        assert request.headers["authorization"] == "Bearer token"
        return httpx.Response(200, content=RELEASE_RECORDS.dump_json((RECORD,)))

    assert await control(answer).take_releases() == (RECORD,)


@pytest.mark.parametrize(
    "answer", [gone, lambda _: httpx.Response(401), lambda _: httpx.Response(200, content=b"<html>")]
)
async def test_a_school_that_gives_no_account_is_a_fault_of_the_lab(
    answer: Callable[[httpx.Request], httpx.Response],
) -> None:
    with pytest.raises(ParticipantUnavailable, match="school"):
        await control(answer).take_releases()
