"""The pages that show what the platform holds."""

import pytest

import sp_mocks.leafing
from testbed.model.wire import Response
from testbed.wire.tables import rows_in
from tests.support.provisioning import GRANNE, Platform, group, person, uuid

pytestmark = pytest.mark.anyio


async def test_the_roster_shows_everybody_with_their_groups_and_no_number(platform: Platform) -> None:
    await platform.job("POST", "/persons/bulk", [person(1), person(2)])
    await platform.job("POST", "/groups/bulk", [group(21, 1, 2), {**group(22, 1), "displayName": "Matte"}])
    await platform.job("POST", "/persons/bulk", [person(3)], GRANNE)
    page = await platform.page("/roster?lang=sv")
    response = Response(page.status_code, tuple(page.headers.multi_items()), page.content)
    rows = {row["id"][0]: row for row in rows_in(response)}
    assert rows.keys() == {uuid(1), uuid(2), uuid(3)}
    assert rows[uuid(1)] == {
        "id": (uuid(1),),
        "eduPersonPrincipalName": ("qwxyz1@skola.test",),
        "givenName": ("Nurul",),
        "sn": ("Tanud",),
        "sisSchoolCourseStudent": ("6A", "Matte"),
    }
    assert rows[uuid(3)]["sisSchoolCourseStudent"] == ()
    assert "api.skola.test, api.granne.test" in page.text
    assert "201401012384" not in page.text


async def test_a_long_roster_is_leafed_through(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sp_mocks.leafing, "SHOWN", 2)
    await platform.job("POST", "/persons/bulk", [person(number) for number in (1, 2, 3)])
    first, second = await platform.page("/roster"), await platform.page("/roster?page=2")
    assert "?page=2" in first.text
    assert [uuid(number) in first.text for number in (1, 2, 3)] == [True, True, False]
    assert [uuid(number) in second.text for number in (1, 2, 3)] == [False, False, True]
    assert (await platform.page("/roster?page=3")).status_code == 404


async def test_the_door_leads_to_both_pages(platform: Platform) -> None:
    page = await platform.page("/login?lang=en")
    assert page.status_code == 200
    assert 'href="/roster"' in page.text
    assert 'href="/results"' in page.text
    assert (await platform.page("/me")).status_code == 200
