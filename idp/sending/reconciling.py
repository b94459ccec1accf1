"""One push: what a receiver is to hold is held against the record of what it was sent, and the difference is sent."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from idp.sending.ledger import Ledger, Sendable
from idp.sending.limits import GivenUp, Guard, Patience, Why

BATCH = 512
"""Resources that are held against the record at once."""


class Fate(Enum):
    """What became of a resource."""

    CREATED = "created"
    REPLACED = "replaced"
    DELETED = "deleted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Count:
    """What became of the resources of one type."""

    created: int = 0
    replaced: int = 0
    deleted: int = 0
    failed: int = 0


class Wanted[Kind](Protocol):
    """What one receiver is to hold."""

    def __getitem__(self, kind: Kind) -> Sequence[str]:
        """The ids of all resources of a type, in their order."""


class Reconciling[Kind: Sendable](ABC):
    """One push to one receiver.

    Args:
        kinds: in the order in which they are created; those of one endpoint follow each other.
        ledger: the record of what the receiver was sent.
        roster: what it is to hold.
        patience: with the receiver.
    """

    def __init__(self, kinds: Iterable[Kind], ledger: Ledger[Kind], roster: Wanted[Kind], patience: Patience) -> None:
        self._kinds, self._ledger, self._wanted, self._patience = tuple(kinds), ledger, roster, patience
        self._fates: Counter[tuple[Kind, Fate]] = Counter()
        self._failures = 0

    @property
    def counts(self) -> Mapping[Kind, Count]:
        """What has become of the resources of each type so far."""
        return {kind: Count(**{fate.value: self._fates[kind, fate] for fate in Fate}) for kind in self._kinds}

    async def run(self, guard: Guard | None, rebuild: bool) -> None:
        """All of it: what is referred to is there before what refers to it, and goes after it.

        Args:
            guard: against deleting too much; None where everything has to go.
            rebuild: ask the receiver first what it holds, and make the record anew of that.

        Raises:
            GivenUp: it stops before its end; what was done until then is remembered.
        """
        if rebuild:
            self._ledger.rebuild(await self._listed())
        gone = self._gone(guard)
        for kind in self._kinds:
            await self._write(kind)
        for kind in reversed(self._kinds):
            await self._delete(kind, sorted(gone.get(kind, ())))

    @abstractmethod
    async def _listed(self) -> Mapping[Kind, Iterable[str]]:
        """The ids of what the receiver says that it holds.

        Raises:
            GivenUp: it cannot be read.
        """

    @abstractmethod
    async def _write(self, kind: Kind) -> None:
        """Send what the receiver is to hold of a type and does not.

        Raises:
            GivenUp: the push cannot go on.
        """

    @abstractmethod
    async def _delete(self, kind: Kind, names: Sequence[str]) -> None:
        """Have the receiver hold these no longer.

        Raises:
            GivenUp: the push cannot go on.
        """

    def _gone(self, guard: Guard | None) -> Mapping[Kind, Sequence[str]]:
        """What the receiver is to hold no longer.

        Raises:
            GivenUp: the guard finds that it is too much.
        """
        gone: dict[Kind, list[str]] = {}
        held: Counter[Kind] = Counter()
        for endpoint in dict.fromkeys(kind.endpoint for kind in self._kinds):
            here = [kind for kind in self._kinds if kind.endpoint == endpoint]
            wanted = frozenset(name for kind in here for name in self._wanted[kind])
            for name, kind in self._ledger.kinds_at(endpoint):
                held[kind] += 1
                if name not in wanted:
                    gone.setdefault(kind, []).append(name)
        if guard and guard.stops({kind: len(names) for kind, names in gone.items()}, held):
            raise GivenUp(Why.GUARD)
        return gone

    def _tell(self, kind: Kind, fate: Fate, done: int, failed: int = 0) -> None:
        """So many resources have had this fate, and so many with them were not taken.

        Raises:
            GivenUp: so many in a row were not.
        """
        self._fates[kind, fate] += done
        self._fates[kind, Fate.FAILED] += failed
        self._failures = 0 if done else self._failures + failed
        if self._failures >= self._patience.failures:
            raise GivenUp(Why.FAILING)
