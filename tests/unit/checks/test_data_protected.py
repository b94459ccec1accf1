"""What is told of a person who lives under protection."""

from typing import Any

import pytest

from testbed.model.verdict import Verdict

CHECK = "data.protected-identity-withheld"


@pytest.fixture
def eva(told: Any) -> Any:
    """She plays, and has a marking."""
    told.player = "eva"
    return told


def blamed(told: Any) -> list[tuple[str, str]]:
    return [(finding.attribute, finding.recipient) for finding in told.of(CHECK).findings]


@pytest.mark.parametrize("attribute", ["givenName", "mail", "norEduPersonBirthDate"])
def test_what_names_or_places_the_person_goes_nowhere(attribute: str, eva: Any) -> None:
    for recipient in ("app.test", "cdn.test", "tracker.test"):
        eva.released(attribute, recipient=recipient)
    assert blamed(eva) == [(attribute, "app.test"), (attribute, "cdn.test"), (attribute, "tracker.test")]


@pytest.mark.parametrize("attribute", ["sisSchoolUnitCode", "eduPersonPrincipalName"])
def test_what_was_agreed_goes_to_the_parties_and_to_nobody_else(attribute: str, eva: Any) -> None:
    eva.released(attribute)
    eva.sent(attribute, recipient="cdn.test")
    assert eva.of(CHECK).verdict is Verdict.PASS
    eva.sent(attribute, form="sha256")
    assert blamed(eva) == [(attribute, "tracker.test")]
    assert eva.of(CHECK).findings[0].observed.endswith("reached tracker.test, as sha256")


def test_by_pseudonym_no_account_that_others_know_goes_either(eva: Any) -> None:
    eva.agreement["protected_identity"] = "pseudonym"
    eva.released("eduPersonPrincipalName")
    eva.released("subject-id", "s@skola.test")
    eva.released("pairwise-id", "p@skola.test")
    eva.released("sisSchoolUnitCode")
    assert blamed(eva) == [("eduPersonPrincipalName", "app.test"), ("subject-id", "app.test")]


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("securityMarking", "Sekretessmarkering"),
        ("securityMarking", "true"),
        ("securityMarking", "something unheard of"),
        ("note", "skyddad folkbokföring "),
        ("https://claims.test/status", "SEKRETESSMARKERING"),
    ],
)
@pytest.mark.parametrize("person", ["eva", ""])
def test_the_marking_itself_is_told(person: str, attribute: str, value: str, told: Any) -> None:
    told.released(attribute, value, person=person)
    (finding,) = told.of(CHECK).findings
    assert (finding.attribute, finding.person) == (attribute, person)
    assert "lives under protection" in finding.observed


@pytest.mark.parametrize(
    ("value", "person"), [("Ingen", ""), ("false", ""), ("Ingen", "ada"), ("Sekretessmarkering", "ada")]
)
def test_that_somebody_is_not_marked_is_no_secret_of_a_protected_person(value: str, person: str, told: Any) -> None:
    told.released("securityMarking", value, person=person)
    assert told.of(CHECK).verdict is Verdict.PASS


def test_others_are_not_protected(told: Any) -> None:
    told.released("mail")
    told.sent("mail")
    assert told.of(CHECK).verdict is Verdict.PASS


def test_what_may_be_the_person_s_is_not_verified(eva: Any) -> None:
    eva.sent("schacDateOfBirth", "20160312", person="")
    result = eva.of(CHECK)
    assert (result.verdict, result.findings) == (Verdict.NOT_VERIFIED, ())
    assert "schacDateOfBirth reached tracker.test" in result.reason


def test_what_is_surely_somebody_else_s_is_nothing_of_the_kind(eva: Any) -> None:
    eva.sent("givenName", "Ada", person="")
    eva.sent("givenName", "Eva", person="", recipient="app.test")
    eva.sent("shoe size", "38", person="")
    eva.sent("mail", person="ada")
    assert eva.of(CHECK).verdict is Verdict.PASS


def test_what_the_school_sent_and_nobody_can_read_may_name_the_person(eva: Any) -> None:
    eva.released("sisSchoolUnitCode")
    eva.closed("idp.skola.test", "app.test")
    assert eva.of(CHECK).verdict is Verdict.NOT_VERIFIED
    eva.player = "ada"
    assert eva.of(CHECK).verdict is Verdict.PASS
