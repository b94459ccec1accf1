"""Each rule of the federation: silent on the example, heard for every way to break it, and by nothing else."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from testbed.wire.metadata_rules.federation import RULES

SP = "/md:EntityDescriptor/md:SPSSODescriptor"
IDP = "/md:EntityDescriptor/md:IDPSSODescriptor"
KEYS = "md:SPSSODescriptor/md:KeyDescriptor"
NEEDS = "md:SPSSODescriptor/md:AttributeConsumingService"
type Change = Callable[[Any], Any]


def test_there_are_seven_with_the_sections_and_days_of_the_operator() -> None:
    assert {rule.id: (dict(rule.sections), str(rule.enforced)) for rule in RULES} == {
        "texts-in-swedish-and-english": ({"idp": "2.1.1", "sp": "2.1.1"}, "None"),
        "error-url-is-given": ({"idp": "2.1.3"}, "2025-06-16"),
        "signing-certificate-is-given": ({"idp": "2.1.6"}, "2025-06-16"),
        "encryption-certificate-is-given": ({"sp": "3.1.4"}, "2025-06-16"),
        "needs-are-declared": ({"sp": "3.1.6"}, "2025-06-16"),
        "endpoints-are-sound": ({"idp": "2.1.7", "sp": "3.1.5"}, "2026-04-09"),
        "contacts-are-named": ({"idp": "2.1.10", "sp": "3.1.8"}, "2026-04-09"),
    }


@pytest.mark.parametrize("name", ["school", "service"])
def test_the_example_is_fit(entity: Callable[[str], Any], name: str) -> None:
    assert entity(name).said() == []


def test_a_rule_is_a_warning_until_the_day_it_is_enforced(service: Any) -> None:
    service.without("md:ContactPerson")
    before, on = datetime(2026, 4, 8, 23, 59, tzinfo=UTC), datetime(2026, 4, 9, tzinfo=UTC)
    assert {level for level, rule, _ in service.said(before) if rule == "contacts-are-named"} == {"warning"}
    assert {level for level, rule, _ in service.said(on) if rule == "contacts-are-named"} == {"error"}


@pytest.mark.parametrize(
    ("change", "level", "place"),
    [
        (lambda e: e.with_("md:IDPSSODescriptor", errorURL=None), "error", IDP),
        (lambda e: e.with_("md:IDPSSODescriptor", errorURL="  "), "error", IDP),
        (lambda e: e.with_("md:IDPSSODescriptor", errorURL="ring oss"), "error", IDP + "/@errorURL"),
        (lambda e: e.with_("md:IDPSSODescriptor", errorURL="https://["), "error", IDP + "/@errorURL"),
        (lambda e: e.with_("md:IDPSSODescriptor", errorURL="mailto:a@b.test"), "error", IDP + "/@errorURL"),
        (lambda e: e.with_("md:IDPSSODescriptor", errorURL="https://idp.test/fel"), "warning", IDP + "/@errorURL"),
        (
            lambda e: e.with_("md:IDPSSODescriptor", errorURL="http://idp.test/ERRORURL_CODE"),
            "warning",
            IDP + "/@errorURL",
        ),
    ],
)
def test_error_url(school: Any, change: Change, level: str, place: str) -> None:
    assert change(school).said() == [(level, "error-url-is-given", place)]


@pytest.mark.parametrize(
    "change",
    [
        lambda e: e.without("md:IDPSSODescriptor/md:KeyDescriptor"),
        lambda e: e.with_("md:IDPSSODescriptor/md:KeyDescriptor", use="encryption"),
        lambda e: e.without("md:IDPSSODescriptor/md:KeyDescriptor/ds:KeyInfo"),
        lambda e: e.without(".//ds:X509Certificate"),
    ],
)
def test_signing_certificate(school: Any, change: Change) -> None:
    assert change(school).said() == [("error", "signing-certificate-is-given", IDP)]


def test_a_certificate_that_nobody_can_read_is_none(school: Any) -> None:
    school.text(".//ds:X509Certificate", "AAAA")
    assert ("error", "signing-certificate-is-given", IDP) in school.said()


def test_a_key_without_use_serves_for_both(school: Any, service: Any) -> None:
    assert school.with_("md:IDPSSODescriptor/md:KeyDescriptor", use=None).said() == []
    service.without(f"{KEYS}[@use='encryption']").with_(KEYS, use=None)
    assert service.said() == []


@pytest.mark.parametrize(
    "change",
    [
        lambda e: e.without(f"{KEYS}[@use='encryption']"),
        lambda e: e.with_(f"{KEYS}[@use='encryption']", use="signing"),
        lambda e: e.without(f"{KEYS}[@use='encryption']/ds:KeyInfo"),
    ],
)
def test_encryption_certificate(service: Any, change: Change) -> None:
    assert change(service).said() == [("error", "encryption-certificate-is-given", SP)]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda e: e.without(NEEDS), SP),
        (lambda e: e.without(f"{NEEDS}/md:RequestedAttribute"), f"{SP}/md:AttributeConsumingService"),
        (lambda e: e.without(f"{NEEDS}/md:ServiceName"), f"{SP}/md:AttributeConsumingService"),
        (lambda e: e.text(f"{NEEDS}/md:ServiceName", " "), f"{SP}/md:AttributeConsumingService"),
        (lambda e: e.without(f"{NEEDS}/md:ServiceDescription"), f"{SP}/md:AttributeConsumingService"),
    ],
)
def test_declared_needs(service: Any, change: Change, place: str) -> None:
    assert change(service).said() == [("error", "needs-are-declared", place)]


def test_a_name_without_language_breaks_two_rules(service: Any) -> None:
    service.with_(f"{NEEDS}/md:ServiceName", lang=None)
    where = f"{SP}/md:AttributeConsumingService/md:ServiceName[1]"
    assert ("error", "needs-are-declared", where) in service.said()
    assert ("warning", "texts-in-swedish-and-english", where) in service.said()


def test_each_of_several_services_must_declare_its_needs(service: Any) -> None:
    service.copied(NEEDS, index="1")
    assert service.said() == []
    second = service.at(NEEDS)[1]
    for element in second.findall("{*}RequestedAttribute"):
        second.remove(element)
    assert service.said() == [("error", "needs-are-declared", f"{SP}/md:AttributeConsumingService[2]")]


def test_an_attribute_without_a_name_is_none(service: Any) -> None:
    for element in service.at(f"{NEEDS}/md:RequestedAttribute"):
        element.set("Name", " ")
    assert service.said() == [("error", "needs-are-declared", f"{SP}/md:AttributeConsumingService")]


@pytest.mark.parametrize("name", ["school", "service"])
@pytest.mark.parametrize("kind", ["technical", "support"])
def test_contacts(entity: Callable[[str], Any], name: str, kind: str) -> None:
    gone = entity(name).without(f"md:ContactPerson[@contactType='{kind}']")
    assert gone.said() == [("error", "contacts-are-named", "/md:EntityDescriptor")]


def test_another_kind_of_contact_does_not_stand_in(school: Any) -> None:
    school.with_("md:ContactPerson", contactType="administrative")
    assert school.said() == [("error", "contacts-are-named", "/md:EntityDescriptor")]


def test_a_contact_of_the_role_counts(service: Any) -> None:
    for person in service.at("md:ContactPerson"):
        service.at("md:SPSSODescriptor")[0].append(person)
    assert service.said() == []


def test_a_contact_without_an_address_is_only_warned_of(service: Any) -> None:
    service.without("md:ContactPerson[@contactType='support']/md:EmailAddress")
    assert service.said() == [("warning", "contacts-are-named", "/md:EntityDescriptor/md:ContactPerson[2]")]
