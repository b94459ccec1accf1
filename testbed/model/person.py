"""A person of a school, as people.json holds them.

Of a roster the people are by far the largest part, so what many of them have in common is one object for all.
"""

from functools import lru_cache
from sys import intern
from typing import Literal

from pydantic import field_validator

from testbed.model.attributes import by_name
from testbed.model.strict import Id, Role, Written, known_attribute

type SecurityMarking = Literal["Ingen", "Sekretessmarkering", "Skyddad folkbokföring"]

SHARED_TUPLES = 32_768
"""School units and groups of a large owner: each stands with every one of its people."""


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

    @field_validator("school")
    @classmethod
    def _school_is_shared(cls, value: str) -> str:
        return intern(value)

    @field_validator("school_units", "groups")
    @classmethod
    def _places_are_shared(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return _tuple(value)

    @field_validator("attributes")
    @classmethod
    def _attributes_are_known(cls, value: dict[str, str | tuple[str, ...]]) -> dict[str, str | tuple[str, ...]]:
        for name in value:
            known_attribute(name)
        known = by_name()
        return {intern(name): one if known[name].unique else _shared(one) for name, one in value.items()}

    def model_post_init(self, _: object, /) -> None:
        """NOTE: which fields were given is a set of its own for every model, and a third of what a person takes. A
        person never changes, and whoever makes a changed copy copies the set too.
        """
        object.__setattr__(self, "__pydantic_fields_set__", _fields(frozenset(self.model_fields_set)))


def _shared(value: str | tuple[str, ...]) -> str | tuple[str, ...]:
    return intern(value) if isinstance(value, str) else _tuple(value)


@lru_cache(SHARED_TUPLES)
def _tuple(value: tuple[str, ...]) -> tuple[str, ...]:
    return value


@lru_cache
def _fields(names: frozenset[str]) -> set[str]:
    return set(names)
