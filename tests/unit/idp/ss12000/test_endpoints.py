"""Every resource has its list, its single resource and its lookup, in the standard's shape."""

import re
from typing import Any
from uuid import UUID

import pytest

from idp.ss12000.ids import person_id
from idp.ss12000.kinds import SINGULAR

pytestmark = pytest.mark.anyio
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\Z")
REQUIRED = {
    "organisations": {"displayName", "organisationType"},
    "persons": {"givenName", "familyName"},
    "placements": {"placedAt", "child", "owners", "schoolType"},
    "duties": {"person", "dutyAt", "dutyRole", "assignmentRole"},
    "groups": {"displayName", "groupType", "schoolType", "organisation", "groupMemberships", "startDate", "endDate"},
    "programmes": {"name", "code", "type"},
    "activities": {"displayName", "groups", "teachers", "organisation"},
    "calendarEvents": {"activity", "startTime", "endTime"},
    "attendances": {"calendarEvent", "student", "isReported"},
    "grades": {"student", "organisation", "gradeValue"},
}


@pytest.mark.parametrize("kind", SINGULAR)
async def test_a_list_a_single_resource_and_a_lookup_say_the_same(lab: Any, kind: str) -> None:
    listed = await lab.everything(f"/{kind}")
    assert listed
    for resource in listed:
        assert REQUIRED[kind] | {"id", "meta"} <= resource.keys()
        assert str(UUID(resource["id"])) == resource["id"]
        assert all(MOMENT.match(resource["meta"][name]) for name in ("created", "modified"))
    first = listed[0]
    single = await lab.get(f"/{kind}/{first['id']}")
    assert single.json() == first
    looked_up = await lab.send("POST", f"/{kind}/lookup", {"ids": [first["id"], first["id"], str(UUID(int=5))]})
    assert looked_up.json() == [first]


async def test_a_pupil_has_what_the_population_has(lab: Any, folk: Any) -> None:
    pupil = next(one for one in folk.values() if one.role == "pupil" and "telephoneNumber" in one.attributes)
    body = (await lab.get(f"/persons/{person_id(pupil.id, 'reading-2026')}", expandReferenceNames="true")).json()
    assert body["eduPersonPrincipalNames"] == list(pupil.values("eduPersonPrincipalName"))
    assert body["civicNo"] == {"value": pupil.attributes["norEduPersonNIN"]}
    assert body["birthDate"].replace("-", "") == pupil.attributes["norEduPersonBirthDate"]
    assert body["emails"] == [{"value": pupil.attributes["mail"]}]
    assert body["phoneNumbers"] == [{"value": pupil.attributes["telephoneNumber"], "type": "Hem", "mobile": False}]
    assert body["addresses"][0]["streetAddress"] == pupil.attributes["street"]
    assert body["securityMarking"] == "Ingen"
    assert [one["schoolYear"] for one in body["enrolments"]] == [int(pupil.attributes["sisSchoolGrade"])] * len(
        pupil.school_units
    )
    guardians = {
        one.attributes["displayName"]
        for one in folk.values()
        if set(one.values("sisLegalGuardianFor")) & set(pupil.values("eduPersonPrincipalName"))
    }
    assert {one["person"]["displayName"] for one in body["responsibles"]} == guardians
    assert {one["relationType"] for one in body["responsibles"]} == {"Vårdnadshavare"}


async def test_a_reference_carries_a_name_only_when_asked(lab: Any) -> None:
    plain, named = await lab.everything("/groups"), await lab.everything("/groups", expandReferenceNames="true")
    assert [one["meta"] for one in plain] == [one["meta"] for one in named]
    members = [member["person"] for group in plain for member in group["groupMemberships"]]
    assert {frozenset(member) for member in members} == {frozenset({"id", "securityMarking"})}
    members = [member["person"] for group in named for member in group["groupMemberships"]]
    assert all(member["displayName"] for member in members)


async def test_what_is_expanded_is_embedded(lab: Any) -> None:
    expand = ["duties", "responsibleFor", "placements", "ownedPlacements", "groupMemberships"]
    people = await lab.everything("/persons", expand=",".join(expand))
    for name in expand:
        assert any(one["_embedded"][name] for one in people), name
    plain = await lab.everything("/persons")
    assert [{k: v for k, v in one.items() if k != "_embedded"} for one in people] == plain
    duties = await lab.everything("/duties", expand="person")
    assert all(one["_embedded"]["person"]["id"] == one["person"]["id"] for one in duties)
    places = await lab.everything("/placements", expand=["child", "owners"])
    assert all(one["_embedded"]["child"]["id"] == one["child"]["id"] for one in places)
    assert any(one["_embedded"]["owners"] for one in places)
    groups = await lab.everything("/groups", expand="assignmentRoles")
    assert any(one["_embedded"]["assignmentRoles"] for one in groups)


async def test_every_reference_leads_somewhere(lab: Any) -> None:
    known = {kind: {one["id"] for one in await lab.everything(f"/{kind}")} for kind in SINGULAR}
    for group in await lab.everything("/groups"):
        assert group["organisation"]["id"] in known["organisations"]
        assert {member["person"]["id"] for member in group["groupMemberships"]} <= known["persons"]
    for duty in await lab.everything("/duties"):
        assert duty["dutyAt"]["id"] in known["organisations"]
        assert {role["group"]["id"] for role in duty["assignmentRole"]} <= known["groups"]
    for activity in await lab.everything("/activities"):
        assert {teacher["duty"]["id"] for teacher in activity["teachers"]} <= known["duties"]
    for one in await lab.everything("/attendances"):
        assert one["calendarEvent"]["id"] in known["calendarEvents"]
        assert one["student"]["id"] in known["persons"]


async def test_a_person_is_looked_up_by_number(lab: Any, folk: Any) -> None:
    pupil = next(one for one in folk.values() if one.role == "pupil" and not one.protected)
    answer = await lab.send("POST", "/persons/lookup", {"civicNos": [pupil.attributes["norEduPersonNIN"], "x"]})
    assert [one["id"] for one in answer.json()] == [person_id(pupil.id, "reading-2026")]
    assert (await lab.send("POST", "/groups/lookup", {"civicNos": ["x"]})).status_code == 400


async def test_the_same_people_have_the_same_ids(new_lab: Any) -> None:
    assert await new_lab().everything("/duties") == await new_lab().everything("/duties")


@pytest.mark.parametrize(
    ("path", "caller", "status", "code"),
    [
        ("/persons/not-a-uuid", "reading", 400, "bad_request"),
        (f"/persons/{UUID(int=7)}", "reading", 404, "not_found"),
        ("/persons", "nobody", 403, "forbidden"),
        ("/deletedEntities", "nobody", 403, "forbidden"),
        ("/subscriptions", "nobody", 403, "forbidden"),
        ("/persons", "stranger", 401, "unauthorized"),
        ("/studyplans", "reading", 404, "not_found"),
    ],
)
async def test_an_error_has_the_standards_form(lab: Any, path: str, caller: str, status: int, code: str) -> None:
    answer = await lab.get(path, caller)
    assert answer.status_code == status
    assert answer.json().keys() == {"code", "message"}
    assert answer.json()["code"] == code


async def test_a_wrong_method_is_refused_in_the_same_form(lab: Any) -> None:
    answer = await lab.send("DELETE", "/persons")
    assert answer.status_code == 405
    assert answer.json().keys() == {"code", "message"}


async def test_a_state_that_is_gone_is_answered_as_overload(lab: Any) -> None:
    with lab.state.transaction() as connection:
        connection.execute("DROP TABLE entries")
    answer = await lab.get("/persons")
    assert (answer.status_code, answer.json()["code"]) == (503, "overloaded")
    assert answer.headers["retry-after"] == "1"


@pytest.mark.parametrize("body", [None, [], {"ids": "x"}, {"ids": ["x"]}, {"ids": ["x"] * 1001}, {"ids": [None]}])
async def test_a_lookup_of_something_else_is_refused(lab: Any, body: Any) -> None:
    answer = await lab.send("POST", "/persons/lookup", body)
    assert answer.status_code in (400, 415)
    assert answer.json().keys() == {"code", "message"}


async def test_a_body_that_is_too_large_is_refused(lab: Any) -> None:
    answer = await lab.send("POST", "/persons/lookup", {"ids": ["x" * 300_000]})
    assert answer.status_code == 413
    assert answer.json().keys() == {"code", "message"}


async def test_a_type_that_is_not_open_is_forbidden(lab: Any) -> None:
    reading = lab.callers["reading"]
    lab.callers["reading"] = type(reading)("reading", reading.agreement, reading.hosts)
    assert (await lab.get("/persons")).status_code == 200
    for kind in ("grades", "attendances"):
        assert (await lab.get(f"/{kind}")).status_code == 403
    assert (await lab.get("/deletedEntities", entities="Grade")).status_code == 403
    lab.callers["reading"] = type(reading)("reading", reading.agreement, reading.hosts, frozenset({"persons"}))
    assert (await lab.get("/persons", expand="duties")).status_code == 403
