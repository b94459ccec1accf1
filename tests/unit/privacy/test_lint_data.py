"""One good clause and one good recipient, and one change for each thing that must be noticed."""

from typing import Any

import pytest

from testbed.model.written import Agreement
from testbed.privacy.lint_data import data_remarks
from testbed.privacy.vocabulary import PURPOSES_OF_IDENTIFICATION


def agreement(data: list[dict[str, Any]], recipients: list[dict[str, Any]], protected: str = "withhold") -> Agreement:
    return Agreement.model_validate(
        {
            "id": "reading-app-2026",
            "controller": {"name": "Exempelkommun", "hosts": ["idp.skola.test"]},
            "processor": {"name": "Läsappen AB", "hosts": ["reading-app.test"]},
            "valid": {"from": "2026-01-01", "until": "2027-06-30"},
            "identifier": "pairwise",
            "data": data,
            "recipients": recipients,
            "protected_identity": protected,
        }
    )


IDENTIFICATION = "education:StudentIdentityVerification"
MARKING = ("error", "data.0.optional")
CLAUSE: dict[str, Any] = {
    "subjects": ["pupil"],
    "purpose": "education:StudentContentDelivery",
    "required": ["sisSchoolUnitCode"],
    "optional": ["sisSchoolGrade"],
    "limits": {"school_units": ["12345678"], "grades": [0, 9]},
}
RECIPIENT: dict[str, Any] = {"name": "Bild AB", "hosts": ["cdn.test"], "data": ["sisSchoolGrade"]}


def found(clause: dict[str, Any] | None = None, recipient: dict[str, Any] | None = None) -> set[tuple[str, str]]:
    remarks = data_remarks(agreement([CLAUSE | (clause or {})], [RECIPIENT | (recipient or {})]))
    return {(remark.level, remark.field) for remark in remarks}


def test_good_clause_and_recipient_give_no_remark() -> None:
    assert found() == set()


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ({"purpose": ""}, ("error", "data.0.purpose")),
        ({"purpose": "teaching"}, ("warning", "data.0.purpose")),
        ({"purpose": "education:Nonsense"}, ("warning", "data.0.purpose")),
        ({"required": ["sisSchoolGrade", "sisSchoolUnitCode"]}, ("warning", "data.0.optional")),
        ({"required": ["sisSchoolUnitCode", "sisSchoolUnitCode"]}, ("warning", "data.0.required")),
        ({"optional": ["sisSchoolGrade", "sisSchoolGrade"]}, ("warning", "data.0.optional")),
        ({"optional": ["sisSchoolGrade", "norEduPersonNIN"]}, ("warning", "data.0.optional")),
        ({"optional": ["sisSchoolGrade", "givenName", "norEduPersonBirthDate"]}, ("warning", "data.0.optional")),
        ({"optional": ["sisSchoolGrade", "securityMarking", "mail"], "purpose": IDENTIFICATION}, MARKING),
        ({"required": ["givenName"]}, ("note", "data.0.required")),
        ({"limits": {"school_units": ["1234567"]}}, ("error", "data.0.limits.school_units")),
        ({"limits": {"school_units": ["1234567a"]}}, ("error", "data.0.limits.school_units")),
        ({"limits": {"grades": [11]}}, ("error", "data.0.limits.grades")),
        ({"limits": {"grades": [-1]}}, ("error", "data.0.limits.grades")),
    ],
)
def test_one_change_of_a_clause_gives_one_remark(clause: dict[str, Any], expected: tuple[str, str]) -> None:
    assert found(clause) == {expected}


def test_clause_without_attributes() -> None:
    assert ("error", "data.0") in found({"required": [], "optional": []})


@pytest.mark.parametrize("purpose", sorted(PURPOSES_OF_IDENTIFICATION))
def test_purpose_of_identification_states_the_need_for_a_civic_number(purpose: str) -> None:
    assert found({"purpose": purpose, "optional": ["sisSchoolGrade", "norEduPersonNIN"]}) == set()


def test_pseudonyms_take_away_the_note_on_hidden_attributes() -> None:
    remarks = data_remarks(agreement([CLAUSE | {"required": ["givenName"]}], [], "pseudonym"))
    assert list(remarks) == []


@pytest.mark.parametrize(
    ("recipient", "expected"),
    [
        ({"hosts": []}, ("error", "recipients.0.hosts")),
        ({"data": []}, ("note", "recipients.0.data")),
        ({"data": ["givenName"]}, ("error", "recipients.0.data")),
        ({"hosts": ["reading-app.test"]}, ("error", "recipients.0.hosts")),
        ({"hosts": ["idp.skola.test"]}, ("error", "recipients.0.hosts")),
    ],
)
def test_one_change_of_a_recipient_gives_one_remark(recipient: dict[str, Any], expected: tuple[str, str]) -> None:
    assert found(recipient=recipient) == {expected}


def test_host_of_two_recipients() -> None:
    [remark] = data_remarks(agreement([CLAUSE], [RECIPIENT, RECIPIENT | {"name": "Moln AB"}]))
    assert (remark.level, remark.field) == ("warning", "recipients")
    assert "cdn.test" in remark.text


def test_places_are_numbered() -> None:
    [remark] = data_remarks(agreement([CLAUSE, CLAUSE | {"purpose": ""}], []))
    assert remark.field == "data.1.purpose"


def test_no_data_at_all() -> None:
    [remark] = data_remarks(agreement([], []))
    assert (remark.level, remark.field) == ("error", "data")


def test_remarks_are_in_both_languages_with_a_clause() -> None:
    clause = {"purpose": "", "required": ["sisSchoolGrade", "givenName", "norEduPersonNIN"], "limits": {"grades": [12]}}
    remarks = list(data_remarks(agreement([CLAUSE | clause], [RECIPIENT | {"data": [], "hosts": []}])))
    assert len(remarks) >= 6
    for remark in remarks:
        assert remark.text != remark.text_sv
        assert remark.text
        assert remark.text_sv
        assert remark.clause.startswith("GDPR Article")
