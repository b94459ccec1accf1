"""Metadata from a file: one entity, or a federation's aggregate read entity by entity.

An aggregate of a real federation has tens of megabytes. Memory is that of one entity: each is handed on when it is
whole, and forgotten when the next is asked for. Nothing is fetched, no entity of a document type is resolved.
"""

from collections.abc import Iterator
from typing import BinaryIO

from lxml import etree

from testbed.wire.metadata_rules.core import ENTITY, GROUP
from testbed.wire.xml import Unreadable

MAX_FILE_BYTES = 64 * 1024 * 1024
"""The aggregate of all the world's research federations has about this size."""
MAX_ENTITY_BYTES = 1024 * 1024
"""Between the ends of two entities; a logo inside an entity is what makes large ones large."""
MAX_ENTITIES = 50_000
CHUNK_BYTES = 64 * 1024


def descriptors(file: BinaryIO) -> Iterator[etree._Element]:
    """Each md:EntitiesDescriptor when it has begun, for its attributes, and each md:EntityDescriptor when it is whole.

    An element is there until the next is asked for.

    Raises:
        Unreadable: too large, not well-formed, with a document type declaration, or no metadata. What came before that
            place has been handed on.
    """
    since_end = entities = 0
    started = False
    for grown, events in _parsed(file):
        since_end += grown
        for event, element in events:
            if not started:
                started = True
                _must_be_metadata(element)
            if not _in_line(element):
                continue
            if (event, element.tag) == ("start", GROUP):
                yield element
            if event == "end":
                since_end = 0
                if element.tag == ENTITY:
                    entities += 1
                    yield element
                _forget(element)
        if since_end > MAX_ENTITY_BYTES:
            raise Unreadable(f"holds more than {MAX_ENTITY_BYTES // 2**20} MiB without the end of an entity")
        if entities > MAX_ENTITIES:
            raise Unreadable(f"holds more than {MAX_ENTITIES} entities")


type Events = Iterator[tuple[str, etree._Element]]


def _parsed(file: BinaryIO) -> Iterator[tuple[int, Events]]:
    """How many octets were read, and what they made the parser tell of, chunk by chunk."""
    # NOTE: not collect_ids=False: with it libxml2 loads the external subset of a document type, whatever load_dtd says.
    parser = etree.XMLPullParser(
        ("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    size = 0
    chunk = b"-"
    while chunk:
        chunk = file.read(CHUNK_BYTES)
        size += len(chunk)
        if size > MAX_FILE_BYTES:
            raise Unreadable(f"is larger than {MAX_FILE_BYTES // 2**20} MiB")
        problem = None
        try:
            # NOTE: the end is told by closing, and a small document is told of only then.
            parser.feed(chunk) if chunk else parser.close()
        except etree.XMLSyntaxError as error:
            problem = error
        yield len(chunk), parser.read_events()
        if problem is not None:
            raise Unreadable(f"is not well-formed XML ({str(problem)[:200]})") from problem


def _must_be_metadata(root: etree._Element) -> None:
    information = root.getroottree().docinfo
    if information.doctype or information.internalDTD is not None:
        raise Unreadable("has a document type declaration, which SAML forbids")
    if root.tag not in (ENTITY, GROUP):
        raise Unreadable(f"has the root element {str(root.tag)[:200]}, which is no SAML metadata")


def _in_line(element: etree._Element) -> bool:
    """It is an entity or a group, and stands under groups alone."""
    if element.tag not in (ENTITY, GROUP):
        return False
    parent = element.getparent()
    return parent is None or parent.tag == GROUP


def _forget(element: etree._Element) -> None:
    """Free it, and all that stands before it under its parent."""
    element.clear()
    parent = element.getparent()
    while parent is not None and parent[0] is not element:
        del parent[0]
