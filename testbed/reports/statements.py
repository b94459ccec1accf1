"""What a school stated about a person by OpenID Connect, decoded: ID tokens, userinfo and introspection answers."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from testbed.model.attributes import by_claim
from testbed.model.messages import Message
from testbed.model.oidc_messages import Claim, IdToken, IntrospectionAnswer, TokenAnswer, UserinfoAnswer
from testbed.model.wire import Pointer

type Kind = Literal["id-token", "userinfo", "introspection"]


@dataclass(frozen=True, slots=True)
class Statement:
    """One of them, as a page shows it; what is secret in it is masked by the page."""

    kind: Kind
    where: Pointer
    about: tuple[tuple[str, str], ...]
    """Of the login and the token."""
    personal: tuple[tuple[str, str, str], ...]
    """Attribute, claim and value."""
    text: str
    """In JSON, "" where there is nothing more to read."""


def statements(messages: Iterable[Message]) -> list[Statement]:
    """In the order of the messages."""
    found = []
    for message in messages:
        match message:
            case TokenAnswer(id_token=token) if token is not None:
                found.append(_of_token(token))
            case UserinfoAnswer():
                sub = (("sub", message.subject),)
                found.append(Statement("userinfo", message.where, sub, _personal(message.claims), message.text))
            case IntrospectionAnswer():
                about = (("active", str(message.active).lower()), ("sub", message.subject))
                found.append(Statement("introspection", message.where, about, _personal(message.claims), ""))
    return found


def _of_token(token: IdToken) -> Statement:
    times = (("exp", token.expires), ("iat", token.issued), ("auth_time", token.authenticated))
    about = (
        ("iss", token.issuer),
        ("sub", token.subject),
        ("aud", ", ".join(token.audiences)),
        *((name, f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment else "") for name, moment in times),
        ("acr", token.context),
        ("amr", ", ".join(token.methods)),
        ("alg", token.envelope.algorithm),
        ("kid", token.envelope.key_id),
    )
    said = tuple((name, value) for name, value in about if value)
    return Statement("id-token", token.where, said, _personal(token.claims), token.text)


def _personal(claims: Iterable[Claim]) -> tuple[tuple[str, str, str], ...]:
    known = by_claim()
    return tuple(
        (known[claim.name].name if claim.name in known else "", claim.name, ", ".join(claim.values)) for claim in claims
    )
