"""What the lab has asked to be spoiled, until the next message to that vendor is issued."""

from collections.abc import Sequence

from pydantic import TypeAdapter

from idp.state import Queue, State
from testbed.model.written import Operation

MAX_WAITING = 100
"""For one vendor."""


class Spoiler:
    """Operations by vendor; each set is handed out exactly once, the oldest first, to whichever worker needs it."""

    def __init__(self, state: State) -> None:
        adapter: TypeAdapter[tuple[Operation, ...]] = TypeAdapter(tuple[Operation, ...])
        self._waiting = Queue(state, "spoil", adapter, MAX_WAITING)

    def add(self, entity_id: str, operations: Sequence[Operation]) -> None:
        """Spoil one message to this vendor so.

        Raises:
            ValueError: too many wait already.
        """
        if not self._waiting.add(entity_id, tuple(operations)):
            raise ValueError(f"{MAX_WAITING} spoiled messages wait for {entity_id} already")

    def take(self, entity_id: str) -> tuple[Operation, ...]:
        """How to spoil the message that is being issued; nothing, as a rule."""
        return self._waiting.next(entity_id) or ()
