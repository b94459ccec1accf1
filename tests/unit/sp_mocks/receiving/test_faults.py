"""Each fault is one decision, and can be seen from outside; a vendor that does well does none of it."""

from collections.abc import Awaitable, Callable
from dataclasses import fields

import pytest
from egil import GRANNE, HOST, NOBODY, SKOLA, STRANGER, Receiver, group, ident, receiver, user
from lxml import html

from sp_mocks.leaks.row import STATISTICS
from sp_mocks.receiving.behaviour import ReceivingBehaviour
from sp_mocks.receiving.callers import ENTITY_HEADER
from sp_mocks.receiving.faults import RECEIVING_FAULTS
from sp_mocks.receiving.profiles import RECEIVING_PROFILES

pytestmark = pytest.mark.anyio
COMPLIANT = RECEIVING_PROFILES["pupil-accounts"].behaviour


async def stranger_by_name(vendor: Receiver) -> object:
    return (await vendor.post("Users", user("Anna"), STRANGER)).status_code == 201


async def stranger_by_header(vendor: Receiver) -> object:
    answer = await vendor.call("POST", "/egil/Users", user("Anna"), NOBODY, {ENTITY_HEADER: SKOLA})
    return answer.status_code == 201


async def nobody_reads(vendor: Receiver) -> object:
    await vendor.post("Users", user("Anna"))
    answer = await vendor.get("Users", NOBODY)
    assert (await vendor.post("Users", user("Bo"), NOBODY)).status_code == 403
    return "anna@skola.test" in answer.text


async def deleted_is_shown(vendor: Receiver) -> object:
    await vendor.post("Users", user("Anna"))
    assert (await vendor.delete("Users", "Anna")).status_code == 204
    assert await vendor.listed("Users") == []
    return ident("Anna") in (await vendor.page()).text


async def tenth_is_lost(vendor: Receiver) -> object:
    for number in range(30):
        assert (await vendor.post("Users", user(f"P{number}"))).status_code == 201
    held = {one["id"] for one in await vendor.listed("Users")}
    lost = {ident(f"P{number}") for number in range(30)} - held
    assert len(lost) < 10
    return lost


async def stays_in_group(vendor: Receiver) -> object:
    await vendor.school()
    answer = await vendor.put("StudentGroups", "3A", group("3A", "Bo", "Cia"))
    shown = html.fromstring((await vendor.page()).text).iter("tr")
    # NOTE: a vendor that has said that it cannot is another one.
    return answer.status_code == 200 and any(
        "3A" in row.text_content() for row in shown if row[0].text == ident("Anna")
    )


async def loses_account(vendor: Receiver) -> object:
    await vendor.school()
    await vendor.put("StudentGroups", "3A", group("3A", "Bo", "Cia"))
    return ident("Anna") not in {one["id"] for one in await vendor.listed("Users")}


async def change_fails(vendor: Receiver) -> object:
    await vendor.post("Users", user("Anna"))
    return (await vendor.put("Users", "Anna", user("Anna"))).status_code == 500


async def demands_more(vendor: Receiver) -> object:
    extension = {"urn:scim:schemas:extension:sis:school:1.0:User": {}}
    assert (await vendor.post("Users", user("Bo"))).status_code == 201
    answer = await vendor.post("Users", user("Anna", **extension))
    assert answer.status_code in (201, 400)
    return answer.status_code == 400


async def answer_names_somebody(vendor: Receiver) -> object:
    told = (await vendor.post("Users", user("Anna"))).json()
    again = (await vendor.put("Users", "Anna", user("Anna"))).json()
    assert "message" not in (await vendor.listed("Users"))[0]
    return {one.get("message") for one in (told, again)} == {"Account ready for Anna Provsson"}


async def sees_the_other_school(vendor: Receiver) -> object:
    await vendor.post("Users", user("Anna"))
    return [one["id"] for one in await vendor.listed("Users", GRANNE)] == [ident("Anna")]


async def tells_somebody_else(vendor: Receiver) -> object:
    await vendor.school()
    told = [call for call in vendor.calls if call.url.host == STATISTICS]
    assert len(told) in (0, 3), "of pupils, and not of the teacher"
    return any(b"anna@skola.test" in call.content and b"Provsson" in call.content for call in told)


async def fetches_references(vendor: Receiver) -> object:
    await vendor.post("Users", user("Anna"))
    hostile = {"enrolments": [{"value": "x", "$ref": one} for one in ("http://10.0.0.1/", "file:///etc/passwd", "//[")]}
    await vendor.put("Users", "Anna", user("Anna", **{"urn:scim:schemas:extension:sis:school:1.0:User": hostile}))
    asked = [str(call.url) for call in vendor.calls if call.method == "GET"]
    assert asked in ([], [f"https://{HOST}/egil/SchoolUnits/{ident('unit')}", "http://10.0.0.1/"])
    return asked


SEEN: dict[str, Callable[[Receiver], Awaitable[object]]] = {
    "ignores-pins": stranger_by_name,
    "takes-no-certificate": stranger_by_header,
    "open-list": nobody_reads,
    "keeps-those-deleted": deleted_is_shown,
    "drops-some-silently": tenth_is_lost,
    "keeps-old-memberships": stays_in_group,
    "closes-accounts-with-membership": loses_account,
    "fails-on-change": change_fails,
    "demands-civic-numbers": demands_more,
    "names-in-errors": answer_names_somebody,
    "mixes-schools": sees_the_other_school,
    "forwards-roster": tells_somebody_else,
    "follows-references": fetches_references,
}


def test_each_fault_is_looked_for() -> None:
    assert set(SEEN) == set(RECEIVING_FAULTS)


@pytest.mark.parametrize("fault", RECEIVING_FAULTS)
def test_a_fault_changes_one_decision_and_says_what_that_means(fault: str) -> None:
    one = RECEIVING_FAULTS[fault]
    changed = one.apply(COMPLIANT)
    names = [field.name for field in fields(ReceivingBehaviour)]
    assert len([name for name in names if getattr(changed, name) != getattr(COMPLIANT, name)]) == 1
    assert one.id == fault
    assert one.breaks
    assert ": " in one.title.sv
    assert ": " in one.title.en


@pytest.mark.parametrize("fault", SEEN)
async def test_a_fault_is_seen_and_of_a_vendor_that_does_well_it_is_not(fault: str) -> None:
    async with receiver() as compliant, receiver(fault) as faulty:
        assert not await SEEN[fault](compliant)
        assert await SEEN[fault](faulty)


@pytest.mark.parametrize("fault", SEEN)
@pytest.mark.parametrize("other", SEEN)
async def test_no_other_fault_is_seen_beside_it(fault: str, other: str) -> None:
    if fault == other:
        return
    async with receiver(fault) as faulty:
        assert not await SEEN[other](faulty)
