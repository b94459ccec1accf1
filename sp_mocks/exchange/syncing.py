"""Fetch a school's roster: whole the first time, and after that what has changed."""

import asyncio
import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sp_mocks.exchange.api import DataApi, Record, instant
from sp_mocks.exchange.behaviour import KINDS, Collection, ExchangeBehaviour
from sp_mocks.exchange.roster import Roster
from sp_mocks.exchange.subscribing import Subscribing
from sp_mocks.leaks.leak import Outgoing
from sp_mocks.onward import send
from sp_mocks.refusal import Refused

OVERLAP = timedelta(minutes=5)
"""So far back it reads again: what changed while it read the last time is not lost (as the national tests' client)."""
NAMED = 20
"""So many names stand in one report of a vendor that reports names."""
LOOKED_UP = 5
"""So many persons are looked up one by one by a vendor that does so."""


class Syncing:
    """Keeps a roster like one school's.

    Args:
        behaviour: what the vendor decides.
        api: the school's.
        subscribing: how it is told of changes.
        now: the time, in aware UTC.
    """

    def __init__(
        self, behaviour: ExchangeBehaviour, api: DataApi, subscribing: Subscribing, now: Callable[[], datetime]
    ) -> None:
        self._behaviour, self._api, self._subscribing, self._now = behaviour, api, subscribing, now
        self.roster = Roster(behaviour.wanted, forgets_names=behaviour.forgets_names)
        self._since: datetime | None = None
        self._busy = asyncio.Lock()

    async def sync(self) -> None:
        """One round. What was held stays as it is until a collection has come whole.

        Raises:
            Refused: the school does not give it; the next round begins where this one did.
        """
        async with self._busy:
            try:
                await self._round()
            except Refused as error:
                if error.code != "data-forbidden" or self._since is None:
                    raise
                await self._end(self._since)

    async def _round(self) -> None:
        behaviour, began = self._behaviour, self._now()
        since = self._since if behaviour.by_changes else None
        for number, collection in enumerate(behaviour.collections):
            try:
                await self._fetch(collection, since)
            except Refused as error:
                # NOTE: where the agreement is over nothing is given; else this collection alone is not open to it.
                if error.code != "data-forbidden" or number == 0:
                    raise
        if since is not None and behaviour.asks_who_is_gone:
            await self._drop(since, behaviour.forgets)
        self._since = began
        await self._subscribing.keep()
        if behaviour.forwards_to:
            await self._forward()

    async def _fetch(self, collection: Collection, since: datetime | None) -> None:
        query = {} if since is None else {"meta.modified.after": instant(since - OVERLAP)}
        if collection == "persons" and self._behaviour.expands:
            query["expand"] = self._behaviour.expands
        came = [record async for record in self._api.every(collection, query)]
        new = sum(not self.roster.holds(collection, record.get("id")) for record in came)
        ids = frozenset(self.roster.take(collection, record) for record in came)
        if since is None and self._behaviour.forgets:
            self.roster.keep_only(collection, ids)
        if collection == "persons" and self._behaviour.looks_up_by_account:
            await self._look_up(came)
        await self._report(collection, came, new)

    async def _drop(self, since: datetime, forgets: bool) -> None:
        gone = [one async for one in self._api.gone(since - OVERLAP)]
        for one in gone if forgets else ():
            self.roster.drop(one)

    async def _end(self, since: datetime) -> None:
        """The school gives nothing any more: whatever it names as gone is dropped, and so is the subscription."""
        await self._drop(since, self._behaviour.forgets_when_over)
        await self._subscribing.end()
        self._since = None

    async def _look_up(self, came: Sequence[Record]) -> None:
        for record in came[:LOOKED_UP]:
            accounts = record.get("eduPersonPrincipalNames")
            if isinstance(accounts, list) and accounts:
                query = {"eduPersonPrincipalName": str(accounts[0])}
                _ = [found async for found in self._api.every("persons", query)]

    async def _report(self, collection: Collection, came: Sequence[Record], new: int) -> None:
        """What the standard has a client tell: counts, and nothing of a person (SS 12000, StatisticsEntry)."""
        # NOTE: so the moment is spelt in the standard.
        common = {"resourceType": KINDS[collection], "timeOfOccurance": instant(self._now())}
        counts: dict[str, object] = {"newCount": new, "updatedCount": len(came) - new, "deletedCount": 0}
        about_people = collection == "persons" and bool(came)
        if self._behaviour.names_in_statistics and about_people:
            counts["resourceUrl"] = f"/persons?nameContains={_name(came[-1])}"
        await self._api.tell("/statistics", {**common, **counts})
        if self._behaviour.reports_names and about_people:
            names = ", ".join(map(_name, came[:NAMED]))
            words = {"message": f"Taken in: {names}", "messageType": "import", "severityLevel": "Info"}
            await self._api.tell("/log", {**common, **words})

    async def _forward(self) -> None:
        rows = [
            {"id": one, **{name: list(told) for name, told in values.items()}} for one, values in self.roster.rows()
        ]
        body = json.dumps({"people": rows}, ensure_ascii=False).encode()
        url = f"https://{self._behaviour.forwards_to}/import"
        await send(self._api.http(), Outgoing(url, body, (("Content-Type", "application/json"),)))


def _name(record: Record) -> str:
    return f"{record.get('givenName', '')} {record.get('familyName', '')}"
