"""The resources of EGIL as models of SCIM (RFC 7643), to which what the school sends is held."""

from typing import Annotated

from pydantic import Field
from scim2_models import URN, ComplexAttribute, Extension, Reference, Required, Resource
from scim2_models import User as CoreUser

from idp.scim.kinds import Kind
from idp.scim.resources import USER_EXTENSION

_SIS = "urn:scim:schemas:extension:sis:school:1.0:"

Needed = Annotated[str | None, Required.true]


class SchoolUnitRef(ComplexAttribute):
    """A reference to a school unit."""

    value: Needed = None
    ref: Reference["SchoolUnit"] | None = Field(None, alias="$ref")


class OrganisationRef(ComplexAttribute):
    """A reference to the organisation."""

    value: Needed = None
    ref: Reference["Organisation"] | None = Field(None, alias="$ref")


class UserRef(ComplexAttribute):
    """A reference to a person."""

    value: Needed = None
    ref: Reference["User"] | None = Field(None, alias="$ref")


class EmploymentRef(ComplexAttribute):
    """A reference to an employment."""

    value: Needed = None
    ref: Reference["Employment"] | None = Field(None, alias="$ref")


class StudentGroupRef(ComplexAttribute):
    """A reference to a group."""

    value: Needed = None
    ref: Reference["StudentGroup"] | None = Field(None, alias="$ref")


class Organisation(Resource):  # type: ignore[type-arg]
    """The school owner."""

    __schema__ = URN(f"{_SIS}Organisation")
    display_name: Needed = None


class SchoolUnit(Resource):  # type: ignore[type-arg]
    """A school unit."""

    __schema__ = URN(f"{_SIS}SchoolUnit")
    display_name: Needed = None
    school_unit_code: Needed = None
    organisation: OrganisationRef | None = None
    school_types: list[str] | None = None


class Email(ComplexAttribute):
    """A mail address.

    NOTE: the library's own wants addresses that could be delivered to, and ``.test`` is none.
    """

    value: Needed = None


class Enrolment(SchoolUnitRef):
    """That a pupil is enrolled at a school unit."""

    school_year: Annotated[int, Field(ge=0, le=10)] | None = None
    school_type: str | None = None


class UserRelation(UserRef):
    """Who somebody is to a pupil."""

    relation_type: Needed = None
    display_name: str | None = None


class UserExtension(Extension):
    """What SS 12000:2018 adds to a person."""

    __schema__ = URN(USER_EXTENSION)
    enrolments: list[Enrolment] | None = None
    civic_no: str | None = None
    security_marking: bool | None = None
    user_relations: list[UserRelation] | None = None


class _User(CoreUser):  # type: ignore[type-arg]
    display_name: Needed = None
    emails: list[Email] | None = None  # type: ignore[assignment]


class User(_User[UserExtension]):  # type: ignore[type-arg]
    """A person."""


class Employment(Resource):  # type: ignore[type-arg]
    """That somebody is employed at a school unit."""

    __schema__ = URN(f"{_SIS}Employment")
    employed_at: Annotated[SchoolUnitRef | None, Required.true] = None
    user: Annotated[UserRef | None, Required.true] = None
    employment_role: Needed = None


class StudentGroup(Resource):  # type: ignore[type-arg]
    """A class or another group of pupils."""

    __schema__ = URN(f"{_SIS}StudentGroup")
    display_name: Needed = None
    owner: Annotated[SchoolUnitRef | None, Required.true] = None
    student_group_type: str | None = None
    school_type: str | None = None
    student_memberships: list[UserRef] | None = None


class Activity(Resource):  # type: ignore[type-arg]
    """What groups are taught, and by whom."""

    __schema__ = URN(f"{_SIS}Activity")
    display_name: Needed = None
    owner: Annotated[SchoolUnitRef | None, Required.true] = None
    groups: list[StudentGroupRef] | None = None
    teachers: list[EmploymentRef] | None = None


MODELS: dict[Kind, type[Resource]] = {  # type: ignore[type-arg]
    Kind.ORGANISATION: Organisation,
    Kind.SCHOOL_UNIT: SchoolUnit,
    Kind.GUARDIAN: User,
    Kind.STUDENT: User,
    Kind.TEACHER: User,
    Kind.EMPLOYMENT: Employment,
    Kind.STUDENT_GROUP: StudentGroup,
    Kind.ACTIVITY: Activity,
}
