"""The school as one caller may see it: every reference to anybody goes through here."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import attrgetter

from idp.population.school import Owner
from idp.ss12000.ids import organisation_id
from idp.ss12000.profile import GUARDIAN, MARKING, STUDENT, TEACHER, UNIT, Profile, Scope
from idp.ss12000.units import Group, Unit, group_of, unit_of
from idp.ss12000.world import World
from testbed.model.written import Person

type Json = dict[str, object]

by_id = attrgetter("id")
"""The order in which everything stands that has no other."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One person as the caller may know them."""

    id: str
    """What the caller knows the person by."""
    person: Person = field(repr=False)
    scope: Scope = field(repr=False)

    def values(self, attribute: str) -> tuple[str, ...]:
        """The values of an attribute, none when the caller may not know it."""
        return self.person.values(attribute) if self.scope.sees(attribute) else ()

    def first(self, attribute: str) -> str:
        """The first of them, "" when there is none."""
        return next(iter(self.values(attribute)), "")

    @property
    def units(self) -> tuple[str, ...]:
        """The codes of the person's school units that the caller may know."""
        return tuple(code for code in dict.fromkeys(self.person.school_units) if self.scope.sees_at(UNIT, code))

    @property
    def attended(self) -> tuple[Group, ...]:
        """The groups that the person is known to belong to as a pupil."""
        return tuple(self._groups(STUDENT))

    @property
    def taught(self) -> tuple[Group, ...]:
        """The groups that the person is known to teach, as an employee."""
        return tuple(self._groups(TEACHER)) if self.employed else ()

    @property
    def employed(self) -> bool:
        """Whether the school employs the person."""
        return self.person.role in ("teacher", "staff")

    @property
    def name(self) -> str:
        """What the person is called, as far as the caller may know; "" where it may not."""
        return self.first("displayName") or " ".join(filter(None, (self.first("givenName"), self.first("sn"))))

    def _groups(self, attribute: str) -> Iterator[Group]:
        for group in map(group_of, dict.fromkeys(self.values(attribute))):
            if self.scope.sees_at(attribute, group.unit):
                yield group


class Lens:
    """The school at one moment through a caller's profile."""

    def __init__(self, world: World, profile: Profile, owner: Owner) -> None:
        self.world, self.profile, self.owner = world, profile, owner
        self.owner_id = organisation_id(owner.organisation_number)

    def see(self, person: Person) -> Seen | None:
        """The person, None when the caller may not know that they are there."""
        scope = self.profile.scope(person, self.world.protected(person))
        return Seen(self.profile.id_of(person, scope), person, scope) if scope else None

    def guardians(self, child: Seen) -> tuple[Seen, ...]:
        """Those guardians whom the caller may know as such."""
        if child.scope.pseudonymous or GUARDIAN not in self.profile.ever:
            return ()
        seen = map(self.see, self.world.guardians(child.person))
        known = (guardian for guardian in seen if guardian and guardian.scope.sees(GUARDIAN))
        return tuple(sorted(known, key=by_id))

    def wards(self, guardian: Seen) -> tuple[Seen, ...]:
        """Those children whose guardian the caller may know that this person is."""
        if not guardian.scope.sees(GUARDIAN):
            return ()
        seen = map(self.see, self.world.wards(guardian.person))
        return tuple(sorted((child for child in seen if child and not child.scope.pseudonymous), key=by_id))

    def unit(self, code: str) -> Unit:
        """What is known of a school unit."""
        return unit_of(code, self.owner)

    def person_ref(self, seen: Seen, names: bool) -> Json:
        """A reference to a person.

        Args:
            seen: whom.
            names: with a display name (expandReferenceNames).
        """
        reference: Json = {"id": seen.id}
        if self.profile.tells_marking and seen.scope.sees(MARKING):
            reference["securityMarking"] = seen.person.security_marking
        if names and (name := seen.first("displayName")):
            reference["displayName"] = name
        return reference

    def organisation_ref(self, code: str, names: bool) -> Json:
        """A reference to a school unit; to the owner where no unit is named or the caller may know nobody's."""
        hidden = not code or UNIT not in self.profile.ever
        reference: Json = {"id": self.owner_id if hidden else organisation_id(code)}
        if names:
            reference["displayName"] = self.owner.name if hidden else self.unit(code).name
        return reference
