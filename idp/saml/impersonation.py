"""Make an assertion speak of somebody else."""

import copy
from collections.abc import Sequence

from lxml import etree

from idp.saml.names import SAML
from idp.saml.places import Places
from idp.saml.xpaths import PREFIXES
from testbed.model.attributes import by_saml_name

ATTRIBUTE, VALUE = f"{{{SAML}}}Attribute", f"{{{SAML}}}AttributeValue"


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
