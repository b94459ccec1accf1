"""Limits that limit nothing, and clauses without a name that point at somebody all the same."""

from typing import Any

import pytest

from testbed.model.written import Agreement, DataClause
from testbed.privacy.lint_people import combination_remarks, limit_remarks

PUPILS: dict[str, Any] = {"subjects": ["pupil"], "required": ["sisSchoolUnitCode", "mail"]}
UNIT = "12345678"


def agreement(*clauses: dict[str, Any]) -> Agreement:
    return Agreement.model_validate(
        {
            "id": "reading-app-2026",
            "controller": {"name": "Exempelkommun", "hosts": ["idp.skola.test"]},
            "processor": {"name": "Läsappen AB", "hosts": ["reading-app.test"]},
            "valid": {"from": "2026-01-01", "until": "2027-06-30"},
            "identifier": "pairwise",
            "data": clauses,
            "protected_identity": "withhold",
        }
    )


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        (None, set()),
        ({"school_units": [UNIT], "grades": [1, 9]}, set()),
        ({"grades": [0, 9]}, set()),
        ({"grades": [9, 3]}, {("note", "grades")}),
        ({}, {("warning", "")}),
        ({"grades": [11]}, {("error", "grades")}),
        ({"school_units": ["1234"]}, {("error", "school_units")}),
        ({"school_units": [UNIT, UNIT]}, {("warning", "school_units")}),
        ({"grades": [9, 9]}, {("warning", "grades")}),
    ],
)
def test_the_limits_of_one_clause(limits: dict[str, Any] | None, expected: set[tuple[str, str]]) -> None:
    remarks = limit_remarks(0, agreement(PUPILS | {"limits": limits}))
    found = {(one.level, one.field.removeprefix("data.0.limits").removeprefix(".")) for one in remarks}
    assert found == expected


def test_grades_limit_nobody_but_pupils() -> None:
    teachers = PUPILS | {"subjects": ["teacher"], "limits": {"grades": [9]}}
    assert [(one.level, one.field) for one in limit_remarks(0, agreement(teachers))] == [
        ("warning", "data.0.limits.grades")
    ]
    both = PUPILS | {"subjects": ["teacher", "pupil"], "limits": {"grades": [9]}}
    assert list(limit_remarks(0, agreement(both))) == []


@pytest.mark.parametrize(
    ("other", "lifted"),
    [
        ({"subjects": ["pupil"], "required": ["mail"]}, True),
        ({"subjects": ["teacher", "pupil"], "optional": ["mail", "sn"]}, True),
        ({"subjects": ["teacher"], "required": ["mail"]}, False),
        ({"subjects": ["pupil"], "required": ["sn"]}, False),
        ({"subjects": ["pupil"], "required": ["mail"], "limits": {"grades": [8]}}, False),
    ],
)
def test_what_another_clause_agrees_without_limits(other: dict[str, Any], lifted: bool) -> None:
    limited = PUPILS | {"limits": {"grades": [9]}}
    (*remarks,) = limit_remarks(1, agreement(other, limited))
    assert [(one.level, one.field) for one in remarks] == ([("warning", "data.1.limits")] if lifted else [])
    assert all("data.0" in one.text and "mail" in one.text_sv for one in remarks)


@pytest.mark.parametrize(
    ("agreed", "points"),
    [
        (["norEduPersonBirthDate", "sisSchoolUnitCode"], True),
        (["schacDateOfBirth", "norEduOrgUnitUniqueIdentifier", "pairwise-id"], True),
        (["norEduPersonBirthDate", "schacDateOfBirth"], False),
        (["sisSchoolUnitCode", "sisSchoolGrade", "postalCode"], True),
        (["sisSchoolUnitCode", "sisSchoolGrade"], False),
        (["norEduPersonBirthDate", "sisSchoolUnitCode", "givenName"], False),
        (["norEduPersonBirthDate", "sisSchoolUnitCode", "eduPersonPrincipalName"], False),
        (["pairwise-id", "eduPersonAssurance", "o"], False),
    ],
)
def test_values_that_may_point_at_one_person_together(agreed: list[str], points: bool) -> None:
    clause = DataClause.model_validate({"subjects": ["pupil"], "optional": agreed})
    assert [(one.level, one.field) for one in combination_remarks("data.3", clause)] == (
        [("warning", "data.3")] if points else []
    )
