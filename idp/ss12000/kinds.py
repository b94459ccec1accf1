"""The resource types of SS 12000:2020 that the school has, and how they are spelled."""

from collections.abc import Mapping
from types import MappingProxyType

SINGULAR: Mapping[str, str] = MappingProxyType(
    {
        "organisations": "Organisation",
        "persons": "Person",
        "placements": "Placement",
        "duties": "Duty",
        "groups": "Group",
        "programmes": "Programme",
        "activities": "Activity",
        "calendarEvents": "CalendarEvent",
        "attendances": "Attendance",
        "grades": "Grade",
    }
)
"""The plural of the path, and the singular by which subscriptions and notices name the same."""

ASKED_FOR_BY_NAME = frozenset({"attendances", "grades"})
"""No attribute of an agreement speaks of them, so they are open only to whom the school opens them by name."""
USUAL = frozenset(SINGULAR) - ASKED_FOR_BY_NAME

DELETED_SPELLING: Mapping[str, str] = MappingProxyType({"activities": "activitites"})
"""How /deletedEntities spells a plural where the standard's own document has a slip of the pen."""

_SPELLINGS: Mapping[str, str] = MappingProxyType(
    {plural.casefold(): plural for plural in SINGULAR}
    | {singular.casefold(): plural for plural, singular in SINGULAR.items()}
    | {slip.casefold(): plural for plural, slip in DELETED_SPELLING.items()}
)


def plural_of(spelling: str) -> str | None:
    """The resource type that is meant: by its plural, by its singular, or with the slip of the pen."""
    return _SPELLINGS.get(spelling.casefold())
