"""Places that lead back to the element, values that stay short, addresses that are absolute."""

from typing import Any

import pytest
from lxml import etree

from testbed.wire.metadata_rules.core import NAMES, address, place, said


def test_a_place_is_an_xpath_that_leads_back(service: Any, school: Any) -> None:
    for entity in (service, school):
        for element in entity.root.iter(etree.Element):
            assert entity.root.getroottree().xpath(place(element), namespaces=dict(NAMES)) == [element]


def test_a_foreign_element_has_a_place_too(service: Any) -> None:
    foreign = etree.SubElement(service.root, "{urn:x}Thing")
    assert place(foreign, "a") == "/md:EntityDescriptor/*[local-name()='Thing']/@a"


def test_a_place_begins_at_the_entity_also_within_an_aggregate(service: Any) -> None:
    group = etree.Element("{urn:oasis:names:tc:SAML:2.0:metadata}EntitiesDescriptor")
    group.append(service.root)
    assert place(service.at("md:ContactPerson")[1]) == "/md:EntityDescriptor/md:ContactPerson[2]"


def test_foreign_values_are_quoted_and_cut() -> None:
    assert said("a\x9b[31m\n") == r"'a\x9b[31m\n'"
    assert len(said("x" * 100_000)) < 150


@pytest.mark.parametrize("url", ["https://a.test", " HTTPS://a.test/b ", "http://127.0.0.1:8400/x"])
def test_an_address(url: str) -> None:
    assert address(url)


@pytest.mark.parametrize(
    "url", [None, "", "a", "//a.test", "https:", "javascript:alert(1)", "https://a.test/ b", "https://["]
)
def test_no_address(url: str | None) -> None:
    assert address(url) is None
