"""XPaths and fragments of XML as the lab writes them, in the prefixes that it may use."""

from lxml import etree

from idp.saml.names import DS, MD, MDUI, SAML, SAMLP, SHIBMD, XS, XSI

PREFIXES = {
    "saml": SAML,
    "samlp": SAMLP,
    "ds": DS,
    "xs": XS,
    "xsi": XSI,
    "md": MD,
    "mdui": MDUI,
    "shibmd": SHIBMD,
}
MAX_XPATH = 1000


def compiled(xpath: str) -> etree.XPath:
    """The XPath, ready to be evaluated.

    Raises:
        ValueError: it cannot be read, or is too long.
    """
    if len(xpath) > MAX_XPATH:
        raise ValueError(f"an XPath has at most {MAX_XPATH} characters")
    try:
        return etree.XPath(xpath, namespaces=PREFIXES, regexp=False)
    except etree.XPathError as error:
        raise ValueError(f"the XPath {xpath!r} cannot be read: {error}") from error


def elements(tree: etree._Element, xpath: str) -> list[etree._Element]:
    """All that an XPath names.

    Raises:
        ValueError: it cannot be read or evaluated, or names nothing or something else than elements.
    """
    try:
        found = compiled(xpath)(tree)
    except etree.XPathError as error:
        raise ValueError(f"the XPath {xpath!r} cannot be evaluated: {error}") from error
    if not isinstance(found, list) or not all(isinstance(node, etree._Element) for node in found):
        raise ValueError(f"the XPath {xpath!r} names no elements but something else")
    if not found:
        raise ValueError(f"the XPath {xpath!r} matches nothing in the message")
    return found


def names_any(tree: etree._Element, xpath: str) -> bool:
    """Whether the XPath names anything."""
    return bool(compiled(xpath)(tree))


def only(tree: etree._Element, xpath: str) -> etree._Element:
    """The one element that an XPath names.

    Raises:
        ValueError: see :func:`elements`; or it names more.
    """
    found = elements(tree, xpath)
    if len(found) != 1:
        raise ValueError(f"the XPath {xpath!r} names {len(found)} elements where one is meant")
    return found[0]


def parsed(xml: str, *, strip_cdata: bool = True) -> etree._Element:
    """An element around this XML, in which the prefixes are declared.

    Raises:
        ValueError: it is not well-formed.
    """
    declared = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in PREFIXES.items())
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, strip_cdata=strip_cdata)
    try:
        return etree.fromstring(f"<x {declared}>{xml}</x>".encode(), parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"the XML {xml[:60]!r} is not well-formed: {error}") from error
