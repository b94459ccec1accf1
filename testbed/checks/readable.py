"""Whether what was sent as a message of a protocol can be read: the same question for each protocol."""

from collections.abc import Iterator

from testbed.checks.core import NotVerified, Observation, Outcome, Skip
from testbed.model.messages import Malformed
from testbed.model.verdict import Evidence
from testbed.model.wire import BROWSER


def readable(evidence: Evidence, protocol: str, kinds: tuple[type, ...], called: str) -> Iterator[Outcome]:
    """A finding for each message that cannot be read, and a doubt for each bomb in which one may lie.

    Args:
        evidence: of the play.
        protocol: as :class:`Malformed` names it.
        kinds: its messages.
        called: what one of them is called.
    """
    broken = [message for message in evidence.messages if isinstance(message, Malformed)]
    own = [message for message in broken if message.protocol == protocol]
    if not own and not any(isinstance(message, kinds) for message in evidence.messages):
        yield Skip(f"no {called} was seen")
        return
    for message in own:
        yield Observation(f"the {message.kind} {message.reason}", f"a readable {message.kind}", where=message.where)
    for message in broken:
        if message.protocol == "http" and not _shown(message, evidence):
            yield NotVerified(f"whether {message.where}, holds a {called} is not known: it {message.reason}")


def _shown(message: Malformed, evidence: Evidence) -> bool:
    """It was answered to the person's browser, which brings messages by its requests."""
    callers = {exchange.number: exchange.sender for exchange in evidence.exchanges}
    return message.where.locator.startswith("response.") and callers.get(message.where.exchange) == BROWSER
