"""What an assertion states of the person and of the login."""

import base64
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from lxml import etree

from sp_mocks.behaviour import PAIRWISE
from sp_mocks.consume import Login, claimed_issuer, consume
from sp_mocks.profiles import PROFILES
from sp_mocks.refusal import Refused
from sp_mocks.statements import NameId
from testbed.model.assurance import DNP_E_LEG, LOA2, LOA3, LOA_TWO_FACTORS, MULTI_FACTOR, SKOLFEDERATION_TWO_FACTORS

from .conftest import NOW, PUPIL, SCHOOL, encoded, find

READING = PROFILES["reading-service"].behaviour
BASIC = "http://id.skolfederation.se/loa/bas"


@pytest.fixture
def reads(school: Any, me: Any, decrypter: Any) -> Callable[..., Login]:
    def read(message: etree._Element, **decisions: Any) -> Login:
        return consume(encoded(message), me, school.as_known(), replace(READING, **decisions), NOW, decrypter)

    return read


def refusal(reads: Callable[..., Login], message: etree._Element, **decisions: Any) -> str:
    with pytest.raises(Refused) as refused:
        reads(message, **decisions)
    return refused.value.code


def granted(*contexts: str) -> Callable[[etree._Element], None]:
    """One authentication statement for each."""

    def change(message: etree._Element) -> None:
        statement = find(message, "saml:Assertion/saml:AuthnStatement")
        for context in contexts[1:]:
            other = etree.fromstring(etree.tostring(statement))
            find(other, "saml:AuthnContext/saml:AuthnContextClassRef").text = context
            statement.addnext(other)
        find(statement, "saml:AuthnContext/saml:AuthnContextClassRef").text = f"\n {contexts[0]}\n"

    return change


# --- who ------------------------------------------------------------------------------------------------------------


def test_a_login_knows_who_it_is_to_the_school(school: Any, reads: Any) -> None:
    def index(message: etree._Element) -> None:
        find(message, "saml:Assertion/saml:AuthnStatement").set("SessionIndex", "_session")

    login = reads(school.signed(change=index))
    transient = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
    assert login.name_id == NameId(f"_{PUPIL}", transient)
    assert (login.session_index, login.school, login.user) == ("_session", SCHOOL, PUPIL)


def test_a_login_without_name_id_is_one_all_the_same(school: Any, reads: Any) -> None:
    def without(message: etree._Element) -> None:
        name = find(message, "saml:Assertion/saml:Subject/saml:NameID")
        name.getparent().remove(name)

    assert reads(school.signed(change=without)).name_id is None


PAIRWISE_LOGIN = {"identifier": PAIRWISE, "required": (PAIRWISE,)}


@pytest.mark.parametrize("value", ["A1b2=-@skola.test", "x@SKOLA.test", f"{'a' * 127}@skola.test"])
def test_a_pairwise_identifier_names_a_person(school: Any, reads: Any, value: str) -> None:
    assert reads(school.signed(**{PAIRWISE: value}), **PAIRWISE_LOGIN).user == value


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("", "no-user-name"),
        ("=x@skola.test", "no-user-name"),
        ("a.b@skola.test", "no-user-name"),
        ("a@b@skola.test", "no-user-name"),
        (f"{'a' * 128}@skola.test", "no-user-name"),
        ("a@evil.test", "user-name-of-another-school"),
    ],
)
def test_what_is_no_pairwise_identifier_of_the_school_names_nobody(
    school: Any, reads: Any, value: str, code: str
) -> None:
    assert refusal(reads, school.signed(**{PAIRWISE: value}), **PAIRWISE_LOGIN) == code


def test_a_vendor_that_knows_people_by_one_identifier_needs_no_other(school: Any, reads: Any) -> None:
    message = school.signed(**{PAIRWISE: "abc@skola.test"})
    assert reads(message, **PAIRWISE_LOGIN).attributes.keys() == {PAIRWISE, "givenName"} - {"givenName"}
    assert refusal(reads, school.signed(), **PAIRWISE_LOGIN) == "no-user-name"


def test_one_that_does_not_look_at_the_domain_takes_any(school: Any, reads: Any) -> None:
    message = school.message("_request", "rektor@granne.test")
    school.sign(find(message, "saml:Assertion"))
    assert refusal(reads, message) == "user-name-of-another-school"
    assert reads(message, checks_scope=False).user == "rektor@granne.test"


# --- how sure -------------------------------------------------------------------------------------------------------


def test_a_context_that_was_requested_is_enough_and_another_is_not(school: Any, reads: Any) -> None:
    assert reads(school.signed(change=granted(LOA2)), contexts=DNP_E_LEG).user == PUPIL
    for other in (MULTI_FACTOR, "urn:oasis:names:tc:SAML:2.0:ac:classes:Password", ""):
        assert refusal(reads, school.signed(change=granted(other)), contexts=DNP_E_LEG) == "level-of-assurance"


def test_at_least_is_at_least(school: Any, reads: Any) -> None:
    how = {"contexts": (MULTI_FACTOR,), "comparison": "minimum"}
    assert reads(school.signed(change=granted(LOA3)), **how).user == PUPIL
    assert refusal(reads, school.signed(change=granted(BASIC)), **how) == "level-of-assurance"
    assert refusal(reads, school.signed(change=granted("https://nobody.test/knows")), **how) == "level-of-assurance"


def test_of_several_statements_each_must_be_enough(school: Any, reads: Any) -> None:
    assert reads(school.signed(change=granted(LOA2, LOA3)), contexts=DNP_E_LEG).user == PUPIL
    assert refusal(reads, school.signed(change=granted(LOA2, BASIC)), contexts=DNP_E_LEG) == "level-of-assurance"


def test_one_that_does_not_look_takes_any_context(school: Any, reads: Any) -> None:
    assert reads(school.signed(), contexts=DNP_E_LEG, checks_context=False).user == PUPIL


@pytest.mark.parametrize("carrier", ["attribute", "context"])
def test_a_level_may_be_said_by_either_carrier(school: Any, reads: Any, carrier: str) -> None:
    decisions = {"required": (*READING.required, "eduPersonAssurance"), "required_assurance": LOA_TWO_FACTORS}
    said = {"eduPersonAssurance": SKOLFEDERATION_TWO_FACTORS} if carrier == "attribute" else {}
    change = granted(SKOLFEDERATION_TWO_FACTORS) if carrier == "context" else None
    assert reads(school.signed(change=change, **said), **decisions).user == PUPIL
    assert refusal(reads, school.signed(eduPersonAssurance=BASIC), **decisions) == "level-of-assurance"
    assert refusal(reads, school.signed(), **decisions) == "level-of-assurance"


# --- before the signature is good -----------------------------------------------------------------------------------


def test_who_a_message_claims_to_be_from(school: Any) -> None:
    message = school.message()
    assert claimed_issuer(encoded(message), READING) == SCHOOL
    message.remove(find(message, "saml:Issuer"))
    assert claimed_issuer(encoded(message), READING) == SCHOOL
    find(message, "saml:Assertion").remove(find(message, "saml:Assertion/saml:Issuer"))
    assert claimed_issuer(encoded(message), READING) == ""
    with pytest.raises(Refused):
        claimed_issuer(base64.b64encode(b"<x/>").decode(), READING)
