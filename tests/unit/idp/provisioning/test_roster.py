"""What is made of the school's data for the national tests: no more than they need, and nobody that they have not."""

from collections.abc import Mapping
from typing import Any

import pytest

from idp.provisioning.kinds import Kind
from idp.ss12000.ids import organisation_id, person_id
from testbed.model.national_tests import test_id as id_of_test
from testbed.model.written import Person
from tests.support.provisioning import MATHS_6, Platform
from tests.support.sending import PUPIL, UNITS, Sender, an_agreement

PERSON = {"id", "givenName", "familyName", "eduPersonPrincipalNames", "civicNo", "emails", "enrolments"}


def by_name(school: Sender, kind: Kind) -> dict[str, Any]:
    return {name: school.roster.facts(kind, name) for name in school.roster[kind]}


def test_ids_of_tests_are_those_that_are_published() -> None:
    assert id_of_test("GRGRMAT01_6") == MATHS_6
    assert id_of_test("MATMAT01") == "505c5ee0-7be4-560d-9c27-10ab0d96ac9a"


def test_who_is_sent_and_who_is_not(school: Sender, folk: Mapping[str, Person]) -> None:
    sent = set(school.roster[Kind.PERSON])
    for one in folk.values():
        tested = one.role == "pupil" and one.values("sisSchoolGrade") != ("0",)
        taught = one.role == "teacher"
        here = set(one.school_units) & set(UNITS[:2])
        assert (person_id(one.id) in sent) == (
            one.school == "skola" and bool(here) and (tested or taught) and not one.protected
        ), one.id


def test_what_is_said_of_each(school: Sender, folk: Mapping[str, Person]) -> None:
    people = {person_id(one.id): one for one in folk.values()}
    for name, told in by_name(school, Kind.PERSON).items():
        person = people[name]
        assert told.keys() <= PERSON
        assert told["civicNo"] == {"value": person.values("norEduPersonNIN")[0], "nationality": "SE"}
        assert told["eduPersonPrincipalNames"] == [person.values("eduPersonPrincipalName")[0]]
        if person.role == "pupil":
            assert "emails" not in told
            places = {organisation_id(code) for code in person.school_units}
            for enrolment in told["enrolments"]:
                assert enrolment["enroledAt"]["id"] in places
                assert str(enrolment["schoolYear"]) == person.values("sisSchoolGrade")[0]
        else:
            assert told["emails"] == [{"value": person.values("mail")[0], "type": "Skola personal"}]
            assert "enrolments" not in told


def test_whoever_has_one_name_alone_has_it_twice(school: Sender, folk: Mapping[str, Person]) -> None:
    told = by_name(school, Kind.PERSON)
    alone = [one for one in folk.values() if not one.values("sn") and person_id(one.id) in told]
    assert alone
    for one in alone:
        said = told[person_id(one.id)]
        assert (said["givenName"], said["familyName"]) == one.values("givenName") * 2


def test_nothing_is_named_that_is_not_sent(school: Sender) -> None:
    persons, duties, groups = (set(school.roster[kind]) for kind in (Kind.PERSON, Kind.DUTY, Kind.GROUP))
    assert all(one["person"]["id"] in persons for one in by_name(school, Kind.DUTY).values())
    sent_groups, activities = by_name(school, Kind.GROUP), by_name(school, Kind.ACTIVITY)
    assert all(m["person"]["id"] in persons for one in sent_groups.values() for m in one["groupMemberships"])
    assert {one["groupType"] for one in sent_groups.values()} == {"Klass"}
    assert {one["displayName"] for one in sent_groups.values()} == {f"{year}A" for year in range(1, 10)}
    assert all(group["id"] in groups for one in activities.values() for group in one["groups"])
    assert all(t["duty"]["id"] in duties for one in activities.values() for t in one["teachers"])
    assert {one["displayName"] for one in activities.values()} == {f"Undervisning {year}A" for year in (3, 6, 9)}
    assert {one["parentActivity"]["id"] for one in activities.values()} == {
        id_of_test(f"GRGRMAT01_{year}") for year in (3, 6, 9)
    }


@pytest.mark.parametrize("missing", PUPIL)
def test_one_of_whom_too_little_may_be_known_is_not_sent(
    platform: Platform, folk: Mapping[str, Person], missing: str
) -> None:
    kept = [name for name in (*PUPIL, "mail") if name != missing]
    school = Sender(platform, folk, agreement=an_agreement(data=[{"subjects": ["pupil"], "required": kept}]))
    assert school.roster[Kind.PERSON] == ([])


def test_teachers_without_an_address_are_not_sent(platform: Platform, folk: Mapping[str, Person]) -> None:
    clause = {"subjects": ["teacher"], "required": PUPIL[:-1]}
    assert Sender(platform, folk, agreement=an_agreement(data=[clause])).roster[Kind.PERSON] == []


@pytest.mark.parametrize("treatment", ["withhold", "pseudonym"])
def test_protected_people_are_not_sent(platform: Platform, folk: Mapping[str, Person], treatment: str) -> None:
    school = Sender(platform, folk, agreement=an_agreement(protected_identity=treatment))
    protected = [one for one in folk.values() if one.protected]
    assert protected
    said = str(school.wanted())
    for one in protected:
        assert person_id(one.id) not in said
        assert one.values("norEduPersonNIN")[0] not in said


def test_a_marking_is_told_where_it_was_agreed_on_and_never_in_a_reference(
    platform: Platform, folk: Mapping[str, Person]
) -> None:
    clause = {"subjects": ["pupil"], "required": [*PUPIL, "securityMarking", "sisSchoolCourseStudent", "displayName"]}
    school = Sender(platform, folk, agreement=an_agreement(data=[clause]))
    assert {one["securityMarking"] for one in by_name(school, Kind.PERSON).values()} == {"Ingen"}
    others = {**by_name(school, Kind.GROUP), **by_name(school, Kind.ACTIVITY)}
    assert others
    assert "securityMarking" not in str(others)


def test_nothing_is_there_for_whoever_may_see_nothing(platform: Platform, folk: Mapping[str, Person]) -> None:
    ended = an_agreement(valid={"from": "2025-08-01", "until": "2026-01-01"})
    for agreement in (None, ended):
        school = Sender(platform, folk, agreement=agreement)
        assert school.wanted() == {kind.endpoint: {} for kind in Kind}
        with pytest.raises(KeyError):
            school.roster.facts(Kind.PERSON, "x")
