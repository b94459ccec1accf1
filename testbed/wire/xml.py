"""XML from outside: parsed without DTD, entities and network, within bounds."""

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlunsplit

from lxml import etree

from testbed.model.messages import Binding
from testbed.model.wire import Exchange, Pointer
from testbed.wire.bodies import form_fields

MAX_BYTES = 1024 * 1024
MAX_SHOWN = 60_000
"""Characters of a message that a report shows."""
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
MD = "urn:oasis:names:tc:SAML:2.0:metadata"
DS = "http://www.w3.org/2000/09/xmldsig#"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
XENC = "http://www.w3.org/2001/04/xmlenc#"
XENC11 = "http://www.w3.org/2009/xmlenc11#"
NAMESPACES = {"saml": SAML, "samlp": SAMLP, "md": MD, "ds": DS, "xenc": XENC, "xenc11": XENC11}


class Unreadable(ValueError):
    """The document cannot be read as what it was meant to be; the text says why."""


@dataclass(frozen=True, slots=True)
class Carried:
    """How a message came: in which exchange, where in it, and by which binding."""

    exchange: Exchange
    where: Pointer
    binding: Binding

    @property
    def endpoint(self) -> str:
        """The URL that it was sent to, without query; "" for the answer to a SOAP call."""
        if self.where.locator.startswith("response."):
            return ""
        parts = self.exchange.request.parts
        return urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))


def parse(document: bytes, limit: int = MAX_BYTES) -> etree._Element:
    """The root element of a document of at most ``limit`` bytes.

    Raises:
        Unreadable: too large, not well-formed, or with a document type declaration.
    """
    if len(document) > limit:
        raise Unreadable(f"is larger than {limit} bytes")
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


def is_signed(root: etree._Element, carried: Carried) -> bool:
    """Whether a message carries a signature, in the query by redirect, else in itself (SAML Bindings 3.4.4.1)."""
    if carried.binding == "redirect":
        return any(name == "Signature" for name, _ in form_fields(carried.exchange.request.parts.query))
    return root.find("ds:Signature", NAMESPACES) is not None


def statuses(root: etree._Element) -> tuple[str, str]:
    """The top-level and the second-level status code of a response (SAML Core 3.2.2.2), "" for none."""
    top = root.find("samlp:Status/samlp:StatusCode", NAMESPACES)
    if top is None:
        return "", ""
    second = top.find("samlp:StatusCode", NAMESPACES)
    return top.get("Value", ""), second.get("Value", "") if second is not None else ""
