"""What holds for a play though it was said before it: what schools publish about OpenID Connect, and their keys; and
whom a federation's register of machines names."""

from collections.abc import Iterable, Mapping, Sequence

from testbed.model.exchange_messages import MachineRegister
from testbed.model.messages import Message
from testbed.model.oidc_messages import KeySet, ProviderMetadata, RegistrationAnswer
from testbed.model.verdict import Play
from testbed.model.wire import Exchange
from testbed.wire.oidc import provider_metadata
from testbed.wire.providers import Providers, known_places

type Standing = ProviderMetadata | KeySet | RegistrationAnswer


def places_in(exchanges: Iterable[Exchange], plays: Iterable[Play]) -> Providers:
    """Where schools and vendors listen, by what a journal holds and by the vendors' files."""
    published = [one for exchange in exchanges for one in provider_metadata(exchange)]
    vendors = {vendor.id: vendor for play in plays for vendor in (play.vendor, *play.also)}
    clients = [vendor.client for vendor in vendors.values() if vendor.client]
    return known_places(published, (uri for client in clients for uri in client.redirect_uris))


def standing(said: Mapping[int, Sequence[Message]]) -> tuple[Standing, ...]:
    """All that is said once and holds on, in the order of the exchanges."""
    return tuple(
        message
        for number in sorted(said)
        for message in said[number]
        if isinstance(message, ProviderMetadata | KeySet | RegistrationAnswer)
    )


def background_of(own: Sequence[Exchange], all_said: Sequence[Standing]) -> tuple[Standing, ...]:
    """What held when a play began, and what it did not say itself.

    Of each thing the last that was said before the play; where nothing was, the first that was said after it.
    """
    inside = {exchange.number for exchange in own}
    first = min(inside, default=0)
    held: dict[tuple[type[Standing], str], Standing] = {}
    for message in all_said:
        if message.where.exchange in inside:
            continue
        name = (type(message), message.client_id if isinstance(message, RegistrationAnswer) else message.published_at)
        if name not in held or message.where.exchange < first:
            held[name] = message
    return tuple(held.values())


def registers(said: Mapping[int, Sequence[Message]]) -> tuple[MachineRegister, ...]:
    """Every register of machines that was fetched, in the order of the exchanges."""
    return tuple(m for number in sorted(said) for m in said[number] if isinstance(m, MachineRegister))


def register_before(own: Sequence[Exchange], fetched: Sequence[MachineRegister]) -> tuple[MachineRegister, ...]:
    """The register that was fetched last before a play began; () where none was."""
    first = min((exchange.number for exchange in own), default=0)
    return tuple(one for one in fetched if one.where.exchange < first)[-1:]
