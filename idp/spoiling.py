"""What the lab has asked to be forged, until the next message of that kind to that vendor is made."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import get_args

from pydantic import TypeAdapter

from idp.refused import Refused
from idp.state import Queue, State
from testbed.model.forgery import Forgery, MessageKind
from testbed.model.written import Bilingual

MAX_WAITING = 100
"""For one vendor, of one kind."""
FOR_WHOEVER_COMES: frozenset[MessageKind] = frozenset({"metadata", "discovery", "jwks"})
"""Documents that anybody may fetch without saying who they are."""
KINDS: tuple[MessageKind, ...] = get_args(MessageKind.__value__)
DOES_NOT_FIT = Bilingual(
    sv="Testmiljön bad skolan att ändra meddelandet på ett sätt som inte går: {}",
    en="The lab asked the school to spoil the message in a way that does not fit it: {}",
)

log = logging.getLogger("idp")


@dataclass(frozen=True, slots=True)
class Waiting:
    """One message that is to be forged."""

    party: str
    """Entity ID or client ID of the vendor."""
    forgery: Forgery
    other: str = ""
    """Id of the person whom it may speak of in place of whoever logs in; "" for nobody."""
    told: bool = False
    """An account of it is kept."""


class Spoiler:
    """Forgeries by vendor and kind of message; each is handed out exactly once, the oldest first, to whichever worker
    needs it."""

    def __init__(self, state: State) -> None:
        self._waiting = Queue(state, "spoil", TypeAdapter(Waiting), MAX_WAITING)

    def add(self, waiting: Waiting) -> None:
        """Forge one message so.

        Raises:
            ValueError: too many wait already.
        """
        if not self._waiting.add(_line(waiting.party, waiting.forgery.message), waiting):
            raise ValueError(f"{MAX_WAITING} spoiled messages wait for {waiting.party} already")

    def take(self, party: str, kind: MessageKind) -> Waiting | None:
        """How to forge the message that is being made; None, as a rule: it is to be honest."""
        return self._waiting.next(_line(party, kind))

    def forget(self, party: str) -> None:
        """Nothing that waits for this vendor is made any more, nor any document that anybody may fetch."""
        for kind in KINDS:
            self._waiting.all(_line(party, kind))


def _line(party: str, kind: MessageKind) -> str:
    return kind if kind in FOR_WHOEVER_COMES else f"{kind} {party}"


@contextmanager
def fitting() -> Iterator[None]:
    """Whoever logs in is told when what the lab ordered does not fit the message.

    Raises:
        Refused: it does not.
    """
    try:
        yield
    except Refused:
        raise
    except ValueError as error:
        words = str(error)
        log.warning("the spoiling does not fit the message: %s", words)
        raise Refused(
            400,
            "the spoiling does not fit the message",
            Bilingual(sv=DOES_NOT_FIT.sv.format(words), en=DOES_NOT_FIT.en.format(words)),
        ) from error
