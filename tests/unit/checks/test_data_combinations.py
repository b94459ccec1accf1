"""Values that together point at one person, told to somebody who is to know nobody."""

import time
from typing import Any

import pytest

from testbed.model.verdict import Severity, Verdict
from testbed.privacy.people import SUBJECT

CHECK = "data.no-identifying-combination"
ALL_THREE = ("norEduPersonBirthDate", "sisSchoolUnitCode", "sisSchoolGrade")
ONES_OWN = (*ALL_THREE, "givenName")
"""Ada alone has these."""


def blamed(told: Any) -> list[tuple[str, str, str]]:
    return [(finding.attribute, finding.recipient, finding.person) for finding in told.of(CHECK).findings]


def test_a_service_without_names_learns_who_it_is(told: Any) -> None:
    told.agreement["data"] = [{"subjects": ["pupil"], "required": list(ALL_THREE)}]
    del told.people["eva"]
    for name in ALL_THREE:
        told.released(name)
    told.released("pairwise-id", "p@skola.test")
    result = told.of(CHECK)
    assert (result.verdict, result.severity) == (Verdict.WARNING, Severity.SHOULD)
    assert blamed(told) == [(name, "app.test", "ada") for name in ALL_THREE]
    assert result.findings[0].observed == (
        "norEduPersonBirthDate reached app.test, and together with sisSchoolGrade, sisSchoolUnitCode it points at "
        "1 of 5 people"
    )


def test_what_two_people_share_points_at_nobody(told: Any) -> None:
    for name in ALL_THREE:
        told.sent(name)
    assert told.of(CHECK).verdict is Verdict.PASS
    told.sent("givenName")
    assert blamed(told) == [(name, "tracker.test", "ada") for name in ONES_OWN]


def test_the_hosts_of_one_party_know_what_each_was_told(told: Any) -> None:
    told.agreement["recipients"] = [{"name": "CDN AB", "hosts": ["cdn.test", "cdn2.test"], "data": []}]
    for name, host in zip(ONES_OWN, ("cdn.test", "cdn2.test") * 2, strict=True):
        told.sent(name, recipient=host)
    assert len(blamed(told)) == len(ONES_OWN)
    told.disclosures = []
    for name, host in zip(ONES_OWN, ("a.test", "b.test") * 2, strict=True):
        told.sent(name, recipient=host)
    assert told.of(CHECK).verdict is Verdict.PASS


def test_values_that_nobody_can_tell_whose_they_are_tell_it_together(told: Any) -> None:
    for name in ONES_OWN:
        told.sent(name, told.people["ada"].values(name)[0], person="", form="base64")
    assert blamed(told) == [(name, "tracker.test", "ada") for name in ONES_OWN]
    assert ", as base64, and together with" in told.of(CHECK).findings[0].observed


def test_another_person_than_the_one_who_plays(told: Any) -> None:
    for name in ALL_THREE:
        told.sent(name, person="cy")
    assert blamed(told) == [(name, "tracker.test", "cy") for name in ALL_THREE]


def test_the_same_data_by_another_name_and_in_another_spelling(told: Any) -> None:
    told.people["ada"] = told.people["ada"].model_copy(update={"school_units": ("00001101",)})
    for name in ("sisSchoolUnitCode", "norEduOrgUnitUniqueIdentifier"):
        told.sent(name, "00001101")
    assert told.of(CHECK).verdict is Verdict.PASS
    told.sent("norEduPersonBirthDate", "2016-03-12")
    told.sent("schacDateOfBirth", "20160312")
    told.sent("sisSchoolGrade")
    told.sent("givenName", "ADA")
    assert [attribute for attribute, _, _ in blamed(told)] == [
        "sisSchoolUnitCode",
        "norEduPersonBirthDate",
        "sisSchoolGrade",
        "givenName",
    ]


def test_a_value_that_the_person_does_not_have_narrows_nothing(told: Any) -> None:
    for name in ALL_THREE:
        told.sent(name)
    told.sent("givenName", "Beata")
    told.sent("eduPersonAssurance", "high")
    told.sent("shoe size", "38")
    told.sent("mail", "info@skola.test", person="")
    told.sent("givenName", "Ada", person="whom the people file does not know")
    assert told.of(CHECK).verdict is Verdict.PASS


@pytest.mark.parametrize("name", ["eduPersonPrincipalName", "givenName", "subject-id"])
def test_whoever_may_know_the_person_has_nothing_to_put_together(name: str, told: Any) -> None:
    told.agreement["data"] = [{"subjects": ["pupil"], "optional": [name], "required": ["sisSchoolUnitCode"]}]
    for attribute in ONES_OWN:
        told.released(attribute)
    assert (told.of(CHECK).verdict, told.of(CHECK).findings) == (Verdict.SKIPPED, ())


def test_pupils_may_be_nameless_where_teachers_are_not(told: Any) -> None:
    told.agreement["data"].append({"subjects": ["teacher"], "required": ["mail"]})
    for attribute in ONES_OWN:
        told.released(attribute)
    assert len(blamed(told)) == len(ONES_OWN)


def test_of_a_role_that_nobody_speaks_of_the_kind_of_service_counts(told: Any) -> None:
    told.player = "tea"
    for attribute in ("norEduPersonBirthDate", "sisSchoolUnitCode"):
        told.released(attribute)
    assert len(blamed(told)) == 2
    told.agreement["data"].append({"subjects": ["staff"], "required": ["mail"]})
    assert told.of(CHECK).verdict is Verdict.SKIPPED


def test_whoever_was_told_the_account_needs_no_combination(told: Any) -> None:
    for attribute in ONES_OWN:
        told.sent(attribute)
    told.sent("mail", form="sha256")
    assert told.of(CHECK).verdict is Verdict.PASS


def test_a_whole_name_is_no_combination(told: Any) -> None:
    named = {**told.people["ada"].attributes, "sn": "Lind"}
    told.people["ada"] = told.people["ada"].model_copy(update={"attributes": named})
    for attribute in (*ONES_OWN, "sn"):
        told.sent(attribute)
    assert (told.of(CHECK).verdict, told.of(CHECK).findings) == (Verdict.PASS, ())
    told.disclosures = [one for one in told.disclosures if one.attribute != "givenName"]
    assert "sn" in [attribute for attribute, _, _ in blamed(told)]


def test_an_identifier_of_the_vendor_s_own_tells_nobody_who_it_is(told: Any) -> None:
    for attribute in ONES_OWN:
        told.sent(attribute)
    told.sent(SUBJECT, "x1y2z3")
    assert len(blamed(told)) == len(ONES_OWN)


def test_where_there_is_nobody_else_nothing_can_be_said(told: Any) -> None:
    told.people = {"ada": told.people["ada"]}
    for attribute in ONES_OWN:
        told.sent(attribute)
    assert told.of(CHECK).verdict is Verdict.SKIPPED


def test_what_reaches_the_school_is_no_disclosure(told: Any) -> None:
    for attribute in ONES_OWN:
        told.sent(attribute, recipient="idp.skola.test")
    assert told.of(CHECK).verdict is Verdict.SKIPPED


def test_a_list_of_a_whole_school_is_put_together_at_once(told: Any) -> None:
    pupils = [told.people["ada"].model_copy(update={"id": f"p{number}"}) for number in range(500)]
    told.people |= {one.id: one for one in pupils}
    for one in pupils:
        for name in ONES_OWN:
            told.sent(name, person=one.id)
            told.sent(name, f"{one.id} or another", person="")
    started = time.process_time()
    assert told.of(CHECK).verdict is Verdict.PASS
    assert time.process_time() - started < 5
