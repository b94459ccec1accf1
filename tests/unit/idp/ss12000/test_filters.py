"""Filters: their boundaries, what they find, and that no value of them ends in anything but the standard's form."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from idp.ss12000.ids import organisation_id, person_id
from idp.ss12000.kinds import SINGULAR
from idp.ss12000.query import META, PERSON_FILTERS

pytestmark = pytest.mark.anyio
SAME_LAB = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
PARAMETERS = (
    *META,
    *PERSON_FILTERS,
    "limit",
    "sortkey",
    "expand",
    "expandReferenceNames",
    "pageToken",
    "after",
    "entities",
    "nameContains[]",
    "unheard-of",
)
VALUES = (
    "2026-11-23T12:00:00Z",
    "2026-11-23T12:00:00+01:00",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2026-02-30T00:00:00Z",
    "2026-11-23T23:59:60Z",
    "2026-11-23",
    "2026-02-30",
    "enrolment",
    "placement.owner",
    "Person,Activity",
    "activitites",
    "DisplayNameAsc",
    "ModifiedDesc",
    "AscDesc",
    "true",
    "1",
    "\0",
    "'; DROP TABLE entries --",
    "%",
)
LATER = dt.timedelta(microseconds=1)


@given(
    path=st.sampled_from([*(f"/{kind}" for kind in SINGULAR), "/deletedEntities", "/subscriptions"]),
    params=st.lists(
        st.tuples(st.sampled_from(PARAMETERS), st.sampled_from(VALUES) | st.text(max_size=120)), max_size=4
    ),
)
@SAME_LAB
async def test_any_value_ends_in_an_answer_of_the_standards_form(
    lab: Any, path: str, params: list[tuple[str, str]]
) -> None:
    answer = await lab.client.get(path, params=params, headers={"x-caller": "reading"})
    assert answer.status_code in (200, 400)
    if answer.status_code != 200:
        assert answer.json().keys() == {"code", "message"}


@given(query=st.binary(max_size=60))
@SAME_LAB
async def test_any_octets_of_a_query_end_so_too(lab: Any, query: bytes) -> None:
    assert await lab.status_of_octets("/persons", query) in (200, 400)


async def test_after_is_exclusive_and_before_inclusive(lab: Any) -> None:
    await lab.get("/persons")
    at = lab.change("elev-0001", school_units=("00001102",))
    name = person_id("elev-0001", "reading-2026")

    async def found(parameter: str, moment: dt.datetime) -> bool:
        listed = await lab.everything("/persons", **{parameter: moment.isoformat()})
        return name in {one["id"] for one in listed}

    assert not await found("meta.modified.after", at)
    assert await found("meta.modified.after", at - LATER)
    assert await found("meta.modified.before", at)
    assert not await found("meta.modified.before", at - LATER)


async def test_created_is_filtered_at_the_same_boundary(lab: Any) -> None:
    everybody = await lab.everything("/persons")
    begun = everybody[0]["meta"]["created"]
    assert await lab.everything("/persons", **{"meta.created.after": begun}) == []
    assert await lab.everything("/persons", **{"meta.created.before": begun}) == everybody


async def test_a_plus_that_came_as_a_space_is_taken_for_one(lab: Any) -> None:
    answer = await lab.client.get(
        "/persons?meta.modified.after=2026-01-01T00:00:00+01:00&limit=1", headers={"x-caller": "reading"}
    )
    assert answer.status_code == 200


async def test_persons_are_found_by_what_is_known_of_them(lab: Any, folk: Any) -> None:
    pupil = next(one for one in folk.values() if one.role == "pupil" and not one.protected)
    name = person_id(pupil.id, "reading-2026")
    for filters in (
        {"civicNo": pupil.attributes["norEduPersonNIN"]},
        {"eduPersonPrincipalName": pupil.attributes["eduPersonPrincipalName"]},
        {"nameContains": [pupil.attributes["givenName"][:3].upper(), pupil.attributes["sn"]]},
    ):
        assert name in {one["id"] for one in await lab.everything("/persons", **filters)}
    assert await lab.everything("/persons", civicNo="x") == []
    assert await lab.everything("/persons", **{"identifier.value": "x", "identifier.context": "y"}) == []


async def test_persons_are_found_by_their_relationships(lab: Any, folk: Any) -> None:
    roles = {person_id(one.id, "reading-2026"): one.role for one in folk.values()}

    async def found(**filters: str) -> set[str]:
        listed = await lab.everything("/persons", **{f"relationship.{k}": v for k, v in filters.items()})
        return {roles[one["id"]] for one in listed}

    assert await found(**{"entity.type": "enrolment"}) == {"pupil"}
    assert await found(**{"entity.type": "duty"}) == {"teacher", "staff"}
    assert await found(**{"entity.type": "placement.child"}) == {"pupil"}
    assert await found(**{"entity.type": "placement.owner"}) == {"guardian"}
    assert await found(**{"entity.type": "responsibleFor.enrolment"}) == {"guardian"}
    assert await found(**{"entity.type": "responsibleFor.placement"}) == {"guardian"}
    assert await found(organisation=organisation_id("00001101")) == set(roles.values())
    assert await found(organisation=organisation_id("x")) == set()
    gymnasium = {"entity.type": "placement.child", "organisation": organisation_id("00001103")}
    assert await found(**gymnasium) == set()
    assert await found(**{"entity.type": "enrolment", "startDate.onOrBefore": "2026-08-17"}) == {"pupil"}
    assert await found(**{"entity.type": "enrolment", "startDate.onOrBefore": "2026-08-16"}) == set()
    assert await found(**{"entity.type": "enrolment", "startDate.onOrAfter": "2026-08-18"}) == set()
    assert await found(**{"entity.type": "enrolment", "endDate.onOrBefore": "2027-06-11"}) == {"pupil"}
    assert await found(**{"entity.type": "enrolment", "endDate.onOrAfter": "2027-06-12"}) == set()
    assert await found(**{"endDate.onOrAfter": "2027-06-12"}) == {"teacher", "staff"}


@pytest.mark.parametrize(
    "params",
    [
        {"nameContains": "a"},
        {"civicNo": "200901272385"},
        {"sortkey": "CivicNoAsc"},
        {"sortkey": "DisplayNameAsc"},
        {"relationship.entity.type": "enrolment"},
        {"relationship.entity.type": "responsibleFor.enrolment"},
        {"relationship.organisation": organisation_id("00001101")},
        {"relationship.endDate.onOrAfter": "2026-01-01"},
    ],
)
async def test_a_filter_on_what_is_not_agreed_is_no_oracle(new_lab: Any, agreed: Any, params: dict[str, str]) -> None:
    narrow = new_lab(agreed({"subjects": ("pupil",), "required": ("eduPersonPrincipalName",)}))
    assert (await narrow.get("/persons", **params)).status_code == 403
    assert (await narrow.send("POST", "/persons/lookup", {"civicNos": ["200901272385"]})).status_code == 403


async def test_a_filter_finds_only_those_of_whom_it_is_agreed(new_lab: Any, agreed: Any, folk: Any) -> None:
    agreement = agreed(
        {"subjects": ("pupil",), "required": ("eduPersonPrincipalName",)},
        {"subjects": ("teacher",), "required": ("givenName", "norEduPersonNIN")},
    )
    lab = new_lab(agreement)
    teachers = {person_id(one.id, "reading-2026") for one in folk.values() if one.role == "teacher"}
    for letter in "aeiou":
        assert {one["id"] for one in await lab.everything("/persons", nameContains=letter)} <= teachers
    for pupil in (one for one in folk.values() if one.role == "pupil"):
        assert await lab.everything("/persons", civicNo=pupil.attributes["norEduPersonNIN"]) == []


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/persons", {"sortkey": "DisplayName"}),
        ("/persons", {"sortkey": "Asc"}),
        ("/persons", {"sortkey": "ShoeSizeAsc"}),
        ("/duties", {"sortkey": "DisplayNameAsc"}),
        ("/groups", {"civicNo": "x"}),
        ("/groups", {"expand": "duties"}),
        ("/persons", {"expand": "everything"}),
        ("/persons", {"expandReferenceNames": "yes"}),
        ("/persons", {"civicNo": ""}),
        ("/persons", {"civicNo": ["x", "y"]}),
        ("/persons", {"relationship.entity.type": "owner"}),
        ("/persons", {"relationship.startDate.onOrBefore": "2026-02-30"}),
        ("/persons", {"relationship.endDate.onOrAfter": "tomorrow"}),
        ("/persons", {"nameContains": "x" * 101}),
        ("/persons", {"nameContains": ["x"] * 21}),
        ("/persons", {"nameContains": ["x"] * 60}),
    ],
)
async def test_what_cannot_be_asked_is_refused(lab: Any, path: str, params: dict[str, Any]) -> None:
    answer = await lab.get(path, **params)
    assert answer.status_code == 400
    assert answer.json().keys() == {"code", "message"}


@pytest.mark.parametrize("kind", ["organisations", "groups", "activities", "programmes"])
async def test_what_has_a_name_comes_in_the_order_of_names(lab: Any, kind: str) -> None:
    up = await lab.everything(f"/{kind}", sortkey="DisplayNameAsc", limit=2)
    names = [one.get("displayName") or one["name"] for one in up]
    assert names == sorted(names)
    assert len(up) == len(await lab.everything(f"/{kind}"))
