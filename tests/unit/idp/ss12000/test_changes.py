"""A change of a person shows in meta.modified, or in /deletedEntities, and in nothing that it does not concern."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from idp.ss12000.groups import activity_id
from idp.ss12000.ids import group_id, person_id, pseudonym
from idp.ss12000.kinds import SINGULAR
from idp.ss12000.units import group_of
from testbed.model.coverage import kept_about_protected

pytestmark = pytest.mark.anyio
SECRET = b"secret of the school, in a test."
AGREEMENT = "reading-2026"
AFTER = {"meta.modified.after": "2026-11-01T00:00:00Z"}
KINDS = st.sampled_from(["move", "mark", "unmark", "rename", "leave", "come back"])


async def snapshot(lab: Any) -> dict[tuple[str, str], Any]:
    return {(kind, one["id"]): one for kind in SINGULAR for one in await lab.everything(f"/{kind}")}


def bare(resource: Any) -> Any:
    return {name: value for name, value in resource.items() if name != "meta"}


async def test_who_moves_school_is_modified_and_so_is_what_concerns_them(lab: Any, folk: Any) -> None:
    old, new = (
        folk["elev-0001"].groups[0],
        next(one.groups[0] for one in folk.values() if "/00001102/" in str(one.groups)),
    )
    before = await snapshot(lab)
    person = folk["elev-0001"]
    lab.change(
        "elev-0001",
        school_units=("00001102",),
        groups=(new,),
        attributes=dict(person.attributes)
        | {"sisSchoolUnitCode": ("00001102",), "sisSchoolCourseStudent": (new,), "sisSchoolGrade": "4"},
    )
    after = await snapshot(lab)
    changed = {key for key in after if key not in before or bare(after[key]) != bare(before[key])}
    told = {key for key in after if after[key]["meta"]["modified"] > AFTER["meta.modified.after"]}
    assert changed <= told
    groups = {group_id(old), group_id(new)}
    assert {name for kind, name in told if kind == "groups"} == groups
    assert {name for kind, name in told if kind == "persons"} == {person_id("elev-0001", AGREEMENT)}
    assert {name for kind, name in told if kind == "activities"} == {activity_id(group_of(one)) for one in (old, new)}


async def test_data_that_is_expanded_changes_no_resource_that_refers_to_it(lab: Any, folk: Any) -> None:
    lab.change("elev-0001", attributes=dict(folk["elev-0001"].attributes) | {"displayName": "Nytt Namn"})
    for kind in SINGULAR:
        assert await lab.everything(f"/{kind}", **AFTER) == [], kind
    named = await lab.everything("/groups", expandReferenceNames="true")
    assert "Nytt Namn" in str(named)


async def test_who_leaves_is_gone_and_told_as_gone(lab: Any) -> None:
    name = person_id("elev-0001", AGREEMENT)
    before = await snapshot(lab)
    at = lab.api.roll.leave("elev-0001")
    assert (await lab.get(f"/persons/{name}")).status_code == 404
    gone = await lab.gone()
    assert gone["persons"] == [name]
    after = await snapshot(lab)
    assert {one for kind in gone for one in gone[kind]} == {one for _, one in before.keys() - after.keys()}
    assert await lab.gone(after=at.isoformat()) == {}
    assert await lab.gone(entities="Group") == {}
    with pytest.raises(ValueError, match="nobody has the id"):
        lab.api.roll.leave("elev-0001")
    with pytest.raises(ValueError, match="nobody has the id"):
        lab.api.roll.leave("x")


async def test_an_activity_is_gone_with_its_group_and_spelled_as_the_standard_does(new_lab: Any, agreed: Any) -> None:
    lab = new_lab(agreed({"subjects": ("pupil",), "required": ("sisSchoolCourseStudent",)}))
    group = lab.people["elev-0001"].groups[0]
    for person in [one for one in lab.people.values() if group in one.groups and one.role == "pupil"]:
        lab.api.roll.leave(person.id)
    gone = await lab.gone()
    assert gone["activitites"] == [activity_id(group_of(group))]
    assert gone["groups"] == [group_id(group)]
    for spelling in ("activitites", "activities", "Activity"):
        assert (await lab.gone(entities=spelling)).keys() == {"activitites"}
    assert (await lab.gone(entities="Person,Activity")).keys() == {"persons", "activitites"}
    assert (await lab.get("/deletedEntities", entities="x")).status_code == 400


async def test_who_falls_out_of_the_limits_is_deleted_for_this_caller_alone(new_lab: Any, agreed: Any) -> None:
    clause = {"subjects": ("pupil",), "required": ("givenName",), "limits": {"school_units": ["00001101"]}}
    lab = new_lab(agreed(clause))
    other = lab.callers["other"]
    lab.callers["other"] = type(other)("other", agreed(id="other-2026"), other.hosts, other.kinds)
    at = lab.change("elev-0001", school_units=("00001102",))
    assert (await lab.gone())["persons"] == [person_id("elev-0001", AGREEMENT)]
    assert await lab.gone("other", entities="persons") == {}
    lab.change("elev-0001", school_units=("00001101",))
    assert await lab.gone() == {}
    back = await lab.everything("/persons", **{"meta.modified.after": at.isoformat()})
    assert [one["id"] for one in back] == [person_id("elev-0001", AGREEMENT)]


async def test_who_is_protected_from_now_on_is_deleted_where_they_are_withheld(lab: Any) -> None:
    name = person_id("elev-0001", AGREEMENT)
    guardian = next(one for one in await lab.everything("/persons") if one["id"] == name)["responsibles"][0]["person"]
    lab.change("elev-0001", security_marking="Sekretessmarkering")
    deleted = (await lab.gone())["persons"]
    # NOTE: a guardian's address is the child's.
    assert {name, guardian["id"]} <= set(deleted)
    assert name not in str(await snapshot(lab))


async def test_who_is_protected_from_now_on_begins_anew_under_a_pseudonym(new_lab: Any, agreed: Any) -> None:
    lab = new_lab(agreed(protected_identity="pseudonym"))
    old, new = person_id("elev-0001", AGREEMENT), pseudonym("elev-0001", AGREEMENT, SECRET)
    lab.change("elev-0001", security_marking="Skyddad folkbokföring")
    assert old in (await lab.gone())["persons"]
    body = (await lab.get(f"/persons/{new}")).json()
    assert body["meta"]["created"] == body["meta"]["modified"]
    assert (body["givenName"], body["familyName"]) == ("", "")
    person, text = lab.people["elev-0001"], str(await snapshot(lab))
    for attribute in kept_about_protected("pseudonym") & person.attributes.keys() - {"l", "givenName", "sn"}:
        assert person.values(attribute)[0] not in str(body)
    assert old not in text


async def test_who_comes_is_there_and_was_made_then(lab: Any, folk: Any) -> None:
    at = lab.api.roll.put(folk["elev-0002"].model_copy(update={"id": "ny-elev"}))
    found = await lab.everything("/persons", **{"meta.created.after": (at - dt.timedelta(seconds=1)).isoformat()})
    assert [one["id"] for one in found] == [person_id("ny-elev", AGREEMENT)]


async def test_changes_are_later_and_later_though_the_clock_goes_back(lab: Any) -> None:
    first = lab.change("elev-0001", school_units=("00001102",))
    lab.now -= dt.timedelta(days=400)
    second = lab.change("elev-0002", school_units=("00001102",))
    third = lab.change("elev-0001", school_units=("00001103",))
    assert first < second < third


async def test_whoever_shares_the_state_sees_the_change(lab: Any, folk: Any) -> None:
    worker = type(lab.api)(lab.api._config, lab.state, lab.api._webhooks)
    await lab.get("/persons")
    worker.roll.leave("elev-0001")
    assert (await lab.gone())["persons"] == [person_id("elev-0001", AGREEMENT)]
    assert worker.roll.changes() == lab.api.roll.changes()


@given(
    steps=st.lists(st.tuples(KINDS, st.integers(1, 12)), max_size=8),
    treatment=st.sampled_from(["withhold", "pseudonym"]),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
async def test_deltas_lead_to_what_a_full_pull_has(
    new_lab: Any, agreed: Any, steps: list[tuple[str, int]], treatment: str
) -> None:
    clause = {
        "subjects": ("pupil", "guardian", "teacher"),
        "required": (
            "givenName",
            "sisSchoolUnitCode",
            "sisSchoolCourseStudent",
            "sisSchoolGrade",
            "sisLegalGuardianFor",
            "sisSchoolCourseTeacher",
        ),
    }
    narrow = clause | {"limits": {"school_units": ["00001101", "00001102"]}}
    lab = new_lab(agreed(narrow, clause | {"subjects": ("guardian",)}, protected_identity=treatment))
    held = await snapshot(lab)
    since = "2026-11-01T00:00:00Z"
    for step, number in steps:
        name = f"elev-{number:04d}"
        match step:
            case "move":
                lab.change(name, school_units=("00001103",))
            case "mark" | "unmark":
                lab.change(name, security_marking="Sekretessmarkering" if step == "mark" else "Ingen")
            case "rename":
                lab.change(name, attributes=dict(lab.people[name].attributes) | {"givenName": f"N{len(held)}"})
            case "leave":
                changes = [one for one in lab.api.roll.changes() if one.person == name]
                if not changes or changes[-1].after:
                    lab.api.roll.leave(name)
            case "come back":
                lab.api.roll.put(lab.people[name])
        spelled = {"activitites": "activities"}
        for kind, names in (await lab.gone(after=since)).items():
            for one in names:
                held.pop((spelled.get(kind, kind), one), None)
        for kind in SINGULAR:
            for one in await lab.everything(f"/{kind}", **{"meta.modified.after": since}):
                held[kind, one["id"]] = one
        moments = [one.at for one in lab.api.roll.changes()]
        since = moments[-1].isoformat() if moments else since
    whole = await snapshot(lab)
    assert {key: bare(one) for key, one in held.items()} == {key: bare(one) for key, one in whole.items()}
    fresh = type(lab.api)(lab.api._config, lab.state, lab.api._webhooks)
    view, other = (api._views.of(lab.callers["reading"]).view for api in (lab.api, fresh))
    assert {(k, n): view.modified((k, n)) for k in SINGULAR for n in view[k]} == {
        (k, n): other.modified((k, n)) for k in SINGULAR for n in other[k]
    }
    assert view.gone == other.gone


async def test_what_is_gone_comes_page_by_page(lab: Any) -> None:
    for number in range(1, 8):
        lab.api.roll.leave(f"elev-{number:04d}")
    whole = await lab.gone()
    found: dict[str, list[str]] = {}
    answer = (await lab.get("/deletedEntities", limit=2, entities="Person,Attendance")).json()
    while True:
        assert sum(map(len, answer["data"].values())) <= 2
        for kind, names in answer["data"].items():
            found.setdefault(kind, []).extend(names)
        if not answer["pageToken"]:
            break
        token = answer["pageToken"]
        assert (await lab.get("/deletedEntities", pageToken=token, entities="Person")).status_code == 400
        answer = (await lab.get("/deletedEntities", limit=2, pageToken=token)).json()
    assert found == {kind: whole[kind] for kind in ("persons", "attendances")}


async def test_once_an_agreement_is_over_everything_is_to_be_deleted(new_lab: Any, agreed: Any) -> None:
    lab = new_lab(agreed(valid={"from": "2026-01-01", "until": "2026-11-23"}))
    known = {kind: {one["id"] for one in await lab.everything(f"/{kind}")} for kind in SINGULAR}
    lab.now += dt.timedelta(days=1)
    assert (await lab.get("/persons")).status_code == 403
    found: dict[str, set[str]] = {kind: set() for kind in SINGULAR}
    answer = (await lab.get("/deletedEntities", limit=100)).json()
    while True:
        for kind, names in answer["data"].items():
            found[kind.replace("activitites", "activities")] |= set(names)
        if not answer["pageToken"]:
            break
        answer = (await lab.get("/deletedEntities", limit=100, pageToken=answer["pageToken"])).json()
    assert found == known
    lab.change("elev-0001", school_units=("00001102",))
    lab.now += dt.timedelta(days=31)
    assert (await lab.get("/deletedEntities")).status_code == 403


async def test_who_left_before_the_agreement_began_is_not_told_of(new_lab: Any, agreed: Any) -> None:
    lab = new_lab(agreed(valid={"from": "2026-11-25", "until": "2027-06-30"}))
    lab.api.roll.leave("elev-0001")
    lab.now += dt.timedelta(days=2)
    lab.api.roll.leave("elev-0002")
    assert (await lab.gone())["persons"] == [person_id("elev-0002", AGREEMENT)]


async def test_a_family_that_changes_is_told_on_both_sides(lab: Any, folk: Any) -> None:
    guardian = next(one for one in folk.values() if one.role == "guardian" and not one.protected)
    child = folk["elev-0009"]
    wards = (*guardian.values("sisLegalGuardianFor"), *child.values("eduPersonPrincipalName"))
    lab.change(guardian.id, attributes=dict(guardian.attributes) | {"sisLegalGuardianFor": wards})
    told = {one["id"]: one for one in await lab.everything("/persons", **AFTER)}
    assert set(told) == {person_id(child.id, AGREEMENT)}
    responsibles = told[person_id(child.id, AGREEMENT)]["responsibles"]
    assert person_id(guardian.id, AGREEMENT) in {one["person"]["id"] for one in responsibles}
    lab.api.roll.leave(guardian.id)
    assert (await lab.gone())["persons"] == [person_id(guardian.id, AGREEMENT)]
    left = (await lab.get(f"/persons/{person_id(child.id, AGREEMENT)}")).json()["responsibles"]
    assert [one for one in responsibles if one["person"]["id"] != person_id(guardian.id, AGREEMENT)] == left
