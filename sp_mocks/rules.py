"""What a response and its assertion must say, once it is known whose they are (SAML Profiles 4.1.4.2 and 4.1.4.3)."""

from datetime import datetime, timedelta

from lxml import etree

from sp_mocks.behaviour import Behaviour
from sp_mocks.lax import Lax, alike
from sp_mocks.places import ServiceProvider
from sp_mocks.refusal import Refused
from sp_mocks.schools import School
from sp_mocks.signature import SIGNATURE
from sp_mocks.statements import instant, is_ahead, is_over, text
from sp_mocks.xmlnames import BEARER, NAMESPACES, SAML

AUDIENCE, SINGLE, PROXYING = (f"{{{SAML}}}{name}" for name in ("AudienceRestriction", "OneTimeUse", "ProxyRestriction"))
KNOWN_CONDITIONS = frozenset({AUDIENCE, SINGLE, PROXYING})
"""The last is about new assertions made of this one, and a vendor makes none (SAML Core 2.5.1.6)."""
ENTITY = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"
USED_FOR = timedelta(days=1)
"""How long an assertion is remembered that does not say how long it is valid."""


def must_be_between(
    response: etree._Element, assertion: etree._Element, me: ServiceProvider, school: School, lax: Lax
) -> None:
    """From the school, to this vendor.

    Raises:
        Refused: it is not.
    """
    if lax.texts not in ("first", "last") and next(assertion.iter(etree.ProcessingInstruction), None) is not None:
        raise Refused("processing-instruction")
    if (response.get("Version"), assertion.get("Version")) != ("2.0", "2.0") and lax.looks_at("version"):
        raise Refused("version")
    if not response.get("ID") and lax.looks_at("response-id"):
        raise Refused("version")
    _must_be_from(response, assertion, school, lax)
    _must_be_sent_to(response, me, lax)


def _must_be_from(response: etree._Element, assertion: etree._Element, school: School, lax: Lax) -> None:
    if lax.keys == "any-school":
        return
    around, own = (one.findall("saml:Issuer", NAMESPACES) for one in (response, assertion))
    if lax.demands == "response-issuer" and not around:
        raise Refused("issuer")
    if lax.looks_at("response-issuer") and any(not alike(text(i), school.entity_id, lax.compares) for i in around):
        raise Refused("issuer")
    if not lax.looks_at("issuer") or (not own and not lax.looks_at("no-issuer")):
        return
    if len(own) != 1 or not alike(text(own[0]), school.entity_id, lax.compares):
        raise Refused("issuer")
    if own[0].get("Format", ENTITY) != ENTITY and lax.looks_at("issuer-format"):
        raise Refused("issuer")


def must_be_addressed(message: etree._Element, lax: Lax) -> None:
    """A message that is signed as a whole says where it was sent (SAML Bindings 3.5.5.2).

    Raises:
        Refused: it does not.
    """
    signed = message.find(SIGNATURE) is not None
    if signed and message.get("Destination") is None and lax.looks_at("no-destination"):
        raise Refused("destination")


def _must_be_sent_to(response: etree._Element, me: ServiceProvider, lax: Lax) -> None:
    """Whatever says where it was sent says so rightly (SAML Core 3.2.2)."""
    sent = response.get("Destination")
    if sent is not None and lax.looks_at("destination") and not alike(sent, me.acs_url, lax.compares):
        raise Refused("destination")


def must_be_valid(assertion: etree._Element, me: ServiceProvider, behaviour: Behaviour, now: datetime) -> None:
    """SAML Core 2.5.1: every condition holds, and there is none that we do not understand.

    Raises:
        Refused: it is not valid.
    """
    lax = behaviour.lax
    found = assertion.findall("saml:Conditions", NAMESPACES)
    if not found and not lax.looks_at("no-conditions"):
        return
    if len(found) != 1:
        raise Refused("conditions")
    _must_be_understood(found[0], lax)
    _must_be_in_time(found[0], lax, now)
    if behaviour.checks_audience and lax.looks_at("audience") and not _is_meant(found[0], me.entity_id, lax):
        raise Refused("audience")


def _must_be_understood(conditions: etree._Element, lax: Lax) -> None:
    tags = {child.tag for child in conditions}
    if not tags <= KNOWN_CONDITIONS and lax.looks_at("conditions"):
        raise Refused("unknown-condition")
    if (lax.demands, SINGLE in tags) == ("no-single-use", True):
        raise Refused("unknown-condition")
    if (lax.demands, PROXYING in tags) == ("no-proxying-rule", True):
        raise Refused("unknown-condition")


def _must_be_in_time(conditions: etree._Element, lax: Lax, now: datetime) -> None:
    before, until = conditions.get("NotBefore"), conditions.get("NotOnOrAfter")
    if (lax.demands == "from" and before is None) or (lax.demands == "until" and until is None):
        raise Refused("conditions")
    if before is not None and lax.looks_at("from") and is_ahead(before, now, lax):
        raise Refused("not-valid-yet")
    if until is not None and lax.looks_at("until") and is_over(until, now, lax):
        raise Refused("expired")


def _is_meant(conditions: etree._Element, entity_id: str, lax: Lax) -> bool:
    """Every restriction names us (SAML Core 2.5.1.4), and there is one (SAML Profiles 4.1.4.2)."""
    restrictions = conditions.findall("saml:AudienceRestriction", NAMESPACES)
    named = [[text(one) for one in r.findall("saml:Audience", NAMESPACES)] for r in restrictions]
    if not named:
        return not lax.looks_at("no-audience")
    if lax.demands == "one-audience" and any(len(audiences) > 1 for audiences in named):
        return False
    fits = [any(alike(one, entity_id, lax.compares) for one in audiences) for audiences in named]
    return all(fits) if lax.looks_at("every-audience") else any(fits)


def confirmed(assertion: etree._Element, me: ServiceProvider, now: datetime, lax: Lax) -> etree._Element | None:
    """The data of the first bearer confirmation that holds (SAML Profiles 4.1.4.2); None where the vendor needs none.

    Raises:
        Refused: there is none.
    """
    found = assertion.findall("saml:Subject/saml:SubjectConfirmation", NAMESPACES)
    if (lax.demands == "one-confirmation" and len(found) > 1) or (
        assertion.find("saml:Subject", NAMESPACES) is None and lax.looks_at("no-subject")
    ):
        raise Refused("no-valid-confirmation")
    for confirmation in found:
        data = confirmation.find("saml:SubjectConfirmationData", NAMESPACES)
        if confirmation.get("Method") != BEARER and lax.looks_at("method"):
            continue
        if data is not None and _holds(data, me, now, lax):
            return data
    if not lax.looks_at("no-confirmation") or not lax.looks_at("no-subject"):
        return None
    raise Refused("no-valid-confirmation")


def _holds(data: etree._Element, me: ServiceProvider, now: datetime, lax: Lax) -> bool:
    begins, until, recipient = data.get("NotBefore"), data.get("NotOnOrAfter"), data.get("Recipient")
    if begins is not None:
        if lax.looks_at("confirmation-has-from") and lax.looks_at("confirmation-from"):
            return False
        if lax.looks_at("confirmation-from") and is_ahead(begins, now, lax):
            return False
    if recipient is None and lax.looks_at("no-recipient") and lax.looks_at("recipient"):
        return False
    if recipient is not None and lax.looks_at("recipient") and not alike(recipient, me.acs_url, lax.compares):
        return False
    if until is None:
        return not lax.looks_at("no-confirmation-until")
    return not lax.looks_at("confirmation-until") or not is_over(until, now, lax)


def answered(response: etree._Element, confirmation: etree._Element | None, lax: Lax) -> str:
    """The ID of the request that is answered, "" for none.

    Raises:
        Refused: response and confirmation name different ones, or one of them names one without a name.
    """
    around = response.get("InResponseTo")
    within = "" if confirmation is None else confirmation.get("InResponseTo", "")
    stated = (response, *(() if confirmation is None else (confirmation,)))
    if lax.looks_at("in-response-to") and any(one.get("InResponseTo") == "" for one in stated):
        raise Refused("not-asked-for-by-this-browser")
    if confirmation is None or not lax.looks_at("confirmation-in-response-to"):
        return str(around or "")
    if lax.looks_at("response-in-response-to") and around is not None and around != within:
        raise Refused("not-asked-for-by-this-browser")
    return str(within)


def valid_until(confirmation: etree._Element | None, now: datetime) -> datetime:
    """How long the assertion must be remembered; a day where it says nothing that can be read."""
    try:
        return instant("" if confirmation is None else confirmation.get("NotOnOrAfter", ""))
    except Refused:
        return now + USED_FOR


def must_be_dated(response: etree._Element, assertion: etree._Element, now: datetime, lax: Lax) -> None:
    """Both say when they were made, and that is not in the future (SAML Core 2.3.3, 3.2.2).

    Raises:
        Refused: one does not.
    """
    for one in (response, assertion):
        if lax.looks_at("instants") and is_ahead(one.get("IssueInstant", ""), now, lax):
            raise Refused("not-valid-yet")
