"""What a request asks for: filters, order, expansion, and where in the list."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import unquote_to_bytes

from starlette.requests import Request

from idp.body import read_query
from idp.ss12000.errors import Problem, bad
from idp.ss12000.ids import UUID_PATTERN

MAX_LIMIT = 1000
"""So many resources come in one answer at most, and when no limit is named."""
MAX_PARAMETERS = 40
"""More than all that a list has, each as often as it may stand there."""
MAX_REPEATED = 10
"""So often a parameter may stand there that can hold several values."""
MAX_VALUE = 100
MAX_TOKEN = 24 * 1024
"""More than the token of any query has, so that each can be sent back."""
META = ("meta.created.after", "meta.created.before", "meta.modified.after", "meta.modified.before")
TYPE, WHERE = "relationship.entity.type", "relationship.organisation"
DATES = (
    "relationship.startDate.onOrBefore",
    "relationship.startDate.onOrAfter",
    "relationship.endDate.onOrBefore",
    "relationship.endDate.onOrAfter",
)
NAME_CONTAINS, CIVIC_NUMBER, ACCOUNT = "nameContains", "civicNo", "eduPersonPrincipalName"
IDENTIFIER, CONTEXT = "identifier.value", "identifier.context"
PERSON_FILTERS = (NAME_CONTAINS, CIVIC_NUMBER, ACCOUNT, IDENTIFIER, CONTEXT, TYPE, WHERE, *DATES)
EXPANDABLE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "persons": ("duties", "responsibleFor", "placements", "ownedPlacements", "groupMemberships"),
        "groups": ("assignmentRoles",),
        "duties": ("person",),
        "placements": ("child", "owners"),
    }
)
_UUID = re.compile(UUID_PATTERN)
_SHARED = ("limit", "pageToken", "sortkey", "expand", "expandReferenceNames")


@dataclass(frozen=True, slots=True)
class Query:
    """One request for a list, or the part of one that holds for a single resource."""

    kind: str
    """Plural of the resource type."""
    filters: tuple[tuple[str, str], ...] = ()
    """Name and value, in order of both."""
    sortkey: str = ""
    expand: tuple[str, ...] = ()
    names: bool = False
    """References carry display names."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A query, and the part of its answer that is wanted."""

    query: Query
    limit: int
    token: str
    """The page token as it was sent, which then holds the query; "" on the first page."""


def list_asked(request: Request, kind: str) -> Asked:
    """What a request for a list asks.

    Raises:
        Problem: that cannot be asked.
    """
    filters = (*META, *(PERSON_FILTERS if kind == "persons" else ()))
    values = read_values(request, (*_SHARED, *filters), repeated=(NAME_CONTAINS, "expand"))
    limit = limit_of(values)
    if token := one(values, "pageToken"):
        if values.keys() - {"pageToken", "limit"}:
            raise bad("a page token goes with a limit alone")
        return Asked(Query(kind), limit, token)
    chosen = sorted((name, value) for name in filters for value in values.get(name, ()))
    return Asked(Query(kind, tuple(chosen), one(values, "sortkey"), _expand(values, kind), _names(values)), limit, "")


def single_asked(request: Request, kind: str) -> Query:
    """What a request for one resource, or for some by their ids, asks.

    Raises:
        Problem: that cannot be asked.
    """
    values = read_values(request, ("expand", "expandReferenceNames"), repeated=("expand",))
    return Query(kind, expand=_expand(values, kind), names=_names(values))


def nothing_asked(request: Request) -> None:
    """That a request has no parameters.

    Raises:
        Problem: it has.
    """
    read_values(request, ())


def uuid_of(text: str) -> str:
    """The id in its usual spelling.

    Raises:
        Problem: it is no UUID.
    """
    if not _UUID.fullmatch(text):
        raise bad("an id is a UUID")
    return text.lower()


def read_values(
    request: Request, allowed: tuple[str, ...], repeated: tuple[str, ...] = ()
) -> Mapping[str, tuple[str, ...]]:
    """The parameters of the query string.

    One that is not known is refused: a filter that nobody applies would answer more than was asked.

    Raises:
        Problem: there is another one, one stands there too often, is empty, too long or not UTF-8.
    """
    pairs = [(_text(name).removesuffix("[]"), _text(value)) for name, value in read_query(request).pairs]
    if len(pairs) > MAX_PARAMETERS:
        raise bad("there are too many parameters")
    counts = Counter(name for name, _ in pairs)
    if counts.keys() - set(allowed):
        raise bad("there is a parameter that this resource does not have")
    if any(count > (MAX_REPEATED if name in repeated else 1) for name, count in counts.items()):
        raise bad("a parameter stands there too often")
    if any(not 0 < len(value) <= (MAX_TOKEN if name == "pageToken" else MAX_VALUE) for name, value in pairs):
        raise bad("the value of a parameter is empty or too long")
    return {name: tuple(value for other, value in pairs if other == name) for name in counts}


def one(values: Mapping[str, tuple[str, ...]], name: str) -> str:
    """The value of a parameter that stands there once; "" when it does not."""
    return values.get(name, ("",))[0]


def page_asked(request: Request) -> tuple[int, str]:
    """How many are wanted, and the page token ("" on the first page), of a list without filters.

    Raises:
        Problem: that cannot be asked.
    """
    values = read_values(request, ("limit", "pageToken"))
    return limit_of(values), one(values, "pageToken")


def limit_of(values: Mapping[str, tuple[str, ...]]) -> int:
    """How many resources one answer may hold.

    Raises:
        Problem: that is no number, or less than one.
    """
    text = one(values, "limit") or str(MAX_LIMIT)
    if not (text.isascii() and text.isdigit()) or not int(text):
        raise bad("the limit is a number, and at least 1")
    return min(int(text), MAX_LIMIT)


def _expand(values: Mapping[str, tuple[str, ...]], kind: str) -> tuple[str, ...]:
    wanted = {part for value in values.get("expand", ()) for part in value.split(",")}
    if wanted - set(EXPANDABLE.get(kind, ())):
        raise bad("that cannot be expanded here")
    return tuple(sorted(wanted))


def _names(values: Mapping[str, tuple[str, ...]]) -> bool:
    match one(values, "expandReferenceNames"):
        case "true":
            return True
        case "" | "false":
            return False
    raise bad("expandReferenceNames is true or false")


def _text(octets: bytes) -> str:
    try:
        return unquote_to_bytes(octets.replace(b"+", b" ")).decode("utf-8")
    except UnicodeDecodeError as error:
        raise Problem(400, "bad_request", "a parameter is not in UTF-8") from error
