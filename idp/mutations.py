"""Spoil a message in exactly one way before it is signed: the school's part in a negative case."""

from collections.abc import Sequence

from lxml import etree

from idp.saml.names import DS, SAML, SAMLP
from testbed.model.written import InTheClear, Operation, Remove, SetAttribute, SetText

PREFIXES = {"saml": SAML, "samlp": SAMLP, "ds": DS}
MAX_OPERATIONS = 50
MAX_XPATH = 1000


def apply(tree: etree._Element, operations: Sequence[Operation]) -> None:
    """Carry out the operations on the message, one after the other.

    Raises:
        ValueError: an XPath cannot be read or names no element, or a value cannot stand in XML; says which.
    """
    for operation in operations:
        # NOTE: whether the message is encrypted is decided once it is signed.
        if isinstance(operation, InTheClear):
            continue
        for element in _elements(tree, operation.xpath):
            _change(element, operation)


def in_the_clear(operations: Sequence[Operation]) -> bool:
    """Whether the message is not to be encrypted, whatever was agreed."""
    return any(isinstance(operation, InTheClear) for operation in operations)


def check(operations: Sequence[Operation]) -> None:
    """Find out all that can be known about operations before there is a message.

    Raises:
        ValueError: see :func:`apply`; whether an XPath names an element is not known yet.
    """
    if len(operations) > MAX_OPERATIONS:
        raise ValueError(f"at most {MAX_OPERATIONS} operations spoil one message, not {len(operations)}")
    for operation in operations:
        if isinstance(operation, InTheClear):
            continue
        _compile(operation.xpath)
        if not isinstance(operation, Remove):
            _change(etree.Element("scratch"), operation)


def _compile(xpath: str) -> etree.XPath:
    if len(xpath) > MAX_XPATH:
        raise ValueError(f"an XPath has at most {MAX_XPATH} characters")
    try:
        return etree.XPath(xpath, namespaces=PREFIXES, regexp=False)
    except etree.XPathError as error:
        raise ValueError(f"the XPath {xpath!r} cannot be read: {error}") from error


def _elements(tree: etree._Element, xpath: str) -> list[etree._Element]:
    try:
        found = _compile(xpath)(tree)
    except etree.XPathError as error:
        raise ValueError(f"the XPath {xpath!r} cannot be evaluated: {error}") from error
    if not isinstance(found, list) or not all(isinstance(node, etree._Element) for node in found):
        raise ValueError(f"the XPath {xpath!r} names no elements but something else")
    if not found:
        raise ValueError(f"the XPath {xpath!r} matches nothing in the message")
    return found


def _change(element: etree._Element, operation: SetText | SetAttribute | Remove) -> None:
    match operation:
        case SetText(value=value):
            element.text = value
        case SetAttribute(name=name, value=value):
            element.set(name, value)
        case Remove():
            parent = element.getparent()
            if parent is None:
                raise ValueError("the message itself cannot be removed")
            parent.remove(element)
