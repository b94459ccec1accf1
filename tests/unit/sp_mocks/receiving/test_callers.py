"""Who calls is known by the key that was shown, and sees what is theirs alone."""

from datetime import timedelta

import pytest
from egil import GRANNE, NOBODY, SKOLA, STRANGER, UNAGREED, Receiver, ident, user

from sp_mocks.receiving.callers import ENTITY_HEADER

pytestmark = pytest.mark.anyio
CALLS = [
    ("GET", "Users"),
    ("GET", f"Users/{ident('Anna')}"),
    ("POST", "Users"),
    ("PUT", f"Users/{ident('Anna')}"),
    ("DELETE", f"Users/{ident('Anna')}"),
    ("GET", "Schemas"),
    ("GET", "nowhere"),
]


@pytest.mark.parametrize("caller", [STRANGER, NOBODY, UNAGREED])
@pytest.mark.parametrize(("method", "path"), CALLS)
async def test_who_is_no_school_with_an_agreement_gets_nothing(
    vendor: Receiver, caller: str, method: str, path: str
) -> None:
    await vendor.post("Users", user("Anna"))
    body = user("Bo") if method in ("POST", "PUT") else None
    answer = await vendor.call(method, f"/egil/{path}", body, caller, {ENTITY_HEADER: SKOLA})
    assert answer.status_code == 403
    assert answer.json()["status"] == "403"
    assert [one["id"] for one in await vendor.listed("Users")] == [ident("Anna")]


async def test_each_school_sees_and_changes_its_own(vendor: Receiver) -> None:
    await vendor.post("Users", user("Anna"))
    for method, body in (("GET", None), ("PUT", user("Anna")), ("DELETE", None)):
        answer = await vendor.call(method, f"/egil/Users/{ident('Anna')}", body, GRANNE)
        assert answer.status_code == 404
    assert await vendor.listed("Users", GRANNE) == []
    # NOTE: nor does the other school learn that somebody has this id already.
    assert (await vendor.post("Users", user("Anna", userName="x@granne.test"), GRANNE)).status_code == 201
    assert (await vendor.delete("Users", "Anna", GRANNE)).status_code == 204
    (anna,) = await vendor.listed("Users", SKOLA)
    assert anna["userName"] == "anna@skola.test"


async def test_a_key_that_was_withdrawn_opens_nothing_once_the_register_has_to_be_asked_anew(vendor: Receiver) -> None:
    await vendor.post("Users", user("Anna"))
    vendor.publish(GRANNE)
    vendor.now += timedelta(seconds=61)
    assert (await vendor.get("Users")).status_code == 403
    assert (await vendor.get("Users", GRANNE)).status_code == 200


async def test_without_the_register_nobody_is_let_in_and_a_school_is_told_to_come_again(vendor: Receiver) -> None:
    await vendor.post("Users", user("Anna"))
    vendor.published.append(b"")
    vendor.now += timedelta(hours=2)
    answer = await vendor.get("Users")
    assert (answer.status_code, answer.json()["status"]) == (503, "503")
