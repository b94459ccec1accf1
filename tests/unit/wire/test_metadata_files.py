"""Files of metadata: one entity or many, each handed on when it is whole; hostile ones refused within bounds."""

import io
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.wire import metadata_files
from testbed.wire.metadata_files import MAX_ENTITY_BYTES, descriptors
from testbed.wire.metadata_rules.core import ENTITY, GROUP
from testbed.wire.xml import Unreadable

EXAMPLES = Path(__file__).parents[3] / "scenarios" / "metadata"
MD = 'xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"'
BOMB = f'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><md:EntityDescriptor {MD} entityID="&b;"/>'


def read(document: bytes) -> list[tuple[str, str | None, int]]:
    """Kind and name of all that is handed on, and of an entity how many children it has, taken while it is there."""
    return [
        (element.tag, element.get("entityID") or element.get("Name"), len(element) if element.tag == ENTITY else 0)
        for element in descriptors(io.BytesIO(document))
    ]


def test_one_entity() -> None:
    document = (EXAMPLES / "example-school.xml").read_bytes()
    assert read(document) == [(ENTITY, "https://idp.kommun.example/saml/metadata", 5)]


def test_an_aggregate_in_order_with_groups_as_they_begin() -> None:
    document = (
        f'<md:EntitiesDescriptor {MD} Name="all"><md:Extensions/>'
        '<md:EntityDescriptor entityID="a"><md:X/></md:EntityDescriptor>'
        '<md:EntitiesDescriptor Name="some"><md:EntityDescriptor entityID="b"/></md:EntitiesDescriptor>'
        '<md:EntityDescriptor entityID="c"><md:X/><md:Y/></md:EntityDescriptor></md:EntitiesDescriptor>'
    )
    assert read(document.encode()) == [
        (GROUP, "all", 0),
        (ENTITY, "a", 1),
        (GROUP, "some", 0),
        (ENTITY, "b", 0),
        (ENTITY, "c", 2),
    ]


def test_an_entity_within_an_entity_is_none_of_its_own() -> None:
    inner = '<md:EntityDescriptor entityID="inner"><md:X/></md:EntityDescriptor>'
    document = (
        f'<md:EntityDescriptor {MD} entityID="outer"><md:Extensions>{inner}</md:Extensions></md:EntityDescriptor>'
    )
    assert read(document.encode()) == [(ENTITY, "outer", 1)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_encodings(encoding: str) -> None:
    document = f'<?xml version="1.0" encoding="{encoding}"?><md:EntityDescriptor {MD} entityID="å"/>'
    assert read(document.encode(encoding)) == [(ENTITY, "å", 0)]


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"", "not well-formed"),
        (b"\x00\x01", "not well-formed"),
        (b"<a>", "no SAML metadata"),
        (b"<a/>", "no SAML metadata"),
        (b"hello", "not well-formed"),
        (f"<md:EntityDescriptor {MD}>".encode(), "not well-formed"),
        (f"<md:SPSSODescriptor {MD}/>".encode(), "no SAML metadata"),
        (b'<EntityDescriptor entityID="x"/>', "no SAML metadata"),
        (BOMB.encode(), "document type"),
        (BOMB.encode("utf-16"), "document type"),
        (f'<!DOCTYPE x SYSTEM "file:///etc/passwd"><md:EntityDescriptor {MD}/>'.encode(), "document type"),
        (
            f'<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]><md:EntityDescriptor {MD}/>'.encode(),
            "document type",
        ),
        (f"<md:EntityDescriptor {MD}>".encode() + b"<a>" * 10_000, "not well-formed"),
    ],
)
def test_what_is_no_metadata(document: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read(document)


@pytest.mark.parametrize("filler", ["<md:X/>", "x" * 100, " " * 100, "<!-- x -->"])
def test_an_entity_without_end_is_given_up(filler: str) -> None:
    document = f"<md:EntityDescriptor {MD}>" + filler * (3 * MAX_ENTITY_BYTES // len(filler))
    with pytest.raises(Unreadable, match="without the end of an entity"):
        read(document.encode())


def test_a_file_that_is_too_large_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata_files, "MAX_FILE_BYTES", 2 * 1024 * 1024)
    entity = f'<md:EntityDescriptor entityID="{"a" * 1000}"/>'
    document = f"<md:EntitiesDescriptor {MD}>{entity * 3000}</md:EntitiesDescriptor>"
    with pytest.raises(Unreadable, match="larger than 2 MiB"):
        read(document.encode())


def test_too_many_entities_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata_files, "MAX_ENTITIES", 10)
    document = f"<md:EntitiesDescriptor {MD}>{'<md:EntityDescriptor/>' * 11}</md:EntitiesDescriptor>"
    with pytest.raises(Unreadable, match="more than 10 entities"):
        read(document.encode())


def test_what_came_before_a_broken_place_is_handed_on() -> None:
    whole = f'<md:EntityDescriptor entityID="a">{"<md:X/>" * 20_000}</md:EntityDescriptor>'
    stream = descriptors(io.BytesIO(f"<md:EntitiesDescriptor {MD}>{whole}</md:Nonsense>".encode()))
    assert next(stream).tag == GROUP
    assert next(stream).get("entityID") == "a"
    with pytest.raises(Unreadable):
        next(stream)


def test_entities_that_were_read_are_forgotten() -> None:
    """The root of a long aggregate never holds more than what one chunk of the file can."""
    entity = f'<md:EntityDescriptor entityID="a">{"<md:X/>" * 100}</md:EntityDescriptor>'
    document = f"<md:EntitiesDescriptor {MD}>{entity * 2000}</md:EntitiesDescriptor>".encode()
    held = []
    for element in descriptors(io.BytesIO(document)):
        parent = element.getparent()
        held.append(0 if parent is None else sum(len(child) for child in parent))
    assert len(held) == 2001
    assert max(held) <= 100 * (2 + metadata_files.CHUNK_BYTES // len(entity))


def test_small_things_between_entities_do_not_pile_up() -> None:
    junk = "<md:X/>" * 50
    group = f"<md:EntitiesDescriptor>{junk}<md:EntityDescriptor/></md:EntitiesDescriptor>"
    document = f"<md:EntitiesDescriptor {MD}>{group * 5000}</md:EntitiesDescriptor>".encode()
    tracemalloc.start()
    assert sum(1 for _ in descriptors(io.BytesIO(document))) == 10_001
    assert tracemalloc.get_traced_memory()[1] < 2 * 1024 * 1024
    tracemalloc.stop()


@given(st.binary(max_size=3000))
def test_any_octets_are_read_or_refused(octets: bytes) -> None:
    with pytest.raises(Unreadable):
        read(octets)


@given(st.data())
def test_a_document_with_some_octets_changed_is_read_or_refused(data: st.DataObject) -> None:
    document = bytearray((EXAMPLES / "example-service.xml").read_bytes())
    for _ in range(data.draw(st.integers(1, 5))):
        document[data.draw(st.integers(0, len(document) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = read(bytes(document))
    except Unreadable:
        return
    assert [kind for kind, _, _ in found] == [ENTITY]
