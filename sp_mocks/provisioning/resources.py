"""The four resources as schools send them, read strictly: what is not known is passed over and not kept."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from sp_mocks.provisioning.entries import BAD_ATTRIBUTE, BAD_ID_IN_BODY, MISSING, Entry
from testbed.model.national_tests import TEST_IDS

type Kind = Literal["persons", "duties", "groups", "activities"]
SINGULAR: Mapping[Kind, str] = MappingProxyType(
    {"persons": "Person", "duties": "Duty", "groups": "Group", "activities": "Activity"}
)
UUID = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
MAX_TOLD = 10
"""Remarks on one resource."""
BY_YEAR = frozenset({"GR", "SP", "SAM"})

Uuid = Annotated[str, StringConstraints(pattern=UUID), AfterValidator(str.lower)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Eppn = Annotated[str, StringConstraints(pattern=r"^[^\s@]{1,200}@[A-Za-z0-9.-]{1,200}$")]
Mail = Annotated[str, StringConstraints(pattern=r"^[^\s@]{1,200}@[^\s@]{1,200}$")]
CivicNumber = Annotated[
    str,
    StringConstraints(pattern=r"^[12][0-9]{3}(0[1-9]|1[0-2])([0-2][0-9]|3[01]|[678][0-9]|9[01])([0-9]{4}|TF[0-9]{2})$"),
]
"""Of birth, of coordination (the day and 60) or temporary (TF); whether anybody has it is not for the form to say."""
SchoolType = Literal["GR", "SP", "SAM", "GY", "VUXGY"]
DutyRole = Literal[
    "Rektor",
    "Lärare",
    "Förskollärare",
    "Barnskötare",
    "Bibliotekarie",
    "Lärarassistent",
    "Fritidspedagog",
    "Annan personal",
    "Studie- och yrkesvägledare",
    "Förstelärare",
    "Kurator",
    "Skolsköterska",
    "Skolläkare",
    "Skolpsykolog",
    "Speciallärare/specialpedagog",
    "Skoladministratör",
    "Övrig arbetsledning",
]


class _Sent(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)


class Reference(_Sent):
    """To another resource."""

    id: Uuid


class CivicNo(_Sent):
    """A number of the Swedish population register."""

    value: CivicNumber
    nationality: Literal["SE"] = "SE"


class Email(_Sent):
    """An address."""

    value: Mail
    type: Literal["Privat", "Skola elev", "Skola personal", "Arbete övrigt"] | None = None


class ExternalIdentifier(_Sent):
    """What a person of the staff is called by another service."""

    value: Name
    context: Literal["https://eduid.se"]


class Enrolment(_Sent):
    """Where a pupil goes to school."""

    enroledAt: Reference  # noqa: N815 - so it is spelt on the wire, as all of these
    schoolYear: Annotated[int, Field(ge=1, le=10)] | None = None  # noqa: N815
    schoolType: SchoolType  # noqa: N815
    cancelled: bool = False
    educationCode: Name | None = None  # noqa: N815

    @model_validator(mode="after")
    def _says_what_its_type_needs(self) -> Self:
        if self.schoolType in BY_YEAR and self.schoolYear is None:
            raise ValueError("schoolYear")
        if self.schoolType == "GY" and self.educationCode is None:
            raise ValueError("educationCode")
        return self


class Person(_Sent):
    """A pupil, or somebody of the staff."""

    id: Uuid
    givenName: Name  # noqa: N815
    middleName: Name | None = None  # noqa: N815
    familyName: Name  # noqa: N815
    eduPersonPrincipalNames: Annotated[list[Eppn], Field(min_length=1, max_length=1)]  # noqa: N815
    externalIdentifiers: Annotated[list[ExternalIdentifier], Field(max_length=1)] | None = None  # noqa: N815
    securityMarking: Literal["Ingen", "Sekretessmarkering", "Skyddad folkbokföring"] | None = None  # noqa: N815
    civicNo: CivicNo  # noqa: N815
    emails: Annotated[list[Email], Field(max_length=10)] | None = None
    enrolments: Annotated[list[Enrolment], Field(max_length=20)] | None = None


class Duty(_Sent):
    """Where somebody of the staff works, and as what."""

    id: Uuid
    person: Reference
    dutyAt: Reference  # noqa: N815
    dutyRole: DutyRole  # noqa: N815


class Membership(_Sent):
    """One member of a group."""

    person: Reference


class Group(_Sent):
    """A class, or a group that takes a test together."""

    id: Uuid
    displayName: Name  # noqa: N815
    groupType: Literal["Klass", "Undervisning"]  # noqa: N815
    schoolType: SchoolType  # noqa: N815
    organisation: Reference
    groupMemberships: Annotated[list[Membership], Field(max_length=2000)] = []  # noqa: N815


class Assignment(_Sent):
    """One teacher of an activity."""

    duty: Reference


class Activity(_Sent):
    """Groups, with those who teach them, and the national test that they take."""

    id: Uuid
    displayName: Name  # noqa: N815
    activityType: Literal["Undervisning"]  # noqa: N815
    groups: Annotated[list[Reference], Field(min_length=1, max_length=200)]
    teachers: Annotated[list[Assignment], Field(max_length=200)] = []
    organisation: Reference
    parentActivity: Reference  # noqa: N815

    @model_validator(mode="after")
    def _belongs_to_a_test(self) -> Self:
        if self.parentActivity.id not in TEST_IDS:
            raise ValueError("parentActivity")
        return self


type Resource = Person | Duty | Group | Activity
MODELS: Mapping[Kind, type[Person | Duty | Group | Activity]] = MappingProxyType(
    {"persons": Person, "duties": Duty, "groups": Group, "activities": Activity}
)


def read(kind: Kind, sent: object) -> Resource | tuple[Entry, ...]:
    """One resource; what is wrong with it where it is none. Names of attributes are ours, and values are not told."""
    try:
        return MODELS[kind].model_validate(sent)
    except ValidationError as error:
        return tuple(_remarks(kind, error))


def _remarks(kind: Kind, error: ValidationError) -> Iterator[Entry]:
    for one in error.errors(include_url=False, include_input=False)[:MAX_TOLD]:
        # NOTE: members that nobody knows are passed over, so that each name here is one of the models'.
        place = ".".join(str(step) for step in one["loc"] if isinstance(step, str))
        if one["type"] == "value_error":
            place = ".".join(filter(None, (place, str(one["ctx"]["error"]))))
        entry = MISSING if one["type"] == "missing" else BAD_ATTRIBUTE
        if one["type"] == "string_pattern_mismatch" and one["ctx"]["pattern"] == UUID:
            entry = BAD_ID_IN_BODY
        yield entry.about(SINGULAR[kind], attribute=place)
