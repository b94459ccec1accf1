"""Change a message step by step, as a forgery says: the school's part in a negative case."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from lxml import etree

from idp.saml.impersonation import impersonate
from idp.saml.names import DS, SAML
from idp.saml.places import NAME_ID, PLACE, Places, check_places
from idp.saml.sealing import detach, digest_of
from idp.saml.xpaths import compiled, elements, names_any, only, parsed
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

MAX_OPERATIONS = 50
MAX_TEXT = 64 * 1024
"""Characters of a value or of XML in one operation."""
VALUE = f"{{{SAML}}}AttributeValue"


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
                if not (isinstance(operation, Remove) and operation.if_any and not names_any(tree, operation.xpath)):
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
            compiled(xpath)
            compiled(to or ".")
        case Insert(xpath=xpath, xml=xml) | Fill(xpath=xpath, xml=xml) | Signed(xpath=xpath, xml=xml):
            compiled(xpath)
            check_places(_bounded(xml))
            parsed(PLACE.sub("x", xml))
        case SetText(xpath=xpath, value=value):
            compiled(xpath)
            check_places(_bounded(value))
            etree.Element("scratch").text = value
        case SetAttribute(xpath=xpath, name=name, value=value):
            compiled(xpath)
            check_places(_bounded(value))
            etree.Element("scratch").set(name, value)
        case Rename(xpath=xpath, namespace=namespace):
            compiled(xpath)
            etree.QName(namespace, "x")
        case Remove(xpath=xpath) | Impersonate(xpath=xpath) | RemoveAttribute(xpath=xpath):
            compiled(xpath)


def _bounded(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise ValueError(f"a value has at most {MAX_TEXT} characters; to write more, replace a text of the document")
    return text


# --- arranging --------------------------------------------------------------------------------------------------------


def _arrange(tree: etree._Element, operation: Copy | Move | Insert | Signed, craft: Craft) -> None:
    match operation:
        case Copy(xpath=xpath, to=to, where=where):
            _put(copy.deepcopy(only(tree, xpath)), only(tree, to), where)
        case Move(xpath=xpath, to=to, where=where):
            _move(only(tree, xpath), only(tree, to), where)
        case Insert(xpath=xpath):
            _insert(only(tree, xpath), operation, craft.places)
        case Signed(xpath=xpath, where=where):
            _put(_signed(operation, craft), only(tree, xpath), where)


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
        filled = parsed(xml, strip_cdata=False)
        filled.tag, filled.tail = element.tag, element.tail
        filled.attrib.update(element.attrib)
        element.getparent().replace(element, filled)
        etree.cleanup_namespaces(filled)
        return
    content = parsed(xml)
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


def _insert(anchor: etree._Element, operation: Insert, places: Places) -> None:
    content = parsed(places.filled_xml(operation.xml))
    if content.text:
        raise ValueError("text is not inserted beside an element: fill the element that is to hold it")
    nodes = list(content)
    if operation.where in ("first", "after"):
        nodes.reverse()
    for node in nodes:
        _put(node, anchor, operation.where)


def _signed(operation: Signed, craft: Craft) -> etree._Element:
    content = parsed(craft.places.filled_xml(operation.xml))
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
    reference = only(tree, operation.of)
    value = digest_of(reference)
    place = only(tree, operation.to) if operation.to else reference.find(f"{{{DS}}}DigestValue")
    if place is None:
        raise ValueError("the reference has no DigestValue to write into")
    if operation.form == "text":
        place.text = value
    else:
        _put(etree.Comment(value), place, "first")
