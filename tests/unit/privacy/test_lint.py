"""One good agreement, and one change for each thing that lint must notice."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.model.written import Agreement
from testbed.privacy.lint import Remark, lint

TODAY = date(2026, 9, 1)


def agreement(**changes: Any) -> Agreement:
    document: dict[str, Any] = {
        "id": "reading-app-2026",
        "controller": {"name": "Exempelkommun", "organisation_number": "212000-0000", "hosts": ["idp.skola.test"]},
        "processor": {
            "name": "Läsappen AB",
            "entity_ids": ["https://reading-app.test/saml/metadata"],
            "hosts": ["reading-app.test"],
        },
        "valid": {"from": "2026-01-01", "until": "2027-06-30"},
        "legal_basis": "eu-gdpr:A6-1-e",
        "identifier": "pairwise",
        "data": [
            {"subjects": ["pupil"], "purpose": "education:StudentContentDelivery", "required": ["sisSchoolUnitCode"]}
        ],
        "protected_identity": "withhold",
        "retention_days": 30,
        "security": {"tls": "1.2"},
    }
    left_out = [name for name, value in changes.items() if value is ...]
    document |= changes
    return Agreement.model_validate({name: value for name, value in document.items() if name not in left_out})


def found(lintable: Agreement, today: date = TODAY) -> set[tuple[str, str]]:
    """Level and field of each remark but the one that every agreement gets."""
    return {(remark.level, remark.field) for remark in lint(lintable, today) if remark.field}


def the(lintable: Agreement, field: str) -> Remark:
    [remark] = [remark for remark in lint(lintable, TODAY) if remark.field == field]
    return remark


def test_good_agreement_has_nothing_to_mend() -> None:
    assert found(agreement()) == set()


def test_obligations_are_always_reminded_of() -> None:
    [remark] = lint(agreement(), TODAY)
    assert (remark.level, remark.clause) == ("note", "GDPR Article 28(3)(a), (b), (e), (f) and (h)")


def test_worst_comes_first() -> None:
    levels = [remark.level for remark in lint(agreement(legal_basis="", identifier="shared"), TODAY)]
    assert levels == ["error", "warning", "note"]


CONTROLLER = {"name": "Exempelkommun", "organisation_number": "212000-0000", "hosts": ["idp.skola.test"]}
PROCESSOR = {"name": "Läsappen AB", "entity_ids": ["x"], "hosts": ["reading-app.test"]}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"controller": CONTROLLER | {"organisation_number": ""}}, ("warning", "controller.organisation_number")),
        ({"controller": CONTROLLER | {"organisation_number": "12"}}, ("warning", "controller.organisation_number")),
        ({"controller": CONTROLLER | {"hosts": []}}, ("error", "controller.hosts")),
        ({"processor": PROCESSOR | {"hosts": []}}, ("error", "processor.hosts")),
        ({"processor": PROCESSOR | {"hosts": ["idp.skola.test"]}}, ("error", "processor.hosts")),
        ({"processor": PROCESSOR | {"entity_ids": []}}, ("warning", "processor.entity_ids")),
        ({"legal_basis": ""}, ("error", "legal_basis")),
        ({"legal_basis": "eu-gdpr:A9-2-g"}, ("error", "legal_basis")),
        ({"legal_basis": "eu-gdpr:A46-2-c"}, ("error", "legal_basis")),
        ({"legal_basis": "public task"}, ("warning", "legal_basis")),
        ({"legal_basis": "eu-gdpr:A6-1-z"}, ("warning", "legal_basis")),
        ({"legal_basis": "eu-gdpr:A6-1-a"}, ("warning", "legal_basis")),
        ({"legal_basis": "eu-gdpr:A6-1-f"}, ("warning", "legal_basis")),
        ({"identifier": "shared"}, ("warning", "identifier")),
        ({"protected_identity": "pseudonym"}, ("note", "protected_identity")),
        ({"retention_days": None}, ("error", "retention_days")),
        ({"security": ...}, ("warning", "security")),
        ({"data": []}, ("error", "data")),
    ],
)
def test_one_change_gives_one_remark(changes: dict[str, Any], expected: tuple[str, str]) -> None:
    assert found(agreement(**changes)) == {expected}


@pytest.mark.parametrize(("treatment", "remarks"), [("pseudonym", 2), ("withhold", 0)])
def test_an_account_that_others_know_does_not_come_by_pseudonym(treatment: str, remarks: int) -> None:
    clause = {"subjects": ["pupil"], "purpose": "education:StudentContentDelivery"}
    data = [clause | {"required": ["eduPersonPrincipalName", "pairwise-id"]}]
    remarked = lint(agreement(data=data, protected_identity=treatment), TODAY)
    texts = [one.text for one in remarked if one.field == "protected_identity"]
    assert len(texts) == remarks
    assert [("eduPersonPrincipalName" in text, "pairwise-id" in text) for text in texts[1:]] == [(True, False)] * (
        remarks // 2
    )


@pytest.mark.parametrize("kept", ["entity_ids", "client_ids"])
def test_one_kind_of_service_id_is_enough(kept: str) -> None:
    assert found(agreement(processor={"name": "L", "hosts": ["reading-app.test"], kept: ["x"]})) == set()


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2025, 12, 31), {("warning", "valid.from")}),
        (date(2026, 1, 1), set()),
        (date(2027, 4, 1), {("warning", "valid.until")}),
        (date(2027, 3, 31), set()),
        (date(2027, 6, 30), {("warning", "valid.until")}),
        (date(2027, 7, 1), {("error", "valid.until")}),
    ],
)
def test_dates(today: date, expected: set[tuple[str, str]]) -> None:
    assert found(agreement(), today) == expected


@pytest.mark.parametrize(
    ("until", "long"), [("2031-01-01", False), ("2031-01-02", True), ("2030-12-31", False), ("2036-01-01", True)]
)
def test_long_agreement_is_noted(until: str, long: bool) -> None:
    noted = ("note", "valid") in found(agreement(valid={"from": "2026-01-01", "until": until}))
    assert noted == long


def test_missing_legal_basis_names_the_purposes_left_without() -> None:
    assert "education:StudentContentDelivery" in the(agreement(legal_basis=""), "legal_basis").text


def test_pairwise_identifier_beside_a_common_one_is_noted() -> None:
    clause = {"subjects": ["pupil"], "purpose": "education:ServiceProvision", "required": ["eduPersonPrincipalName"]}
    remark = the(agreement(data=[clause]), "identifier")
    assert remark.level == "note"
    assert "eduPersonPrincipalName" in remark.text


def test_civic_number_wants_encrypted_assertions() -> None:
    clause = {
        "subjects": ["pupil"],
        "purpose": "education:StudentIdentityVerification",
        "required": ["norEduPersonNIN"],
    }
    field = ("warning", "security.encrypt_assertion")
    assert field in found(agreement(data=[clause], security={"encrypt_assertion": False}))
    assert field not in found(agreement(data=[clause], security={"encrypt_assertion": True}))


def test_what_is_wrong_everywhere_is_said_in_both_languages_with_a_clause() -> None:
    broken = agreement(
        controller={"name": "E", "hosts": []},
        processor={"name": "P", "hosts": []},
        legal_basis="",
        identifier="shared",
        data=[],
        protected_identity="pseudonym",
        retention_days=None,
        security=...,
    )
    remarks = lint(broken, date(2030, 1, 1))
    assert len(remarks) >= 10
    for remark in remarks:
        assert remark.text
        assert remark.text_sv
        assert remark.text != remark.text_sv
        assert remark.clause


@given(st.dates(date(1900, 1, 1), date(2900, 1, 1)), st.timedeltas(timedelta(0), timedelta(30_000)), st.dates())
def test_any_dates_are_borne(first: date, length: timedelta, today: date) -> None:
    remarks = lint(agreement(valid={"from": first, "until": first + length}), today)
    assert len([remark for remark in remarks if remark.field in {"valid.from", "valid.until"}]) <= 1
