"""What a new agreement with a caller changes: what the caller could see and can no longer is gone, and what it may see
now, or sees otherwise, has changed at that moment. Else it would keep the one and never fetch the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from idp.ss12000.lens import Json
from idp.ss12000.traces import Key

type Held = Mapping[Key, Json]
"""What a caller can see: each resource as it is answered, without its moments."""


@dataclass(frozen=True, slots=True)
class Amendments:
    """All that new agreements have changed for one caller so far."""

    dropped: Mapping[Key, datetime] = field(default_factory=dict)
    """What it could not see any more, and since when."""
    touched: Mapping[Key, datetime] = field(default_factory=dict)
    """What it came to see, or to see otherwise, and when."""

    def after(self, before: Held, now: Held, at: datetime) -> "Amendments":
        """One more, by which a caller that held the one could hold the other."""
        lost = dict.fromkeys(before.keys() - now.keys(), at)
        fresh = {key: at for key, body in now.items() if before.get(key) != body}
        dropped = {key: when for key, when in self.dropped.items() if key not in now}
        return Amendments(dropped | lost, {**self.touched, **fresh})
