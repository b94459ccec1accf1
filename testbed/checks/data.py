"""Personal data against the agreement. The ids of these checks are part of the contract."""

from collections.abc import Iterator

from testbed.checks.core import AGREEMENT, DISCLOSURE, Need, NotVerified, Observation, Outcome, Skip, check, message_of
from testbed.model.attributes import by_name, by_saml_name, covering
from testbed.model.messages import Assertion, SamlMetadata, SamlResponse
from testbed.model.privacy import Channel, Disclosure
from testbed.model.release import ReleaseRecord
from testbed.model.verdict import Evidence
from testbed.model.wire import host_of
from testbed.model.written import Agreement, InTheClear
from testbed.privacy.agreed import Party, may_know, party_of


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
    needs=(AGREEMENT, message_of(SamlResponse)),
    reads_assertions=True,
)
def released_within_agreement(evidence: Evidence) -> Iterator[Outcome]:
    """The school releases only what the agreement covers.

    Whatever a vendor is sent beyond what was agreed has no lawful purpose there, and the school owner, as controller,
    answers for it.
    """
    for told in evidence.disclosures:
        if told.channel is not Channel.SAML or party_of(told.recipient, _agreement(evidence)) is Party.STRANGER:
            continue
        if told.attribute not in _agreed(evidence, told, told.recipient):
            yield Observation(
                f"{told.sender} released {told.attribute} to {told.recipient}",
                f"only what {_agreement(evidence).id} covers for this person's role",
                disclosure=told,
            )


@check(
    clause="GDPR Article 5(1)(c); Skolfederation SAML WebSSO Technology Profile 3.1.6",
    sv="Leverantören begär bara vad avtalet omfattar",
    about="vendor",
    needs=(AGREEMENT, message_of(SamlMetadata)),
)
def requested_within_agreement(evidence: Evidence) -> Iterator[Outcome]:
    """The vendor asks only for what the agreement covers.

    Metadata is a vendor's declared need. Many schools release by it, so what it asks for too much is sooner or later
    sent too much.
    """
    agreement = _agreement(evidence)
    agreed = covering(frozenset[str]().union(*(clause.agreed for clause in agreement.data)))
    vendors = [m for m in evidence.messages if isinstance(m, SamlMetadata) and m.is_sp and _is_processors(m, agreement)]
    if not vendors:
        yield NotVerified("the vendor's metadata was not seen")
    for metadata in vendors:
        for wanted in metadata.requested:
            row = by_saml_name().get(wanted.name)
            name = row.name if row else wanted.name
            if name not in agreed:
                yield Observation(
                    f"the metadata of {metadata.entity_id} requests {name}",
                    f"only what {agreement.id} covers",
                    where=metadata.where,
                    attribute=name,
                    person="",
                    sender=host_of(metadata.entity_id),
                )


def _is_processors(metadata: SamlMetadata, agreement: Agreement) -> bool:
    return (
        metadata.entity_id in agreement.processor.entity_ids or host_of(metadata.entity_id) in agreement.processor.hosts
    )


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


RELEASES = Need(lambda evidence: bool(evidence.releases), "the school's own account of its logins is not at hand")


@check(
    clause="GDPR Article 5(2) and 30(1)",
    sv="Skolans redovisning av vad den lämnat ut stämmer med vad som skickades",
    about="school",
    needs=(RELEASES, message_of(SamlResponse)),
)
def release_account_matches_wire(evidence: Evidence) -> Iterator[Outcome]:
    """The school's account of what it released is what crossed the wire.

    A controller must be able to show what it did. An account that says "withheld" while the attribute went out is
    worse than none: nobody looks any further.
    """
    kept = {record.school for record in evidence.releases}
    of_schools = [m for m in evidence.messages if isinstance(m, SamlResponse) and host_of(m.issuer) in kept]
    # NOTE: a response without an assertion sends nothing, and is answered for by no account when nobody was logged in.
    read = {message.id: message for message in of_schools if message.assertions}
    if not read:
        yield Skip("no assertion of a school that keeps an account could be read")
    for response in read.values():
        sent = {told for assertion in response.assertions for told in _canonical(assertion)}
        account = _account_of(response, sent, evidence)
        said = account.released if account else frozenset[str]()
        # NOTE: what the response holds encrypted beside it may be what is missed.
        for name in sorted(sent - said if response.encrypted else sent ^ said):
            yield Observation(
                f"{name} {'crossed the wire' if name in sent else 'did not cross the wire'}, "
                f"and the school's account says {_account_says(name, account)}",
                "the account tells what was sent",
                where=response.where,
                attribute=name,
                sender=host_of(response.issuer),
                recipient=host_of(response.delivered_to),
            )


def _canonical(assertion: Assertion) -> Iterator[str]:
    for attribute in assertion.attributes:
        row = by_saml_name().get(attribute.name)
        yield row.name if row else attribute.name


def _account_of(response: SamlResponse, sent: set[str], evidence: Evidence) -> ReleaseRecord | None:
    """Of the accounts for the message's audience the one that comes nearest to it: a message may never have arrived."""
    audience = {name for one in response.assertions for group in one.audiences for name in group}
    of_school = [record for record in evidence.releases if record.school == host_of(response.issuer)]
    fitting = [record for record in of_school if not audience or record.entity_id in audience]
    return min(fitting, key=lambda record: len(record.released ^ sent), default=None)


def _account_says(name: str, account: ReleaseRecord | None) -> str:
    if account is None:
        return "nothing of this login"
    reasons = (str(decision.reason) for decision in account.decisions if decision.attribute == name)
    return next(reasons, "nothing of it")
