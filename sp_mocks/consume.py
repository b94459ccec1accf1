"""From a posted Response to a login, or to a reason why not (SAML Profiles 4.1.4.3)."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lxml import etree

from sp_mocks.behaviour import Behaviour
from sp_mocks.profiles import EPPN
from sp_mocks.refusal import Refused
from sp_mocks.signature import SIGNATURE, covered, parse
from sp_mocks.trust import School
from sp_mocks.xmlnames import BEARER, NAMEFORMAT_URI, NAMESPACES, SAML, SAMLP
from testbed.model.attributes import by_name
from testbed.model.messages import STATUS_SUCCESS

MAX_ENCODED = 256 * 1024
"""Characters of base64."""
MAX_SAID = 200
SKEW = timedelta(seconds=60)
"""How far the clocks of school and vendor may be apart."""
RESPONSE, ASSERTION, ENCRYPTED = f"{{{SAMLP}}}Response", f"{{{SAML}}}Assertion", f"{{{SAML}}}EncryptedAssertion"
KNOWN_CONDITIONS = frozenset({f"{{{SAML}}}AudienceRestriction", f"{{{SAML}}}OneTimeUse"})
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z", re.ASCII)
USER_NAME = re.compile(r"[^\s@]+@[^\s@]+")


@dataclass(frozen=True, slots=True)
class ServiceProvider:
    """What the vendor is called in SAML, and where it takes answers."""

    entity_id: str
    acs_url: str


@dataclass(frozen=True, slots=True)
class Login:
    """What a good message says."""

    assertion_id: str
    in_response_to: str
    """"" when it answers no request."""
    authenticated: datetime
    """When the person logged in to the school."""
    valid_until: datetime
    attributes: Mapping[str, tuple[str, ...]]
    """By canonical name; only those that the vendor wants."""

    @property
    def user(self) -> str:
        """The user name."""
        return self.attributes[EPPN][0]


def consume(encoded: str, me: ServiceProvider, school: School, behaviour: Behaviour, now: datetime) -> Login:
    """Read the field SAMLResponse of a form.

    1. Unpack it, within limits, without a DTD. 2. The school says that the login succeeded. 3. There is one assertion
    and the school signed it; from here on only signed octets are read. 4. It comes from the school and was made for
    this vendor. 5. It is valid now. 6. Whoever brings it may use it, here. 7. It says how the person logged in.
    8. It names a person of that school. Whether this browser asked for it is for the caller to say.

    Raises:
        Refused: it breaks a rule.
    """
    root = parse(_decoded(encoded))
    if root.tag != RESPONSE:
        raise Refused("not-a-response")
    _must_succeed(root)
    response, assertion = _signed(root, school)
    _must_succeed(response)
    _must_be_between(response, assertion, me, school)
    _must_be_valid(assertion, me, behaviour, now)
    confirmation = _confirmation(assertion, me, now)
    in_response_to = confirmation.get("InResponseTo", "")
    if response.get("InResponseTo", in_response_to) != in_response_to:
        raise Refused("not-asked-for-by-this-browser")
    return Login(
        assertion_id=assertion.get("ID", ""),
        in_response_to=in_response_to,
        authenticated=_authenticated(assertion, now),
        valid_until=_instant(confirmation.get("NotOnOrAfter", "")),
        attributes=_attributes(assertion, behaviour, school),
    )


def _decoded(encoded: str) -> bytes:
    if len(encoded) > MAX_ENCODED:
        raise Refused("message-too-large")
    try:
        return base64.b64decode("".join(encoded.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused("not-base64") from error


def _must_succeed(response: etree._Element) -> None:
    code = response.find("samlp:Status/samlp:StatusCode", NAMESPACES)
    if code is None or code.get("Value") != STATUS_SUCCESS:
        said = response.findtext("samlp:Status/samlp:StatusMessage", "", NAMESPACES)
        raise Refused("school-says-no", " ".join(said.split())[:MAX_SAID])


def _signed(root: etree._Element, school: School) -> tuple[etree._Element, etree._Element]:
    """The Response and its Assertion, each as far as it is signed; the Assertion always is.

    A signature that is there must be good, also where another one would do.
    """
    assertion = _only_assertion(root)
    signed = [element for element in (assertion, root) if element.find(SIGNATURE) is not None]
    if not signed:
        raise Refused("not-signed")
    if len(list(root.iter(SIGNATURE))) != len(signed):
        raise Refused("signature-out-of-place")
    read = [covered(element, school.certificates) for element in signed]
    if signed[-1] is root:
        return read[-1], _only_assertion(read[-1])
    return root, read[0]


def _only_assertion(root: etree._Element) -> etree._Element:
    if next(root.iter(ENCRYPTED), None) is not None:
        raise Refused("encrypted-assertion")
    found = list(root.iter(ASSERTION))
    if len(found) != 1 or found[0].getparent() is not root:
        raise Refused("assertion-count")
    return found[0]


def _must_be_between(response: etree._Element, assertion: etree._Element, me: ServiceProvider, school: School) -> None:
    """From the school, to this vendor."""
    if next(assertion.iter(etree.ProcessingInstruction), None) is not None:
        raise Refused("processing-instruction")
    if (response.get("Version"), assertion.get("Version")) != ("2.0", "2.0"):
        raise Refused("version")
    issuers = response.findall("saml:Issuer", NAMESPACES)
    if any(_text(issuer) != school.entity_id for issuer in issuers) or not _says(assertion, school.entity_id):
        raise Refused("issuer")
    if response.get("Destination", me.acs_url) != me.acs_url:
        raise Refused("destination")


def _says(assertion: etree._Element, issuer: str) -> bool:
    return [_text(element) for element in assertion.findall("saml:Issuer", NAMESPACES)] == [issuer]


def _must_be_valid(assertion: etree._Element, me: ServiceProvider, behaviour: Behaviour, now: datetime) -> None:
    """SAML Core 2.5.1: every condition holds, and there is none that we do not understand."""
    found = assertion.findall("saml:Conditions", NAMESPACES)
    if len(found) != 1:
        raise Refused("conditions")
    conditions = found[0]
    if any(child.tag not in KNOWN_CONDITIONS for child in conditions):
        raise Refused("unknown-condition")
    before, until = conditions.get("NotBefore"), conditions.get("NotOnOrAfter")
    if before is not None and _instant(before) > now + SKEW:
        raise Refused("not-valid-yet")
    if until is not None and _instant(until) <= now - SKEW:
        raise Refused("expired")
    if behaviour.checks_audience and not _is_meant(conditions, me.entity_id):
        raise Refused("audience")


def _is_meant(conditions: etree._Element, entity_id: str) -> bool:
    """Every restriction names us (SAML Core 2.5.1.4), and there is one (SAML Profiles 4.1.4.2)."""
    restrictions = conditions.findall("saml:AudienceRestriction", NAMESPACES)
    named = [{_text(one) for one in r.findall("saml:Audience", NAMESPACES)} for r in restrictions]
    return bool(named) and all(entity_id in audiences for audiences in named)


def _confirmation(assertion: etree._Element, me: ServiceProvider, now: datetime) -> etree._Element:
    """The data of the first bearer confirmation that holds (SAML Profiles 4.1.4.2)."""
    for confirmation in assertion.findall("saml:Subject/saml:SubjectConfirmation", NAMESPACES):
        data = confirmation.find("saml:SubjectConfirmationData", NAMESPACES)
        if confirmation.get("Method") != BEARER or data is None or data.get("NotBefore") is not None:
            continue
        until = data.get("NotOnOrAfter")
        if data.get("Recipient") == me.acs_url and until is not None and _instant(until) > now - SKEW:
            return data
    raise Refused("no-valid-confirmation")


def _authenticated(assertion: etree._Element, now: datetime) -> datetime:
    """When the person logged in to the school; the earliest time where it says several (SAML Core 2.7.2)."""
    statements = assertion.findall("saml:AuthnStatement", NAMESPACES)
    if not statements:
        raise Refused("no-authentication")
    for statement in statements:
        until = statement.get("SessionNotOnOrAfter")
        if until is not None and _instant(until) <= now - SKEW:
            raise Refused("expired")
    return min(_instant(statement.get("AuthnInstant", "")) for statement in statements)


def _attributes(assertion: etree._Element, behaviour: Behaviour, school: School) -> Mapping[str, tuple[str, ...]]:
    """What the vendor wants; the rest is not even read."""
    wanted = {by_name()[name].saml: name for name in behaviour.wanted}
    found: dict[str, tuple[str, ...]] = {}
    for attribute in assertion.findall("saml:AttributeStatement/saml:Attribute", NAMESPACES):
        name = wanted.get(attribute.get("Name", ""))
        if name is None or attribute.get("NameFormat") != NAMEFORMAT_URI:
            continue
        if name in found:
            raise Refused("attribute-twice")
        texts = [_text(value) for value in attribute.findall("saml:AttributeValue", NAMESPACES)]
        found[name] = tuple(text for text in texts if text)
    _must_name_someone(found.get(EPPN, ()), school)
    return {name: values for name, values in found.items() if values}


def _must_name_someone(names: tuple[str, ...], school: School) -> None:
    if len(names) != 1 or not USER_NAME.fullmatch(names[0]) or not names[0].isprintable():
        raise Refused("no-user-name")
    if school.scopes is not None and names[0].partition("@")[2] not in school.scopes:
        raise Refused("user-name-of-another-school")


def _text(element: etree._Element) -> str:
    """The whole text of an element that holds text alone."""
    if len(element):
        raise Refused("value-not-text")
    return element.text or ""


def _instant(text: str) -> datetime:
    try:
        if not INSTANT.fullmatch(text):
            raise ValueError(text)
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError as error:
        raise Refused("time-not-readable") from error
