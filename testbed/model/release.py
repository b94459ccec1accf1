"""Why the school released or withheld an attribute: its own account of each login, beside what crossed the wire."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ReleaseDecision:
    """What the school decided about one attribute."""

    attribute: str
    """Canonical name."""
    released: bool
    reason: str
    """A code of ``idp.release.Reason``; reports have a sentence for each in both languages."""


@dataclass(frozen=True, slots=True)
class ReleaseRecord:
    """The account of one login, as the school's control API gives it out and ``releases.jsonl`` keeps it."""

    at: datetime
    school: str
    """Host of the school that decided."""
    entity_id: str
    """Of the vendor."""
    person: str
    """Id in people.json."""
    policy: str
    """The named policy that decided."""
    refused: str
    """Why nobody was logged in at all, "" when somebody was."""
    decisions: tuple[ReleaseDecision, ...]
