"""XML from outside: parsed without DTD, entities and network, within bounds."""

from datetime import UTC, datetime

from lxml import etree

MAX_BYTES = 1024 * 1024
MAX_SHOWN = 60_000
"""Characters of a message that a report shows."""
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
MD = "urn:oasis:names:tc:SAML:2.0:metadata"
DS = "http://www.w3.org/2000/09/xmldsig#"
NAMESPACES = {"saml": SAML, "samlp": SAMLP, "md": MD, "ds": DS}


class Unreadable(ValueError):
    """The document cannot be read as what it was meant to be; the text says why."""


def parse(document: bytes) -> etree._Element:
    """The root element.

    Raises:
        Unreadable: too large, not well-formed, or with a document type declaration.
    """
    if len(document) > MAX_BYTES:
        raise Unreadable(f"is larger than {MAX_BYTES} bytes")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        raise Unreadable(f"is not well-formed XML ({str(error)[:200]})") from error
    except ValueError as error:
        raise Unreadable(f"is not XML ({str(error)[:200]})") from error
    if root.getroottree().docinfo.doctype or root.getroottree().docinfo.internalDTD is not None:
        raise Unreadable("has a document type declaration, which SAML forbids")
    return root


def pretty(root: etree._Element) -> str:
    """For people: indented, bounded. The document itself is not touched."""
    copy = etree.fromstring(etree.tostring(root), etree.XMLParser(resolve_entities=False, no_network=True))
    etree.indent(copy)
    shown: str = etree.tostring(copy, encoding="unicode")
    return shown[:MAX_SHOWN]


def text_of(element: etree._Element | None) -> str:
    """All text inside, also when comments or processing instructions cut it; "" for no element."""
    if element is None:
        return ""
    return "".join(element.xpath(".//text()")).strip()


def instant(text: str | None) -> datetime | None:
    """A SAML time (SAML Core 1.3.3: UTC, xs:dateTime); None for anything else."""
    if not text or "T" not in text or not text.endswith("Z"):
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return None
