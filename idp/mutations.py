"""Change a message step by step, as a forgery says: the school's part in a negative case."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from lxml import etree

from idp.saml.names import DS, MD, MDUI, SAML, SAMLP, SHIBMD, XS, XSI
from idp.saml.places import NAME_ID, PLACE, Places, check_places
from idp.saml.sealing import detach, digest_of
from testbed.model.attributes import by_saml_name
from testbed.model.operations import (
    Copy,
    Digest,
    Fill,
    Impersonate,
    Insert,
    InTheClear,
    Move,
    Operation,
    Remove,
    RemoveAttribute,
    Rename,
    SetAttribute,
    SetText,
    Signed,
    Where,
)

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
MAX_OPERATIONS = 50
MAX_XPATH = 1000
MAX_TEXT = 64 * 1024
"""Characters of a value or of XML in one operation."""
ATTRIBUTE, VALUE = f"{{{SAML}}}Attribute", f"{{{SAML}}}AttributeValue"


class Signing(Protocol):
    """Signs what the school says for another use."""

    def __call__(self, element: etree._Element) -> None:
        """Put a signature into an element that has an ID."""


@dataclass(frozen=True, slots=True)
class Craft:
    """What operations need beside the message."""

    places: Places
    sign: Signing


def apply(tree: etree._Element, operations: Sequence[Operation], craft: Craft) -> None:
    """Carry out the operations on the message, one after the other.

    Raises:
        ValueError: an XPath cannot be read or names no element, a value cannot stand in XML, or there is nothing to
            put in a place; says which.
    """
    for operation in operations:
        match operation:
            case Copy() | Move() | Insert() | Signed():
                _arrange(tree, operation, craft)
            case SetText() | SetAttribute() | RemoveAttribute() | Remove() | Fill():
                if not (isinstance(operation, Remove) and operation.if_any and not _names_any(tree, operation.xpath)):
                    for element in elements(tree, operation.xpath):
                        _change(element, operation, craft.places)
            case Impersonate(xpath=xpath):
                for assertion in elements(tree, xpath):
                    impersonate(assertion, craft.places)
            case Rename(xpath=xpath, namespace=namespace):
                for element in elements(tree, xpath):
                    _rename(element, namespace)
            case Digest():
                _digest(tree, operation)
            case InTheClear():
                # NOTE: whether the message is encrypted is decided once it is signed.
                continue


def in_the_clear(operations: Sequence[Operation]) -> bool:
    """Whether the message is not to be encrypted, whatever was agreed."""
    return any(isinstance(operation, InTheClear) for operation in operations)


# --- what can be known beforehand -------------------------------------------------------------------------------------


def check(operations: Sequence[Operation]) -> None:
    """Find out all that can be known about operations before there is a message.

    Raises:
        ValueError: see :func:`apply`; whether an XPath names an element is not known yet.
    """
    if len(operations) > MAX_OPERATIONS:
        raise ValueError(f"at most {MAX_OPERATIONS} operations spoil one message, not {len(operations)}")
    for operation in operations:
        _check(operation)


def _check(operation: Operation) -> None:
    match operation:
        case InTheClear():
            return
        case Copy(xpath=xpath, to=to) | Move(xpath=xpath, to=to) | Digest(of=xpath, to=to):
            _compile(xpath)
            _compile(to or ".")
        case Insert(xpath=xpath, xml=xml) | Fill(xpath=xpath, xml=xml) | Signed(xpath=xpath, xml=xml):
            _compile(xpath)
            check_places(_bounded(xml))
            _parsed(PLACE.sub("x", xml))
        case SetText(xpath=xpath, value=value):
            _compile(xpath)
            check_places(_bounded(value))
            etree.Element("scratch").text = value
        case SetAttribute(xpath=xpath, name=name, value=value):
            _compile(xpath)
            check_places(_bounded(value))
            etree.Element("scratch").set(name, value)
        case Rename(xpath=xpath, namespace=namespace):
            _compile(xpath)
            etree.QName(namespace, "x")
        case Remove(xpath=xpath) | Impersonate(xpath=xpath) | RemoveAttribute(xpath=xpath):
            _compile(xpath)


def _bounded(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise ValueError(f"a value has at most {MAX_TEXT} characters; to write more, replace a text of the document")
    return text


# --- finding ----------------------------------------------------------------------------------------------------------


def _compile(xpath: str) -> etree.XPath:
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
        found = _compile(xpath)(tree)
    except etree.XPathError as error:
        raise ValueError(f"the XPath {xpath!r} cannot be evaluated: {error}") from error
    if not isinstance(found, list) or not all(isinstance(node, etree._Element) for node in found):
        raise ValueError(f"the XPath {xpath!r} names no elements but something else")
    if not found:
        raise ValueError(f"the XPath {xpath!r} matches nothing in the message")
    return found


def _names_any(tree: etree._Element, xpath: str) -> bool:
    return bool(_compile(xpath)(tree))


def _only(tree: etree._Element, xpath: str) -> etree._Element:
    found = elements(tree, xpath)
    if len(found) != 1:
        raise ValueError(f"the XPath {xpath!r} names {len(found)} elements where one is meant")
    return found[0]


# --- arranging --------------------------------------------------------------------------------------------------------


def _arrange(tree: etree._Element, operation: Copy | Move | Insert | Signed, craft: Craft) -> None:
    match operation:
        case Copy(xpath=xpath, to=to, where=where):
            _put(copy.deepcopy(_only(tree, xpath)), _only(tree, to), where)
        case Move(xpath=xpath, to=to, where=where):
            _move(_only(tree, xpath), _only(tree, to), where)
        case Insert(xpath=xpath):
            _insert(_only(tree, xpath), operation, craft.places)
        case Signed(xpath=xpath, where=where):
            _put(_signed(operation, craft), _only(tree, xpath), where)


# --- changing ---------------------------------------------------------------------------------------------------------


def _change(
    element: etree._Element, operation: SetText | SetAttribute | RemoveAttribute | Remove | Fill, places: Places
) -> None:
    match operation:
        case SetText(value=value):
            element.text = places.filled(value, _said_in(element))
        case SetAttribute(name=name, value=value):
            element.set(name, places.filled(value, _said_in(element)))
        case RemoveAttribute(name=name):
            if name not in element.attrib:
                raise ValueError(f"an element that loses the attribute {name!r} does not have it")
            del element.attrib[name]
        case Remove():
            if element.getparent() is None:
                raise ValueError("the message itself cannot be removed")
            detach(element)
        case Fill(xml=xml):
            _fill(element, places.filled_xml(xml, _said_in(element)))


def _fill(element: etree._Element, xml: str) -> None:
    if "<![CDATA[" in xml:
        # NOTE: lxml moves elements and not texts, so that only a whole element keeps how a text was written.
        filled = _parsed(xml, strip_cdata=False)
        filled.tag, filled.tail = element.tag, element.tail
        filled.attrib.update(element.attrib)
        element.getparent().replace(element, filled)
        etree.cleanup_namespaces(filled)
        return
    content = _parsed(xml)
    element[:] = []
    element.text = content.text
    element.extend(list(content))


def _rename(element: etree._Element, namespace: str) -> None:
    own = etree.QName(element).namespace
    for one in element.iter("*"):
        if etree.QName(one).namespace == own:
            one.tag = etree.QName(namespace, etree.QName(one).localname)


def _said_in(element: etree._Element) -> str:
    """The canonical name of what an element says of a person, "" where it says nothing of one."""
    if element.tag == f"{{{SAML}}}NameID":
        return NAME_ID
    around = element.getparent() if element.tag == VALUE else None
    row = by_saml_name().get(around.get("Name", "")) if around is not None else None
    return row.name if row else ""


def _parsed(xml: str, *, strip_cdata: bool = True) -> etree._Element:
    """An element around this XML, in which the prefixes are declared."""
    declared = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in PREFIXES.items())
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, strip_cdata=strip_cdata)
    try:
        return etree.fromstring(f"<x {declared}>{xml}</x>".encode(), parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"the XML {xml[:60]!r} is not well-formed: {error}") from error


def _insert(anchor: etree._Element, operation: Insert, places: Places) -> None:
    content = _parsed(places.filled_xml(operation.xml))
    if content.text:
        raise ValueError("text is not inserted beside an element: fill the element that is to hold it")
    nodes = list(content)
    if operation.where in ("first", "after"):
        nodes.reverse()
    for node in nodes:
        _put(node, anchor, operation.where)


def _signed(operation: Signed, craft: Craft) -> etree._Element:
    content = _parsed(craft.places.filled_xml(operation.xml))
    if len(content) != 1:
        raise ValueError("what the school signs for another use is one element")
    # NOTE: xmlsec finds what a signature refers to only in a document of its own.
    element = etree.fromstring(etree.tostring(content[0], with_tail=False))
    craft.sign(element)
    return element


def _move(element: etree._Element, anchor: etree._Element, where: Where) -> None:
    if element in (anchor, *anchor.iterancestors()):
        raise ValueError("an element cannot be moved beside or into itself")
    detach(element)
    _put(element, anchor, where)


def _put(element: etree._Element, anchor: etree._Element, where: Where) -> None:
    if where in ("before", "after") and anchor.getparent() is None and isinstance(element.tag, str):
        raise ValueError("an element cannot stand beside the message itself")
    match where:
        case "before":
            anchor.addprevious(element)
        case "after":
            anchor.addnext(element)
        case "first":
            text, anchor.text = anchor.text, None
            anchor.insert(0, element)
            element.tail = (element.tail or "") + (text or "") or None
        case "last":
            anchor.append(element)


def _digest(tree: etree._Element, operation: Digest) -> None:
    reference = _only(tree, operation.of)
    value = digest_of(reference)
    place = _only(tree, operation.to) if operation.to else reference.find(f"{{{DS}}}DigestValue")
    if place is None:
        raise ValueError("the reference has no DigestValue to write into")
    if operation.form == "text":
        place.text = value
    else:
        _put(etree.Comment(value), place, "first")


def impersonate(assertion: etree._Element, places: Places) -> None:
    """Make an assertion speak of the other person: NameID and attributes are what they would be.

    Raises:
        ValueError: it is not said who the other person is.
    """
    name, said = places.other.name_id, places.other.attributes
    if name is None:
        raise ValueError("the message is to speak of another person, and nobody says who that is")
    for element in assertion.iterfind("saml:Subject/saml:NameID", PREFIXES):
        element.text = name.value
        element.set("Format", name.format)
    for statement in assertion.iterfind("saml:AttributeStatement", PREFIXES):
        there: set[str] = set()
        for attribute in statement.findall("saml:Attribute", PREFIXES):
            row = by_saml_name().get(attribute.get("Name", ""))
            values = said.get(row.name, ()) if row else ()
            there.add(row.name if row else "")
            if values:
                _say(attribute, values)
            else:
                statement.remove(attribute)
        for canonical in said:
            if canonical not in there:
                _add(statement, canonical, said[canonical])


def _say(attribute: etree._Element, values: Sequence[str]) -> None:
    holders = attribute.findall("saml:AttributeValue", PREFIXES)
    for spare in holders[len(values) :]:
        attribute.remove(spare)
    for _ in range(len(values) - len(holders)):
        attribute.append(copy.deepcopy(holders[0]) if holders else etree.Element(VALUE))
    for holder, value in zip(attribute.findall("saml:AttributeValue", PREFIXES), values, strict=True):
        holder[:] = []
        holder.text = value


def _add(statement: etree._Element, canonical: str, values: Sequence[str]) -> None:
    """An attribute that the person who logs in does not have, written as the others are."""
    wire = next(name for name, row in by_saml_name().items() if row.name == canonical)
    model = statement.find("saml:Attribute", PREFIXES)
    attribute = copy.deepcopy(model) if model is not None else etree.Element(ATTRIBUTE)
    attribute.set("Name", wire)
    attribute.set("FriendlyName", canonical)
    statement.append(attribute)
    _say(attribute, values)
