"""One push by EGIL: each resource is a request of its own, a few of one type at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import batched

from idp.scim.kinds import ENDPOINTS, Kind
from idp.scim.listing import listed
from idp.scim.roster import Roster
from idp.scim.writing import delete, write
from idp.sending.calls import Calls
from idp.sending.ledger import Entry, Ledger
from idp.sending.limits import GivenUp, Patience
from idp.sending.reconciling import BATCH, Fate, Reconciling


@dataclass(frozen=True, slots=True)
class _Wish:
    """A resource that the receiver is to hold, and may not."""

    name: str
    body: bytes = field(repr=False)
    digest: bytes = field(repr=False)
    there: bool


class EgilPush(Reconciling[Kind]):
    """One push to one receiver.

    Args:
        calls: to the receiver.
        ledger: the record of what it was sent.
        roster: what it is to hold.
        patience: with the receiver.
    """

    def __init__(self, calls: Calls, ledger: Ledger[Kind], roster: Roster, patience: Patience) -> None:
        super().__init__(Kind, ledger, roster, patience)
        self._calls, self._roster = calls, roster
        self._given_up: GivenUp | None = None

    async def _listed(self) -> Mapping[Kind, Iterable[str]]:
        known = {name: kind for kind in Kind for name in self._roster[kind]}
        found: dict[Kind, list[str]] = {}
        for endpoint in ENDPOINTS:
            # NOTE: a person of whom nobody knows what they were is deleted as most are.
            first = next(kind for kind in Kind if kind.endpoint == endpoint)
            usual = Kind.STUDENT if endpoint == Kind.STUDENT.endpoint else first
            for name in await listed(self._calls, endpoint, self._patience):
                kind = known.get(name, usual)
                found.setdefault(kind if kind.endpoint == endpoint else usual, []).append(name)
        return found

    async def _write(self, kind: Kind) -> None:
        for names in batched(self._roster[kind], BATCH, strict=False):
            held = self._ledger.held(kind.endpoint, names[0], names[-1])
            wishes = [wish for name in names if (wish := self._wish(kind, name, held.get(name)))]
            if wishes:
                await self._write_batch(kind, wishes)
            else:
                # NOTE: the school has others to answer meanwhile.
                await asyncio.sleep(0)

    def _wish(self, kind: Kind, name: str, entry: Entry[Kind] | None) -> _Wish | None:
        body, digest = None, self._roster.digested(kind, name)
        if digest is None:
            body = self._roster.body(kind, name)
            digest = self._ledger.digest(body)
            self._roster.remember(kind, name, digest)
        if entry is not None and entry.digest == digest:
            return None
        return _Wish(name, body or self._roster.body(kind, name), digest, there=entry is not None)

    async def _write_batch(self, kind: Kind, wishes: Sequence[_Wish]) -> None:
        known: dict[str, bytes] = {}

        async def one(wish: _Wish) -> None:
            fate = await write(self._calls, kind, wish.name, wish.body, there=wish.there)
            if fate is not Fate.FAILED:
                known[wish.name] = wish.digest
            self._tell_one(kind, fate)

        self._ledger.intend(kind, [wish.name for wish in wishes])
        try:
            await self._each(wishes, one)
        finally:
            self._ledger.settle(kind.endpoint, known)

    async def _delete(self, kind: Kind, names: Sequence[str]) -> None:
        for some in batched(names, BATCH, strict=False):
            await self._delete_batch(kind, some)

    async def _delete_batch(self, kind: Kind, names: Sequence[str]) -> None:
        gone: list[str] = []

        async def one(name: str) -> None:
            fate = await delete(self._calls, kind, name)
            if fate is Fate.DELETED:
                gone.append(name)
            self._tell_one(kind, fate)

        self._ledger.intend(kind, names)
        try:
            await self._each(names, one)
        finally:
            self._ledger.settle(kind.endpoint, {}, gone)

    def _tell_one(self, kind: Kind, fate: Fate) -> None:
        failed = fate is Fate.FAILED
        self._tell(kind, fate, 0 if failed else 1, 1 if failed else 0)

    async def _each[Job](self, jobs: Iterable[Job], one: Callable[[Job], Awaitable[None]]) -> None:
        """A few jobs at a time, until one of them gives up; those under way come to their ends."""
        waiting = iter(jobs)

        async def work() -> None:
            for job in waiting:
                try:
                    await one(job)
                except GivenUp as error:
                    self._given_up = self._given_up or error
                if self._given_up:
                    return

        async with asyncio.TaskGroup() as group:
            for _ in range(self._patience.at_once):
                group.create_task(work())
        if self._given_up:
            raise self._given_up
