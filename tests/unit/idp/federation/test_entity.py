"""A member is read as what it was registered as, and as nothing more."""

import datetime as dt
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from idp.federation.config import Member
from idp.federation.entity import DiscoveryResponse, read_entity

SCHOOL, VENDOR = "https://idp.skola.test/saml/metadata", "https://lasning.test/saml/metadata"
AS_SCHOOL, AS_VENDOR = Member(SCHOOL, SCHOOL, ("skola.test",)), Member(VENDOR, VENDOR)
DAY = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)


def test_a_school_is_read(make: SimpleNamespace) -> None:
    entity = read_entity(make.school(SCHOOL, "skola.test", "Exempelkommun"), AS_SCHOOL)
    assert entity.is_school
    assert (entity.name.sv, entity.name.en) == ("Exempelkommuns skolor", "Schools of Exempelkommun")
    assert entity.valid_until is None


def test_a_vendor_is_read_with_the_places_where_it_takes_a_choice(make: SimpleNamespace) -> None:
    inside = make.response("https://b.test/2", "2") + make.response("https://b.test/1", "1", 'isDefault="false"')
    entity = read_entity(make.vendor(inside), AS_VENDOR)
    assert not entity.is_school
    assert entity.responses == (
        DiscoveryResponse("https://b.test/1", 1, is_default=False),
        DiscoveryResponse("https://b.test/2", 2, is_default=None),
    )
    assert entity.default_response == entity.responses[1]


def test_the_default_place_is_the_marked_one_and_a_refused_default_is_better_than_none(make: SimpleNamespace) -> None:
    first, marked = make.response("https://b.test/1", "1"), make.response("https://b.test/2", "2", 'isDefault="1"')
    assert read_entity(make.vendor(first + marked), AS_VENDOR).default_response == DiscoveryResponse(
        "https://b.test/2", 2, is_default=True
    )
    only = make.response("https://b.test/1", "1", 'isDefault="false"')
    default = read_entity(make.vendor(only), AS_VENDOR).default_response
    assert default
    assert default.location == "https://b.test/1"
    assert read_entity(make.vendor(""), AS_VENDOR).default_response is None


def test_the_earliest_end_counts(make: SimpleNamespace) -> None:
    document = make.vendor(attributes='validUntil="2026-12-24T00:00:00Z"')
    document = document.replace(b"<md:SPSSODescriptor", b'<md:SPSSODescriptor validUntil="2026-12-01T01:00:00+01:00"')
    assert read_entity(document, AS_VENDOR).valid_until == DAY


def test_signatures_and_ids_of_the_member_are_taken_off(make: SimpleNamespace) -> None:
    signature = "<ds:Signature><ds:SignedInfo/></ds:Signature>"
    document = make.vendor(attributes='ID="_same"', before=signature)
    document = document.replace(b"<md:SPSSODescriptor", b'<md:SPSSODescriptor ID="_other"')
    published = read_entity(document, AS_VENDOR).descriptor
    assert b"Signature" not in published
    assert b" ID=" not in published


def test_the_digest_changes_with_the_metadata(make: SimpleNamespace) -> None:
    first, second = (read_entity(make.vendor(inside), AS_VENDOR) for inside in (make.response(), ""))
    assert first.digest == read_entity(make.vendor(make.response()), AS_VENDOR).digest != second.digest


FORGED = '<x xmlns="urn:x"><md:EntityDescriptor entityID="https://idp.skola.test/saml/metadata"/></x>'


@pytest.mark.parametrize(
    ("document", "cause"),
    [
        (lambda _: b"", "not well-formed"),
        (lambda _: b"<a", "not well-formed"),
        (lambda _: b"<!DOCTYPE a []><a/>", "DOCTYPE"),
        (lambda _: b"<a/>", "not an EntityDescriptor"),
        (lambda m: m.vendor(entity_id="https://other.test"), "another entityID"),
        (lambda m: m.vendor(FORGED), "another entity inside"),
        (lambda m: m.vendor().replace(b"SPSSODescriptor", b"PDPDescriptor"), "neither a school"),
        (lambda m: m.school(VENDOR, "skola.test", "S"), "school where a vendor"),
        (lambda m: m.vendor(attributes='validUntil="soon"'), "no time"),
        (lambda m: m.vendor(attributes='validUntil="2026-12-01T00:00:00"'), "without a time zone"),
        (lambda m: m.vendor(m.response(binding="urn:x")), "without its Binding"),
        (lambda m: m.vendor(m.response("javascript:alert(1)")), "no web address"),
        (lambda m: m.vendor(m.response(index="-1")), "index"),
        (lambda m: m.vendor(m.response(index="٣")), "index"),
        (lambda m: m.vendor(m.response(index="9" * 9000)), "index"),
    ],
)
def test_what_is_not_the_vendor_is_refused(document: object, cause: str, make: SimpleNamespace) -> None:
    assert callable(document)
    with pytest.raises(ValueError, match=cause):
        read_entity(document(make), AS_VENDOR)


@pytest.mark.parametrize("scope", ["granne.test", "skola.test.evil.test", ""])
def test_a_school_cannot_take_a_scope_that_is_not_registered(scope: str, make: SimpleNamespace) -> None:
    with pytest.raises(ValueError, match="scope that is not registered"):
        read_entity(make.school(SCHOOL, scope, "S"), AS_SCHOOL)


def test_a_school_cannot_take_a_scope_by_a_pattern(make: SimpleNamespace) -> None:
    document = make.school(SCHOOL, "skola.test", "S").replace(b'regexp="false"', b'regexp="true"')
    with pytest.raises(ValueError, match="scope that is not registered"):
        read_entity(document, AS_SCHOOL)


def test_a_vendor_cannot_be_where_a_school_is_registered(make: SimpleNamespace) -> None:
    with pytest.raises(ValueError, match="the other way round"):
        read_entity(make.vendor(entity_id=SCHOOL), AS_SCHOOL)


@given(place=st.integers(0, 2000), octet=st.integers(0, 255), count=st.integers(0, 40))
def test_damaged_documents_are_refused_or_read_but_never_break(
    place: int, octet: int, count: int, make: SimpleNamespace
) -> None:
    document = bytearray(make.vendor())
    start = place % len(document)
    document[start : start + count] = bytes([octet])
    try:
        entity = read_entity(bytes(document), AS_VENDOR)
    except ValueError:
        return
    assert etree.fromstring(entity.descriptor).get("entityID") == VENDOR
