"""What the vendor asks for, passes on, and how. The ids of all ``data`` checks are part of the contract."""

from collections.abc import Iterator

from testbed.checks.core import (
    AGREEMENT,
    DISCLOSURE,
    Need,
    NotVerified,
    Observation,
    Outcome,
    Skip,
    check,
    closed_assertions,
    message_of,
)
from testbed.checks.disclosed import agreement_of, in_form
from testbed.model.attributes import covering
from testbed.model.exchange_messages import DataAnswer
from testbed.model.messages import Message, SamlMetadata, SamlResponse
from testbed.model.oidc_messages import AuthorizationRequest, RegistrationRequest
from testbed.model.privacy import Channel, Unreadable
from testbed.model.verdict import Evidence
from testbed.model.wire import host_of, is_on_loopback
from testbed.model.written import InTheClear
from testbed.privacy.agreed import Cover, Party, covered, party_of
from testbed.privacy.fetched import beyond
from testbed.privacy.requested import SUBJECT_ID, requested_in

BY_LOGIN = message_of(SamlMetadata, AuthorizationRequest, RegistrationRequest)
ASKING = Need(lambda evidence: BY_LOGIN.present(evidence) or bool(_fetched(evidence)), BY_LOGIN.lacking)
PARTIES = frozenset({Party.CONTROLLER, Party.PROCESSOR})


def _unread_elsewhere(evidence: Evidence) -> list[Unreadable]:
    """What reached hosts that are neither the school's nor the vendor's, and cannot be read."""
    agreement = agreement_of(evidence)
    return [one for one in evidence.unreadable if party_of(one.recipient, agreement) not in PARTIES]


def _something_sent(evidence: Evidence) -> bool:
    seen = bool(evidence.disclosures) or closed_assertions(evidence) > 0
    return seen or (evidence.agreement is not None and bool(_unread_elsewhere(evidence)))


SENT = Need(_something_sent, "no personal data was disclosed to anyone")


@check(
    clause="GDPR Article 5(1)(c); Skolfederation SAML WebSSO Technology Profile 3.1.6; OpenID Connect Core 5.4 and 5.5",
    sv="Leverantören begär bara vad avtalet omfattar",
    about="vendor",
    needs=(AGREEMENT, ASKING),
)
def requested_within_agreement(evidence: Evidence) -> Iterator[Outcome]:
    """The vendor asks only for what the agreement covers.

    Metadata, registered scopes, scopes and the claims parameter are a vendor's declared need, and so is what its server
    asks a data API for. Many schools release by it, so what is asked for too much is sooner or later sent too much.
    """
    agreement = agreement_of(evidence)
    agreed = covering(frozenset[str]().union(*(clause.agreed for clause in agreement.data)))
    if agreement.identifier == "shared":
        agreed |= {SUBJECT_ID}
    fetched = _fetched(evidence)
    for answer in fetched:
        for what in beyond(answer, agreement):
            yield Observation(
                f"the vendor's server asks {answer.host} for {what}",
                f"only what {agreement.id} covers",
                where=answer.where,
                person="",
                recipient=answer.host,
            )
    seen = bool(fetched)
    for message in evidence.messages:
        if not _is_processors(message, evidence):
            continue
        seen = True
        if isinstance(message, AuthorizationRequest) and message.request_object:
            yield NotVerified("a request for a login carries a request object, which is not read here")
        for asked in requested_in(message):
            if asked.attribute not in agreed:
                yield Observation(
                    f"{asked.how} {asked.attribute}",
                    f"only what {agreement.id} covers",
                    where=message.where,
                    attribute=asked.attribute,
                    person="",
                    sender=asked.sender,
                )
    if not seen:
        yield NotVerified("the vendor's metadata, or its requests for a login, were not seen", absent=True)


def _fetched(evidence: Evidence) -> list[DataAnswer]:
    """What a vendor that fetches rosters has asked for."""
    fetches = evidence.play.vendor.protocol == "ss12000"
    return [one for one in evidence.messages if fetches and isinstance(one, DataAnswer)]


def _is_processors(message: Message, evidence: Evidence) -> bool:
    """Whether it is the vendor of the agreement that asks here."""
    processor = agreement_of(evidence).processor
    match message:
        case SamlMetadata():
            named = message.entity_id in processor.entity_ids or host_of(message.entity_id) in processor.hosts
            return message.is_sp and named
        case AuthorizationRequest():
            return message.client_id in processor.client_ids or message.client_id == evidence.play.vendor.party
        case RegistrationRequest():
            return any(host_of(url) in processor.hosts for url in message.redirect_uris)
        case _:
            return False


@check(
    clause="GDPR Article 28(2) and 28(3)(a)",
    sv="Inga personuppgifter når någon som avtalet inte nämner",
    about="vendor",
    needs=(AGREEMENT, SENT),
    reads_assertions=True,
    hears_server=True,
)
def no_onward_transfer(evidence: Evidence) -> Iterator[Outcome]:
    """No personal data reaches a host that the agreement does not name for it.

    A sub-processor or tracker that the school owner has not agreed to learns who the pupil is, and the owner does not
    even know it. A digest of an address is still that pupil's address to whoever has a list of addresses.
    """
    agreement = agreement_of(evidence)
    for told in evidence.disclosures:
        party = party_of(told.recipient, agreement)
        if party in PARTIES:
            continue
        person = evidence.people.get(told.person)
        if covered(told.attribute, person, told.recipient, agreement) is Cover.NOT_AGREED:
            whom = "which the agreement does not name" if party is Party.STRANGER else "which may not be told it"
            yield Observation(
                f"{told.sender} made {told.attribute} reach {told.recipient}{in_form(told)}, {whom} ({told.channel})",
                "personal data goes to the parties of the agreement alone",
                disclosure=told,
            )
    for one in _unread_elsewhere(evidence):
        yield NotVerified(f"{one.sender} sent {one.recipient} what cannot be read ({one.channel}): {one.why}")


@check(
    clause="GDPR Article 32(1); RFC 9110, 17.9",
    sv="Inga personuppgifter står i adresser",
    about="vendor",
    needs=(DISCLOSURE,),
    reads_assertions=True,
)
def not_in_url(evidence: Evidence) -> Iterator[Outcome]:
    """No personal data stands in an address.

    Addresses end up in histories, logs and Referer headers, where nobody guards them.
    """
    for told in evidence.disclosures:
        if told.channel in (Channel.URL, Channel.REFERER):
            yield Observation(
                f"{told.attribute} stands in the {told.channel} of a request to {told.recipient}{in_form(told)}",
                "personal data is sent in bodies, or not at all",
                disclosure=told,
            )


@check(
    clause="GDPR Article 32(1)(a)",
    sv="Personuppgifter skickas krypterat, så som avtalet säger",
    about="vendor",
    needs=(DISCLOSURE,),
)
def encrypted_in_transit(evidence: Evidence) -> Iterator[Outcome]:
    """Personal data is encrypted on its way, as the agreement says.

    On a school's open network everyone can read what is sent in the clear.
    """
    clear = [told for told in evidence.disclosures if not told.encrypted]
    on_a_network = [told for told in clear if not is_on_loopback(told.recipient)]
    if len(clear) == len(evidence.disclosures) and not on_a_network:
        yield Skip("nothing that was sent left the machine")
    for told in on_a_network:
        yield Observation(
            f"{told.attribute} went to {told.recipient} in the clear{in_form(told)}",
            "a connection with TLS",
            disclosure=told,
        )
    agreement = evidence.agreement
    # NOTE: what the laboratory asked the school to send in the clear is not the vendor's doing.
    on_order = any(isinstance(operation, InTheClear) for operation in evidence.play.scenario.spoil)
    if agreement is None or not agreement.security.encrypt_assertion or on_order:
        return
    for message in evidence.messages:
        if isinstance(message, SamlResponse) and not all(one.encrypted for one in message.assertions):
            yield Observation(
                "the assertion could be read on its way through the browser",
                "an encrypted assertion (security.encrypt_assertion)",
                where=message.where,
                recipient=host_of(message.delivered_to),
            )
