"""What the school lets go: each disclosure is held against by one of three checks, and by no other."""

from typing import Any

import pytest

from testbed.model.privacy import Channel
from testbed.model.verdict import Verdict
from testbed.privacy.people import NAME_ID

RELEASED, ROWS, IN_FORCE = "data.released-within-agreement", "data.rows-within-agreement", "data.agreement-in-force"
ONWARD = "data.no-onward-transfer"
LIMITED = {"subjects": ["pupil"], "required": ["sisSchoolUnitCode"], "optional": ["mail"]}


def blamed(told: Any, *checks: str) -> dict[str, list[str]]:
    """The attributes that each check has a finding about."""
    return {check: [finding.attribute for finding in told.of(check).findings] for check in checks}


def test_what_is_agreed_is_found_by_none(told: Any) -> None:
    told.released("sisSchoolUnitCode")
    told.named()
    for check in (RELEASED, ROWS, IN_FORCE, ONWARD):
        assert (told.of(check).verdict, told.of(check).findings) == (Verdict.PASS, ())


def test_what_is_agreed_of_nobody_in_the_role_is_over_release(told: Any) -> None:
    told.released("mail")
    assert blamed(told, RELEASED, ROWS, ONWARD) == {RELEASED: ["mail"], ROWS: [], ONWARD: []}


def test_what_is_agreed_of_another_role_is_over_release_too(told: Any) -> None:
    told.agreement["data"].append({"subjects": ["teacher"], "required": ["mail"]})
    told.released("mail")
    assert blamed(told, RELEASED, ROWS) == {RELEASED: ["mail"], ROWS: []}


def test_of_a_role_that_no_clause_speaks_of_it_is_the_person_that_is_wrong(told: Any) -> None:
    told.player = "tea"
    told.released("sisSchoolUnitCode")
    told.released("mail")
    assert blamed(told, RELEASED, ROWS) == {RELEASED: [], ROWS: ["sisSchoolUnitCode", "mail"]}
    assert "no clause speaks of a teacher" in told.of(ROWS).findings[0].observed


@pytest.mark.parametrize(
    ("player", "limits", "outside"),
    [
        ("ada", {"grades": [4]}, ""),
        ("ada", {"school_units": ["00001101"], "grades": [3, 4]}, ""),
        ("cy", {"grades": [4]}, "another grade"),
        ("di", {"school_units": ["00001101"]}, "another school unit"),
        ("di", {"school_units": ["00001101"], "grades": [5]}, "another school unit or grade"),
    ],
)
def test_persons_outside_the_limits(player: str, limits: dict[str, Any], outside: str, told: Any) -> None:
    told.player = player
    told.agreement["data"] = [{**LIMITED, "limits": limits}]
    told.released("mail")
    told.named()
    expected = ["mail", "sub"] if outside else []
    assert blamed(told, RELEASED, ROWS) == {RELEASED: [], ROWS: expected}
    assert all(finding.observed.endswith(outside) for finding in told.of(ROWS).findings)
    assert {finding.person for finding in told.of(ROWS).findings} == ({player} if outside else set())


def test_a_pupil_of_several_units_is_inside_by_one_of_them(told: Any) -> None:
    told.people["di"] = told.people["di"].model_copy(update={"school_units": ("00001102", "00001101")})
    told.player = "di"
    told.agreement["data"] = [{**LIMITED, "limits": {"school_units": ["00001101"]}}]
    told.released("sisSchoolUnitCode", "00001102")
    assert told.of(ROWS).verdict is Verdict.PASS


def test_a_teacher_has_no_grade_and_is_limited_by_units_alone(told: Any) -> None:
    told.player = "tea"
    clause = {"subjects": ["pupil", "teacher"], "required": ["mail"]}
    for limits, found in (({"grades": [1]}, []), ({"grades": [1], "school_units": ["00001102"]}, ["mail"])):
        told.agreement["data"] = [{**clause, "limits": limits}]
        told.disclosures = []
        told.released("mail")
        assert blamed(told, ROWS) == {ROWS: found}


def test_a_pupil_whose_grade_nobody_knows_is_outside(told: Any) -> None:
    attributes = {name: value for name, value in told.people["ada"].attributes.items() if name != "sisSchoolGrade"}
    told.people["ada"] = told.people["ada"].model_copy(update={"attributes": attributes})
    told.agreement["data"] = [{**LIMITED, "limits": {"grades": [4]}}]
    told.released("mail")
    assert blamed(told, ROWS) == {ROWS: ["mail"]}


def test_what_one_clause_agrees_for_everyone_another_does_not_narrow(told: Any) -> None:
    told.player = "cy"
    told.agreement["data"].append({**LIMITED, "limits": {"grades": [4]}})
    told.released("sisSchoolUnitCode")
    told.released("mail")
    told.named()
    assert blamed(told, RELEASED, ROWS) == {RELEASED: [], ROWS: ["mail"]}


def test_whoever_moves_during_the_play_belonged_to_both_units(told: Any) -> None:
    told.agreement["data"] = [{**LIMITED, "limits": {"school_units": ["00001102"]}}]
    told.scenario |= {"flow": "change-school", "moves_to": "00001102"}
    told.released("mail")
    told.released("mail", person="bo")
    assert [finding.person for finding in told.of(ROWS).findings] == ["bo"]


def test_a_sub_processor_s_own_data_about_somebody_outside(told: Any) -> None:
    told.player = "cy"
    told.agreement["data"] = [{**LIMITED, "limits": {"grades": [4]}}]
    told.agreement["recipients"][0]["data"] = ["mail"]
    told.sent("mail", recipient="cdn.test")
    told.sent("sisSchoolUnitCode", recipient="cdn.test")
    assert blamed(told, ROWS, ONWARD) == {ROWS: ["mail"], ONWARD: ["sisSchoolUnitCode"]}


def test_a_sub_processor_s_own_data_about_a_role_that_no_clause_speaks_of(told: Any) -> None:
    told.player = "tea"
    told.agreement["data"] = [LIMITED]
    told.agreement["recipients"][0]["data"] = ["mail"]
    told.sent("mail", recipient="cdn.test")
    told.sent("sisSchoolUnitCode", recipient="cdn.test")
    assert blamed(told, ROWS, ONWARD) == {ROWS: ["mail"], ONWARD: ["sisSchoolUnitCode"]}


def test_what_the_vendor_tells_itself_is_not_the_school_s_release(told: Any) -> None:
    told.player = "tea"
    told.released("mail", sender="app.test", channel=Channel.URL)
    assert blamed(told, RELEASED, ROWS) == {RELEASED: [], ROWS: []}


def test_what_reaches_a_stranger_is_a_matter_of_onward_transfer_alone(told: Any) -> None:
    told.player = "tea"
    told.sent("sisSchoolUnitCode")
    told.released("mail", recipient="tracker.test")
    found = {RELEASED: [], ROWS: [], ONWARD: ["sisSchoolUnitCode", "mail"]}
    assert blamed(told, RELEASED, ROWS, ONWARD) == found


def test_a_release_by_no_protocol_that_is_known_is_one_all_the_same(told: Any) -> None:
    told.released("mail", channel=Channel.URL, form="base64")
    (finding,) = told.of(RELEASED).findings
    assert finding.observed.endswith("to app.test, as base64")


def test_the_name_of_an_account_is_no_attribute(told: Any) -> None:
    told.released(NAME_ID, "x1y2z3", channel=Channel.BODY)
    assert blamed(told, RELEASED, ROWS) == {RELEASED: [], ROWS: []}


def test_a_login_that_tells_no_attribute_still_tells_of_somebody(told: Any) -> None:
    told.player = "tea"
    told.named()
    told.named(number=2)
    told.named(number=99)
    told.named(attribute="eduPersonPrincipalName")
    assert blamed(told, ROWS) == {ROWS: ["sub"]}
    assert told.of(ROWS).findings[0].person == "tea"


def test_what_several_share_is_over_release_where_it_is_agreed_of_nobody(told: Any) -> None:
    told.released("givenName", "Ada", person="")
    (finding,) = told.of(RELEASED).findings
    assert (finding.attribute, finding.person) == ("givenName", "")
    assert told.of(ROWS).verdict is Verdict.PASS


def test_what_several_share_is_nobody_s_fault_where_it_is_agreed_of_some(told: Any) -> None:
    told.released("sisSchoolUnitCode", "00001101", person="")
    assert told.of(RELEASED).verdict is Verdict.PASS
    result = told.of(ROWS)
    assert (result.verdict, result.findings) == (Verdict.NOT_VERIFIED, ())
    assert "sisSchoolUnitCode" in result.reason


def test_whoever_the_people_file_does_not_know_is_not_blamed(told: Any) -> None:
    told.released("sisSchoolUnitCode", "00001101", person="")
    told.named(person="nobody")
    told.disclosures = []
    assert (told.of(ROWS).verdict, told.of(ROWS).findings) == (Verdict.PASS, ())


@pytest.mark.parametrize("check", [RELEASED, ROWS])
def test_what_the_school_sent_and_nobody_can_read_is_not_verified(check: str, told: Any) -> None:
    told.released("sisSchoolUnitCode")
    told.closed("idp.skola.test", "app.test")
    result = told.of(check)
    assert (result.verdict, result.findings) == (Verdict.NOT_VERIFIED, ())
    assert "an encrypted JWT" in result.reason


@pytest.mark.parametrize("check", [RELEASED, ROWS])
def test_what_others_sent_and_nobody_can_read_says_nothing_of_the_school(check: str, told: Any) -> None:
    told.released("sisSchoolUnitCode")
    told.closed("app.test", "app.test")
    told.closed("idp.skola.test", "tracker.test")
    assert told.of(check).verdict is Verdict.PASS


def test_nothing_is_said_where_nothing_was_released(told: Any) -> None:
    assert {told.of(check).verdict for check in (RELEASED, ROWS, IN_FORCE)} == {Verdict.SKIPPED}


def test_a_closed_assertion_is_not_verified(told: Any, sealed: Any) -> None:
    told.messages.append(sealed)
    assert {told.of(check).verdict for check in (RELEASED, ROWS, IN_FORCE)} == {Verdict.NOT_VERIFIED}


def test_an_agreement_that_has_ended_covers_nobody_named_in_it(told: Any) -> None:
    told.agreement["valid"]["until"] = "2026-06-30"
    told.released("sisSchoolUnitCode")
    told.sent("mail", recipient="cdn.test", form="sha256")
    told.sent("mail")
    told.named()
    findings = told.of(IN_FORCE).findings
    assert [(one.attribute, one.recipient) for one in findings] == [
        ("sisSchoolUnitCode", "app.test"),
        ("mail", "cdn.test"),
        ("sub", "app.test"),
    ]
    assert findings[1].observed == "mail was disclosed to cdn.test on 2026-09-01, as sha256"
