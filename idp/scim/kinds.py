"""What EGIL's implementation profile sends, in its order, and where each goes.

The profile also has SchoolUnitGroup, which gathers school units of one building. The population holds none, so none are
sent.
"""

from enum import StrEnum


class Kind(StrEnum):
    """A type of resource, in the order in which they are created: what is referred to comes first."""

    ORGANISATION = "Organisation"
    SCHOOL_UNIT = "SchoolUnit"
    GUARDIAN = "Guardian"
    """Only where the agreement has guardians: the profile itself has no use for them."""
    STUDENT = "Student"
    TEACHER = "Teacher"
    """Whoever the school employs."""
    EMPLOYMENT = "Employment"
    STUDENT_GROUP = "StudentGroup"
    ACTIVITY = "Activity"

    @property
    def endpoint(self) -> str:
        """Below the receiver's address; persons of all kinds share one."""
        return _ENDPOINTS[self]


_ENDPOINTS = {
    Kind.ORGANISATION: "Organisations",
    Kind.SCHOOL_UNIT: "SchoolUnits",
    Kind.GUARDIAN: "Users",
    Kind.STUDENT: "Users",
    Kind.TEACHER: "Users",
    Kind.EMPLOYMENT: "Employments",
    Kind.STUDENT_GROUP: "StudentGroups",
    Kind.ACTIVITY: "Activities",
}
ENDPOINTS = tuple(dict.fromkeys(_ENDPOINTS.values()))
"""Each once, in order."""
