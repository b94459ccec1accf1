"""Cases from files."""

from pathlib import Path

import pytest

from testbed.certify.cases import chosen, load_cases
from testbed.model.files import ScenarioInvalid
from testbed.runner.catalogue import project_folder

FILE = """\
id: own
protocol: saml
catalogue: S38
title: {sv: s, en: e}
harm: {sv: s, en: e}
clause: SAML Core 2.5.1.4
cases:
  - id: one
    title: {sv: s, en: e}
    forgery: {message: response, before: [{op: remove, xpath: "//saml:AudienceRestriction"}]}
    changes: [Response/Assertion/Conditions/AudienceRestriction]
"""
CASES = load_cases([project_folder()])
ROWS = {*(f"S{number:02}" for number in range(1, 54)), *(f"O{number:02}" for number in range(1, 29))}


def test_every_row_of_the_catalogue_has_a_case() -> None:
    assert {case.catalogue for case in CASES} == ROWS


def test_a_case_of_ones_own_is_one_file(tmp_path: Path) -> None:
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "own.yaml").write_text(FILE, encoding="utf-8")
    assert [case.id for case in load_cases([tmp_path])] == ["saml-own-one"]


def test_two_cases_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "cases").mkdir()
    for name in ("a", "b"):
        (tmp_path / "cases" / f"{name}.yaml").write_text(FILE, encoding="utf-8")
    with pytest.raises(ScenarioInvalid, match="'saml-own-one' is a case already"):
        load_cases([tmp_path])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("op: remove", "op: wish"), "forgery"),
        (("catalogue: S38", "catalogue: X1"), "catalogue"),
        (("clause: SAML", "klausul: SAML"), "clause: is missing"),
    ],
)
def test_a_file_that_is_wrong_is_told_by_field(change: tuple[str, str], words: str, tmp_path: Path) -> None:
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "own.yaml").write_text(FILE.replace(*change), encoding="utf-8")
    with pytest.raises(ScenarioInvalid, match=words):
        load_cases([tmp_path])


def test_cases_are_chosen_by_name_and_by_pattern() -> None:
    saml = [case for case in CASES if case.protocol == "saml"]
    assert {case.id for case in chosen(saml, ["saml-audience-other"])} == {"saml-audience-other"}
    assert len(chosen(saml, ["saml-audience-*"])) > 1
    assert chosen(saml, []) == tuple(saml)
    with pytest.raises(ScenarioInvalid, match="is no case"):
        chosen(saml, ["saml-nothing"])
