"""The bodies that callers send, from the models that read them."""

from collections.abc import Mapping

from idp.openapi import Schema, ref, schemas_of
from idp.ss12000.bodies import JSON_TYPE, LogEntry, Lookup, NewSubscription, Posted, Renewal, StatisticsEntry

type Body = dict[str, object]

_READ: tuple[type[Posted], ...] = (Lookup, NewSubscription, Renewal, LogEntry, StatisticsEntry)
_NUMBERS = "civicNos"
OTHER_LOOKUP = "LookupById"
"""Of all resources but persons, which alone have numbers."""


EXAMPLES: Mapping[str, object] = {
    "Lookup": {"ids": ["5c2f1f0e-6a3f-5d0e-9a51-3f1d2c9b7a44"]},
    OTHER_LOOKUP: {"ids": ["5c2f1f0e-6a3f-5d0e-9a51-3f1d2c9b7a44"]},
    "NewSubscription": {
        "name": "Läsappen",
        "target": "https://lasning.test/changes",
        "resourceTypes": [{"resource": "Person"}, {"resource": "Group"}],
    },
    "Renewal": {},
    "LogEntry": {
        "message": "A group has no members",
        "messageType": "Incomplete",
        "resourceType": "Group",
        "severityLevel": "Warning",
        "timeOfOccurance": "2026-11-23T12:00:00Z",
    },
    "StatisticsEntry": {
        "resourceType": "Person",
        "newCount": 12,
        "updatedCount": 3,
        "deletedCount": 0,
        "timeOfOccurance": "2026-11-23T12:00:00Z",
    },
    "Notice": {"modifiedEntites": ["Person"], "deletedEntities": True},
}


def schemas() -> Mapping[str, Schema]:
    """The schemas of all bodies by name."""
    found = schemas_of(*_READ)
    return {**found, OTHER_LOOKUP: _without_numbers(found[Lookup.__name__])}


def body(name: str) -> Body:
    """A body of this schema."""
    return {"required": True, "content": {JSON_TYPE: {"schema": ref(name), "example": EXAMPLES[name]}}}


def _without_numbers(lookup: Schema) -> Schema:
    properties = lookup["properties"]
    if not isinstance(properties, dict):
        raise TypeError("the model of a lookup has no properties")
    return {**lookup, "properties": properties | {_NUMBERS: {"type": "array", "maxItems": 0}}}
