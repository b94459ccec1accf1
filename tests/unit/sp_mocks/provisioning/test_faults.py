"""Each fault changes one decision, and what that decision changes can be seen from outside."""

from collections.abc import Callable
from dataclasses import fields
from datetime import timedelta

import pytest

from sp_mocks.every import EVERY_FAULT, chosen
from sp_mocks.provisioning.faults import PROVISIONING_FAULTS
from sp_mocks.provisioning.profiles import PROVISIONING_PROFILES
from tests.support.provisioning import GRANNE, HOST, SKOLA, Platform, activity, duty, group, person, teacher, uuid

pytestmark = pytest.mark.anyio
type Make = Callable[[str | None], Platform]
GOOD = PROVISIONING_PROFILES["test-platform"].behaviour


@pytest.mark.parametrize("name", PROVISIONING_FAULTS)
def test_a_fault_changes_one_decision_and_says_what_it_does(name: str) -> None:
    fault = PROVISIONING_FAULTS[name]
    bad = fault.apply(GOOD)
    assert len([one for one in fields(GOOD) if getattr(bad, one.name) != getattr(GOOD, one.name)]) == 1
    assert fault.id == name
    assert fault.breaks
    assert ": " in fault.title.sv
    assert ": " in fault.title.en
    assert EVERY_FAULT[name] is fault


def test_a_profile_or_a_fault_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match="no fault is called 'x'"):
        Platform("x")
    profile, behaviour = chosen(Platform().vendor.config)
    assert (profile.id, behaviour) == ("test-platform", GOOD)


async def differs(fault: str, seen: Callable[[Platform], object]) -> tuple[object, object]:
    """What is seen of a vendor that does well, and of the one at fault."""
    return await seen(Platform()), await seen(Platform(fault))  # type: ignore[misc]


async def test_expired_tokens() -> None:
    async def seen(platform: Platform) -> int:
        token = platform.token(SKOLA)
        platform.now += timedelta(hours=11)
        return (await platform.call("GET", "/persons", token=token)).status_code

    assert await differs("takes-expired-tokens", seen) == (403, 200)


async def test_tokens_for_others() -> None:
    async def seen(platform: Platform) -> int:
        elsewhere = [{"type": "provisioning-api", "locations": [f"{HOST}/other"]}]
        token = platform.token(SKOLA, requested_access=elsewhere)
        return (await platform.call("GET", "/persons", token=token)).status_code

    assert await differs("takes-tokens-for-others", seen) == (403, 200)


async def test_tokens_without_the_key() -> None:
    async def seen(platform: Platform) -> tuple[int, int]:
        stolen = await platform.call("GET", "/persons", shows="unknown")
        return stolen.status_code, (await platform.call("GET", "/persons", shows=None)).status_code

    assert await differs("takes-tokens-without-the-key", seen) == ((403, 403), (200, 200))


async def test_errors_that_are_not_told() -> None:
    async def seen(platform: Platform) -> tuple[list[str], int]:
        responses = await platform.job("POST", "/persons/bulk", [person(1, familyName=""), person(2)])
        return [one["response"]["status"] for one in responses], (await platform.page("/roster")).text.count(uuid(1))

    assert await differs("says-done-with-errors", seen) == ((["Error", "Success"], 0), (["Success", "Success"], 0))


async def test_those_who_were_deleted() -> None:
    async def seen(platform: Platform) -> tuple[str, bool]:
        await platform.job("POST", "/persons/bulk", [person(1)])
        (one,) = await platform.job("POST", "/persons/bulk/delete", [uuid(1)])
        return one["response"]["status"], uuid(1) in (await platform.page("/roster")).text

    assert await differs("keeps-whom-jobs-delete", seen) == (("Success", False), ("Success", True))


async def test_names_in_errors() -> None:
    async def seen(platform: Platform) -> tuple[str, bool]:
        named = person(1, givenName="Ebba", familyName="Andersson", eduPersonPrincipalNames=["and1@skola.test"])
        (one,) = await platform.job("POST", "/persons/bulk", [named])
        return one["response"]["status"], "Ebba Andersson" in one["response"]["warnings"][0]["message"]

    assert await differs("names-in-log-entries", seen) == (("Warning", False), ("Warning", True))


async def test_schools_mixed() -> None:
    async def seen(platform: Platform) -> tuple[int, str]:
        await platform.job("POST", "/persons/bulk", [person(1)])
        listed = (await platform.call("GET", "/persons", school=GRANNE)).json()["data"]
        (gone,) = await platform.job("POST", "/persons/bulk/delete", [uuid(1)], GRANNE)
        return len(listed), gone["response"]["status"]

    assert await differs("mixes-municipalities", seen) == ((0, "Error"), (1, "Success"))


async def test_lists_of_everything() -> None:
    async def seen(platform: Platform) -> bool:
        await platform.job("POST", "/persons/bulk", [person(1)])
        return "enrolments" in (await platform.call("GET", "/persons")).text

    assert await differs("lists-everything", seen) == (False, True)


async def test_results_of_others() -> None:
    async def seen(platform: Platform) -> tuple[bool, bool]:
        await platform.job("POST", "/persons/bulk", [person(1), person(2), teacher(6), teacher(7)])
        await platform.job("POST", "/duties/bulk", [duty(11, 6), duty(12, 7)])
        await platform.job("POST", "/groups/bulk", [group(21, 1), group(22, 2)])
        await platform.job("POST", "/activities/bulk", [activity(31, (21,), (11,)), activity(32, (22,), (12,))])
        assert uuid(6) in (await platform.page("/results")).text
        text = (await platform.page(f"/results/{uuid(6)}")).text
        return uuid(1) in text, uuid(2) in text

    assert await differs("shows-everybody-to-teachers", seen) == ((True, False), (True, True))


async def test_two_groups_of_one_activity_are_seen_by_both_its_teachers(platform: Platform) -> None:
    await platform.job("POST", "/persons/bulk", [person(1), person(2), person(3), teacher(6), teacher(7)])
    await platform.job("POST", "/duties/bulk", [duty(11, 6), duty(12, 7)])
    await platform.job("POST", "/groups/bulk", [group(21, 1), group(22, 2), group(23, 3)])
    await platform.job("POST", "/activities/bulk", [activity(31, (21, 22), (11, 12))])
    for one in (6, 7):
        text = (await platform.page(f"/results/{uuid(one)}")).text
        assert [uuid(pupil) in text for pupil in (1, 2, 3)] == [True, True, False]
    assert (await platform.page(f"/results/{uuid(1)}")).status_code == 404
