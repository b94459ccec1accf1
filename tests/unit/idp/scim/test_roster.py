"""What a receiver is to hold, by its agreement, said as EGIL says it."""

import json
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from itertools import chain
from typing import Any

import pytest
from agreements import EVERYTHING
from egil_lab import NOW, OF_SCHOOL, SECRET, an_agreement, refs
from egil_models import MODELS
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scim2_models import Context

from idp.population.school import OWNER
from idp.scim.kinds import Kind
from idp.scim.resources import USER_EXTENSION
from idp.scim.roster import Roster
from idp.ss12000.ids import person_id
from idp.ss12000.lens import Lens
from idp.ss12000.profile import Profile
from idp.ss12000.roll import Change
from idp.ss12000.view import View
from idp.ss12000.world import World
from testbed.model.attributes import covering
from testbed.model.written import Agreement, Person

OF_PLACES = ("sisSchoolUnitCode", "sisSchoolCourseStudent", "sisSchoolCourseTeacher", "sisLegalGuardianFor")
TOLD_APART = ("eduPersonPrincipalName", "displayName", "mail", "norEduPersonNIN", "street", "telephoneNumber")
"""Attributes whose values are nobody else's, and no part of one another."""


def roster(people: Mapping[str, Person], agreement: Agreement) -> Roster:
    return Roster(View(Lens(World(people), Profile(agreement, SECRET), OWNER), ()))


def bodies(of: Roster) -> list[tuple[Kind, dict[str, Any]]]:
    return [(kind, json.loads(of.body(kind, name))) for kind in Kind for name in of[kind]]


def pupil(people: Mapping[str, Person], of: Roster, person: Person) -> dict[str, Any]:
    account = person.attributes["eduPersonPrincipalName"]
    return next(body for kind, body in bodies(of) if kind is Kind.STUDENT and body["userName"] == account)


def as_the_models_write(found: list[tuple[Kind, dict[str, Any]]]) -> list[tuple[Kind, dict[str, Any]]]:
    context = Context.RESOURCE_CREATION_REQUEST
    models = [(kind, MODELS[kind].model_validate(body, scim_ctx=context)) for kind, body in found]
    return [(kind, json.loads(model.model_dump_json(scim_ctx=context))) for kind, model in models]


def test_every_body_is_what_its_model_writes_in_a_request_that_creates(folk: Mapping[str, Person]) -> None:
    everybody = {"subjects": (*OF_SCHOOL, "guardian"), "required": EVERYTHING}
    found = bodies(roster(folk, an_agreement(everybody)))
    assert {kind for kind, _ in found} == set(Kind)
    assert found == as_the_models_write(found)


@pytest.mark.parametrize("left_out", ["userName", "displayName"])
def test_a_user_needs_what_the_profile_demands(folk: Mapping[str, Person], left_out: str) -> None:
    body = next(body for kind, body in bodies(roster(folk, an_agreement())) if kind is Kind.STUDENT)
    del body[left_out]
    with pytest.raises(ValidationError):
        MODELS[Kind.STUDENT].model_validate(body, scim_ctx=Context.RESOURCE_CREATION_REQUEST)


def test_a_pupil(folk: Mapping[str, Person]) -> None:
    person = next(one for one in folk.values() if one.attributes.get("sisSchoolGrade") == "0" and not one.protected)
    body = pupil(folk, roster(folk, an_agreement()), person)
    own = person.attributes
    extension = body.pop(USER_EXTENSION)
    assert body.pop("schemas") == ["urn:ietf:params:scim:schemas:core:2.0:User", USER_EXTENSION]
    body.pop("externalId")
    assert body == {
        "userName": own["eduPersonPrincipalName"],
        "displayName": own["displayName"],
        "name": {"givenName": own["givenName"], "familyName": own.get("sn", "")},
        "emails": [{"value": own["mail"]}],
    }
    (enrolment,) = extension["enrolments"]
    assert enrolment == {
        "value": enrolment["value"],
        "$ref": f"SchoolUnits/{enrolment['value']}",
        "schoolYear": 0,
        "schoolType": "FSK",
    }
    assert extension["civicNo"] == own["norEduPersonNIN"]
    assert extension["securityMarking"] is False


def test_a_school_unit_and_what_is_there(folk: Mapping[str, Person]) -> None:
    found = bodies(roster(folk, an_agreement()))
    ((_, owner),) = [one for one in found if one[0] is Kind.ORGANISATION]
    units = {body["externalId"]: body for kind, body in found if kind is Kind.SCHOOL_UNIT}
    assert {one["schoolUnitCode"] for one in units.values()} == {"00001101", "00001102", "00001103"}
    assert {one["organisation"]["value"] for one in units.values()} == {owner["externalId"]}
    employment = next(body for kind, body in found if kind is Kind.EMPLOYMENT)
    assert employment["employmentRole"] in ("Lärare", "Annan personal")
    assert employment["employedAt"]["value"] in units
    group = next(body for kind, body in found if kind is Kind.STUDENT_GROUP)
    assert group["studentGroupType"] == "Klass"
    assert group["schoolType"] in ("FSK", "GR", "GY")
    assert group["owner"]["value"] in units
    assert any(body.get("teachers") for kind, body in found if kind is Kind.ACTIVITY)


def test_whoever_is_not_surely_unprotected_is_marked(folk: Mapping[str, Person]) -> None:
    # NOTE: no agreement has both protected people and their marking, so one who is seen is marked here.
    view = View(Lens(World(folk), Profile(an_agreement(), SECRET), OWNER), ())
    name = Roster(view)[Kind.STUDENT][0]
    seen = view["persons"][name]
    for marking, told in (("Ingen", False), ("Sekretessmarkering", True), ("Skyddad folkbokföring", True)):
        marked = replace(seen, person=seen.person.model_copy(update={"security_marking": marking}))
        view["persons"][name] = marked  # type: ignore[index]
        assert Roster(view).facts(Kind.STUDENT, name)[USER_EXTENSION]["securityMarking"] is told  # type: ignore[index]


@pytest.mark.parametrize("kind", list(Kind))
def test_no_display_names_in_references(folk: Mapping[str, Person], kind: Kind) -> None:
    of = roster(folk, an_agreement())
    said = json.dumps([of.facts(kind, name) for name in of[kind]])
    assert said.count('"displayName"') == len(of[kind]) * (kind is not Kind.EMPLOYMENT)


def test_without_school_units_nothing_that_needs_one(folk: Mapping[str, Person]) -> None:
    names = ("eduPersonPrincipalName", "sisSchoolCourseStudent", "sisSchoolCourseTeacher")
    of = roster(folk, an_agreement({"subjects": OF_SCHOOL, "required": names}))
    assert not any(of[kind] for kind in (Kind.SCHOOL_UNIT, Kind.EMPLOYMENT, Kind.STUDENT_GROUP, Kind.ACTIVITY))
    assert of[Kind.STUDENT]


def test_nothing_of_nobody() -> None:
    of = Roster(None)
    assert not any(of[kind] for kind in Kind)
    with pytest.raises(KeyError):
        of.facts(Kind.STUDENT, "x")


@settings(max_examples=40, deadline=None)
@given(
    agreed=st.sets(st.sampled_from(EVERYTHING)),
    roles=st.sets(st.sampled_from((*OF_SCHOOL, "guardian")), min_size=1),
    treatment=st.sampled_from(["withhold", "pseudonym"]),
)
def test_what_is_not_agreed_is_not_there(
    few: Mapping[str, Person], agreed: set[str], roles: set[str], treatment: str
) -> None:
    clause = {"subjects": tuple(roles), "required": tuple(agreed)}
    said = json.dumps(bodies(roster(few, an_agreement(clause, protected_identity=treatment))), ensure_ascii=False)
    for person in few.values():
        told = covering(agreed) if person.role in roles and not person.protected else frozenset()
        values = chain.from_iterable(person.values(name) for name in TOLD_APART if name not in told)
        # NOTE: who has one name alone is displayed by it.
        assert not [value for value in values if value != person.attributes["givenName"] and f'"{value}"' in said]


@settings(max_examples=60, deadline=None)
@given(
    by_role=st.dictionaries(st.sampled_from((*OF_SCHOOL, "guardian")), st.sets(st.sampled_from(OF_PLACES)), min_size=1)
)
@example(by_role={"pupil": {"sisSchoolUnitCode"}, "teacher": {"sisSchoolCourseTeacher"}})
def test_no_reference_leads_nowhere(few: Mapping[str, Person], by_role: dict[str, set[str]]) -> None:
    clauses = [{"subjects": (role,), "required": tuple(names)} for role, names in by_role.items()]
    of = roster(few, an_agreement(*clauses))
    wanted: dict[str, set[str]] = {}
    for kind in Kind:
        wanted.setdefault(kind.endpoint, set()).update(of[kind])
    found = bodies(of)
    for _, body in found:
        assert not [(endpoint, name) for endpoint, name in refs(body) if name not in wanted[endpoint]]
    assert found == as_the_models_write(found)


def test_digests_of_an_earlier_roster_are_good_for_whoever_has_not_changed(folk: Mapping[str, Person]) -> None:
    everybody = {"subjects": (*OF_SCHOOL, "guardian"), "required": EVERYTHING}
    view = View(Lens(World(folk), Profile(an_agreement(everybody), SECRET), OWNER), ())
    left: dict[str, Any] = {}
    first = digests(Roster(view, left))
    assert digests(Roster(view, left)) == first == digests(Roster(view))
    guardian = next(one for one in folk.values() if one.role == "guardian" and not one.protected)
    renamed = guardian.model_copy(update={"attributes": {**guardian.attributes, "displayName": "Nytt Namn"}})
    gone = next(one for one in folk.values() if one.role == "teacher" and not one.protected)
    view.follow([Change(NOW, guardian.id, renamed), Change(NOW, gone.id, None)])
    second = digests(Roster(view, left))
    assert second == digests(Roster(view))
    assert len(left) == len(view["persons"]) == len(first) - 1
    changed = {name for name, digest in second.items() if first[name] != digest}
    wards = {one.id for one in view.lens.wards(view["persons"][person_id(guardian.id, "reading-2026")])}
    assert wards
    assert changed == {person_id(guardian.id, "reading-2026"), *wards}


def digests(of: Roster) -> dict[str, bytes]:
    """Of all persons."""
    found: dict[str, bytes] = {}
    for kind in (Kind.GUARDIAN, Kind.STUDENT, Kind.TEACHER):
        for name in of[kind]:
            found[name] = of.digested(kind, name) or sha256(of.body(kind, name)).digest()
            of.remember(kind, name, found[name])
    return found
