"""What grew beyond all bounds while values were looked for in it, as messages, in whatever the bomb was wrapped."""

from collections.abc import Iterable, Iterator

from testbed.model.messages import Malformed, Message
from testbed.model.privacy import Unreadable
from testbed.privacy.undoing import TOO_LARGE
from testbed.wire.bodies import OUT_OF_BOUNDS


def bombs(unreadable: Iterable[Unreadable], said: Iterable[Message]) -> Iterator[Malformed]:
    """One for each bomb, unless what was said where it stands could not be read anyway."""
    told = {message.where for message in said if isinstance(message, Malformed)}
    for closed in unreadable:
        if closed.why == TOO_LARGE and closed.where not in told:
            told.add(closed.where)
            yield Malformed(closed.where, closed.channel.value, OUT_OF_BOUNDS, "http")
