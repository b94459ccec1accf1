"""Values that a message composes: a vendor that shows the whole of one is right, and one that shows a part is not."""

from collections.abc import Iterable
from copy import deepcopy

from lxml import etree

from testbed.certify.oracle import Said
from testbed.model.forgery import Made

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
NAMES = (f"{{{SAML}}}NameID", f"{{{SAML}}}AttributeValue")


def whole_values(made: Iterable[Made], other: Said) -> frozenset[str]:
    """What names a person in these responses, as a reader has it who passes over comments and reads all text; without
    what names the other person, who is never right."""
    found: set[str] = set()
    for one in made:
        if one.message == "response":
            found.update(_texts(one.plain or one.document))
    return frozenset(found - {value for values in other.values() for value in values} - {""})


def _texts(document: str) -> Iterable[str]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(document.encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return
    for element in root.iter(*NAMES):
        # NOTE: what lxml calls the text of an element and of all within it has the words of comments in it.
        texts = [element.text or "", *(child.tail or "" for child in element)]
        yield " ".join("".join(texts).split())
        if any(isinstance(child.tag, str) for child in element):
            written = [element.text or "", *map(_written, element)]
            yield " ".join("".join(written).split())


def _written(child: etree._Element) -> str:
    """An element as XML, for some readers show markup as it stands, and the text behind it; of a comment that alone."""
    if not isinstance(child.tag, str):
        return child.tail or ""
    alone = deepcopy(child)
    etree.cleanup_namespaces(alone)
    return str(etree.tostring(alone, encoding="unicode"))
