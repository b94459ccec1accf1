"""The parameters of the requests, from the tables by which they are read."""

from collections.abc import Iterator, Mapping, Sequence

from idp.openapi import Schema, listed, one_of
from idp.ss12000.filters import RELATIONS, sortkeys
from idp.ss12000.kinds import SINGULAR
from idp.ss12000.openapi.shared import DAY, MOMENT, UUID
from idp.ss12000.query import (
    ACCOUNT,
    CIVIC_NUMBER,
    CONTEXT,
    DATES,
    EXPANDABLE,
    IDENTIFIER,
    MAX_LIMIT,
    MAX_REPEATED,
    MAX_TOKEN,
    MAX_VALUE,
    META,
    NAME_CONTAINS,
    PERSON_FILTERS,
    TYPE,
    WHERE,
)

type Parameter = dict[str, object]

_VALUE: Schema = {"type": "string", "minLength": 1, "maxLength": MAX_VALUE}
_SCHEMAS: Mapping[str, Schema] = {
    **dict.fromkeys(META, MOMENT),
    **dict.fromkeys(DATES, DAY),
    NAME_CONTAINS: {**listed(_VALUE, least=1), "maxItems": MAX_REPEATED},
    TYPE: one_of(RELATIONS),
    WHERE: UUID,
}
_TOLD: Mapping[str, str] = {
    "meta.created.after": "What the caller could first see after this moment, which is not included.",
    "meta.created.before": "What the caller could first see until this moment, which is included.",
    "meta.modified.after": "What has last changed after this moment, which is not included.",
    "meta.modified.before": "What has last changed until this moment, which is included.",
    NAME_CONTAINS: "Whose names contain each of these texts, whatever the case of their letters.",
    CIVIC_NUMBER: "Whose civic number is this one.",
    ACCOUNT: "Who has this account name.",
    IDENTIFIER: "Who has this identifier in another system. Nobody here has any.",
    CONTEXT: "Who has an identifier in this other system. Nobody here has any.",
    TYPE: "Who has a relationship of this kind.",
    WHERE: "Who has a relationship with this organisation.",
    "relationship.startDate.onOrBefore": "Whose relationship begins on this day, or before it.",
    "relationship.startDate.onOrAfter": "Whose relationship begins on this day, or after it.",
    "relationship.endDate.onOrBefore": "Whose relationship ends on this day, or before it.",
    "relationship.endDate.onOrAfter": "Whose relationship ends on this day, or after it, or never.",
}

ID: Parameter = {"name": "id", "in": "path", "required": True, "description": "Id of the resource.", "schema": UUID}


def of_list(kind: str) -> list[Parameter]:
    """What a list of this resource type can be asked.

    Args:
        kind: plural of the type.
    """
    filters = (*META, *(PERSON_FILTERS if kind == "persons" else ()))
    order = _query("sortkey", one_of(sortkeys(kind)), "In what order; without it, the same one each time.")
    return [*(_filter(name) for name in filters), order, *of_single(kind), *PAGING]


def of_single(kind: str) -> list[Parameter]:
    """What a single resource of this type can be asked, or a lookup of some."""
    names = _query(
        "expandReferenceNames", {"type": "boolean"}, "Whether references carry display names, as far as agreed."
    )
    return [*_expand(EXPANDABLE.get(kind, ())), names]


def of_deleted() -> list[Parameter]:
    """What the list of what is there no longer can be asked."""
    kinds: Schema = {**listed(one_of([*SINGULAR, *SINGULAR.values()]), least=1), "maxItems": MAX_REPEATED}
    return [
        _query("after", MOMENT, "What went after this moment, which is not included."),
        _query(
            "entities",
            kinds,
            "Of which resource types; without it, of all that are open.",
        ),
        *PAGING,
    ]


def _filter(name: str) -> Parameter:
    return _query(name, _SCHEMAS.get(name, _VALUE), _TOLD[name])


def _expand(names: Sequence[str]) -> Iterator[Parameter]:
    if names:
        wanted = {**listed(one_of(names), least=1), "maxItems": MAX_REPEATED}
        yield _query("expand", wanted, "What is to stand under _embedded, as far as the caller may see it.")


def _query(name: str, schema: Schema, description: str) -> Parameter:
    return {"name": name, "in": "query", "description": description, "schema": schema}


PAGING: Sequence[Parameter] = (
    _query(
        "limit",
        {"type": "integer", "minimum": 1},
        f"How many resources the page may hold. Never more than {MAX_LIMIT}, and so many without it.",
    ),
    _query(
        "pageToken",
        {"type": "string", "minLength": 1, "maxLength": MAX_TOKEN},
        "Of the page before. It says all that the first page was asked, so it goes with a limit alone, for an hour.",
    ),
)
"""Of every list."""
