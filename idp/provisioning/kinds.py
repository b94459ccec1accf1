"""What the national tests' provisioning sends, in its order, and where each goes."""

from enum import StrEnum


class Kind(StrEnum):
    """A type of resource, in the order in which they are sent: what is referred to comes first."""

    PERSON = "Person"
    DUTY = "Duty"
    GROUP = "Group"
    ACTIVITY = "Activity"

    @property
    def endpoint(self) -> str:
        """Below the receiver's address; the plural of SS 12000 too."""
        return _ENDPOINTS[self]


_ENDPOINTS = {Kind.PERSON: "persons", Kind.DUTY: "duties", Kind.GROUP: "groups", Kind.ACTIVITY: "activities"}
