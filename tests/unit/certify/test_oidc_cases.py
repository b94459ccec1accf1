"""Each case of OpenID Connect changes exactly what it declares, and no two of them are the same."""

import re
from collections import Counter
from pathlib import Path

import pytest
from oidc_forgery import ForgingSchool

from testbed.certify.cases import load_cases
from testbed.certify.json_differences import json_differences
from testbed.model.case import Case

ROOT = Path(__file__).parents[3]
CASES = tuple(case for case in load_cases([ROOT / "scenarios"]) if case.protocol == "oidc")
FORGED = [case for case in CASES if case.forgery is not None]


@pytest.fixture(scope="session", params=["RS256", "ES256"])
def school(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ForgingSchool:
    return ForgingSchool(tmp_path_factory.mktemp("school"), request.param)


@pytest.mark.parametrize("case", FORGED, ids=[case.id for case in FORGED])
def test_a_case_changes_what_it_declares_and_nothing_else(school: ForgingSchool, case: Case) -> None:
    if "rs256" in case.needs and school.algorithm != "RS256":
        pytest.skip("means nothing for a key of a curve")
    assert case.forgery is not None
    valid, forged = school.valid(case.forgery), school.forged(case.forgery)
    assert json_differences(valid, valid, school.is_signed) == set()
    assert json_differences(valid, forged, school.is_signed) == set(case.changes)


def test_no_two_cases_are_the_same(school: ForgingSchool) -> None:
    seen: dict[tuple[str, ...], str] = {}
    for case in CASES:
        if "rs256" in case.needs and school.algorithm != "RS256":
            continue
        document = school.forged(case.forgery) if case.forgery else ""
        name = (case.manner, case.value, case.message, document)
        assert name not in seen, f"{case.id} is {seen.get(name)}"
        seen[name] = case.id


def test_every_row_of_the_catalogue_has_cases() -> None:
    rows = Counter(case.catalogue for case in CASES)
    assert set(rows) == {f"O{number:02}" for number in range(1, 29)}


def test_texts_are_whole() -> None:
    for case in CASES:
        for text in (case.title, case.harm, case.mend):
            assert text is not None, case.id
            assert text.sv[:1].isupper() or not text.sv[:1].isalpha(), case.id
            assert text.sv != text.en, case.id
        assert re.search(r"[0-9]", case.clause), case.id
