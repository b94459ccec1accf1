"""What vendors ask for: in their metadata, as they register, by scopes and by the claims parameter."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from testbed.model.attributes import SUBJECT_CLAIM, by_saml_name, named_by_claim
from testbed.model.messages import Message, SamlMetadata
from testbed.model.oidc_messages import AuthorizationRequest, RegistrationRequest
from testbed.model.scopes import SCOPES
from testbed.model.wire import host_of

SUBJECT_ID = "subject-id"
"""The identifier that every vendor gets alike; to demand the other, pairwise one is to ask for as little as can be."""
NOT_PERSONAL = frozenset(
    [SUBJECT_CLAIM, "acr", "amr", "auth_time", "sid", "nonce", "email_verified", "phone_number_verified", "updated_at"]
)
"""Claims about the login, or about another claim."""

type Way = Literal["metadata", "registration", "scope", "claims"]
"""By what a vendor asks."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One attribute that a vendor asks for."""

    attribute: str
    """Canonical name; what the table does not know by the name that it was asked for by."""
    way: Way
    how: str
    """The beginning of a sentence that the attribute ends."""
    sender: str
    """Host of the vendor."""


def requested_in(message: Message) -> tuple[Asked, ...]:
    """What the message asks for, each once and in its order; nothing where it is no request."""
    match message:
        case SamlMetadata() if message.is_sp:
            return _once(_by_metadata(message))
        case AuthorizationRequest():
            return _once(_by_scope(message), _by_claim(message))
        case RegistrationRequest():
            return _once(_by_registration(message))
        case _:
            return ()


def _once(*asked: Iterator[Asked]) -> tuple[Asked, ...]:
    first: dict[str, Asked] = {}
    for one in chain.from_iterable(asked):
        first.setdefault(one.attribute, one)
    return tuple(first.values())


def _by_metadata(message: SamlMetadata) -> Iterator[Asked]:
    sender = host_of(message.entity_id)
    for wanted in message.requested:
        row = by_saml_name().get(wanted.name)
        yield Asked(
            row.name if row else wanted.name, "metadata", f"the metadata of {message.entity_id} requests", sender
        )
    if message.subject_id_requirement == SUBJECT_ID:
        yield Asked(SUBJECT_ID, "metadata", f"the metadata of {message.entity_id} demands", sender)


def _by_scope(message: AuthorizationRequest) -> Iterator[Asked]:
    sender = host_of(message.redirect_uri)
    for scope in message.scopes:
        for name in SCOPES.get(scope, ()):
            yield Asked(name, "scope", f"the scope {scope} of a request for a login asks for", sender)


def _by_registration(message: RegistrationRequest) -> Iterator[Asked]:
    sender = host_of(message.redirect_uris[0]) if message.redirect_uris else ""
    for scope in message.scopes:
        for name in SCOPES.get(scope, ()):
            yield Asked(name, "registration", f"the scope {scope} that a vendor registers asks for", sender)


def _by_claim(message: AuthorizationRequest) -> Iterator[Asked]:
    sender = host_of(message.redirect_uri)
    for claim in message.claims:
        if claim.name not in NOT_PERSONAL:
            for name in named_by_claim(claim.name) or (claim.name,):
                yield Asked(name, "claims", "the claims parameter of a request for a login asks for", sender)
