"""From what came over the wire to XML that is safe to read: every step has a limit, and a DTD is refused."""

import base64
import binascii
import re
import zlib

from lxml import etree

from idp.refused import malformed

MAX_XML = 256 * 1024
"""Bytes of a login request once it is inflated; a real one has two thousand."""
BASE64_CHARACTERS = re.compile(r"[A-Za-z0-9+/]*={0,2}")
RAW_DEFLATE = -15


def inflate(encoded: str) -> bytes:
    """The XML of a message that came by the Redirect binding (SAML Bindings 3.4.4.1).

    Raises:
        Refused: it is not base64 or not DEFLATE, ends too early, or would become too large.
    """
    inflater = zlib.decompressobj(RAW_DEFLATE)
    try:
        xml = inflater.decompress(decode(encoded), MAX_XML)
    except zlib.error as error:
        raise malformed("is not compressed with DEFLATE") from error
    if not inflater.eof:
        if len(xml) == MAX_XML:
            raise malformed("is too large when it is unpacked")
        raise malformed("is compressed but ends too early")
    return xml


def decode(encoded: str) -> bytes:
    """The octets behind base64, as the POST binding uses it (SAML Bindings 3.5.4); line breaks are forgiven.

    Raises:
        Refused: it is not base64, or too large.
    """
    compact = "".join(encoded.split())
    if len(compact) > MAX_XML * 4 // 3 + 4:
        raise malformed("is too large", 413)
    if not BASE64_CHARACTERS.fullmatch(compact):
        raise malformed("is not base64")
    try:
        return base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True)
    except binascii.Error as error:
        raise malformed("is not base64") from error


def parse(xml: bytes) -> etree._Element:
    """The root element.

    Raises:
        ValueError: it is not well-formed, has a DTD, or is nested too deep; the text completes "it ...".
    """
    # NOTE: one parser for each document, for a shared one makes threads wait for each other. Comments go, so that
    # nobody can split a text with one and be read in two ways.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError("is not well-formed XML") from error
    if root is None:
        raise ValueError("is not XML")
    if root.getroottree().docinfo.internalDTD is not None:
        raise ValueError("has a DOCTYPE")
    return root


def parse_request(xml: bytes) -> etree._Element:
    """The root element of a login request.

    Raises:
        Refused: see :func:`parse`.
    """
    if not xml:
        raise malformed("has no SAMLRequest")
    try:
        return parse(xml)
    except ValueError as error:
        raise malformed(str(error)) from error
