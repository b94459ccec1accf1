"""The negative cases of SAML: each is forged from the same valid message, and differs from it as it says."""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import pytest
from forgery import NOW, ForgingSchool

import scenarios
from idp.keys import SchoolKeys
from idp.saml import forging
from idp.saml.encryption import encryption_target
from testbed.certify.differences import CONSEQUENCES, differences
from testbed.certify.fitted import fitted
from testbed.model.case import Case, Subject
from testbed.model.files import load
from testbed.model.forgery import SamlForgery

SKEW_S = 60
FOLDER = Path(scenarios.__file__).parent / "cases" / "saml"
CASES = {case.id: case for path in sorted(FOLDER.glob("*.yaml")) for case in load(path, Subject).compiled()}
FORGED = {name: case for name, case in CASES.items() if case.forgery is not None}
ROWS = {f"S{number:02}" for number in range(1, 54)}
HONEST = {"saml-logout-honest"}
"""What is no change at all, and must be taken."""


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> ForgingSchool:
    folder = tmp_path_factory.mktemp("keys")
    own, other = (SchoolKeys.load_or_make(folder / name, name, NOW) for name in ("own", "other"))
    return ForgingSchool(own, other, encryption_target([other.current.certificate_base64], ()))


def forgery(case: Case) -> SamlForgery:
    assert case.forgery is not None
    ready = fitted(case.forgery, SKEW_S, "http://listener.test/case")
    assert isinstance(ready, SamlForgery)
    return ready


@pytest.fixture(scope="module")
def documents(school: ForgingSchool) -> Mapping[str, bytes]:
    return {name: school.make(forgery(case)) for name, case in FORGED.items()}


def test_every_row_of_the_catalogue_has_a_case() -> None:
    assert {case.catalogue for case in CASES.values()} == ROWS


@pytest.mark.parametrize("name", FORGED)
def test_a_case_differs_from_the_valid_message_in_exactly_its_declared_nodes(
    name: str, school: ForgingSchool, documents: Mapping[str, bytes]
) -> None:
    case = FORGED[name]
    forging.check(forgery(case))
    valid = school.make(SamlForgery(message=forgery(case).message))
    declared = frozenset(case.changes)
    assert differences(valid, documents[name], declared) == declared
    assert declared or name in HONEST


def test_no_two_cases_are_the_same(documents: Mapping[str, bytes]) -> None:
    alike: dict[tuple[bytes, str, str], list[str]] = defaultdict(list)
    for name, case in CASES.items():
        alike[documents.get(name, b""), case.manner, case.value].append(name)
    assert [names for names in alike.values() if len(names) > 1] == []


def test_only_what_is_about_a_signature_itself_declares_its_value() -> None:
    about = {name for name, case in FORGED.items() if any(path.endswith(CONSEQUENCES) for path in case.changes)}
    subjects = ("signature", "both-signed", "unknown-key", "edited-digest", "digest-comment", "void-text", "short-code")
    prefixes = tuple(f"saml-{subject}-" for subject in subjects)
    assert {name for name in about if not name.startswith(prefixes)} == set()


@pytest.mark.parametrize("name", CASES)
def test_a_case_says_all_that_a_report_needs(name: str) -> None:
    case = CASES[name]
    for text in (case.title, case.harm, case.mend):
        assert text is not None
        assert text.sv.strip()
        assert text.en.strip()
    assert case.clause.strip()
    assert case.expect != "accept" or case.harm.sv.startswith(("Elever", "En elev", "Nästa", "Pupils"))
