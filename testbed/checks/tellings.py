"""What schools told the vendor about the person, login by login, whatever the protocol."""

from collections.abc import Mapping
from dataclasses import dataclass

from testbed.model.attributes import by_claim, by_saml_name
from testbed.model.messages import SamlResponse
from testbed.model.oidc_messages import AuthorizationAnswer, Claim, TokenAnswer, UserinfoAnswer
from testbed.model.verdict import Evidence
from testbed.model.wire import Pointer, host_of


@dataclass(frozen=True, slots=True)
class Telling:
    """What one login said: by an assertion, or by an ID token and the userinfo answers that followed it."""

    id: str
    """Of the message: one that is delivered twice tells the same."""
    where: Pointer
    party: tuple[str, ...]
    """What the vendor is called in it, where that can be told."""
    sender: str
    recipient: str
    values: Mapping[str, tuple[str, ...]]
    """By canonical name; what the table does not know by its own name."""
    whole: bool
    """All that the login told is in it; otherwise more may stand where it cannot be read, or was never fetched."""


def logins(evidence: Evidence) -> list[int]:
    """The exchanges by which a login reached the vendor."""
    return sorted(
        message.where.exchange
        for message in evidence.messages
        if isinstance(message, SamlResponse) or (isinstance(message, AuthorizationAnswer) and message.code)
    )


def tellings(evidence: Evidence) -> list[Telling]:
    """Every one, in the order of the exchanges."""
    told = [*_by_saml(evidence), *_by_oidc(evidence)]
    return sorted(told, key=lambda telling: telling.where.exchange)


def _by_saml(evidence: Evidence) -> list[Telling]:
    """A response that was delivered twice is told twice: what a page shows is held against the latest."""
    found = []
    for message in evidence.messages:
        if not isinstance(message, SamlResponse) or not message.assertions:
            continue
        values: dict[str, tuple[str, ...]] = {}
        for assertion in message.assertions:
            for attribute in assertion.attributes:
                row = by_saml_name().get(attribute.name)
                name = row.name if row else attribute.name
                values[name] = (*values.get(name, ()), *attribute.values)
        audience = tuple(name for one in message.assertions for group in one.audiences for name in group)
        sender, recipient = host_of(message.issuer), host_of(message.delivered_to)
        found.append(Telling(message.id, message.where, audience, sender, recipient, values, not message.encrypted))
    return found


def _by_oidc(evidence: Evidence) -> list[Telling]:
    senders = {exchange.number: (exchange.receiver, exchange.sender) for exchange in evidence.exchanges}
    answers = [m for m in evidence.messages if isinstance(m, TokenAnswer) and m.access_token]
    found = []
    for answer in answers:
        asked = [
            m for m in evidence.messages if isinstance(m, UserinfoAnswer) and m.access_token == answer.access_token
        ]
        claims = [claim for one in asked for claim in one.claims]
        claims += answer.id_token.claims if answer.id_token else ()
        party = answer.id_token.audiences if answer.id_token else ()
        sender, recipient = senders[answer.where.exchange]
        latest = max((one.where.exchange for one in asked), default=answer.where.exchange)
        where = Pointer(latest, "response.body")
        found.append(Telling(str(answer.where), where, party, sender, recipient, canonical(claims), bool(asked)))
    return found


def canonical(claims: list[Claim]) -> dict[str, tuple[str, ...]]:
    """The values of claims by canonical name, each once."""
    values: dict[str, tuple[str, ...]] = {}
    for claim in claims:
        row = by_claim().get(claim.name)
        name = row.name if row else claim.name
        values[name] = tuple(dict.fromkeys((*values.get(name, ()), *claim.values)))
    return values
