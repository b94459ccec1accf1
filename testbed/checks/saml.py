"""SAML messages against the standard and the federation's profile."""

from collections.abc import Iterator
from datetime import timedelta

from testbed.checks.core import ASSERTION, NotVerified, Observation, Outcome, check, message_of
from testbed.checks.readable import readable
from testbed.model.messages import (
    Assertion,
    AuthnRequest,
    LogoutRequest,
    LogoutResponse,
    SamlMetadata,
    SamlResponse,
)
from testbed.model.verdict import Evidence
from testbed.model.wire import Exchange, host_of
from testbed.wire.signatures import algorithms, verify

SKEW = timedelta(seconds=60)
LONGEST = timedelta(minutes=10)
"""An assertion that lives longer can be stolen longer."""
WEAK = frozenset(
    {
        "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
        "http://www.w3.org/2000/09/xmldsig#dsa-sha1",
        "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
        "http://www.w3.org/2000/09/xmldsig#sha1",
        "http://www.w3.org/2001/04/xmldsig-more#md5",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-md5",
    }
)
SAML_MESSAGES = (AuthnRequest, SamlResponse, LogoutRequest, LogoutResponse, SamlMetadata)
RESPONSE = (message_of(SamlResponse),)


def _responses(evidence: Evidence) -> Iterator[SamlResponse]:
    return (message for message in evidence.messages if isinstance(message, SamlResponse))


def _assertions(evidence: Evidence) -> Iterator[tuple[SamlResponse, Assertion]]:
    return ((response, assertion) for response in _responses(evidence) for assertion in response.assertions)


def _metadata_of(evidence: Evidence, entity_id: str) -> SamlMetadata | None:
    said = (m for m in evidence.messages if isinstance(m, SamlMetadata))
    return next((m for m in said if m.entity_id == entity_id), None)


def _keys_around(evidence: Evidence, entity_id: str, response: SamlResponse) -> tuple[bytes, ...]:
    """The certificates that the school published when it signed, as far as the journal tells: those that were seen
    last before, and those that were seen first afterwards, for a change of keys lies between what two people look at.
    """
    said = [m for m in evidence.messages if isinstance(m, SamlMetadata) and m.entity_id == entity_id]
    said.sort(key=lambda message: message.where.exchange)
    before = [message for message in said if message.where.exchange <= response.where.exchange]
    after = [message for message in said if message.where.exchange > response.where.exchange]
    keys = (key for message in (*before[-1:], *after[:1]) for key in message.signing_certificates)
    return tuple(dict.fromkeys(keys))


def vendors_metadata(evidence: Evidence) -> list[SamlMetadata]:
    """What the vendor of the play says of itself."""
    hosts = {host_of(evidence.play.vendor.metadata)}
    said = (m for m in evidence.messages if isinstance(m, SamlMetadata) and m.is_sp)
    return [m for m in said if m.entity_id == evidence.play.vendor.entity_id or host_of(m.entity_id) in hosts]


def _exchange(evidence: Evidence, number: int) -> Exchange:
    return next(exchange for exchange in evidence.exchanges if exchange.number == number)


@check(clause="SAML Bindings 3.4.4 and 3.5.4", sv="Meddelandena går att läsa", about="vendor")
def message_readable(evidence: Evidence) -> Iterator[Outcome]:
    """What is sent as a SAML message can be read as one.

    What one party cannot read another may read in its own way, and that is where attacks live.
    """
    return readable(evidence, "saml", SAML_MESSAGES, "SAML message")


@check(clause="SAML Profiles 4.1.4.5", sv="Skolans svar är undertecknat", about="school", needs=(ASSERTION,))
def response_is_signed(evidence: Evidence) -> Iterator[Outcome]:
    """The school's answer is signed with a key of its metadata, over the response or the assertion.

    Without that, anyone can write an answer that says that he is the headmaster.
    """
    for response in _responses(evidence):
        if not response.assertions and not response.encrypted:
            continue
        school = _metadata_of(evidence, response.issuer or next((one.issuer for one in response.assertions), ""))
        if school is None:
            yield NotVerified("the metadata of the school, which holds its keys, was not seen", absent=True)
            continue
        reading = verify(response.document, _keys_around(evidence, school.entity_id, response), response.opened)
        if not reading.ok and response.encrypted and not response.signed:
            yield NotVerified("a signature inside an assertion that stays encrypted cannot be seen")
        elif not reading.ok:
            yield Observation(reading.reason, f"a good signature of {school.entity_id}", where=response.where)


@check(
    clause="SAML Core 5.4; SAML V2.0 Implementation Profile (Kantara) IIP-ALG01",
    sv="Underskriften använder starka algoritmer",
    about="school",
    needs=RESPONSE,
)
def signature_algorithm_is_strong(evidence: Evidence) -> Iterator[Outcome]:
    """Signatures use no algorithm that is broken.

    A signature with SHA-1 can be moved to another text by those who can pay for it.
    """
    for response in _responses(evidence):
        for name in dict.fromkeys((*algorithms(response.document), *algorithms(response.opened))):
            if name in WEAK:
                yield Observation(f"the message is signed with {name}", "SHA-256 or better", where=response.where)


@check(
    clause="SAML Core 2.5.1.4",
    sv="Intyget är ställt till leverantören",
    about="school",
    needs=(ASSERTION,),
    reads_assertions=True,
)
def audience_is_receiver(evidence: Evidence) -> Iterator[Outcome]:
    """The assertion is addressed to the vendor that it is sent to, and to nobody else.

    Only so can a vendor tell that a message was not stolen from another.
    """
    vendors = {metadata.entity_id for metadata in vendors_metadata(evidence)}
    if not vendors and evidence.play.captured and evidence.agreement:
        vendors = set(evidence.agreement.processor.entity_ids)
    if not vendors:
        yield NotVerified("the vendor's metadata, which holds its name, was not seen", absent=True)
        return
    for _, assertion in _assertions(evidence):
        met = bool(assertion.audiences) and all(vendors & set(members) for members in assertion.audiences)
        if not met:
            named = ", ".join(sorted({a for members in assertion.audiences for a in members})) or "nobody"
            yield Observation(
                f"the assertion is addressed to {named}", ", ".join(sorted(vendors)), where=assertion.where
            )


@check(
    clause="SAML Profiles 4.1.4.2",
    sv="Intyget gäller mottagarens adress",
    about="school",
    needs=(ASSERTION,),
    reads_assertions=True,
)
def recipient_is_consumer_service(evidence: Evidence) -> Iterator[Outcome]:
    """The bearer confirmation names the address that the message is delivered to.

    It binds the message to one address, so that it is worth nothing at another.
    """
    for response, assertion in _assertions(evidence):
        if response.delivered_to not in assertion.recipients:
            named = ", ".join(assertion.recipients) or "no recipient"
            yield Observation(f"the assertion names {named}", response.delivered_to, where=assertion.where)


@check(clause="SAML Bindings 3.5.5.2", sv="Svaret är adresserat dit det skickas", about="school", needs=RESPONSE)
def destination_is_receiver(evidence: Evidence) -> Iterator[Outcome]:
    """The response names the address that it is delivered to.

    A message that was led elsewhere on its way can be told by it.
    """
    for response in _responses(evidence):
        if response.destination != response.delivered_to:
            yield Observation(
                f"Destination is {response.destination or 'not given'}", response.delivered_to, where=response.where
            )


@check(clause="SAML Profiles 4.1.4.2", sv="Svaret hör till en fråga", about="school", needs=RESPONSE)
def answers_a_request(evidence: Evidence) -> Iterator[Outcome]:
    """The answer belongs to a request that this vendor sent before.

    An answer that nobody asked for can be put into a pupil's browser by someone else.
    """
    asked = {message.id for message in evidence.messages if isinstance(message, AuthnRequest)}
    if evidence.play.scenario.flow == "unsolicited":
        # NOTE: a login that begins at school answers nothing, and must not say that it does (SAML Profiles 4.1.5).
        asked = {""}
    for response in _responses(evidence):
        if response.in_response_to in asked:
            continue
        if evidence.play.captured and not (asked and not response.in_response_to):
            # NOTE: what came before a recording began may hold the request; a login may begin at school besides.
            yield NotVerified("the request that it answers was not seen, or there was none", absent=True)
        else:
            yield Observation(
                f"InResponseTo is {response.in_response_to or 'not given'}",
                "the ID of a request of this login",
                where=response.where,
            )


@check(
    clause="SAML Core 2.5.1.2; SAML Profiles 4.1.4.2",
    sv="Intyget gäller nu och inte länge",
    about="school",
    needs=(ASSERTION,),
    reads_assertions=True,
)
def time_window_holds(evidence: Evidence) -> Iterator[Outcome]:
    """The assertion is valid when it is delivered, and not for long.

    What is valid for hours can be stolen for hours.
    """
    for response, assertion in _assertions(evidence):
        now = _exchange(evidence, response.where.exchange).started
        ends = [end for end in (assertion.not_on_or_after, *assertion.confirmed_until) if end is not None]
        if assertion.not_on_or_after is None or not assertion.confirmed_until:
            yield Observation("the assertion has no end", "NotOnOrAfter, at most ten minutes on", where=assertion.where)
        if assertion.not_before is not None and assertion.not_before > now + SKEW:
            yield Observation("the assertion is not valid yet", f"valid at {now:%H:%M:%S}", where=assertion.where)
        if any(end <= now - SKEW for end in ends):
            yield Observation("the assertion has expired", f"valid at {now:%H:%M:%S}", where=assertion.where)
        if any(end > now + LONGEST for end in ends):
            yield Observation("the assertion is valid for too long", "at most ten minutes", where=assertion.where)


@check(
    clause="SAML Profiles 4.1.4.1; SAML Core 3.4.1",
    sv="Frågan kommer från leverantören och pekar på dess egen adress",
    about="vendor",
    needs=(message_of(AuthnRequest),),
)
def request_names_registered_consumer(evidence: Evidence) -> Iterator[Outcome]:
    """The request asks for the answer at an address that the vendor's metadata names.

    Otherwise a school must refuse it, or send a pupil's data to an address that nobody vouches for.
    """
    for message in evidence.messages:
        if not isinstance(message, AuthnRequest):
            continue
        metadata = _metadata_of(evidence, message.issuer)
        if metadata is None:
            yield NotVerified(f"the metadata of {message.issuer or 'the sender'} was not seen", absent=True)
        elif message.acs_url and message.acs_url not in {endpoint.url for endpoint in metadata.consumers}:
            yield Observation(f"the answer is wanted at {message.acs_url}", "an address of the metadata", message.where)


@check(
    clause="SAML Bindings 3.4.5.2; SAML Core 3.2.1",
    sv="Frågan är adresserad dit den skickas",
    about="vendor",
    needs=(message_of(AuthnRequest),),
)
def request_destination_is_school(evidence: Evidence) -> Iterator[Outcome]:
    """A request that names a destination is sent there.

    A signed request must name one, so that it cannot be led to another school.
    """
    for message in evidence.messages:
        if not isinstance(message, AuthnRequest):
            continue
        if (message.destination or message.signed) and message.destination != message.delivered_to:
            yield Observation(
                f"Destination is {message.destination or 'not given'}", message.delivered_to, message.where
            )
