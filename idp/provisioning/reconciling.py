"""One push by the national tests' provisioning: resources go many at once, as jobs, one job after the other."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import batched

from idp.provisioning.bodies import Piece, chunks, joined, named, piece
from idp.provisioning.jobs import Jobs, Sent
from idp.provisioning.kinds import Kind
from idp.provisioning.listing import listed
from idp.provisioning.roster import Roster
from idp.sending.calls import Calls
from idp.sending.ledger import UNKNOWN, Ledger
from idp.sending.limits import Patience
from idp.sending.reconciling import BATCH, Fate, Reconciling


class ProvisioningPush(Reconciling[Kind]):
    """One push to one receiver.

    Args:
        calls: to the receiver.
        jobs: there.
        ledger: the record of what it was sent.
        roster: what it is to hold.
        patience: with the receiver.
    """

    def __init__(self, calls: Calls, jobs: Jobs, ledger: Ledger[Kind], roster: Roster, patience: Patience) -> None:
        super().__init__(Kind, ledger, roster, patience)
        self._calls, self._jobs, self._roster = calls, jobs, roster

    async def _listed(self) -> Mapping[Kind, Iterable[str]]:
        return {kind: await listed(self._calls, kind, self._patience) for kind in Kind}

    async def _write(self, kind: Kind) -> None:
        new: list[str] = []
        changed: list[str] = []
        unsure: list[str] = []
        for names in batched(self._roster[kind], BATCH, strict=False):
            held = self._ledger.held(kind.endpoint, names[0], names[-1])
            for name in names:
                entry = held.get(name)
                if entry is None:
                    new.append(name)
                elif entry.digest == UNKNOWN:
                    unsure.append(name)
                elif entry.digest != self._ledger.digest(self._piece(kind, name).octets):
                    changed.append(name)
            # NOTE: the school has others to answer meanwhile.
            await asyncio.sleep(0)
        await self._send(kind, self._pieces(kind, new), Fate.CREATED)
        # NOTE: where nobody knows whether the receiver has it, either is well.
        await self._send(kind, self._pieces(kind, unsure), Fate.REPLACED, "?updateIfExists=true")
        await self._send(kind, self._pieces(kind, changed), Fate.REPLACED, put=True)

    def _pieces(self, kind: Kind, names: Iterable[str]) -> Iterator[Piece]:
        """Each made when its turn comes: those of a large school together would take more than all else of a push."""
        return (self._piece(kind, name) for name in names)

    def _piece(self, kind: Kind, name: str) -> Piece:
        return piece(name, self._roster.facts(kind, name))

    async def _delete(self, kind: Kind, names: Sequence[str]) -> None:
        await self._send(kind, map(named, names), Fate.DELETED)

    async def _send(
        self, kind: Kind, pieces: Iterable[Piece], fate: Fate, query: str = "", *, put: bool = False
    ) -> None:
        deletes = fate is Fate.DELETED
        path = f"/{kind.endpoint}/bulk{'/delete' if deletes else query}"
        for whole in chunks(pieces):
            waiting = [whole]
            while waiting:
                chunk = waiting.pop()
                self._ledger.intend(kind, [one.name for one in chunk])
                sent = Sent("PUT" if put else "POST", path, kind, joined(chunk), deletes)
                taken = await self._jobs.taken(sent)
                if taken is None and len(chunk) > 1:
                    # NOTE: it takes less than it says, so that it is tried with half of it.
                    half = len(chunk) // 2
                    waiting += [chunk[half:], chunk[:half]]
                    continue
                self._settle(kind, chunk, taken or frozenset(), fate)

    def _settle(self, kind: Kind, chunk: Sequence[Piece], taken: frozenset[str], fate: Fate) -> None:
        done = [one for one in chunk if one.name in taken]
        if fate is Fate.DELETED:
            self._ledger.settle(kind.endpoint, {}, [one.name for one in done])
        else:
            self._ledger.settle(kind.endpoint, {one.name: self._ledger.digest(one.octets) for one in done})
        self._tell(kind, fate, len(done), len(chunk) - len(done))
