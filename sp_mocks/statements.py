"""What an assertion states: who, since when, how sure the school is, and what else it says of the person.

Everything here reads an element whose every octet the school signed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from lxml import etree

from sp_mocks.behaviour import PAIRWISE, Behaviour
from sp_mocks.lax import STRICT, Lax
from sp_mocks.refusal import Refused
from sp_mocks.schools import School
from sp_mocks.xmlnames import NAMEFORMAT_URI, NAMESPACES
from testbed.model.assurance import satisfies
from testbed.model.attributes import by_name

ASSURANCE = "eduPersonAssurance"
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z", re.ASCII)
USER_NAME = re.compile(r"[^\s@]+@[^\s@]+")
PAIRWISE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9=-]{0,126}@[A-Za-z0-9][A-Za-z0-9.-]{0,126}")
"""SAML V2.0 Subject Identifier Attributes Profile 3.3.1."""


@dataclass(frozen=True, slots=True)
class NameId:
    """What school and vendor call a person between them (SAML Core 2.2.3)."""

    value: str
    format: str
    name_qualifier: str = ""
    """"" means the school."""
    sp_name_qualifier: str = ""
    """"" means the vendor."""

    def complete(self, school: str, vendor: str) -> "NameId":
        """The same with its qualifiers stated, to be compared with another."""
        return replace(
            self,
            name_qualifier=self.name_qualifier or school,
            sp_name_qualifier=self.sp_name_qualifier or vendor,
        )


@dataclass(frozen=True, slots=True)
class Authentication:
    """How and when the person logged in to the school (SAML Core 2.7.2)."""

    at: datetime
    """The earliest time where several are stated."""
    contexts: tuple[str, ...]
    """The context class of each statement, "" where one names none."""
    session_index: str
    """Of the first statement, "" where there is none."""


def name_id(subject: etree._Element | None, lax: Lax = STRICT) -> NameId | None:
    """The NameID of a Subject or LogoutRequest; None where there is none in the clear."""
    found = subject.findall("saml:NameID", NAMESPACES) if subject is not None else []
    if len(found) != 1:
        return None
    return NameId(
        value_of(found[0], lax).strip(),
        found[0].get("Format", "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"),
        found[0].get("NameQualifier", ""),
        found[0].get("SPNameQualifier", ""),
    )


def authentication(assertion: etree._Element, now: datetime, lax: Lax) -> Authentication:
    """How the person logged in to the school.

    Raises:
        Refused: it does not say, or the school's session is over.
    """
    statements = assertion.findall("saml:AuthnStatement", NAMESPACES)
    if not statements and lax.looks_at("no-login"):
        raise Refused("no-authentication")
    for statement in statements:
        until = statement.get("SessionNotOnOrAfter")
        if until is not None and lax.looks_at("session-until") and is_over(until, now, lax):
            raise Refused("expired")
    if not statements or not lax.looks_at("login-time"):
        return Authentication(now, tuple(_context(statement) for statement in statements), _index(statements))
    return Authentication(
        min(instant(statement.get("AuthnInstant", "")) for statement in statements),
        tuple(_context(statement) for statement in statements),
        _index(statements),
    )


def _index(statements: Sequence[etree._Element]) -> str:
    return str(statements[0].get("SessionIndex", "")) if statements else ""


def is_over(until: str, now: datetime, lax: Lax) -> bool:
    """Whether a time has passed by more than clocks may be apart.

    Raises:
        Refused: it is no time.
    """
    return (moment := _moment(until, lax)) is not None and moment <= now - lax.leeway


def is_ahead(begins: str, now: datetime, lax: Lax) -> bool:
    """Whether a time is still to come by more than clocks may be apart.

    Raises:
        Refused: it is no time.
    """
    return (moment := _moment(begins, lax)) is not None and moment > now + lax.leeway


def _moment(written: str, lax: Lax) -> datetime | None:
    """None for what cannot be read, where the vendor does not mind."""
    try:
        return instant(written)
    except Refused:
        if lax.unreadable_times:
            return None
        raise


def _context(statement: etree._Element) -> str:
    found = statement.findall("saml:AuthnContext/saml:AuthnContextClassRef", NAMESPACES)
    return text(found[0]).strip() if len(found) == 1 else ""


def must_be_sure(how: Authentication, said: Mapping[str, tuple[str, ...]], behaviour: Behaviour) -> None:
    """The school is as sure of who it was as this service needs: by a context class that satisfies what was requested
    (SAML Core 3.3.2.2.1), or by a level in either carrier (Skolfederation). What cannot be told is not enough.

    Raises:
        Refused: it is less sure.
    """
    requests = bool(behaviour.contexts) and behaviour.checks_context
    if not requests and not behaviour.required_assurance:
        return
    if requests and all(satisfies(one, behaviour.contexts, behaviour.comparison) is True for one in how.contexts):
        return
    levels = {*said.get(ASSURANCE, ()), *(how.contexts if len(set(how.contexts)) == 1 else ())}
    if not levels.intersection(behaviour.required_assurance):
        raise Refused("level-of-assurance")


def attributes(assertion: etree._Element, behaviour: Behaviour, school: School) -> Mapping[str, tuple[str, ...]]:
    """What the vendor wants, by canonical name; the rest is not even read.

    Raises:
        Refused: one stands there twice, or nobody of that school is named.
    """
    lax = behaviour.lax
    wanted = {by_name()[name].saml: name for name in behaviour.wanted}
    found: dict[str, tuple[str, ...]] = {}
    for attribute in assertion.findall("saml:AttributeStatement/saml:Attribute", NAMESPACES):
        name = wanted.get(attribute.get("Name", ""), attribute.get("Name", "") if lax.shows_all else None)
        if name is None and lax.demands == "nothing-more":
            raise Refused("attribute-twice")
        if name is None or (attribute.get("NameFormat") != NAMEFORMAT_URI and not lax.shows_all):
            continue
        if name in found and lax.looks_at("attribute-twice"):
            raise Refused("attribute-twice")
        texts = [value_of(value, lax) for value in attribute.findall("saml:AttributeValue", NAMESPACES)]
        found[name] = tuple(one for one in texts if one)
    _must_name_someone(found.get(behaviour.identifier, ()), behaviour, school)
    _must_be_plain(found, lax)
    return {name: values for name, values in found.items() if values}


def _must_be_plain(found: Mapping[str, tuple[str, ...]], lax: Lax) -> None:
    """What no vendor may demand, and some do."""
    if lax.demands == "plain-letters" and not all(v.isascii() for values in found.values() for v in values):
        raise Refused("value-not-text")
    if lax.demands == "names" and not found.get("givenName"):
        raise Refused("no-user-name")


def _must_name_someone(names: tuple[str, ...], behaviour: Behaviour, school: School) -> None:
    form = PAIRWISE_ID if behaviour.identifier == PAIRWISE else USER_NAME
    if not behaviour.lax.looks_at("user-name") and names:
        return
    if len(names) != 1 or not form.fullmatch(names[0]) or not names[0].isprintable():
        raise Refused("no-user-name")
    if school.scopes is None or not behaviour.checks_scope:
        return
    if not behaviour.lax.looks_at("scope-end") and any(one in names[0] for one in school.scopes):
        return
    scope, allowed = names[0].partition("@")[2], school.scopes
    if behaviour.identifier == PAIRWISE:
        # NOTE: these identifiers are compared without regard to case (Subject Identifier Attributes Profile 3.1.2).
        scope, allowed = scope.lower(), frozenset(one.lower() for one in allowed)
    if scope not in allowed:
        raise Refused("user-name-of-another-school")


def value_of(element: etree._Element, lax: Lax) -> str:
    """What the vendor takes for the text of an element.

    Raises:
        Refused: it holds something else than text.
    """
    if lax.texts == "first":
        return element.text or ""
    if lax.texts == "last":
        return (element[-1].tail or "") if len(element) else element.text or ""
    if lax.texts == "visible":
        return "".join(sign for sign in text(element) if sign.isprintable())
    return text(element)


def text(element: etree._Element) -> str:
    """The whole text of an element that holds text alone.

    Raises:
        Refused: it holds something else.
    """
    if len(element):
        raise Refused("value-not-text")
    return element.text or ""


def instant(written: str) -> datetime:
    """A time as SAML writes it (SAML Core 1.3.3).

    Raises:
        Refused: it is none.
    """
    try:
        if not INSTANT.fullmatch(written):
            raise ValueError(written)
        return datetime.fromisoformat(written).astimezone(UTC)
    except ValueError as error:
        raise Refused("time-not-readable") from error
