"""What a vendor does at the end of a login when the school does not answer its server."""

import asyncio

from sp_mocks.oidc.asking import Question, ask
from sp_mocks.oidc.memory import OidcLogin
from sp_mocks.oidc.parts import OidcParts
from sp_mocks.oidc.provider import WELL_KNOWN
from sp_mocks.refusal import Refused

ASK_EVERY_S = 1.0


class SaysNothing(Exception):
    """The person gets a page with nothing on it, from a vendor at fault."""


class Outage:
    """The outage as one vendor meets it.

    Args:
        parts: the vendor's.
    """

    def __init__(self, parts: OidcParts) -> None:
        self._parts = parts
        self._shut = False

    def must_be_open(self) -> None:
        """A vendor at fault begins no login any more.

        Raises:
            Refused: it is that vendor, and the school has once not answered.
        """
        if self._shut:
            raise Refused("provider-not-reached")

    @property
    def asks_again(self) -> bool:
        """Whether the same code is sent once more."""
        return self._parts.behaviour.outage == "asks-again"

    async def met(self, refused: Refused) -> OidcLogin:
        """The school did not answer; the login that the person gets all the same.

        Raises:
            Refused: none, and the person is told why, as it should be.
            SaysNothing: none, and the person is told nothing.
        """
        match self._parts.behaviour.outage:
            case "lets-in-the-last":
                login = self._parts.memory.last_finished()
                if login is not None:
                    return login
            case "hangs":
                await self._until_school_answers()
            case "says-nothing":
                raise SaysNothing from refused
            case "stays-shut":
                self._shut = True
            case "says-so" | "asks-again":
                pass
        raise refused

    async def _until_school_answers(self) -> None:
        while True:
            try:
                await ask(self._parts.http, Question(f"{self._parts.school.issuer}{WELL_KNOWN}"))
            except Refused:
                await asyncio.sleep(ASK_EVERY_S)
            else:
                return
