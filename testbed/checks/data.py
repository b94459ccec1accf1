"""Personal data against the agreement. The ids of these checks are part of the contract."""

from collections.abc import Iterator

from testbed.checks.core import AGREEMENT, DISCLOSURE, NotVerified, Observation, Outcome, check, message_of
from testbed.model.attributes import by_name, covering
from testbed.model.messages import Message, SamlMetadata, SamlResponse
from testbed.model.oidc_messages import AuthorizationRequest, TokenAnswer
from testbed.model.privacy import BY_LOGIN, Channel, Disclosure
from testbed.model.verdict import Evidence
from testbed.model.wire import host_of
from testbed.model.written import Agreement, InTheClear
from testbed.privacy.agreed import Party, may_know, party_of
from testbed.privacy.requested import requested_in


def _agreement(evidence: Evidence) -> Agreement:
    if evidence.agreement is None:
        raise ValueError("a check that needs an agreement was run without one")
    return evidence.agreement


def _agreed(evidence: Evidence, told: Disclosure, host: str) -> frozenset[str]:
    """What this host may know about the person of a disclosure; nothing about a person whom nobody knows."""
    person = evidence.people.get(told.person)
    return may_know(host, _agreement(evidence), person.role) if person else frozenset()


@check(
    clause="GDPR Article 5(1)(c) and 28(3)(a)",
    sv="Skolan lämnar bara ut vad avtalet omfattar",
    about="school",
    needs=(AGREEMENT, message_of(SamlResponse, TokenAnswer)),
    reads_assertions=True,
)
def released_within_agreement(evidence: Evidence) -> Iterator[Outcome]:
    """The school releases only what the agreement covers.

    Whatever a vendor is sent beyond what was agreed has no lawful purpose there, and the school owner, as controller,
    answers for it.
    """
    for told in evidence.disclosures:
        if told.channel not in BY_LOGIN or party_of(told.recipient, _agreement(evidence)) is Party.STRANGER:
            continue
        if told.attribute not in _agreed(evidence, told, told.recipient):
            yield Observation(
                f"{told.sender} released {told.attribute} to {told.recipient}",
                f"only what {_agreement(evidence).id} covers for this person's role",
                disclosure=told,
            )


@check(
    clause="GDPR Article 5(1)(c); Skolfederation SAML WebSSO Technology Profile 3.1.6; OpenID Connect Core 5.4 and 5.5",
    sv="Leverantören begär bara vad avtalet omfattar",
    about="vendor",
    needs=(AGREEMENT, message_of(SamlMetadata, AuthorizationRequest)),
)
def requested_within_agreement(evidence: Evidence) -> Iterator[Outcome]:
    """The vendor asks only for what the agreement covers.

    Metadata, scopes and the claims parameter are a vendor's declared need. Many schools release by it, so what is asked
    for too much is sooner or later sent too much.
    """
    agreement = _agreement(evidence)
    agreed = covering(frozenset[str]().union(*(clause.agreed for clause in agreement.data)))
    seen = False
    for message in evidence.messages:
        if not _is_processors(message, evidence):
            continue
        seen = True
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


def _is_processors(message: Message, evidence: Evidence) -> bool:
    """Whether it is the vendor of the agreement that asks here."""
    processor = _agreement(evidence).processor
    match message:
        case SamlMetadata():
            named = message.entity_id in processor.entity_ids or host_of(message.entity_id) in processor.hosts
            return message.is_sp and named
        case AuthorizationRequest():
            return message.client_id in processor.client_ids or message.client_id == evidence.play.vendor.party
        case _:
            return False


@check(
    clause="GDPR Article 28(2) and 28(3)(a)",
    sv="Inga personuppgifter når någon som avtalet inte nämner",
    about="vendor",
    needs=(AGREEMENT, DISCLOSURE),
    reads_assertions=True,
)
def no_onward_transfer(evidence: Evidence) -> Iterator[Outcome]:
    """No personal data reaches a host that the agreement does not name for it.

    A sub-processor or tracker that the school owner has not agreed to learns who the pupil is, and the owner does not
    even know it.
    """
    agreement = _agreement(evidence)
    for told in evidence.disclosures:
        party = party_of(told.recipient, agreement)
        if party in (Party.CONTROLLER, Party.PROCESSOR):
            continue
        if told.attribute not in _agreed(evidence, told, told.recipient):
            whom = "which the agreement does not name" if party is Party.STRANGER else "which may not be told it"
            yield Observation(
                f"{told.sender} made {told.attribute} reach {told.recipient}, {whom} ({told.channel})",
                "personal data goes to the parties of the agreement alone",
                disclosure=told,
            )


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
                f"{told.attribute} stands in the {told.channel} of a request to {told.recipient}",
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
    for told in evidence.disclosures:
        if not told.encrypted:
            yield Observation(
                f"{told.attribute} went to {told.recipient} in the clear", "a connection with TLS", disclosure=told
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


@check(
    clause="GDPR Article 32; offentlighets- och sekretesslagen (2009:400) 22 kap. 1 §",
    sv="Uppgifter om den som har skyddad identitet lämnas inte ut",
    about="school",
    needs=(AGREEMENT, DISCLOSURE),
    reads_assertions=True,
)
def protected_identity_withheld(evidence: Evidence) -> Iterator[Outcome]:
    """Nothing that names or places a person with protected identity leaves the school.

    For these pupils a name in the wrong log can mean that someone who must not finds them.
    """
    hidden = {name for name, row in by_name().items() if row.hidden}
    protected = {person.id for person in evidence.people.values() if person.protected}
    for told in evidence.disclosures:
        if told.person in protected and told.attribute in hidden:
            yield Observation(
                f"{told.attribute} of a person with protected identity reached {told.recipient}",
                f"protected identity: {_agreement(evidence).protected_identity}",
                disclosure=told,
            )


@check(
    clause="GDPR Article 28(3)",
    sv="Avtalet gäller när uppgifterna lämnas ut",
    about="school",
    needs=(AGREEMENT, DISCLOSURE),
    reads_assertions=True,
)
def agreement_in_force(evidence: Evidence) -> Iterator[Outcome]:
    """The agreement is in force when data is disclosed.

    Without a contract in force there is nobody who has promised the pupils anything.
    """
    agreement = _agreement(evidence)
    for told in evidence.disclosures:
        if told.recipient in agreement.processor.hosts and not agreement.in_force(told.at.date()):
            yield Observation(
                f"{told.attribute} was disclosed on {told.at.date()}",
                f"between {agreement.valid.from_} and {agreement.valid.until}",
                disclosure=told,
            )
