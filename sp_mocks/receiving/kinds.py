"""The resources of EGIL: SS 12000:2018 as schemas of SCIM, described for scim2-models.

What stands here is what a vendor may be sent. What it keeps of that is its own decision
(:mod:`sp_mocks.receiving.kept`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import Field
from scim2_models import (
    URI,
    URN,
    AnyExtension,
    CaseExact,
    ComplexAttribute,
    Extension,
    Reference,
    Required,
    Resource,
    ResourceType,
    SchemaExtension,
    Uniqueness,
)

type Collection = Literal[
    "Organisations", "SchoolUnitGroups", "SchoolUnits", "Users", "Employments", "StudentGroups", "Activities"
]
"""The collections of EGIL, as they stand in its addresses."""
SIS = "urn:scim:schemas:extension:sis:school:1.0"
CORE_USER = "urn:ietf:params:scim:schemas:core:2.0:User"
USER_EXTENSION = f"{SIS}:User"


class NameOfPerson(ComplexAttribute):
    """A person's name (RFC 7643, 4.1.1)."""

    family_name: str | None = None
    given_name: str | None = None


class EmailAddress(ComplexAttribute):
    """Where somebody gets e-mail (RFC 7643, 4.1.2).

    NOTE: the library's own takes no address of a domain that is reserved for tests.
    """

    value: str | None = None
    type: str | None = None


class To(ComplexAttribute):
    """A reference: the id of a resource, and where it is."""

    value: Annotated[str | None, Required.true] = None


class Enrolment(To):
    """Where a pupil is enrolled."""

    ref: Reference["SchoolUnit"] | None = Field(None, serialization_alias="$ref", validation_alias="$ref")
    school_year: int | None = None
    school_type: str | None = None
    program_code: str | None = None


class UserRelation(To):
    """Somebody who is responsible for a pupil, or the pupil whom somebody is responsible for."""

    ref: Reference["User"] | None = Field(None, serialization_alias="$ref", validation_alias="$ref")  # type: ignore[type-arg]
    relation_type: str | None = None
    display_name: str | None = None


class ToOrganisation(To):
    """To a resource of this type."""

    ref: Reference["Organisation"] | None = Field(None, serialization_alias="$ref", validation_alias="$ref")


class ToSchoolUnitGroup(To):
    """To a resource of this type."""

    ref: Reference["SchoolUnitGroup"] | None = Field(None, serialization_alias="$ref", validation_alias="$ref")


class ToSchoolUnit(To):
    """To a resource of this type."""

    ref: Reference["SchoolUnit"] | None = Field(None, serialization_alias="$ref", validation_alias="$ref")


class ToUser(To):
    """To a resource of this type."""

    ref: Reference["User"] | None = Field(None, serialization_alias="$ref", validation_alias="$ref")  # type: ignore[type-arg]


class ToEmployment(To):
    """To a resource of this type."""

    ref: Reference["Employment"] | None = Field(None, serialization_alias="$ref", validation_alias="$ref")


class ToStudentGroup(To):
    """To a resource of this type."""

    ref: Reference["StudentGroup"] | None = Field(None, serialization_alias="$ref", validation_alias="$ref")


class ToActivity(To):
    """To a resource of this type."""

    ref: Reference["Activity"] | None = Field(None, serialization_alias="$ref", validation_alias="$ref")


class Organisation(Resource[Any]):
    """Who runs schools."""

    __schema__ = URN(f"{SIS}:Organisation")

    display_name: Annotated[str | None, Required.true] = None


class SchoolUnitGroup(Resource[Any]):
    """School units that belong together: what people call a school."""

    __schema__ = URN(f"{SIS}:SchoolUnitGroup")

    display_name: Annotated[str | None, Required.true] = None


class SchoolUnit(Resource[Any]):
    """A school unit as the national register has it."""

    __schema__ = URN(f"{SIS}:SchoolUnit")

    display_name: Annotated[str | None, Required.true] = None
    school_unit_code: Annotated[str | None, Required.true] = None
    school_unit_group: ToSchoolUnitGroup | None = None
    organisation: ToOrganisation | None = None
    school_types: list[str] | None = None
    municipality_code: str | None = None


class User(Resource[AnyExtension]):
    """A pupil or a member of staff."""

    __schema__ = URN(CORE_USER)

    user_name: Annotated[str | None, Required.true, Uniqueness.none, CaseExact.false] = None
    display_name: str | None = None
    name: NameOfPerson | None = None
    emails: list[EmailAddress] | None = None


class SchoolUser(Extension):
    """What SS 12000:2018 tells of a user beyond that."""

    __schema__ = URN(USER_EXTENSION)

    enrolments: list[Enrolment] | None = None
    civic_no: str | None = None
    security_marking: bool | None = None
    user_relations: list[UserRelation] | None = None


class Employment(Resource[Any]):
    """That somebody works at a school unit."""

    __schema__ = URN(f"{SIS}:Employment")

    employed_at: Annotated[ToSchoolUnit | None, Required.true] = None
    user: Annotated[ToUser | None, Required.true] = None
    employment_role: str | None = None
    signature: str | None = None


class StudentGroup(Resource[Any]):
    """A class or another group of pupils."""

    __schema__ = URN(f"{SIS}:StudentGroup")

    display_name: Annotated[str | None, Required.true] = None
    owner: ToSchoolUnit | None = None
    student_group_type: str | None = None
    school_type: str | None = None
    student_memberships: list[ToUser] | None = None


class Activity(Resource[Any]):
    """What a group is taught, and by whom."""

    __schema__ = URN(f"{SIS}:Activity")

    display_name: Annotated[str | None, Required.true] = None
    owner: ToSchoolUnit | None = None
    groups: list[ToStudentGroup] | None = None
    teachers: list[ToEmployment] | None = None
    parent_activity: list[ToActivity] | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """One type of resource."""

    collection: Collection
    model: type[Resource[Any]]
    """With its extensions."""
    described: tuple[type[Resource[Any] | Extension], ...]
    """The model and its extensions, each by itself: what has a schema of its own."""

    @property
    def name(self) -> str:
        """Of the resource type."""
        return self.described[0].__name__

    @property
    def resource_type(self) -> ResourceType:
        """As it is published (RFC 7643, 6)."""
        first, *others = (str(one.__schema__) for one in self.described)
        return ResourceType(
            id=self.name,
            name=self.name,
            description=(self.described[0].__doc__ or "").strip(),
            endpoint=Reference[URI](f"/{self.collection}"),
            schema_=Reference[URI](first),
            schema_extensions=[SchemaExtension(schema_=Reference[URI](one), required=False) for one in others],
        )


_ALL: tuple[Kind, ...] = (
    Kind("Organisations", Organisation, (Organisation,)),
    Kind("SchoolUnitGroups", SchoolUnitGroup, (SchoolUnitGroup,)),
    Kind("SchoolUnits", SchoolUnit, (SchoolUnit,)),
    Kind("Users", User[SchoolUser], (User, SchoolUser)),
    Kind("Employments", Employment, (Employment,)),
    Kind("StudentGroups", StudentGroup, (StudentGroup,)),
    Kind("Activities", Activity, (Activity,)),
)
KINDS: Mapping[Collection, Kind] = MappingProxyType({kind.collection: kind for kind in _ALL})
"""In the order in which EGIL sends them: what others refer to comes first."""
