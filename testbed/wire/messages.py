"""What an exchange says, whatever protocol it speaks."""

from collections.abc import Mapping

from testbed.model.messages import Malformed, Message
from testbed.model.wire import Exchange
from testbed.wire import bombs, machines, oidc, provisioning, saml, scim, ss12000, ss12000_notices
from testbed.wire.providers import NOTHING_KNOWN, Providers


def messages(
    exchange: Exchange, content_keys: Mapping[str, bytes] = saml.NO_KEYS, known: Providers = NOTHING_KNOWN
) -> tuple[Message, ...]:
    """Every protocol message that the exchange carried, and what was too tightly packed to tell whether it is one.

    Args:
        exchange: what crossed the wire.
        content_keys: the run's key log, by which encrypted assertions are read (``testbed.wire.encryption``).
        known: where the parties of OpenID Connect listen, as far as the journal tells.
    """
    said = (
        *saml.messages(exchange, content_keys),
        *oidc.messages(exchange, known),
        *ss12000.messages(exchange),
        *scim.messages(exchange),
        *provisioning.messages(exchange),
        *machines.messages(exchange),
        *ss12000_notices.messages(exchange),
    )
    told = {message.where for message in said if isinstance(message, Malformed)}
    return (*said, *(bomb for bomb in bombs.messages(exchange) if bomb.where not in told))
