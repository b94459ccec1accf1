"""OpenID Connect on the wire: what an exchange says, as typed messages (OpenID Connect Core 3.1, 5.3; RFC 7662 ...).

A place is known by what the schools publish and the vendors are registered with; where the journal does not say, a
message is known by its shape. Only what is sent counts, and once: a redirect that names an answer is not a message
yet; the request by which the browser delivers it is.
"""

from testbed.model.messages import Message
from testbed.model.oidc_messages import ProviderMetadata
from testbed.model.wire import Exchange
from testbed.wire.oidc_answers import DISCOVERY, answers_in
from testbed.wire.oidc_exchange import Looked
from testbed.wire.oidc_requests import requests_in
from testbed.wire.providers import NOTHING_KNOWN, Providers


def messages(exchange: Exchange, known: Providers = NOTHING_KNOWN) -> tuple[Message, ...]:
    """Every message of OpenID Connect that the exchange carried, in the order request, response."""
    looked = Looked(exchange, known)
    return (*requests_in(looked), *answers_in(looked))


def provider_metadata(exchange: Exchange) -> tuple[ProviderMetadata, ...]:
    """What a school publishes about itself, where the exchange fetched it: to be known before the rest is read."""
    if not exchange.request.parts.path.endswith(DISCOVERY):
        return ()
    return tuple(one for one in messages(exchange) if isinstance(one, ProviderMetadata))
