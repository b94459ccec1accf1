"""The lab's side of the control API."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Never

import httpx
import pytest

from testbed.interception import ParticipantUnavailable
from testbed.lab.authorities import make_authorities
from testbed.lab.control import SchoolControl
from testbed.lab.home import LabHome
from testbed.lab.places import SCHOOLS
from testbed.lab.spec import LabSpec
from testbed.model.release import RELEASE_RECORDS, ReleaseRecord

pytestmark = pytest.mark.anyio
RECORD = ReleaseRecord(datetime(2026, 11, 24, tzinfo=UTC), "idp.skola.test", "https://a.test", "e", "requested", "", ())

EARLIER = replace(RECORD, at=RECORD.at - timedelta(seconds=1), school="idp.granne.test")


def control(answer: Callable[[httpx.Request], httpx.Response]) -> SchoolControl:
    http = httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://control.localhost")
    return SchoolControl(http, "token")


def gone(_: httpx.Request) -> Never:
    raise httpx.ConnectError("nobody there")


async def test_the_accounts_of_every_school_are_asked_for_with_the_token() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.method == "GET"
        assert request.headers["authorization"] == "Bearer token"
        said = {"/releases": (RECORD,), "/granne/releases": (EARLIER,)}[request.url.path]
        return httpx.Response(200, content=RELEASE_RECORDS.dump_json(said))

    assert await control(answer).take_releases() == (EARLIER, RECORD)


@pytest.mark.parametrize(
    "answer", [gone, lambda _: httpx.Response(401), lambda _: httpx.Response(200, content=b"<html>")]
)
async def test_a_school_that_gives_no_account_is_a_fault_of_the_lab(
    answer: Callable[[httpx.Request], httpx.Response],
) -> None:
    with pytest.raises(ParticipantUnavailable, match="school"):
        await control(answer).take_releases()


async def test_the_accounts_of_both_schools_come_from_one_port(tmp_path: Path) -> None:
    spec = LabSpec(LabHome.open(tmp_path / "home"), {}, (), {})
    async with AsyncExitStack() as stack:

        async def client(_: str) -> httpx.AsyncClient:
            return await stack.enter_async_context(httpx.AsyncClient(transport=httpx.MockTransport(gone)))

        authorities = await make_authorities(spec, client, "token", lambda: RECORD.at)
        http = httpx.AsyncClient(
            transport=httpx.ASGITransport(authorities.control), base_url="http://control.localhost"
        )
        async with http:
            assert await SchoolControl(http, "token").take_releases() == ()
            for place in SCHOOLS:
                answer = await http.get(f"{place.control_path}/health", headers={"Authorization": "Bearer token"})
                assert answer.json() == {"ok": True}
                assert (await http.get(f"{place.control_path}/releases")).status_code == 401
            assert (await http.get("/nobody/releases", headers={"Authorization": "Bearer token"})).status_code == 404
