"""Fetch a school's roster: whole the first time, and after that what has changed."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from sp_mocks.exchange.api import DataApi, Record, instant
from sp_mocks.exchange.behaviour import Collection, ExchangeBehaviour
from sp_mocks.exchange.roster import Roster

OVERLAP = timedelta(minutes=5)
"""So far back it reads again: what changed while it read the last time is not lost (as the national tests' client)."""
NAMED = 20
"""So many names stand in one report of a vendor that reports names."""
KINDS: Mapping[Collection, str] = {
    "organisations": "Organisation",
    "persons": "Person",
    "groups": "Group",
    "duties": "Duty",
}
"""What the standard calls a record of each collection."""


class Syncing:
    """Keeps a roster like the school's.

    Args:
        behaviour: what the vendor decides.
        api: the school's.
        now: the time, in aware UTC.
    """

    def __init__(self, behaviour: ExchangeBehaviour, api: DataApi, now: Callable[[], datetime]) -> None:
        self._behaviour, self._api, self._now = behaviour, api, now
        self.roster = Roster(behaviour.wanted)
        self._since: datetime | None = None

    async def sync(self) -> None:
        """One round. What was held stays as it is until a collection has come whole.

        Raises:
            Refused: the school does not give it; the next round begins where this one did.
        """
        behaviour, began = self._behaviour, self._now()
        since = self._since if behaviour.by_changes else None
        for collection in behaviour.collections:
            came = [record async for record in self._api.every(collection, self._query(since))]
            new = sum(not self.roster.holds(collection, record.get("id")) for record in came)
            ids = frozenset(self.roster.take(collection, record) for record in came)
            if since is None and behaviour.forgets:
                self.roster.keep_only(collection, ids)
            await self._report(collection, came, new)
        if since is not None and behaviour.asks_who_is_gone:
            gone = [one async for one in self._api.gone(since - OVERLAP)]
            for one in gone if behaviour.forgets else ():
                self.roster.drop(one)
        self._since = began

    def _query(self, since: datetime | None) -> dict[str, str]:
        return {} if since is None else {"meta.modified.after": instant(since - OVERLAP)}

    async def _report(self, collection: Collection, came: Sequence[Record], new: int) -> None:
        """What the standard has a client tell: counts, and nothing of a person (SS 12000, StatisticsEntry)."""
        # NOTE: so the moment is spelt in the standard.
        common = {"resourceType": KINDS[collection], "timeOfOccurance": instant(self._now())}
        counts = {"newCount": new, "updatedCount": len(came) - new, "deletedCount": 0}
        await self._api.tell("/statistics", {**common, **counts})
        if self._behaviour.reports_names and collection == "persons":
            names = ", ".join(f"{one.get('givenName', '')} {one.get('familyName', '')}" for one in came[:NAMED])
            words = {"message": f"Taken in: {names}", "messageType": "import", "severityLevel": "Info"}
            await self._api.tell("/log", {**common, **words})
