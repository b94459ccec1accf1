"""What single sign-on needs of a protocol: say who asks, decide, and answer in the protocol's own way."""

from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response

from idp.sessions import Participant, Session
from idp.wish import LoginWish, WhyNot
from testbed.model.written import Bilingual, Person


@dataclass(frozen=True, slots=True)
class Answer:
    """A login that has been answered."""

    response: Response
    participant: Participant | None
    """The vendor that somebody was let into; None when nobody was."""


class Answering(Protocol):
    """One protocol."""

    async def vendor_name(self, wish: LoginWish) -> Bilingual:
        """What people call the vendor that asks."""

    async def may_log_in(self, wish: LoginWish, session: Session, person: Person) -> bool:
        """Whether the release policy lets this person into that vendor at all."""

    async def answer(self, request: Request, wish: LoginWish, session: Session, person: Person) -> Answer:
        """Tell the vendor who logged in, as far as it may know; or that this person may not.

        Raises:
            Refused: the laboratory's spoiling does not fit the message.
        """

    async def refuse(self, request: Request, wish: LoginWish, why: WhyNot) -> Response:
        """Tell the vendor that nobody was logged in.

        Raises:
            Refused: see :meth:`answer`.
        """
