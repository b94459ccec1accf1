"""From a posted Response to a login, or to a reason why not (SAML Profiles 4.1.4.3)."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lxml import etree

from sp_mocks.behaviour import Behaviour
from sp_mocks.refusal import Refused
from sp_mocks.signature import covered, parse
from sp_mocks.trust import School
from sp_mocks.xmlnames import BEARER, NAMEFORMAT_URI, NAMESPACES, SAML, SAMLP, STATUS_SUCCESS
from testbed.model.attributes import by_saml_name

MAX_ENCODED = 400 * 1024
SKEW = timedelta(seconds=60)
EPPN = "eduPersonPrincipalName"
KNOWN_CONDITIONS = frozenset({f"{{{SAML}}}AudienceRestriction", f"{{{SAML}}}OneTimeUse"})


@dataclass(frozen=True, slots=True)
class Self:
    """Who the vendor is to the school."""

    entity_id: str
    acs: str


@dataclass(frozen=True, slots=True)
class Login:
    """A message that may open a session."""

    assertion_id: str
    in_response_to: str
    valid_until: datetime
    attributes: Mapping[str, tuple[str, ...]]
    """By canonical name; those alone that the vendor wants."""

    @property
    def user(self) -> str:
        """The user name."""
        return self.attributes[EPPN][0]


def consume(encoded: str, me: Self, school: School, behaviour: Behaviour, now: datetime) -> Login:
    """Read a Response; whatever it says is read from octets that the school's signature covers.

    Raises:
        Refused: it breaks a rule.
    """
    root = parse(_decoded(encoded))
    if root.tag != f"{{{SAMLP}}}Response":
        raise Refused("not-a-response")
    status = root.find("samlp:Status/samlp:StatusCode", NAMESPACES)
    if status is None or status.get("Value") != STATUS_SUCCESS:
        raise Refused("school-says-no")
    if root.get("Destination") not in (None, me.acs):
        raise Refused("destination")
    assertion = _signed_assertion(root, school)
    _must_be_from(assertion, school)
    _must_be_valid(assertion, me, behaviour, now)
    confirmed = _confirmation(assertion, me, now)
    wanted = {name: values for name, values in _attributes(assertion).items() if name in behaviour.wanted}
    _must_name_someone(wanted, school)
    return Login(assertion.get("ID", ""), confirmed.get("InResponseTo", ""), _until(confirmed), wanted)


def _decoded(encoded: str) -> bytes:
    if len(encoded) > MAX_ENCODED:
        raise Refused("message-too-large")
    try:
        return base64.b64decode("".join(encoded.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused("not-base64") from error


def _signed_assertion(root: etree._Element, school: School) -> etree._Element:
    everywhere = list(root.iter(f"{{{SAML}}}Assertion"))
    if len(everywhere) != 1 or everywhere[0].getparent() is not root:
        raise Refused("assertion-count")
    if root.find("ds:Signature", NAMESPACES) is not None:
        root = covered(root, school.certificates)
        found = root.findall("saml:Assertion", NAMESPACES)
        if len(found) != 1:
            raise Refused("assertion-count")
        return found[0]
    if everywhere[0].find("ds:Signature", NAMESPACES) is None:
        raise Refused("not-signed")
    return covered(everywhere[0], school.certificates)


def _must_be_from(assertion: etree._Element, school: School) -> None:
    if assertion.tag != f"{{{SAML}}}Assertion" or _text(assertion.find("saml:Issuer", NAMESPACES)) != school.entity_id:
        raise Refused("issuer")


def _must_be_valid(assertion: etree._Element, me: Self, behaviour: Behaviour, now: datetime) -> None:
    conditions = assertion.find("saml:Conditions", NAMESPACES)
    if conditions is None:
        raise Refused("no-conditions")
    if any(child.tag not in KNOWN_CONDITIONS for child in conditions.iterchildren(tag=etree.Element)):
        raise Refused("unknown-condition")
    before, after = conditions.get("NotBefore"), conditions.get("NotOnOrAfter")
    if before is not None and _instant(before) > now + SKEW:
        raise Refused("not-valid-yet")
    if after is not None and _instant(after) <= now - SKEW:
        raise Refused("expired")
    restrictions = conditions.findall("saml:AudienceRestriction", NAMESPACES)
    met = [any(_text(a) == me.entity_id for a in r.findall("saml:Audience", NAMESPACES)) for r in restrictions]
    if behaviour.checks_audience and not (met and all(met)):
        raise Refused("audience")


def _confirmation(assertion: etree._Element, me: Self, now: datetime) -> etree._Element:
    for confirmation in assertion.findall("saml:Subject/saml:SubjectConfirmation", NAMESPACES):
        data = confirmation.find("saml:SubjectConfirmationData", NAMESPACES)
        if confirmation.get("Method") != BEARER or data is None or data.get("NotBefore") is not None:
            continue
        if data.get("Recipient") == me.acs and data.get("NotOnOrAfter") and _until(data) > now - SKEW:
            return data
    raise Refused("no-valid-confirmation")


def _until(data: etree._Element) -> datetime:
    return _instant(data.get("NotOnOrAfter", ""))


def _instant(text: str) -> datetime:
    try:
        if not text.endswith("Z"):
            raise ValueError(text)
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError as error:
        raise Refused("time-not-readable") from error


def _attributes(assertion: etree._Element) -> dict[str, tuple[str, ...]]:
    known, found = by_saml_name(), dict[str, tuple[str, ...]]()
    for attribute in assertion.findall("saml:AttributeStatement/saml:Attribute", NAMESPACES):
        row = known.get(attribute.get("Name", ""))
        if row is None or attribute.get("NameFormat") != NAMEFORMAT_URI:
            continue
        if row.name in found:
            raise Refused("attribute-twice")
        found[row.name] = tuple(_text(value) for value in attribute.findall("saml:AttributeValue", NAMESPACES))
    return found


def _must_name_someone(attributes: Mapping[str, tuple[str, ...]], school: School) -> None:
    names = attributes.get(EPPN, ())
    if len(names) != 1 or not names[0]:
        raise Refused("no-user-name")
    if school.scopes and names[0].rpartition("@")[2] not in school.scopes:
        raise Refused("user-name-of-another-school")


def _text(element: etree._Element | None) -> str:
    """The whole text: canonical octets hold no comments, and processing instructions must not cut it."""
    return "" if element is None else str(element.xpath("string()")).strip()
