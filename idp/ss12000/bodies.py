"""What callers post, as strict models, and how it is read."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)
from pydantic.fields import FieldInfo
from starlette.requests import Request

from idp.body import read_body
from idp.ss12000.errors import Problem, bad
from idp.ss12000.ids import UUID_PATTERN
from idp.ss12000.kinds import SINGULAR
from idp.ss12000.moments import moment

MAX_BODY = 200 * 1024
MAX_IDS = 1000
JSON_TYPE = "application/json"

Short = Annotated[str, StringConstraints(max_length=200)]
Address = Annotated[str, StringConstraints(max_length=2000)]
Id = Annotated[str, StringConstraints(pattern=UUID_PATTERN), Field(json_schema_extra={"format": "uuid"})]


def _written_moment(text: str) -> str:
    moment(text)
    return text


Moment = Annotated[
    str,
    StringConstraints(max_length=200),
    AfterValidator(_written_moment),
    Field(json_schema_extra={"format": "date-time"}),
]
"""A moment, as it was written."""


def _whole(value: object) -> object:
    """NOTE: of JSON's numbers, 2.0 is a whole one too."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Count = Annotated[int, Field(ge=0, le=10**9, strict=True), BeforeValidator(_whole)]


class Posted(BaseModel):
    """What all bodies have in common; fields that nobody knows are passed over."""

    model_config = ConfigDict(frozen=True)


class Lookup(Posted):
    """Which resources are wanted."""

    ids: Annotated[tuple[Id, ...], Field(max_length=MAX_IDS)] = ()
    civic_numbers: Annotated[tuple[Short, ...], Field(max_length=MAX_IDS, alias="civicNos")] = ()


class ResourceType(Posted):
    """One type that a subscription is about."""

    resource: Annotated[Short, Field(json_schema_extra={"enum": [*SINGULAR.values()]})]
    """Also taken by its plural, and in other letters; see :func:`idp.ss12000.kinds.plural_of`."""


class NewSubscription(Posted):
    """Where a caller wants to hear of changes, and of what."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    target: Annotated[Address, Field(json_schema_extra={"format": "uri", "pattern": "^https://"})]
    resource_types: Annotated[tuple[ResourceType, ...], Field(min_length=1, max_length=50, alias="resourceTypes")]


class Renewal(Posted):
    """Until when a subscription is to live; without a moment, as long as it can."""

    expires: Moment | None = None


_TIME = AliasChoices("timeOfOccurance", "timeOfOccurence", "timeOfOccurrence")
"""The standard's own document writes it in the first way, which is a slip of the pen."""


class LogEntry(Posted):
    """What a caller has to say of a transfer. Its text may hold personal data, so it goes to no log of ours."""

    message: Annotated[str, StringConstraints(min_length=1, max_length=4000)] = Field(repr=False)
    message_type: Short = Field(default="", alias="messageType")
    resource_type: Short = Field(default="", alias="resourceType")
    resource_id: Short = Field(default="", alias="resourceId")
    resource_url: Address = Field(default="", alias="resourceUrl", repr=False)
    severity: Literal["Info", "Warning", "Error"] = Field(default="Info", alias="severityLevel")
    time_of_occurrence: Moment = Field(validation_alias=_TIME)


class StatisticsEntry(Posted):
    """How much a caller has taken in."""

    resource_type: Short = Field(alias="resourceType")
    new: Count = Field(default=0, alias="newCount")
    updated: Count = Field(default=0, alias="updatedCount")
    deleted: Count = Field(default=0, alias="deletedCount")
    resource_url: Address = Field(default="", alias="resourceUrl", repr=False)
    time_of_occurrence: Moment = Field(validation_alias=_TIME)


async def read_json[Body: Posted](request: Request, kind: type[Body]) -> Body:
    """The body of a request.

    Raises:
        Problem: it is no such JSON; names the fields that are wrong, and no value.
        Refused: it is too large.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON_TYPE:
        raise Problem(415, "bad_request", "the body is JSON")
    octets = await read_body(request, MAX_BODY)
    try:
        return kind.model_validate_json(octets)
    except ValidationError as error:
        raise bad(f"the body is not as it should be: {_places(error, kind)}") from error


def _places(error: ValidationError, kind: type[Posted]) -> str:
    """The fields that are wrong: only names that are ours, for a sender may have put anything in the place of one."""
    ours = {spelling for name, field in kind.model_fields.items() for spelling in _spellings(name, field)}
    found: Sequence[str] = sorted({str(place) for one in error.errors() for place in one["loc"][:1]} & ours)
    return ", ".join(found) or "it is no JSON object of this kind"


def _spellings(name: str, field: FieldInfo) -> Sequence[str]:
    match field.validation_alias:
        case AliasChoices(choices):
            return [str(choice) for choice in choices]
        case alias:
            return [str(alias or name)]
