"""A school as its metadata describes it (SAML Metadata 2.4.3)."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from sp_mocks.refusal import Refused
from sp_mocks.signature import parse
from sp_mocks.xmlnames import BINDING_REDIRECT, BINDING_SOAP, MD, NAMESPACES

MAX_CERTIFICATES = 10
ENTITY = f"{{{MD}}}EntityDescriptor"
WEB = ("https://", "http://")


@dataclass(frozen=True, slots=True)
class School:
    """What a vendor takes from a school's metadata."""

    entity_id: str
    sign_on: str
    """Where requests go by HTTP-Redirect."""
    certificates: tuple[bytes, ...]
    """DER, of its signing keys."""
    scopes: frozenset[str] | None
    """The only domains that its user names may have (shibmd:Scope); None when its metadata names none."""
    valid_until: datetime | None
    logout: str = ""
    """Where requests to log out go by HTTP-Redirect, "" when it takes none."""
    logout_answers: str = ""
    """Where answers to its own requests to log out go by HTTP-Redirect."""
    logout_soap: str = ""
    """Where requests to log out go from server to server."""


def read_school(document: bytes, entity_id: str) -> School:
    """One school of a metadata document, which may hold others too (SAML Metadata 2.3).

    Raises:
        Refused: it is not in it, or lacks what a login needs.
    """
    try:
        root = parse(document)
    except Refused as error:
        raise Refused("school-metadata-not-readable") from error
    return school_in(root, entity_id)


def school_in(root: etree._Element, entity_id: str) -> School:
    """One school of a document that is read already.

    Raises:
        Refused: see :func:`read_school`.
    """
    found = [entity for entity in root.iter(ENTITY) if entity.get("entityID") == entity_id]
    role = found[0].find("md:IDPSSODescriptor", NAMESPACES) if len(found) == 1 else None
    if role is None:
        raise Refused("school-metadata-of-someone-else")
    sign_on = _place(role, "md:SingleSignOnService", BINDING_REDIRECT)
    certificates = _certificates(role)
    if sign_on is None or not certificates:
        raise Refused("school-metadata-not-usable")
    logout = _place(role, "md:SingleLogoutService", BINDING_REDIRECT)
    soap = _place(role, "md:SingleLogoutService", BINDING_SOAP)
    return School(
        entity_id=entity_id,
        sign_on=sign_on.get("Location", ""),
        certificates=certificates,
        scopes=_scopes(role),
        valid_until=valid_until(role),
        logout=logout.get("Location", "") if logout is not None else "",
        logout_answers=logout.get("ResponseLocation", logout.get("Location", "")) if logout is not None else "",
        logout_soap=soap.get("Location", "") if soap is not None else "",
    )


def _place(role: etree._Element, path: str, binding: str) -> etree._Element | None:
    """The first endpoint with this binding.

    Raises:
        Refused: its address is no web address.
    """
    found = next((place for place in role.findall(path, NAMESPACES) if place.get("Binding") == binding), None)
    if found is not None and not all(
        found.get(name, WEB[0]).startswith(WEB) for name in ("Location", "ResponseLocation")
    ):
        raise Refused("school-metadata-not-usable")
    return found


def _certificates(role: etree._Element) -> tuple[bytes, ...]:
    texts = (
        text.text or ""
        for key in role.findall("md:KeyDescriptor", NAMESPACES)
        if key.get("use") in (None, "signing")
        for text in key.findall("ds:KeyInfo/ds:X509Data/ds:X509Certificate", NAMESPACES)
    )
    try:
        found = [base64.b64decode("".join(text.split()), validate=True) for text in texts]
    except (binascii.Error, ValueError) as error:
        raise Refused("school-metadata-not-usable") from error
    return tuple(der for der in found if der)[:MAX_CERTIFICATES]


def _scopes(role: etree._Element) -> frozenset[str] | None:
    paths = ("md:Extensions/shibmd:Scope", "../md:Extensions/shibmd:Scope")
    scopes = [scope for path in paths for scope in role.xpath(path, namespaces=NAMESPACES)]
    if not scopes:
        return None
    # NOTE: patterns (regexp="true") match nothing here: Skolfederation and the national tests allow none.
    return frozenset((scope.text or "").strip() for scope in scopes if scope.get("regexp", "false") in ("false", "0"))


def valid_until(role: etree._Element) -> datetime | None:
    """The earliest end of an element and of all that it stands in.

    Raises:
        Refused: one of them is no time.
    """
    stated = [element.get("validUntil") for element in (role, *role.iterancestors())]
    try:
        ends = [datetime.fromisoformat(text) for text in stated if text is not None]
    except ValueError as error:
        raise Refused("school-metadata-not-usable") from error
    if any(end.tzinfo is None for end in ends):
        raise Refused("school-metadata-not-usable")
    return min(ends, default=None)
