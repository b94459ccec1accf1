"""The vendor's subscription to a school's notices (SS 12000, /subscriptions): made, renewed, and given back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sp_mocks.exchange.api import HTTP_OK, DataApi
from sp_mocks.exchange.behaviour import KINDS, Collection
from sp_mocks.oidc.reading import json_object, text_in
from sp_mocks.refusal import Refused

EARLY = timedelta(days=30)
"""It is renewed so long before its end."""
CREATED = 201
NOT_READABLE = "data-answer-not-readable"


@dataclass(frozen=True, slots=True)
class _Held:
    name: str
    until: datetime


class Subscribing:
    """One subscription at one school.

    Args:
        api: of the school.
        target: where the vendor is told; nobody else can guess it.
        collections: what it wants to be told of.
        now: the time, in aware UTC.
    """

    def __init__(
        self, api: DataApi, target: str, collections: tuple[Collection, ...], now: Callable[[], datetime]
    ) -> None:
        self._api, self._target, self._now = api, target, now
        self._kinds = [{"resource": KINDS[one]} for one in collections]
        self._held: _Held | None = None

    async def keep(self) -> None:
        """Have one that is good for a while; a school that gives none tells nothing, and is asked again next time.

        Raises:
            Refused: the school cannot be reached.
        """
        if self._held is not None and self._held.until <= self._now() + EARLY:
            self._held = await self._made("PATCH", f"/subscriptions/{self._held.name}", {})
        if self._held is None:
            wish: dict[str, object] = {"name": "roster", "target": self._target, "resourceTypes": self._kinds}
            self._held = await self._made("POST", "/subscriptions", wish)

    async def end(self) -> None:
        """Want to be told nothing any more.

        Raises:
            Refused: the school cannot be reached.
        """
        held, self._held = self._held, None
        if held is not None:
            await self._api.send("DELETE", f"/subscriptions/{held.name}", {}, None)

    async def _made(self, method: str, path: str, body: dict[str, object]) -> _Held | None:
        status, answer = await self._api.send(method, path, {}, body)
        if status not in (HTTP_OK, CREATED):
            return None
        try:
            made = json_object(answer, NOT_READABLE)
            return _Held(
                text_in(made, "id", NOT_READABLE),
                _moment(text_in(made, "expires", NOT_READABLE)),
            )
        except Refused:
            return None


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused(NOT_READABLE) from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)
