"""What is published: signed, valid by the schema, with its times, and never expired."""

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace

import pytest
from lxml import etree
from saml2.xml.schema import validate

from idp.federation.aggregate import Document, Publisher, duration, instant
from idp.federation.config import FederationConfig, Member
from idp.federation.entity import Entity, read_entity
from idp.keys import SigningKey
from idp.saml.signing import Signer
from testbed.wire.signatures import algorithms, verify

NOW = dt.datetime(2026, 11, 23, 12, 0, 0, 250_000, tzinfo=dt.UTC)
SCHOOL, VENDOR = "https://idp.skola.test/saml/metadata", "https://lasning.test/saml/metadata"
MD, MDRPI = "{urn:oasis:names:tc:SAML:2.0:metadata}", "{urn:oasis:names:tc:SAML:metadata:rpi}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"


@pytest.fixture
def entities(make: SimpleNamespace) -> tuple[Entity, ...]:
    return (
        read_entity(make.school(SCHOOL, "skola.test", "Exempelkommun"), Member(SCHOOL, SCHOOL, ("skola.test",))),
        read_entity(make.vendor(), Member(VENDOR, VENDOR)),
    )


@pytest.fixture
def publisher(config: FederationConfig, key: SigningKey) -> Publisher:
    return Publisher(config, Signer(key))


def documents(publisher: Publisher, entities: tuple[Entity, ...]) -> tuple[Document, ...]:
    return (publisher.aggregate(entities, NOW), *(publisher.single(entity, NOW) for entity in entities))


def test_another_library_accepts_every_signature(
    publisher: Publisher, entities: tuple[Entity, ...], key: SigningKey
) -> None:
    for document in documents(publisher, entities):
        reading = verify(document.xml, [key.certificate_der])
        assert reading.ok, reading.reason
        assert set(algorithms(document.xml)) == {
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            "http://www.w3.org/2001/04/xmlenc#sha256",
        }
        assert b"http://www.w3.org/2001/10/xml-exc-c14n#" in document.xml


def test_a_changed_document_is_refused(publisher: Publisher, entities: tuple[Entity, ...], key: SigningKey) -> None:
    for document in documents(publisher, entities):
        for old, new in ((b"saml/metadata", b"evil/metadata"), (b"2026-11-30", b"2036-11-30")):
            changed = document.xml.replace(old, new)
            assert changed != document.xml
            assert not verify(changed, [key.certificate_der]).ok


def test_the_schema_of_saml_accepts_every_document(publisher: Publisher, entities: tuple[Entity, ...]) -> None:
    for document in documents(publisher, entities):
        validate(document.xml.decode())


def test_names_and_times_stand_where_a_reader_looks(publisher: Publisher, entities: tuple[Entity, ...]) -> None:
    root = etree.fromstring(publisher.aggregate(entities, NOW).xml)
    assert root.tag == f"{MD}EntitiesDescriptor"
    assert root.get("Name") == "https://md.federation.test/aggregate.xml"
    assert [one.get("entityID") for one in root.findall(f"{MD}EntityDescriptor")] == [SCHOOL, VENDOR]
    single = etree.fromstring(publisher.single(entities[1], NOW).xml)
    assert single.tag == f"{MD}EntityDescriptor"
    for element in (root, single):
        assert element.get("validUntil") == "2026-11-30T12:00:00Z"
        assert element.get("cacheDuration") == "PT1H"
        assert next(child.tag for child in element) == f"{DS}Signature"
    assert len(root.findall(f".//{DS}Signature")) == 1


def test_the_federation_alone_says_who_registered_a_member(
    publisher: Publisher, entities: tuple[Entity, ...], make: SimpleNamespace
) -> None:
    claim = '<md:Extensions><mdrpi:RegistrationInfo registrationAuthority="https://evil.test"/></md:Extensions>'
    claiming = read_entity(make.vendor(before=claim), Member(VENDOR, VENDOR))
    for document in documents(publisher, (entities[0], claiming)):
        root = etree.fromstring(document.xml)
        for entity in root.iter(f"{MD}EntityDescriptor"):
            told = entity.findall(f"{MD}Extensions/{MDRPI}RegistrationInfo")
            assert [one.get("registrationAuthority") for one in told] == ["https://md.federation.test"]


def test_a_member_s_own_end_is_kept(publisher: Publisher, entities: tuple[Entity, ...], make: SimpleNamespace) -> None:
    short = read_entity(make.vendor(attributes='validUntil="2026-11-24T00:00:00Z"'), Member(VENDOR, VENDOR))
    root = etree.fromstring(publisher.aggregate((entities[0], short), NOW).xml)
    assert root.get("validUntil") == "2026-11-30T12:00:00Z"
    ends = [one.get("validUntil") for one in root.findall(f"{MD}EntityDescriptor")]
    assert ends == [None, "2026-11-24T00:00:00Z"]
    single = publisher.single(short, NOW)
    assert etree.fromstring(single.xml).get("validUntil") == "2026-11-24T00:00:00Z"
    assert single.valid_until == short.valid_until


def test_a_document_stays_the_same_until_a_member_changes(
    publisher: Publisher, entities: tuple[Entity, ...], make: SimpleNamespace
) -> None:
    first = publisher.aggregate(entities, NOW)
    assert publisher.aggregate(entities, NOW + dt.timedelta(minutes=59)) is first
    changed = (entities[0], read_entity(make.vendor(""), Member(VENDOR, VENDOR)))
    second = publisher.aggregate(changed, NOW + dt.timedelta(minutes=59))
    assert second.etag != first.etag
    fewer = publisher.aggregate(entities[:1], NOW + dt.timedelta(minutes=59))
    assert VENDOR.encode() not in fewer.xml


@pytest.mark.parametrize("validity", [dt.timedelta(seconds=10), dt.timedelta(minutes=3), dt.timedelta(days=7)])
def test_what_is_handed_out_is_always_valid(
    config: FederationConfig, key: SigningKey, entities: tuple[Entity, ...], validity: dt.timedelta
) -> None:
    publisher = Publisher(replace(config, validity=validity), Signer(key))
    now, seen = NOW, set()
    for _ in range(12):
        for document in (publisher.aggregate(entities, now), publisher.single(entities[0], now)):
            assert document.issued <= now < document.valid_until
            assert document.valid_until - document.issued == validity
            assert now + validity / 3 < document.valid_until
            seen.add(document.etag)
        now += validity / 4
    assert len(seen) > 2


def test_a_clock_that_goes_back_gets_a_document_of_its_own_time(
    publisher: Publisher, entities: tuple[Entity, ...]
) -> None:
    publisher.aggregate(entities, NOW)
    earlier = NOW - dt.timedelta(days=30)
    assert publisher.aggregate(entities, earlier).issued <= earlier


def test_times_are_written_as_xml_schema_has_them() -> None:
    assert instant(dt.datetime(2026, 7, 1, 2, tzinfo=dt.timezone(dt.timedelta(hours=2)))) == "2026-07-01T00:00:00Z"
    assert duration(dt.timedelta(hours=1)) == "PT1H"
    assert duration(dt.timedelta(seconds=90)) == "PT90S"
    assert duration(dt.timedelta(days=1)) == "PT24H"
