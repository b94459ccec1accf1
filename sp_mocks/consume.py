"""From a posted Response to a login, or to a reason why not (SAML Profiles 4.1.4.3)."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from sp_mocks.behaviour import Behaviour
from sp_mocks.decrypt import ASSERTION, ENCRYPTED, Decrypter
from sp_mocks.refusal import Refused
from sp_mocks.schools import School
from sp_mocks.signature import SIGNATURE, covered, parse
from sp_mocks.statements import SKEW, NameId, attributes, authentication, instant, must_be_sure, name_id, text
from sp_mocks.xmlnames import BEARER, NAMESPACES, SAML, SAMLP
from testbed.model.messages import STATUS_SUCCESS

MAX_ENCODED = 256 * 1024
"""Characters of base64."""
MAX_SAID = 200
RESPONSE = f"{{{SAMLP}}}Response"
KNOWN_CONDITIONS = frozenset({f"{{{SAML}}}AudienceRestriction", f"{{{SAML}}}OneTimeUse"})


@dataclass(frozen=True, slots=True)
class ServiceProvider:
    """What the vendor is called in SAML, and where it takes messages."""

    entity_id: str
    acs_url: str
    slo_url: str = ""
    """Of single logout by the browser."""
    soap_url: str = ""
    """Of single logout from server to server."""
    login_url: str = ""
    """Where a discovery page sends people back to."""


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
    user: str
    """What the vendor knows the person by."""
    school: str
    """SAML entity id."""
    name_id: NameId | None
    """None when the message has none."""
    session_index: str
    """What the school calls its session, "" when it does not say."""


def consume(
    encoded: str, me: ServiceProvider, school: School, behaviour: Behaviour, now: datetime, decrypter: Decrypter
) -> Login:
    """Read the field SAMLResponse of a form.

    1. Unpack it, within limits, without a DTD. 2. The school says that the login succeeded. 3. There is one assertion,
    opened if it was encrypted, and the school signed it; from here on only signed octets are read. 4. It comes from
    the school and was made for this vendor. 5. It is valid now. 6. Whoever brings it may use it, here. 7. It says how
    the person logged in. 8. It names a person of that school, and the school is sure enough. Whether this browser
    asked for it is for the caller to say.

    Raises:
        Refused: it breaks a rule.
    """
    root = _response(encoded)
    _must_succeed(root, school)
    response, assertion = _signed(root, school, behaviour, decrypter)
    _must_succeed(response, school)
    _must_be_between(response, assertion, me, school)
    _must_be_valid(assertion, me, behaviour, now)
    confirmation = _confirmation(assertion, me, now)
    in_response_to = confirmation.get("InResponseTo", "")
    if response.get("InResponseTo", in_response_to) != in_response_to:
        raise Refused("not-asked-for-by-this-browser")
    how, said = authentication(assertion, now), attributes(assertion, behaviour, school)
    must_be_sure(how, said, behaviour)
    return Login(
        assertion_id=assertion.get("ID", ""),
        in_response_to=in_response_to,
        authenticated=how.at,
        valid_until=instant(confirmation.get("NotOnOrAfter", "")),
        attributes=said,
        user=said[behaviour.identifier][0],
        school=school.entity_id,
        name_id=name_id(assertion.find("saml:Subject", NAMESPACES)),
        session_index=how.session_index,
    )


def claimed_issuer(encoded: str) -> str:
    """Who the message says that it is from, "" when it does not: nothing to rely on before its signature is good.

    Raises:
        Refused: it cannot be read.
    """
    root = _response(encoded)
    paths = ("saml:Issuer", "saml:Assertion/saml:Issuer")
    return next((text(found) for path in paths if (found := root.find(path, NAMESPACES)) is not None), "")


def _response(encoded: str) -> etree._Element:
    root = parse(decoded(encoded))
    if root.tag != RESPONSE:
        raise Refused("not-a-response")
    return root


def decoded(encoded: str) -> bytes:
    """The octets behind base64, within limits.

    Raises:
        Refused: it is no base64, or too much of it.
    """
    if len(encoded) > MAX_ENCODED:
        raise Refused("message-too-large")
    try:
        return base64.b64decode("".join(encoded.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused("not-base64") from error


def _must_succeed(response: etree._Element, school: School) -> None:
    code = response.find("samlp:Status/samlp:StatusCode", NAMESPACES)
    if code is None or code.get("Value") != STATUS_SUCCESS:
        raise Refused("school-says-no", _said(response, school))


def _said(response: etree._Element, school: School) -> str:
    """The school's own words for the person; none where it has not signed them, for anyone could have written those.

    Raises:
        Refused: the signature is not the school's.
    """
    if response.find(SIGNATURE) is None:
        return ""
    signed = covered(response, school.certificates)
    return " ".join(signed.findtext("samlp:Status/samlp:StatusMessage", "", NAMESPACES).split())[:MAX_SAID]


def _signed(
    root: etree._Element, school: School, behaviour: Behaviour, decrypter: Decrypter
) -> tuple[etree._Element, etree._Element]:
    """The Response and its Assertion, each as far as it is signed; the Assertion always is.

    A signature that is there must be good, also where another one would do.
    """
    if next(root.iter(ENCRYPTED), None) is not None:
        return _signed_and_encrypted(root, school, decrypter)
    if behaviour.wants_encrypted:
        raise Refused("assertion-in-the-clear")
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


def _signed_and_encrypted(
    root: etree._Element, school: School, decrypter: Decrypter
) -> tuple[etree._Element, etree._Element]:
    """A signature around what is encrypted does not stand in for one within: anyone can encrypt (SAML Core 6.2)."""
    if next(root.iter(ASSERTION), None) is not None:
        raise Refused("assertion-count")
    response = covered(root, school.certificates) if root.find(SIGNATURE) is not None else root
    if next(response.iter(SIGNATURE), None) is not None:
        raise Refused("signature-out-of-place")
    opened = decrypter.opened(response)
    assertion = _only_assertion(opened)
    if assertion.find(SIGNATURE) is None:
        raise Refused("encrypted-but-not-signed")
    if len(list(opened.iter(SIGNATURE))) != 1:
        raise Refused("signature-out-of-place")
    return response, covered(assertion, school.certificates)


def _only_assertion(root: etree._Element) -> etree._Element:
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
    if any(text(issuer) != school.entity_id for issuer in issuers) or not _says(assertion, school.entity_id):
        raise Refused("issuer")
    if response.get("Destination", me.acs_url) != me.acs_url:
        raise Refused("destination")


def _says(assertion: etree._Element, issuer: str) -> bool:
    return [text(element) for element in assertion.findall("saml:Issuer", NAMESPACES)] == [issuer]


def _must_be_valid(assertion: etree._Element, me: ServiceProvider, behaviour: Behaviour, now: datetime) -> None:
    """SAML Core 2.5.1: every condition holds, and there is none that we do not understand."""
    found = assertion.findall("saml:Conditions", NAMESPACES)
    if len(found) != 1:
        raise Refused("conditions")
    conditions = found[0]
    if any(child.tag not in KNOWN_CONDITIONS for child in conditions):
        raise Refused("unknown-condition")
    before, until = conditions.get("NotBefore"), conditions.get("NotOnOrAfter")
    if before is not None and instant(before) > now + SKEW:
        raise Refused("not-valid-yet")
    if until is not None and instant(until) <= now - SKEW:
        raise Refused("expired")
    if behaviour.checks_audience and not _is_meant(conditions, me.entity_id):
        raise Refused("audience")


def _is_meant(conditions: etree._Element, entity_id: str) -> bool:
    """Every restriction names us (SAML Core 2.5.1.4), and there is one (SAML Profiles 4.1.4.2)."""
    restrictions = conditions.findall("saml:AudienceRestriction", NAMESPACES)
    named = [{text(one) for one in r.findall("saml:Audience", NAMESPACES)} for r in restrictions]
    return bool(named) and all(entity_id in audiences for audiences in named)


def _confirmation(assertion: etree._Element, me: ServiceProvider, now: datetime) -> etree._Element:
    """The data of the first bearer confirmation that holds (SAML Profiles 4.1.4.2)."""
    for confirmation in assertion.findall("saml:Subject/saml:SubjectConfirmation", NAMESPACES):
        data = confirmation.find("saml:SubjectConfirmationData", NAMESPACES)
        if confirmation.get("Method") != BEARER or data is None or data.get("NotBefore") is not None:
            continue
        until = data.get("NotOnOrAfter")
        if data.get("Recipient") == me.acs_url and until is not None and instant(until) > now - SKEW:
            return data
    raise Refused("no-valid-confirmation")
