"""What was sent at once is worked off bit by bit, in order, and never lost."""

import pytest

from sp_mocks.provisioning.jobs import AT_A_TIME, MAX_KEPT, MAX_WAITING
from tests.support.provisioning import Platform, duty, person, teacher, uuid

pytestmark = pytest.mark.anyio


async def test_a_job_is_pending_before_it_is_done(platform: Platform) -> None:
    accepted = await platform.call("POST", "/persons/bulk", {"data": [person(1), person(2, familyName=7)]})
    assert accepted.status_code == 202
    where = f"/persons/bulk/jobs/{accepted.json()['jobId']}"
    assert accepted.headers["Location"].endswith(where)
    first = (await platform.call("GET", where)).json()["responses"]
    assert [one["response"] for one in first] == [{"status": "Pending"}] * 2
    assert (await platform.call("GET", f"{where}/isCompleted")).json() is True
    second = (await platform.call("GET", where)).json()["responses"]
    assert [one["response"]["status"] for one in second] == ["Success", "Error"]
    only = (await platform.call("GET", f"{where}?showOnlyError=true")).json()["responses"]
    assert [one["id"] for one in only] == [uuid(2)]
    assert (await platform.call("GET", f"{where}?showOnlyError=1")).json()[0]["id"] == "2025"
    # NOTE: a job is one of its kind.
    assert (await platform.call("GET", where.replace("persons", "groups"))).status_code == 404


async def test_a_large_job_is_worked_off_in_parts(platform: Platform) -> None:
    ids = [uuid(number) for number in range(2 * AT_A_TIME + 1)]
    accepted = await platform.call("POST", "/persons/bulk/delete", {"data": ids})
    where, pending = f"/persons/bulk/jobs/{accepted.json()['jobId']}", []
    for _ in range(4):
        responses = (await platform.call("GET", where)).json()["responses"]
        pending.append(sum(one["response"]["status"] == "Pending" for one in responses))
    assert pending == [2 * AT_A_TIME + 1, AT_A_TIME + 1, 1, 0]


async def test_jobs_before_one_are_done_before_it(platform: Platform) -> None:
    await platform.call("POST", "/persons/bulk", {"data": [teacher(6)]})
    responses = await platform.job("POST", "/duties/bulk", [duty(11, 6)])
    assert responses[0]["response"]["status"] == "Success"


async def test_a_job_that_nobody_asks_about_is_done_after_a_while(platform: Platform) -> None:
    await platform.call("POST", "/persons/bulk", {"data": [person(1)]})
    assert (await platform.call("GET", "/persons")).json()["data"] == []
    assert (await platform.call("GET", "/persons", later_s=30)).json()["data"][0]["id"] == uuid(1)


async def test_of_too_many_jobs_the_oldest_are_done_at_once_and_at_last_forgotten(platform: Platform) -> None:
    first = await platform.call("POST", "/persons/bulk", {"data": [person(0)]}, later_s=0)
    for number in range(1, MAX_WAITING + 1):
        await platform.call("POST", "/persons/bulk", {"data": [person(number)]}, later_s=0.2)
    assert (await platform.call("GET", f"/persons/{uuid(0)}", later_s=0)).status_code == 200
    for _ in range(MAX_KEPT):
        await platform.call("POST", "/persons/bulk", {"data": []}, later_s=0.2)
    gone = await platform.call("GET", f"/persons/bulk/jobs/{first.json()['jobId']}")
    assert gone.status_code == 404
    held = (await platform.call("GET", "/persons", params={"limit": "100"}, later_s=60)).json()["data"]
    assert len(held) == MAX_WAITING + 1
