"""What is told of people by reference: resolved by the records that were given out, by whichever protocol."""

import json
from collections.abc import Callable

import pytest
from pushing import GROUP, PEOPLE, SCHOOL, UNIT, VENDOR, Pushing, enrolled, group, unit, user

from testbed.checks.core import run_checks
from testbed.model.exchange_messages import DataRecord
from testbed.model.privacy import Channel, Disclosure
from testbed.model.wire import Pointer, Request, Response
from testbed.privacy.people import PeopleIndex
from testbed.privacy.references import person_of

type Told = set[tuple[str, str, str]]


def told(pushed: Pushing) -> Told:
    places = ("/value", "/id", "/securityMarking")
    return {
        (one.attribute, one.person, one.value)
        for one in pushed.evidence().disclosures
        if one.where.locator.endswith(places)
    }


def findings(pushed: Pushing, check: str) -> list[tuple[str, str]]:
    (result,) = [one for one in run_checks(pushed.evidence()) if one.check == check]
    return [(finding.attribute, finding.person) for finding in result.findings]


def by_scim(pushed: Pushing) -> None:
    pushed.call("POST", "/SchoolUnits", unit("unit-1", UNIT))
    pushed.call("POST", "/Users", user("ada", **enrolled("unit-1")))
    pushed.call("POST", "/StudentGroups", group("g-1", "1A", "ada"))


ORGANISATION = {"id": "unit-1", "displayName": "Björkskolan", "schoolUnitCode": UNIT}
ADA = {
    "id": "id-ada",
    "givenName": "Ada",
    "familyName": "Lind",
    "eduPersonPrincipalNames": ["ada@skola.test"],
    "enrolments": [{"enroledAt": {"id": "unit-1"}, "schoolYear": 1}],
}
CLASS = {
    "id": "g-1",
    "displayName": "1A",
    "groupType": "Klass",
    "organisation": {"id": "unit-1"},
    "groupMemberships": [{"person": {"id": "id-ada"}}],
}


def by_fetching(pushed: Pushing) -> None:
    pushed.vendor["protocol"] = "ss12000"
    del pushed.vendor["exchange"]["receives"]
    for name, record in (("organisations", ORGANISATION), ("persons", ADA), ("groups", CLASS)):
        request = Request("GET", f"https://{SCHOOL}/v2/{name}", (("Authorization", "Bearer t"),))
        body = json.dumps({"data": [record], "pageToken": None}).encode()
        pushed.exchange(VENDOR, request, Response(200, (("Content-Type", "application/json"),), body))


def by_provisioning(pushed: Pushing) -> None:
    pushed.vendor["protocol"] = "provisioning"
    # NOTE: units are no part of this protocol; here the vendor fetches them from the school besides.
    request = Request("GET", f"https://{SCHOOL}/v2/organisations", (("Authorization", "Bearer t"),))
    body = json.dumps({"data": [ORGANISATION], "pageToken": None}).encode()
    pushed.exchange(VENDOR, request, Response(200, (("Content-Type", "application/json"),), body))
    for name, record in (("persons", ADA), ("groups", CLASS)):
        pushed.call("POST", f"/{name}/bulk", {"data": [record]}, 202, {"jobId": "j"}, media_type="application/json")


WAYS = pytest.mark.parametrize("way", [by_scim, by_fetching, by_provisioning])


@WAYS
def test_units_and_groups_are_told_of_those_who_belong_to_them(way: Callable[[Pushing], None]) -> None:
    pushed = Pushing()
    way(pushed)
    assert told(pushed) == {("sisSchoolUnitCode", "ada", UNIT), ("sisSchoolCourseStudent", "ada", GROUP)}
    channel = Channel.SCIM if way is by_scim else Channel.SS12000
    by_reference = [one for one in pushed.evidence().disclosures if one.attribute.startswith("sisSchoolC")]
    assert {(one.sender, one.recipient, one.channel) for one in by_reference} == {(SCHOOL, VENDOR, channel)}


@WAYS
def test_a_school_that_gives_away_units_and_groups_beyond_the_agreement_is_noticed(
    way: Callable[[Pushing], None],
) -> None:
    pushed = Pushing()
    way(pushed)
    assert findings(pushed, "data.released-within-agreement") == []
    narrow = Pushing()
    narrow.agreement["data"][0] |= {"required": ["eduPersonPrincipalName", "displayName", "givenName", "sn"]}
    narrow.agreement["data"][0]["optional"] = ["sisSchoolGrade"]
    way(narrow)
    assert set(findings(narrow, "data.released-within-agreement")) == {
        ("sisSchoolUnitCode", "ada"),
        ("sisSchoolCourseStudent", "ada"),
    }


def test_without_the_records_a_reference_tells_of_nobody() -> None:
    pushed = Pushing()
    pushed.call("POST", "/Users", user("ada", **enrolled("unit-1")))
    pushed.call("POST", "/StudentGroups", group("g-1", "1A", "bodil"))
    assert told(pushed) == set()


def test_an_id_that_was_two_persons_is_nobody_s() -> None:
    pushed = Pushing()
    for name in ("ada", "bodil"):
        pushed.call("POST", "/Users", user(name, one="id-x"))
    pushed.call("POST", "/StudentGroups", {**group("g-1", "1A"), "studentMemberships": [{"value": "id-x"}]})
    assert told(pushed) == set()


def test_a_group_that_people_json_does_not_know_is_told_by_its_name() -> None:
    pushed = Pushing()
    pushed.call("POST", "/Users", user("ada"))
    pushed.call("POST", "/StudentGroups", group("g-9", "9Z", "ada"))
    assert told(pushed) == {("sisSchoolCourseStudent", "ada", "9Z")}


def test_who_teaches_is_told_by_employments_and_activities() -> None:
    pushed = Pushing()
    pushed.call("POST", "/SchoolUnits", unit("unit-1", UNIT))
    pushed.call("POST", "/Users", user("tea"))
    pushed.call(
        "POST", "/Employments", {"externalId": "e", "user": {"value": "id-tea"}, "employedAt": {"value": "unit-1"}}
    )
    pushed.call("POST", "/StudentGroups", group("g-1", "1A"))
    pushed.call("POST", "/Activities", {"externalId": "a", "groups": [{"value": "g-1"}], "teachers": [{"value": "e"}]})
    assert told(pushed) == {("sisSchoolUnitCode", "tea", UNIT), ("sisSchoolCourseTeacher", "tea", GROUP)}


def test_a_marking_by_true_is_told_and_noticed() -> None:
    pushed = Pushing()
    pushed.call("POST", "/Users", user("disa", securityMarking=True))
    assert ("securityMarking", "disa") in findings(pushed, "data.protected-identity-withheld")
    silent = Pushing()
    silent.call("POST", "/Users", user("ada", securityMarking=False))
    assert findings(silent, "data.protected-identity-withheld") == []


def test_a_protected_member_by_name_in_a_reference_is_noticed() -> None:
    pushed = Pushing()
    members = [{"value": "id-disa", "displayName": "Disa Lind"}]
    pushed.call("POST", "/StudentGroups", {**group("g-1", "1A"), "studentMemberships": members})
    assert findings(pushed, "data.protected-identity-withheld") == [("displayName", "disa")]


def test_a_guardian_is_told_of_where_the_guardian_is_known() -> None:
    pushed = Pushing()
    relations = [{"value": "id-tea", "relationType": "Vårdnadshavare"}]
    pushed.call("POST", "/Users", user("tea"))
    pushed.call("POST", "/Users", user("ada", userRelations=relations))
    assert told(pushed) == {("sisLegalGuardianFor", "tea", "ada")}


def test_whose_a_record_is_is_told_by_what_is_one_person_s_alone_else_by_all_together() -> None:
    index = PeopleIndex.of(PEOPLE.values())

    def whose(*identifiers: tuple[str, str]) -> str:
        return person_of(DataRecord(Pointer(1, "x"), "i", identifiers=identifiers), index)

    assert whose(("eduPersonPrincipalName", "ada@skola.test"), ("givenName", "Bodil")) == "ada"
    assert whose(("givenName", "Bodil"), ("sn", "Lind")) == "bodil"
    assert whose(("sn", "Lind")) == ""
    assert whose(("eduPersonPrincipalName", "nobody@skola.test")) == ""
    assert whose() == ""


def test_a_unit_itself_is_nobody_s_data() -> None:
    pushed = Pushing()
    pushed.call("POST", "/SchoolUnits", unit("unit-1", UNIT))
    assert pushed.evidence().disclosures == ()


def test_a_value_that_several_share_is_told_of_the_record_s_person() -> None:
    pushed = Pushing()
    pushed.call("POST", "/Users", user("ada", **enrolled("unit-1")))
    grades = [one for one in pushed.evidence().disclosures if one.attribute == "sisSchoolGrade"]
    assert [(one.person, one.value) for one in grades] == [("ada", "1")]
    assert all(isinstance(one, Disclosure) for one in grades)


def test_what_the_vendor_answers_the_school_is_no_disclosure() -> None:
    pushed = Pushing()
    pushed.call("GET", "/Users", None, 200, {"Resources": [user("ada")]})
    pushed.call("POST", "/Users", user("ada"), 409, {"detail": "Ada Lind"})
    assert {one.recipient for one in pushed.evidence().disclosures} == {VENDOR}
