"""How often and how much: 5 and 10 requests a second, and 200 KB."""

import json

import pytest

from tests.support.provisioning import GRANNE, Platform, person

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("method", "path", "body", "limit"),
    [
        ("GET", "/persons", None, 10),
        ("POST", "/persons/lookup", {"ids": []}, 10),
        ("POST", "/persons/bulk", {"data": []}, 5),
        ("GET", "/groups/bulk/jobs/00000000-0000-4000-8000-000000000001", None, 5),
    ],
)
async def test_so_many_a_second_and_no_more(
    platform: Platform, method: str, path: str, body: object, limit: int
) -> None:
    left = []
    for _ in range(limit):
        answer = await platform.call(method, path, body, later_s=0)
        left.append(int(answer.headers["X-RateLimit-Remaining"]))
        assert answer.status_code != 429
    assert left == list(reversed(range(limit)))
    told = await platform.call(method, path, body, later_s=0.25)
    assert (told.status_code, told.json()[0]["id"]) == (429, "5021")
    assert (told.headers["X-RateLimit-Limit"], told.headers["X-RateLimit-Remaining"]) == (str(limit), "0")
    assert float(told.headers["X-RateLimit-Reset"]) == 0.75
    # NOTE: another school is not made to wait for this one.
    assert (await platform.call(method, path, body, school=GRANNE, later_s=0)).status_code != 429
    assert (await platform.call(method, path, body, later_s=0.75)).status_code != 429


async def test_reads_and_writes_are_counted_apart(platform: Platform) -> None:
    for _ in range(5):
        await platform.call("POST", "/persons/bulk", {"data": []}, later_s=0)
    assert (await platform.call("POST", "/groups/bulk", {"data": []}, later_s=0)).status_code == 429
    assert (await platform.call("GET", "/persons", later_s=0)).status_code == 200


async def test_a_body_of_200_kilobytes_and_none_larger(platform: Platform) -> None:
    body = json.dumps({"data": [person(1)]}).encode()
    fits = body + b" " * (200 * 1024 - len(body))
    assert (await platform.call("POST", "/persons/bulk", fits)).status_code == 202
    answer = await platform.call("POST", "/persons/bulk", fits + b" ")
    assert (answer.status_code, answer.json()[0]["id"]) == (413, "5020")
