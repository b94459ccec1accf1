"""A person of a school, as people.json holds them."""

from typing import Literal

from pydantic import field_validator

from testbed.model.strict import Id, Role, Written, known_attribute

type SecurityMarking = Literal["Ingen", "Sekretessmarkering", "Skyddad folkbokföring"]


class Person(Written):
    """One invented person, as people.json holds it."""

    id: Id
    role: Role
    school: Id = "skola"
    """The school that knows the person: "skola", or "granne" for the neighbour's."""
    school_units: tuple[str, ...] = ()
    """8-digit school unit codes."""
    groups: tuple[str, ...] = ()
    security_marking: SecurityMarking = "Ingen"
    attributes: dict[str, str | tuple[str, ...]]
    """Canonical attribute name to its value or values."""

    def values(self, attribute: str) -> tuple[str, ...]:
        """The values of an attribute by canonical name; none when the person lacks it."""
        value = self.attributes.get(attribute, ())
        return (value,) if isinstance(value, str) else value

    @property
    def protected(self) -> bool:
        """Carries a marking of protected identity."""
        return self.security_marking != "Ingen"

    @field_validator("attributes")
    @classmethod
    def _attributes_are_known(cls, value: dict[str, str | tuple[str, ...]]) -> dict[str, str | tuple[str, ...]]:
        for name in value:
            known_attribute(name)
        return value
