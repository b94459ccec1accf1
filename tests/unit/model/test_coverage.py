"""Whom an agreement speaks of."""

from typing import Any

import pytest

from testbed.model.coverage import clauses_about, within
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
