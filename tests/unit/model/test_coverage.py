"""Whom an agreement speaks of."""

from typing import Any

import pytest

from testbed.model.attributes import by_name
from testbed.model.coverage import agreed_about, clauses_about, kept_about_protected, within
from testbed.model.written import Agreement, Limits, Person

UNITS = ("00001101", "00001102")


def person(role: Any = "pupil", units: tuple[str, ...] = UNITS, **attributes: str) -> Person:
    return Person(id="p", role=role, school_units=units, attributes=attributes)


@pytest.mark.parametrize(
    ("one", "limits", "inside"),
    [
        (person(), {}, True),
        (person(), {"school_units": ("00001102", "00001103")}, True),
        (person(), {"school_units": ("00001103",)}, False),
        (person(units=()), {"school_units": UNITS}, False),
        (person(sisSchoolGrade="0"), {"grades": (0, 1)}, True),
        (person(sisSchoolGrade="10"), {"grades": (0, 1)}, False),
        (person(sisSchoolGrade="F"), {"grades": (0,)}, False),
        (person(), {"grades": (0,)}, False),
        (person("teacher"), {"grades": (0,)}, True),
        (person("teacher"), {"grades": (0,), "school_units": ("00001103",)}, False),
    ],
)
def test_limits(one: Person, limits: dict[str, Any], inside: bool) -> None:
    assert within(one, Limits(**limits)) is inside


def test_only_clauses_about_the_person_count() -> None:
    clauses: list[dict[str, Any]] = [
        {"subjects": ["pupil"], "required": ["mail"]},
        {"subjects": ["teacher"], "required": ["sn"]},
        {"subjects": ["pupil"], "required": ["cn"], "limits": {"grades": [4]}},
    ]
    agreement = Agreement.model_validate(
        {
            "id": "a",
            "controller": {"name": "K", "hosts": []},
            "processor": {"name": "P", "hosts": []},
            "valid": {"from": "2026-01-01", "until": "2026-12-31"},
            "identifier": "pairwise",
            "data": clauses,
            "protected_identity": "withhold",
        }
    )
    assert [clause.required for clause in clauses_about(person(sisSchoolGrade="4"), agreement)] == [("mail",), ("cn",)]
    assert [clause.required for clause in clauses_about(person(sisSchoolGrade="5"), agreement)] == [("mail",)]
    assert clauses_about(person("staff"), agreement) == ()
    assert agreed_about(person(sisSchoolGrade="4"), agreement) == {"mail", "cn"}
    assert agreed_about(person("staff"), agreement) == frozenset()


def test_what_stays_at_school_about_people_with_protected_identity() -> None:
    hidden = {name for name, row in by_name().items() if row.hidden}
    assert kept_about_protected("withhold") == hidden
    assert kept_about_protected("pseudonym") == hidden | {"eduPersonPrincipalName", "subject-id"}
