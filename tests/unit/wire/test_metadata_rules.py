"""The linter as a whole: other people's metadata, both roles at once, floods, and documents spoilt at random."""

import copy
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from testbed.wire.metadata_rules import ALL_RULES, MAX_DESCRIPTORS, MAX_PER_RULE, lint, lint_group, roles_of, rule_named
from testbed.wire.metadata_rules.core import NAMES
from testbed.wire.xml import parse

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 9, 1, tzinfo=UTC)
MELLON = Counter(
    {
        ("error", "needs-are-declared"): 1,
        ("error", "contacts-are-named"): 2,
        ("warning", "texts-in-swedish-and-english"): 1,
    }
)
DEMANDED = {
    "service": (
        "md:SPSSODescriptor/md:KeyDescriptor",
        "md:SPSSODescriptor/md:AssertionConsumerService",
        "md:SPSSODescriptor/md:AttributeConsumingService",
        "md:SPSSODescriptor/md:AttributeConsumingService/md:ServiceName",
        "md:SPSSODescriptor/md:AttributeConsumingService/md:ServiceDescription",
        "md:SPSSODescriptor/md:AttributeConsumingService/md:RequestedAttribute",
        "md:ContactPerson[@contactType='technical']",
        "md:ContactPerson[@contactType='support']",
    ),
    "school": (
        "md:IDPSSODescriptor/md:KeyDescriptor",
        "md:IDPSSODescriptor/md:SingleSignOnService",
        "md:ContactPerson[@contactType='technical']",
        "md:ContactPerson[@contactType='support']",
    ),
}


def example(name: str) -> etree._Element:
    return etree.parse(ROOT / "scenarios" / "metadata" / f"example-{name}.xml").getroot()


EXAMPLES = {name: example(name) for name in DEMANDED}


@pytest.mark.parametrize(
    ("file", "expected"),
    [("mellon-https.xml", MELLON), ("mellon-http.xml", MELLON + Counter({("error", "endpoints-are-sound"): 2}))],
)
def test_metadata_of_mod_auth_mellon_is_read_as_its_readme_says(file: str, expected: Counter[tuple[str, str]]) -> None:
    root = etree.parse(ROOT / "tests" / "vectors" / "metadata" / file).getroot()
    assert Counter((remark.level, remark.rule) for remark in lint(root, NOW)) == expected


def test_every_remark_is_in_both_languages_and_says_how_to_mend_it() -> None:
    for example_ in EXAMPLES.values():
        root = copy.deepcopy(example_)
        for element in list(root.iterchildren(etree.Element)):
            if element.tag.endswith(("Organization", "ContactPerson")):
                root.remove(element)
        (descriptor,) = (e for e in root if str(e.tag).endswith("SSODescriptor"))
        for child in list(descriptor):
            descriptor.remove(child)
        remarks = lint(root, NOW)
        assert len({remark.rule for remark in remarks}) >= 4
        for remark in remarks:
            assert remark.problem.sv != remark.problem.en
            assert remark.mend.sv != remark.mend.en
            assert remark.section == rule_named(remark.rule).sections[remark.role or "idp"]


def test_an_entity_in_both_roles_is_judged_in_each() -> None:
    both = copy.deepcopy(EXAMPLES["service"])
    both.append(copy.deepcopy(EXAMPLES["school"]).find("md:IDPSSODescriptor", dict(NAMES)))
    assert roles_of(both) == ("idp", "sp")
    assert lint(both, NOW) == ()
    for person in both.findall("md:ContactPerson", dict(NAMES)):
        both.remove(person)
    assert {(remark.role, remark.section) for remark in lint(both, NOW)} == {("idp", "2.1.10"), ("sp", "3.1.8")}
    assert {remark.role for remark in lint(both, NOW, ("sp",))} == {"sp"}


def test_an_entity_in_no_role_has_none() -> None:
    root = etree.fromstring('<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="x"/>')
    assert roles_of(root) == ()
    assert lint(root, NOW) == ()


def test_the_gravest_comes_first() -> None:
    root = etree.parse(ROOT / "tests" / "vectors" / "metadata" / "mellon-http.xml").getroot()
    levels = [remark.level for remark in lint(root, NOW)]
    assert levels == sorted(levels, key=["error", "warning", "note"].index)


def test_a_flood_of_one_kind_is_cut_and_hides_no_error() -> None:
    root = copy.deepcopy(EXAMPLES["service"])
    consumer = root.find("md:SPSSODescriptor/md:AssertionConsumerService", dict(NAMES))
    for _ in range(MAX_PER_RULE * 40):
        consumer.addnext(copy.deepcopy(consumer))
    root.remove(root.find("md:ContactPerson", dict(NAMES)))
    counted = Counter(remark.rule for remark in lint(root, NOW))
    assert counted == {"endpoints-are-sound": MAX_PER_RULE + 1, "contacts-are-named": 1}
    assert {remark.level for remark in lint(root, NOW)} == {"error"}


def hostile(kind: str) -> bytes:
    """As much of one thing as an entity has room for."""
    md, room = 'xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"', 900_000
    text = "".join(f'<md:OrganizationName xml:lang="{one}">x</md:OrganizationName>' for one in ("sv", "en"))
    return {
        "endpoints": f"<md:EntityDescriptor {md}><md:SPSSODescriptor>{'<md:AssertionConsumerService/>' * (room // 30)}"
        "</md:SPSSODescriptor></md:EntityDescriptor>",
        "roles": f"<md:EntityDescriptor {md}><md:Organization>{text * (room // 2 // len(text))}</md:Organization>"
        f"{'<md:IDPSSODescriptor/>' * (room // 2 // 23)}</md:EntityDescriptor>",
        "texts": f"<md:EntityDescriptor {md}><md:SPSSODescriptor/>"
        f"{f'<md:Organization>{text}</md:Organization>' * (room // (len(text) + 35))}</md:EntityDescriptor>",
        "contacts": f"<md:EntityDescriptor {md}><md:SPSSODescriptor/>{'<md:ContactPerson/>' * (room // 19)}"
        "</md:EntityDescriptor>",
        "address": f'<md:EntityDescriptor {md}><md:IDPSSODescriptor errorURL="{"a" * room}"/></md:EntityDescriptor>',
        "nesting": f"<md:EntityDescriptor {md}><md:SPSSODescriptor>{'<md:X>' * 250}{'</md:X>' * 250}"
        "</md:SPSSODescriptor></md:EntityDescriptor>",
    }[kind].encode()


@pytest.mark.parametrize("kind", ["endpoints", "roles", "texts", "contacts", "address", "nesting"])
def test_a_hostile_entity_is_judged_in_bounded_time_and_words(kind: str) -> None:
    began = time.process_time()
    remarks = lint(parse(hostile(kind)), NOW)
    assert time.process_time() - began < 5
    assert any(remark.level == "error" for remark in remarks)
    assert len(remarks) <= (MAX_PER_RULE + 1) * len(ALL_RULES) * 2
    assert max(len(remark.problem.en) + len(remark.mend.en) + len(remark.place) for remark in remarks) < 1000


def test_a_role_described_too_often_is_no_pass() -> None:
    root = copy.deepcopy(EXAMPLES["service"])
    role = root.find("md:SPSSODescriptor", dict(NAMES))
    for _ in range(MAX_DESCRIPTORS - 1):
        role.addnext(copy.deepcopy(role))
    assert lint(root, NOW) == ()
    role.addnext(copy.deepcopy(role))
    assert {remark.rule for remark in lint(root, NOW) if remark.level == "error"} == {
        rule.id for rule in ALL_RULES if rule.enforced and "sp" in rule.sections
    }


def test_an_aggregate_s_own_validity() -> None:
    group = etree.Element("{urn:oasis:names:tc:SAML:2.0:metadata}EntitiesDescriptor")
    assert lint_group(group, NOW) == ()
    group.set("validUntil", "2026-08-01T00:00:00Z")
    (remark,) = lint_group(group, NOW)
    assert (remark.level, remark.place) == ("warning", "/md:EntitiesDescriptor/@validUntil")


@pytest.mark.parametrize(("name", "path"), [(name, path) for name, paths in DEMANDED.items() for path in paths])
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_without_a_demanded_element_an_error_is_always_noticed(name: str, path: str, data: st.DataObject) -> None:
    """Also when something else is gone or spoilt at the same time."""
    root = copy.deepcopy(EXAMPLES[name])
    for element in root.findall(path, dict(NAMES)):
        element.getparent().remove(element)
    _spoil(root, data)
    if roles_of(root):
        assert any(remark.level == "error" for remark in lint(root, NOW))


@pytest.mark.parametrize("name", EXAMPLES)
@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_whatever_is_done_to_a_document_is_read_without_an_exception(name: str, data: st.DataObject) -> None:
    root = copy.deepcopy(EXAMPLES[name])
    for _ in range(data.draw(st.integers(1, 5))):
        _spoil(root, data)
    for remark in lint(root, NOW):
        assert remark.rule in {rule.id for rule in ALL_RULES}
        assert remark.problem.sv
        assert remark.mend.en
        element = remark.place.rpartition("/@")[0] if "/@" in remark.place else remark.place
        assert len(root.getroottree().xpath(element, namespaces=dict(NAMES))) == 1


# NOTE: text that XML can carry; lxml refuses the rest before any rule could meet it.
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=40)


def _spoil(root: etree._Element, data: st.DataObject) -> None:
    """Remove, double, move, rename or rewrite something below the root."""
    elements = list(root.iterdescendants(etree.Element))
    if not elements:
        return
    element = data.draw(st.sampled_from(elements))
    act = data.draw(st.sampled_from(["remove", "double", "move", "text", "attribute", "drop", "comment"]))
    if act == "remove":
        element.getparent().remove(element)
    elif act == "double":
        element.addnext(copy.deepcopy(element))
    elif act == "move":
        other = data.draw(st.sampled_from(elements))
        if element not in (other, *other.iterancestors()):
            other.append(element)
    elif act == "text":
        element.text = data.draw(TEXT)
    elif act == "attribute" and element.attrib:
        element.set(data.draw(st.sampled_from(sorted(element.attrib))), data.draw(TEXT))
    elif act == "drop" and element.attrib:
        del element.attrib[data.draw(st.sampled_from(sorted(element.attrib)))]
    elif act == "comment":
        element.insert(0, etree.Comment("x"))
