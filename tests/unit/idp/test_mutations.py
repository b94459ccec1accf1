"""Operations on a message."""

from typing import Any

import pytest
from forgery import ForgingSchool
from lxml import etree

from idp import mutations
from idp.keys import SchoolKeys
from idp.mutations import Craft
from testbed.model.forgery import SamlForgery
from testbed.model.written import InTheClear, Remove, SetAttribute, SetText


@pytest.fixture
def tree() -> Any:
    return etree.fromstring(
        '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" '
        'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"><saml:Assertion ID="a">'
        "<saml:Audience>one</saml:Audience><saml:Audience>two</saml:Audience></saml:Assertion></samlp:Response>"
    )


@pytest.fixture
def craft(keys: SchoolKeys) -> Craft:
    return ForgingSchool(keys).forging(SamlForgery()).craft


def texts(tree: Any) -> list[str]:
    return [element.text for element in tree.iter("{*}Audience")]


def test_set_text_changes_every_match(tree: Any, craft: Craft) -> None:
    mutations.apply(tree, [SetText(op="set-text", xpath="//saml:Audience", value="åä <x>")], craft)
    assert texts(tree) == ["åä <x>", "åä <x>"]


def test_set_attribute(tree: Any, craft: Craft) -> None:
    operation = SetAttribute(op="set-attribute", xpath="/samlp:Response/saml:Assertion", name="ID", value="b")
    mutations.apply(tree, [operation], craft)
    assert tree[0].get("ID") == "b"


def test_operations_follow_one_another(tree: Any, craft: Craft) -> None:
    operations = [
        Remove(op="remove", xpath="//saml:Audience[1]"),
        SetText(op="set-text", xpath="//saml:Audience", value="x"),
    ]
    mutations.apply(tree, operations, craft)
    assert texts(tree) == ["x"]


@pytest.mark.parametrize(
    ("xpath", "words"),
    [
        ("//saml:Nothing", "matches nothing"),
        ("//ds:Signature", "matches nothing"),
        ("//saml:Assertion[", "cannot be read"),
        ("//other:Assertion", "cannot be evaluated"),
        ("count(//saml:Audience)", "names no elements"),
        ("//saml:Assertion/@ID", "names no elements"),
        ("/samlp:Response", "itself cannot be removed"),
        ("/" * 2000, "at most"),
    ],
)
def test_an_xpath_that_does_not_fit_is_named(tree: Any, craft: Craft, xpath: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        mutations.apply(tree, [Remove(op="remove", xpath=xpath)], craft)


def test_a_value_that_xml_cannot_hold_is_refused_beforehand() -> None:
    with pytest.raises(ValueError, match="XML compatible"):
        mutations.check([SetText(op="set-text", xpath="//saml:Audience", value="\x00")])
    with pytest.raises(ValueError, match="Invalid attribute name"):
        mutations.check([SetAttribute(op="set-attribute", xpath="//saml:Audience", name="a b", value="")])


def test_what_is_good_passes_the_check() -> None:
    mutations.check([Remove(op="remove", xpath="//saml:Audience")])


def test_too_many_operations_are_refused() -> None:
    with pytest.raises(ValueError, match="at most"):
        mutations.check([Remove(op="remove", xpath="//saml:Audience")] * 51)


def test_in_the_clear_changes_nothing_in_the_message_itself(tree: Any, craft: Craft) -> None:
    before, clear = etree.tostring(tree), InTheClear(op="in-the-clear")
    mutations.check([clear])
    mutations.apply(tree, [clear], craft)
    assert etree.tostring(tree) == before
    assert mutations.in_the_clear([clear])
    assert not mutations.in_the_clear([Remove(op="remove", xpath="//saml:Audience")])
