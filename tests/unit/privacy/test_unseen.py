"""Every field of an agreement is either held against traffic by a check or said to be out of its sight."""

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel

import testbed.checks  # noqa: F401 - importing it registers every family of checks
from testbed.checks.core import describe
from testbed.model.written import Agreement
from testbed.privacy.unseen import COVERED_BY, held_against_traffic, unseen_in_traffic

FULL: dict[str, Any] = {
    "id": "full-2026",
    "controller": {"name": "Exempelkommun", "organisation_number": "212000-0000", "hosts": ["idp.skola.test"]},
    "processor": {"name": "L", "entity_ids": ["x"], "client_ids": ["y"], "hosts": ["reading-app.test"]},
    "valid": {"from": "2026-01-01", "until": "2027-06-30"},
    "legal_basis": "eu-gdpr:A6-1-e",
    "identifier": "pairwise",
    "data": [
        {
            "subjects": ["pupil"],
            "purpose": "education:StudentContentDelivery",
            "required": ["eduPersonPrincipalName"],
            "optional": ["mail"],
            "limits": {"school_units": ["12345678"], "grades": [4]},
        }
    ]
    * 2,
    "recipients": [{"name": "Bild AB", "hosts": ["cdn.test"], "data": ["mail"]}],
    "protected_identity": "withhold",
    "retention_days": 0,
    "security": {"tls": "1.2", "encrypt_assertion": False},
}


def models_within(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in models_within(part)]


def paths(model: type[BaseModel], before: str = "") -> Iterator[str]:
    for name, info in model.model_fields.items():
        path = before + (info.alias or name)
        inner = models_within(info.annotation)
        if not inner:
            yield path
        for one in inner:
            yield from paths(one, f"{path}.")


def test_every_field_is_covered_or_unseen_but_not_both() -> None:
    unseen = {field for field, _, _ in unseen_in_traffic(Agreement.model_validate(FULL))}
    assert set(COVERED_BY) | unseen == set(paths(Agreement))
    assert not set(COVERED_BY) & unseen


def test_named_fields_no_traffic_can_show() -> None:
    unseen = {field for field, _, _ in unseen_in_traffic(Agreement.model_validate(FULL))}
    assert {"retention_days", "legal_basis", "controller.organisation_number", "data.purpose"} <= unseen


def test_each_field_comes_once_and_only_when_filled_in() -> None:
    fields = [field for field, _, _ in unseen_in_traffic(Agreement.model_validate(FULL))]
    assert len(set(fields)) == len(fields)
    less = FULL | {"retention_days": None, "legal_basis": "", "recipients": []}
    left = {field for field, _, _ in unseen_in_traffic(Agreement.model_validate(less))}
    assert set(fields) - left == {"retention_days", "legal_basis", "recipients.name"}


def test_reasons_are_given_in_both_languages() -> None:
    for _, why, why_sv in unseen_in_traffic(Agreement.model_validate(FULL)):
        assert why.endswith(".")
        assert why_sv.endswith(".")
        assert why != why_sv


def test_the_checks_that_are_named_exist() -> None:
    named = {check for checks in COVERED_BY.values() for check in checks}
    assert named <= {info.id for info in describe()}
    assert all(check.startswith("data.") for check in named)


def test_each_field_is_shown_with_what_it_is_held_against() -> None:
    held = dict(held_against_traffic(Agreement.model_validate(FULL)))
    assert held.keys() == COVERED_BY.keys()
    assert held["data.limits.grades"] == ("data.rows-within-agreement",)
    without = Agreement.model_validate(FULL | {"data": [{"subjects": ["pupil"], "required": ["mail"]}]})
    left = {field for field, _ in held_against_traffic(without)}
    assert held.keys() - left == {"data.optional", "data.limits.school_units", "data.limits.grades"}
