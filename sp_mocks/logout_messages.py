"""Requests and answers of single logout: written, and read once their signature is good (SAML Core 3.7)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from lxml import etree
from saml2 import saml, samlp

from sp_mocks.consume import Login
from sp_mocks.lax import SKEW, STRICT, Lax
from sp_mocks.places import ServiceProvider
from sp_mocks.refusal import Refused
from sp_mocks.schools import School
from sp_mocks.signature import SIGNATURE, covered
from sp_mocks.statements import NameId, instant, name_id, text
from sp_mocks.xmlnames import NAMESPACES, SAMLP
from testbed.model.messages import STATUS_SUCCESS

REQUEST, ANSWER = f"{{{SAMLP}}}LogoutRequest", f"{{{SAMLP}}}LogoutResponse"
GOOD_FOR = timedelta(minutes=5)
OLDEST = timedelta(minutes=10)
"""A request older than this is not honoured, and not remembered either."""
PARTIAL = "urn:oasis:names:tc:SAML:2.0:status:PartialLogout"
USER = "urn:oasis:names:tc:SAML:2.0:logout:user"
type Places = tuple[str | None, ...]
"""Destinations that a message may name; None where it need name none."""
PREFIXES = {"samlp": samlp.NAMESPACE, "saml": saml.NAMESPACE}


@dataclass(frozen=True, slots=True)
class Demand:
    """A school's request that sessions end."""

    id: str
    school: str
    name_id: NameId
    session_indexes: tuple[str, ...]
    """() for all sessions of the person."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A school's answer to a vendor's request."""

    in_response_to: str
    school: str
    everyone: bool
    """The school says that it logged the person out of everything."""


def claimed_issuer(root: etree._Element) -> str:
    """Who a message says that it is from: nothing to rely on before its signature is good."""
    issuer = root.find("saml:Issuer", NAMESPACES)
    return text(issuer) if issuer is not None else ""


def verified(root: etree._Element, school: School) -> etree._Element:
    """The message as its own signature covers it, for bindings that carry no other (SAML Bindings 3.2.3, 3.5.4).

    Raises:
        Refused: it is not signed, or not by this school.
    """
    if root.find(SIGNATURE) is None:
        raise Refused("not-signed")
    return covered(root, school.certificates)


def demand_in(root: etree._Element, places: Places, school: School, now: datetime, lax: Lax = STRICT) -> Demand:
    """Read a LogoutRequest that the school signed (SAML Core 3.7.1, SAML Profiles 4.4.4.1).

    Args:
        root: only what the signature covers.
        places: the destinations that it may name.
        school: whose signature was verified.
        now: the time.
        lax: what the vendor is careless about.

    Raises:
        Refused: it breaks a rule.
    """
    if root.tag != REQUEST:
        raise Refused("not-a-logout-message")
    _must_be_for_us(root, places, school, now, lax)
    until = root.get("NotOnOrAfter")
    if until is not None and lax.logout_ignores != "until" and instant(until) <= now - SKEW:
        raise Refused("expired")
    name = name_id(root)
    if name is None:
        raise Refused("no-name-to-log-out")
    indexes = tuple(text(one).strip() for one in root.findall("samlp:SessionIndex", NAMESPACES))
    return Demand(root.get("ID", ""), school.entity_id, name, indexes)


def answer_in(root: etree._Element, places: Places, school: School, now: datetime) -> Answer:
    """Read a LogoutResponse that the school signed (SAML Core 3.7.2).

    Raises:
        Refused: it breaks a rule.
    """
    if root.tag != ANSWER:
        raise Refused("not-a-logout-message")
    _must_be_for_us(root, places, school, now)
    codes = [code.get("Value", "") for code in root.iterfind("samlp:Status//samlp:StatusCode", NAMESPACES)]
    everyone = codes[:1] == [STATUS_SUCCESS] and PARTIAL not in codes
    return Answer(root.get("InResponseTo", ""), school.entity_id, everyone)


def _must_be_for_us(root: etree._Element, places: Places, school: School, now: datetime, lax: Lax = STRICT) -> None:
    if root.get("Version") != "2.0" or not root.get("ID"):
        raise Refused("version")
    issuers = [text(issuer) for issuer in root.findall("saml:Issuer", NAMESPACES)]
    if issuers != [school.entity_id] and lax.logout_ignores != "issuer":
        raise Refused("issuer")
    if root.get("Destination") not in places and lax.logout_ignores != "destination":
        raise Refused("destination")
    issued = instant(root.get("IssueInstant", ""))
    if issued > now + SKEW:
        raise Refused("not-valid-yet")
    if issued <= now - OLDEST and lax.logout_ignores != "age":
        raise Refused("expired")


def logout_request(me: ServiceProvider, identifier: str, place: str, login: Login, now: datetime) -> bytes:
    """A request to the school to log the person out everywhere, as UTF-8 XML; not signed.

    Raises:
        ValueError: the school never said what it calls the person.
    """
    if login.name_id is None:
        raise ValueError("nobody can be logged out whom the school gave no name")
    name = login.name_id
    request = samlp.LogoutRequest(
        id=identifier,
        version="2.0",
        issue_instant=_written(now),
        destination=place,
        not_on_or_after=_written(now + GOOD_FOR),
        reason=USER,
        issuer=saml.Issuer(text=me.entity_id),
        name_id=saml.NameID(
            format=name.format,
            name_qualifier=name.name_qualifier or None,
            sp_name_qualifier=name.sp_name_qualifier or None,
            text=name.value,
        ),
        session_index=[samlp.SessionIndex(text=login.session_index)] if login.session_index else [],
    )
    document: bytes = request.to_string(nspair=PREFIXES)
    return document


def logout_answer(me: ServiceProvider, identifier: str, place: str, demand: Demand, now: datetime) -> bytes:
    """The answer that the sessions ended, as UTF-8 XML; not signed. ``place`` is "" when it is no address's own."""
    response = samlp.LogoutResponse(
        id=identifier,
        version="2.0",
        issue_instant=_written(now),
        destination=place or None,
        in_response_to=demand.id,
        issuer=saml.Issuer(text=me.entity_id),
        status=samlp.Status(status_code=samlp.StatusCode(value=STATUS_SUCCESS)),
    )
    document: bytes = response.to_string(nspair=PREFIXES)
    return document


def names(demand: Demand, login: Login, me: ServiceProvider, lax: Lax = STRICT) -> bool:
    """Whether a session is among those that a request names: of this person, with one of the indexes if any is given
    (SAML Profiles 4.4.4.1)."""
    if login.school != demand.school or login.name_id is None:
        return False
    if lax.logout_ignores == "name":
        return not demand.session_indexes or login.session_index in demand.session_indexes
    if lax.logout_ignores == "index":
        demand = replace(demand, session_indexes=())
    ours, theirs = (one.complete(demand.school, me.entity_id) for one in (login.name_id, demand.name_id))
    return ours == theirs and (not demand.session_indexes or login.session_index in demand.session_indexes)


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
