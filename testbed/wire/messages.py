"""What an exchange says, whatever protocol it speaks."""

from collections.abc import Mapping

from testbed.model.messages import Message
from testbed.model.wire import Exchange
from testbed.wire import oidc, saml
from testbed.wire.providers import NOTHING_KNOWN, Providers


def messages(
    exchange: Exchange, content_keys: Mapping[str, bytes] = saml.NO_KEYS, known: Providers = NOTHING_KNOWN
) -> tuple[Message, ...]:
    """Every protocol message that the exchange carried.

    Args:
        exchange: what crossed the wire.
        content_keys: the run's key log, by which encrypted assertions are read (``testbed.wire.encryption``).
        known: where the parties of OpenID Connect listen, as far as the journal tells.
    """
    return (*saml.messages(exchange, content_keys), *oidc.messages(exchange, known))
