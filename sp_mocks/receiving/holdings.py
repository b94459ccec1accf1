"""What a vendor holds of one school."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sp_mocks.receiving.kinds import KINDS, Collection
from sp_mocks.receiving.problems import NO_ROOM, Problem

MAX_HELD = 500_000
"""Resources of one school."""


@dataclass(frozen=True, slots=True)
class Held:
    """One resource."""

    resource: Mapping[str, object]
    """As it is kept, with its id and without meta."""
    created: datetime
    modified: datetime


@dataclass
class Holdings:
    """The resources of one school, by collection and id."""

    _held: Mapping[Collection, dict[str, Held]] = field(default_factory=lambda: {one: {} for one in KINDS})
    hidden: dict[str, Held] = field(default_factory=dict)
    """Persons whom the school has deleted, where the vendor keeps them."""

    def __len__(self) -> int:
        return sum(map(len, self._held.values()))

    def find(self, collection: Collection, one: str) -> Held | None:
        """The resource of this id."""
        return self._held[collection].get(one)

    def every(self, collection: Collection) -> Iterator[tuple[str, Held]]:
        """Each with its id, in the order in which they came."""
        yield from self._held[collection].items()

    def put(self, collection: Collection, one: str, held: Held) -> None:
        """Hold a resource in place of what was known by its id.

        Raises:
            Problem: there is no room for one more.
        """
        if one not in self._held[collection] and len(self) >= MAX_HELD:
            raise Problem(NO_ROOM, f"no more than {MAX_HELD} resources are taken from a school")
        self._held[collection][one] = held

    def drop(self, collection: Collection, one: str) -> Held | None:
        """Hold it no longer; what it was, None where there was none."""
        return self._held[collection].pop(one, None)
