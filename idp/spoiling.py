"""What the lab has asked to be spoiled, until the next message to that vendor is issued."""

from collections import deque
from collections.abc import Sequence

from testbed.model.written import Operation

MAX_WAITING = 100
"""For one vendor."""


class Spoiler:
    """Operations by vendor; each set is handed out exactly once, the oldest first."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[tuple[Operation, ...]]] = {}

    def add(self, entity_id: str, operations: Sequence[Operation]) -> None:
        """Spoil one message to this vendor so.

        Raises:
            ValueError: too many wait already.
        """
        waiting = self._waiting.setdefault(entity_id, deque())
        if len(waiting) >= MAX_WAITING:
            raise ValueError(f"{MAX_WAITING} spoiled messages wait for {entity_id} already")
        waiting.append(tuple(operations))

    def take(self, entity_id: str) -> tuple[Operation, ...]:
        """How to spoil the message that is being issued; nothing, as a rule."""
        waiting = self._waiting.get(entity_id)
        return waiting.popleft() if waiting else ()
