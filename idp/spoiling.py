"""What the lab has asked to be spoiled, until the next message to that vendor is issued."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from pydantic import TypeAdapter

from idp.refused import Refused
from idp.state import Queue, State
from testbed.model.written import Bilingual, Operation

MAX_WAITING = 100
"""For one vendor."""
DOES_NOT_FIT = Bilingual(
    sv="Testmiljön bad skolan att ändra meddelandet på ett sätt som inte går: {}",
    en="The lab asked the school to spoil the message in a way that does not fit it: {}",
)


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


@contextmanager
def fitting() -> Iterator[None]:
    """Whoever logs in is told when the lab's operations do not fit the message.

    Raises:
        Refused: they do not.
    """
    try:
        yield
    except ValueError as error:
        words = str(error)
        raise Refused(
            400,
            "the spoiling does not fit the message",
            Bilingual(sv=DOES_NOT_FIT.sv.format(words), en=DOES_NOT_FIT.en.format(words)),
        ) from error
