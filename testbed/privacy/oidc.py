"""From messages of OpenID Connect to disclosures: claims in ID tokens, userinfo answers and introspection answers.

The school answers whoever asks: such a disclosure stands in a response, and its recipient is the caller.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from testbed.model.attributes import by_claim
from testbed.model.messages import Message
from testbed.model.oidc_messages import Claim, IntrospectionAnswer, TokenAnswer, UserinfoAnswer
from testbed.model.privacy import PLAIN, Channel, Disclosure
from testbed.model.wire import Exchange, Pointer
from testbed.privacy.people import PeopleIndex
from testbed.privacy.subject import subject_of_claims, whose


@dataclass(frozen=True, slots=True)
class Stated:
    """What one message states about one person."""

    channel: Channel
    where: Pointer
    sub: str
    claims: tuple[Claim, ...]


def stated_in(message: Message) -> Stated | None:
    """What the message states; None where it is none that states anything."""
    match message:
        case TokenAnswer(id_token=token) if token is not None:
            return Stated(Channel.OIDC, token.where, token.subject, token.claims)
        case UserinfoAnswer():
            return Stated(Channel.USERINFO, message.where, message.subject, message.claims)
        case IntrospectionAnswer():
            return Stated(Channel.OIDC, message.where, message.subject, message.claims)
        case _:
            return None


def read_whole(message: Message) -> bool:
    """Every member of the answer is read as a claim: searched as text it would count twice."""
    return isinstance(message, UserinfoAnswer | IntrospectionAnswer)


def attribute_of(claim: Claim, index: PeopleIndex) -> str:
    """Canonical name of what a claim holds: by the table, else by the value, else the claim's own name."""
    row = by_claim().get(claim.name)
    if row is not None:
        return row.name
    owners = map(index.owner_of, claim.values)
    return next((owner.attribute for owner in owners if owner is not None), claim.name)


def told_by(
    message: Message, exchange: Exchange, recipient: str, people: tuple[PeopleIndex, str]
) -> Iterator[Disclosure]:
    """The disclosures of one message.

    Args:
        message: of this exchange.
        exchange: the vendor's call.
        recipient: the host that called.
        people: whose values are known, and who plays.
    """
    stated = stated_in(message)
    if stated is None:
        return
    index, player = people
    subject = subject_of_claims(stated.claims, stated.sub, index, player)
    for claim in stated.claims:
        name = attribute_of(claim, index)
        for value in claim.values:
            yield Disclosure(
                attribute=name,
                person=whose(name, value, subject, index),
                value=value,
                sender=exchange.receiver,
                recipient=recipient,
                channel=stated.channel,
                form=PLAIN,
                where=Pointer(exchange.number, f"{stated.where.locator}{claim.place}"),
                at=exchange.started,
                encrypted=exchange.request.parts.scheme in ("https", "wss"),
            )
