"""From a posted Response to a login, or to a reason why not (SAML Profiles 4.1.4.3)."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from sp_mocks.behaviour import Behaviour
from sp_mocks.decrypt import ASSERTION, ENCRYPTED, Decrypter
from sp_mocks.lax import STRICT, Lax
from sp_mocks.places import ServiceProvider
from sp_mocks.refusal import Refused
from sp_mocks.rules import (
    answered,
    confirmed,
    must_be_addressed,
    must_be_between,
    must_be_dated,
    must_be_valid,
    valid_until,
)
from sp_mocks.schools import School
from sp_mocks.signature import SIGNATURE, covered, parse
from sp_mocks.statements import NameId, attributes, authentication, must_be_sure, name_id, text
from sp_mocks.unsafe_reading import Trusted, parse_carelessly, read_carelessly, unpacked
from sp_mocks.xmlnames import NAMESPACES, SAMLP
from testbed.model.messages import STATUS_SUCCESS

MAX_ENCODED = 256 * 1024
"""Characters of base64."""
MAX_SAID = 200
RESPONSE = f"{{{SAMLP}}}Response"


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
    lax = behaviour.lax
    document = unpacked(decoded(encoded, lax), lax)
    root = _response(document, lax)
    _must_succeed(root, school, lax)
    if lax.in_place:
        trusted = Trusted(school.certificates, decrypter, lax)
        response, assertion = read_carelessly(root, document, trusted)
    else:
        response, assertion = _signed(root, school, behaviour, decrypter)
    _must_succeed(response, school, lax)
    must_be_addressed(root, lax)
    must_be_between(response, assertion, me, school, lax)
    must_be_dated(response, assertion, now, lax)
    must_be_valid(assertion, me, behaviour, now)
    confirmation = confirmed(assertion, me, now, lax)
    in_response_to = answered(response, confirmation, lax)
    how, said = authentication(assertion, now, lax), attributes(assertion, behaviour, school)
    must_be_sure(how, said, behaviour)
    name = name_id(assertion.find("saml:Subject", NAMESPACES), lax)
    return Login(
        assertion_id=assertion.get("ID", ""),
        in_response_to=in_response_to,
        authenticated=how.at,
        valid_until=valid_until(confirmation, now),
        attributes=said,
        user=name.value if name is not None and lax.account == "name-id" else said[behaviour.identifier][0],
        school=school.entity_id,
        name_id=name,
        session_index=how.session_index,
    )


def claimed_issuer(encoded: str, behaviour: Behaviour) -> str:
    """Who the message says that it is from, "" when it does not: nothing to rely on before its signature is good.

    Raises:
        Refused: it cannot be read.
    """
    lax = behaviour.lax
    root = _response(unpacked(decoded(encoded, lax), lax), lax)
    paths = ("saml:Issuer", "saml:Assertion/saml:Issuer")
    return next((text(found) for path in paths if (found := root.find(path, NAMESPACES)) is not None), "")


def _response(document: bytes, lax: Lax) -> etree._Element:
    root = parse(document) if not lax.in_place else parse_carelessly(document, lax)
    if root.tag != RESPONSE and lax.looks_at("message-kind"):
        raise Refused("not-a-response")
    return root


def decoded(encoded: str, lax: Lax = STRICT) -> bytes:
    """The octets behind base64, within limits.

    Raises:
        Refused: it is no base64, or too much of it.
    """
    if len(encoded) > MAX_ENCODED and lax.bombs != "sizes":
        raise Refused("message-too-large")
    try:
        return base64.b64decode("".join(encoded.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused("not-base64") from error


def _must_succeed(response: etree._Element, school: School, lax: Lax) -> None:
    code = response.find("samlp:Status/samlp:StatusCode", NAMESPACES)
    if not lax.looks_at("status") or (code is None and not lax.looks_at("no-status")):
        return
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
        return _signed_and_encrypted(root, school, decrypter, behaviour.lax)
    if behaviour.wants_encrypted:
        raise Refused("assertion-in-the-clear")
    assertion = _only_assertion(root)
    signed = [element for element in (assertion, root) if element.find(SIGNATURE) is not None]
    if not signed:
        raise Refused("not-signed")
    if behaviour.lax.demands == "one-signature" and len(signed) > 1:
        raise Refused("signature-out-of-place")
    if len(list(root.iter(SIGNATURE))) != len(signed):
        raise Refused("signature-out-of-place")
    read = [covered(element, school.certificates) for element in signed]
    if signed[-1] is root:
        return read[-1], _only_assertion(read[-1])
    return root, read[0]


def _signed_and_encrypted(
    root: etree._Element, school: School, decrypter: Decrypter, lax: Lax
) -> tuple[etree._Element, etree._Element]:
    """A signature around what is encrypted does not stand in for one within: anyone can encrypt (SAML Core 6.2)."""
    if next(root.iter(ASSERTION), None) is not None:
        raise Refused("assertion-count")
    response = covered(root, school.certificates) if root.find(SIGNATURE) is not None else root
    if next(response.iter(SIGNATURE), None) is not None:
        raise Refused("signature-out-of-place")
    opened = decrypter.opened(response)
    assertion = _only_assertion(opened)
    if lax.opens_unsigned:
        return response, assertion
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
