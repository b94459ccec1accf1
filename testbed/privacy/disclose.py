"""From messages to disclosures: which attribute of whom went from whom to whom, over which channel, seen where."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from testbed.model.attributes import by_saml_name
from testbed.model.exchange_messages import OF_NO_PERSON, DataAnswer, RosterCall
from testbed.model.messages import LogoutRequest, LogoutResponse, Message, SamlMetadata, SamlResponse
from testbed.model.oidc_messages import LogoutToken, ProviderMetadata, TokenAnswer
from testbed.model.privacy import BY_EXCHANGE, PLAIN, Channel, Disclosure, Unreadable
from testbed.model.wire import UNHEARD, Exchange, Pointer, host_of
from testbed.model.written import Agreement
from testbed.privacy.leading import Leading
from testbed.privacy.oidc import read_whole, told_by
from testbed.privacy.people import NAME_ID, SUBJECT, PeopleIndex
from testbed.privacy.references import Identities, told_by_reference
from testbed.privacy.sightings import Sighting, Sightings
from testbed.privacy.subject import subject_of, whose


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the people of a play."""

    index: PeopleIndex
    """Over the values of everybody, those that were issued in this run too."""
    seen: Sightings
    """What was seen of them in the journal."""
    player: str = ""
    """The person who plays."""
    read: frozenset[Pointer] = frozenset()
    """Where messages stand that were read whole, whoever they are for: searched as text they would count twice."""
    ids: Identities = field(default_factory=Identities)
    """What the ids stand for by which records name each other."""


def disclosures(
    exchanges: Sequence[Exchange], messages: Sequence[Message], known: Known, agreement: Agreement | None
) -> tuple[Disclosure, ...]:
    """Every disclosure of a play, in the order of the exchanges, one for each attribute, person, recipient and place.

    What reaches the controller's own hosts is no disclosure; what a page shows to the person's browser is none either.

    Args:
        exchanges: of the play.
        messages: that they carried, and the metadata of the parties.
        known: of the people.
        agreement: the vendor's.
    """
    index, player = known.index, known.player
    by_number = {exchange.number: exchange for exchange in exchanges}
    controller, leading = _controller_hosts(messages, agreement), Leading(exchanges)
    found: list[Disclosure] = []
    for message in messages:
        if message.where.exchange in by_number:
            exchange = by_number[message.where.exchange]
            led_by = leading.initiator(exchange)
            if isinstance(message, SamlResponse):
                found += _in_response(message, exchange, led_by, (index, player))
            found += told_by(message, exchange, led_by, (index, player))
            found += told_by_reference(message, exchange, known.ids, index)
    logouts = {m.where for m in messages if isinstance(m, LogoutRequest | LogoutResponse)}
    read = {message.where.exchange for message in messages if read_whole(message)}
    # NOTE: an answer with tokens is searched too, for an access token may tell what no ID token does.
    stated = {(one.where.exchange, one.attribute, one.value) for one in found}
    stated |= {
        (m.where.exchange, SUBJECT, m.id_token.subject) for m in messages if isinstance(m, TokenAnswer) and m.id_token
    }
    read_there = known.read | read_whole_at(messages)
    collections = {m.where.exchange: m.collection for m in messages if isinstance(m, DataAnswer | RosterCall)}
    for exchange in exchanges:
        led_by = leading.initiator(exchange)
        for sighting in known.seen.of(exchange.number):
            if sighting.answered and (
                exchange.number in read or (exchange.number, sighting.owner.attribute, sighting.owner.value) in stated
            ):
                continue
            one = _seen(sighting, exchange, led_by, known)
            if one.where in read_there:
                continue
            of_records = one.channel in BY_EXCHANGE and not one.person
            if of_records and collections.get(exchange.number) in OF_NO_PERSON:
                continue
            # NOTE: a logout message names whose session ends; anything else in it is a disclosure like others.
            if one.attribute != NAME_ID or one.where not in logouts:
                found.append(one)
    outside = [one for one in found if one.recipient not in controller]
    return tuple(dict.fromkeys(sorted(outside, key=lambda one: one.where.exchange)))


def read_whole_at(messages: Iterable[Message]) -> frozenset[Pointer]:
    """Where those messages stand of which everything is read, and nothing is left to be searched for."""
    return frozenset(message.where for message in messages if isinstance(message, SamlResponse | LogoutToken))


def _controller_hosts(messages: Sequence[Message], agreement: Agreement | None) -> frozenset[str]:
    if agreement is not None:
        return frozenset(agreement.controller.hosts)
    schools = [message for message in messages if isinstance(message, SamlMetadata) and message.is_idp]
    providers = [message for message in messages if isinstance(message, ProviderMetadata)]
    return frozenset(host_of(url) for url in (*(s.entity_id for s in schools), *(p.issuer for p in providers)))


def _in_response(
    message: SamlResponse, exchange: Exchange, sender: str, people: tuple[PeopleIndex, str]
) -> Iterator[Disclosure]:
    known = by_saml_name()
    index, player = people
    for assertion in message.assertions:
        subject = subject_of(assertion, index, player)
        for number, attribute in enumerate(assertion.attributes, start=1):
            name = known[attribute.name].name if attribute.name in known else attribute.name
            for value in attribute.values:
                yield Disclosure(
                    attribute=name,
                    person=whose(name, value, subject, index),
                    value=value,
                    sender=sender,
                    recipient=exchange.receiver,
                    channel=Channel.SAML,
                    form=PLAIN,
                    where=Pointer(exchange.number, f"{assertion.where.locator}//saml:Attribute[{number}]"),
                    at=exchange.started,
                    encrypted=_encrypted(exchange),
                )


def _seen(sighting: Sighting, exchange: Exchange, sender: str, known: Known) -> Disclosure:
    """What was sent, the caller told whom they called; what a server fetched, it was told."""
    owner = sighting.owner
    person = owner.person
    # NOTE: a roster is about many people, and the one who plays is only one of them.
    if (
        not person
        and sighting.channel not in BY_EXCHANGE
        and known.index.owns(known.player, owner.attribute, owner.value)
    ):
        person = known.player
    return Disclosure(
        attribute=owner.attribute,
        person=person,
        value=owner.value,
        sender=exchange.receiver if sighting.answered else sender,
        recipient=exchange.sender if sighting.answered else exchange.receiver,
        channel=sighting.channel,
        form=sighting.form,
        where=Pointer(exchange.number, sighting.locator),
        at=exchange.started,
        encrypted=_encrypted(exchange),
    )


def unreadable(exchanges: Sequence[Exchange], known: Known) -> tuple[Unreadable, ...]:
    """What nobody here could read to its end, or hear at all, in the order of the exchanges."""
    leading = Leading(exchanges)
    unheard = [
        Unreadable(
            sender=exchange.sender,
            recipient=exchange.receiver,
            channel=Channel.BODY,
            where=Pointer(exchange.number, "request.body"),
            why=exchange.error.removeprefix(f"{UNHEARD}: "),
            at=exchange.started,
        )
        for exchange in exchanges
        if exchange.error.startswith(UNHEARD)
    ]
    read = [
        Unreadable(
            sender=exchange.receiver if closed.answered else leading.initiator(exchange),
            recipient=exchange.sender if closed.answered else exchange.receiver,
            channel=closed.channel,
            where=Pointer(exchange.number, closed.locator),
            why=closed.why,
            at=exchange.started,
        )
        for exchange in exchanges
        for closed in known.seen.closed.get(exchange.number, ())
    ]
    return tuple(sorted((*unheard, *read), key=lambda one: one.where.exchange))


def _encrypted(exchange: Exchange) -> bool:
    return exchange.request.parts.scheme in ("https", "wss")
