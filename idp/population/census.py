"""Goes through one owner's schools once and writes down who is there: families, teachers, other staff."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from idp.population.contacts import GUARDIAN_MAIL, Mailboxes, Street, Streets, UserNames
from idp.population.names import Name, Names, listed
from idp.population.numbers import TELEPHONE_NUMBERS, CivicNumbers, Telephones
from idp.population.school import SCHOOL_YEAR, Owner, SchoolUnit, classes_for, units_for
from idp.population.traits import PROTECTED, Trait, spread
from testbed.model.written import Person, SecurityMarking

PUPILS_PER_TEACHER = 12
PUPILS_PER_OTHER_STAFF = 45
SHARE_OF_GIRLS = 0.49
SHARE_WITH_ONE_GUARDIAN = 0.25
SHARE_OF_SAME_SURNAME = 0.7
"""Of second guardians, who are called as the child is."""
SHARE_OF_PROTECTED_TEACHERS = 0.001
SHARE_OF_TEACHERS_IN_SEVERAL_UNITS = 0.05
HOUSEHOLD_SIZES = ((1, 2, 3), (45, 40, 15))
"""Pupils in a household, and how many in a hundred households have so many."""

LOA_BASIC = "http://id.skolfederation.se/loa/bas"
LOA_TWO_FACTORS = "http://id.skolfederation.se/loa/2fa"

_MARKINGS: dict[Trait, SecurityMarking] = {
    Trait.CONFIDENTIAL: "Sekretessmarkering",
    Trait.PROTECTED_REGISTRATION: "Skyddad folkbokföring",
}
_MOTHER_TONGUE_GROUP = "MODERSMAL"

type _Attributes = dict[str, str | tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Household:
    surname: str
    street: Street
    marking: SecurityMarking


class Registers:
    """What has been given out; the owners of one laboratory share them, for no two persons may share a value."""

    def __init__(self, draw: Random) -> None:
        self.draw = draw
        """Every register draws from it."""
        self.names = Names(draw)
        self.numbers = CivicNumbers(draw)
        self.users = UserNames(draw)
        self.mail = Mailboxes()
        self.streets = Streets(draw)
        numbers = list(TELEPHONE_NUMBERS)
        draw.shuffle(numbers)
        self.pupil_phones, self.staff_phones = deque(numbers[:100]), deque(numbers[100:150])
        self.guardian_phones = deque(numbers[150:])


class Census:
    """The registers remember what has been given out, so each list of people is asked for once.

    Args:
        owner: whose schools.
        pupils: how many.
        seed: decides everything, together with these and with what was given out before.
        registers: of an owner whose census is complete; None for the first one. Their chance begins anew with the
            seed, so that how much the other owner drew changes nothing.
    """

    def __init__(self, owner: Owner, pupils: int, seed: str, registers: Registers | None = None) -> None:
        # NOTE: a text seeds by its digest; the numbers 1 and -1 would seed alike.
        self._draw = draw = registers.draw if registers else Random()  # noqa: S311 (nothing secret)
        draw.seed(seed)
        self._owner = owner
        self.units = units_for(owner, pupils)
        self._classes = classes_for(self.units, pupils)
        one_word_names = registers.names.one_word_left if registers else len(listed("one_word"))
        self._traits = spread(draw, pupils, one_word_names)
        self._teachers = max(len(set(self._classes)), -(-pupils // PUPILS_PER_TEACHER))
        self._staff = max(len(self.units), -(-pupils // PUPILS_PER_OTHER_STAFF))
        self.registers = registers or Registers(draw)
        self._pupil_phones = Telephones(draw, self.registers.pupil_phones, pupils)
        self._staff_phones = Telephones(draw, self.registers.staff_phones, self._teachers + self._staff)
        self._guardian_phones = Telephones(draw, self.registers.guardian_phones, pupils)

    def everybody(self) -> dict[str, Person]:
        """By id: pupils, then guardians, teachers and other staff."""
        return {person.id: person for person in (*self.families(), *self.teachers(), *self.other_staff())}

    def families(self) -> tuple[Person, ...]:
        """Pupils in order of their ids, then guardians."""
        pupils: dict[int, Person] = {}
        guardians: list[Person] = []
        for members in self._siblings():
            trait = self._traits.get(members[0])
            marking = _MARKINGS[trait] if trait in PROTECTED else "Ingen"
            household = _Household(self.registers.names.surname(), self.registers.streets.street(), marking)
            children = [self._pupil(index, household) for index in members]
            pupils.update(zip(members, children, strict=True))
            # NOTE: a protected child lives with one adult, who is protected with it.
            alone = marking != "Ingen" or self._draw.random() < SHARE_WITH_ONE_GUARDIAN
            for number in range(1 if alone else 2):
                differs = number > 0 and self._draw.random() >= SHARE_OF_SAME_SURNAME
                surname = self.registers.names.surname() if differs else household.surname
                guardians.append(self._guardian(len(guardians) + 1, surname, household, children))
        return (*(pupils[index] for index in sorted(pupils)), *guardians)

    def teachers(self) -> Iterator[Person]:
        """At least one for each class; some in several school units, one or more with protected identity."""
        classes = tuple(dict.fromkeys(self._classes))
        by_unit = {unit.code: [one for one in classes if one.unit is unit] for unit in self.units}
        several = max(2, round(SHARE_OF_TEACHERS_IN_SEVERAL_UNITS * self._teachers))
        for number in range(self._teachers):
            home = classes[number % len(classes)]
            colleagues = by_unit[home.unit.code]
            taught = [home, *self._draw.sample(colleagues, min(len(colleagues), self._draw.randrange(4)))]
            if number < several:
                elsewhere = by_unit[self._other_unit(home.unit).code]
                taught += self._draw.sample(elsewhere, min(len(elsewhere), 1))
            taught = list(dict.fromkeys(taught))
            protected = number == several or (number > several and self._draw.random() < SHARE_OF_PROTECTED_TEACHERS)
            attributes = self._employee("faculty") | {
                "sisSchoolUnitCode": tuple(dict.fromkeys(one.unit.code for one in taught)),
                "sisSchoolCourseTeacher": tuple(one.group for one in taught),
            }
            yield Person(
                id=f"{self._owner.id_prefix}larare-{number + 1:04d}",
                role="teacher",
                school=self._owner.school,
                school_units=attributes["sisSchoolUnitCode"],
                groups=attributes["sisSchoolCourseTeacher"],
                security_marking="Sekretessmarkering" if protected else "Ingen",
                attributes=attributes,
            )

    def other_staff(self) -> Iterator[Person]:
        """Head teachers, nurses, counsellors, caretakers: no groups of their own."""
        for number in range(self._staff):
            unit = self.units[number % len(self.units)]
            yield Person(
                id=f"{self._owner.id_prefix}personal-{number + 1:04d}",
                role="staff",
                school=self._owner.school,
                school_units=(unit.code,),
                attributes=self._employee("staff") | {"sisSchoolUnitCode": (unit.code,)},
            )

    def _siblings(self) -> Iterator[tuple[int, ...]]:
        """The pupils by household; a protected pupil is an only child."""
        protected = [index for index, trait in self._traits.items() if trait in PROTECTED]
        others = sorted(set(range(len(self._classes))).difference(protected))
        self._draw.shuffle(others)
        yield from ((index,) for index in protected)
        start = 0
        while start < len(others):
            size = self._draw.choices(*HOUSEHOLD_SIZES)[0]
            yield tuple(others[start : start + size])
            start += size

    def _pupil(self, index: int, household: _Household) -> Person:
        trait, own = self._traits.get(index), self._classes[index]
        female = self._draw.random() < SHARE_OF_GIRLS
        name = self._pupil_name(trait, female, household.surname)
        units, groups = [own.unit.code], [own.group]
        if trait is Trait.SEVERAL_UNITS:
            other = self._other_unit(own.unit)
            units.append(other.code)
            groups.append(other.group(_MOTHER_TONGUE_GROUP))
        number = self.registers.numbers.born(own.birth_year, female, temporary=trait is Trait.TEMPORARY_NUMBER)
        attributes = self._identity(name, number) | {
            "sisSchoolUnitCode": tuple(units),
            "sisSchoolGrade": str(own.grade),
            "sisSchoolCourseStudent": tuple(groups),
            "eduPersonScopedAffiliation": (f"student@{self._owner.domain}",),
            "eduPersonAssurance": (LOA_BASIC,),
        }
        if trait is not Trait.NO_MAIL:
            attributes["mail"] = self.registers.mail.of(name, f"elev.{self._owner.domain}")
        if household.marking == "Ingen":
            attributes |= self._at_home(household.street, self._pupil_phones)
        return Person(
            id=f"{self._owner.id_prefix}elev-{index + 1:04d}",
            role="pupil",
            school=self._owner.school,
            school_units=tuple(units),
            groups=tuple(groups),
            security_marking=household.marking,
            attributes=attributes,
        )

    def _pupil_name(self, trait: Trait | None, female: bool, surname: str) -> Name:
        if trait is Trait.ONE_WORD_NAME:
            return self.registers.names.one_word()
        if trait is Trait.VERY_LONG_NAME:
            return self.registers.names.very_long(female)
        return self.registers.names.full(female, self.registers.names.surname_with(trait) or surname)

    def _guardian(self, number: int, surname: str, household: _Household, children: Sequence[Person]) -> Person:
        female = self._draw.random() < 1 / 2
        name = self.registers.names.full(female, surname)
        eldest = min(int(str(child.attributes["norEduPersonBirthDate"])[:4]) for child in children)
        civic_number = self.registers.numbers.born(eldest - self._draw.randint(22, 42), female)
        attributes = self._identity(name, civic_number) | {
            "mail": self.registers.mail.of(name, GUARDIAN_MAIL),
            "eduPersonScopedAffiliation": (f"affiliate@{self._owner.domain}",),
            "eduPersonAssurance": (LOA_TWO_FACTORS,),
            "sisLegalGuardianFor": _user_names(children),
        }
        if household.marking == "Ingen":
            attributes |= self._at_home(household.street, self._guardian_phones)
        return Person(
            id=f"{self._owner.id_prefix}vardnadshavare-{number:04d}",
            role="guardian",
            school=self._owner.school,
            security_marking=household.marking,
            attributes=attributes,
        )

    def _employee(self, affiliation: str) -> _Attributes:
        female = self._draw.random() < 0.7  # noqa: PLR2004 (share of women in schools)
        name = self.registers.names.full(female, self.registers.names.surname())
        number = self.registers.numbers.born(SCHOOL_YEAR - self._draw.randint(24, 66), female)
        attributes = self._identity(name, number) | {
            "mail": self.registers.mail.of(name, self._owner.domain),
            "eduPersonScopedAffiliation": (f"employee@{self._owner.domain}", f"{affiliation}@{self._owner.domain}"),
            "eduPersonAssurance": (LOA_TWO_FACTORS,),
        }
        if telephone := self._staff_phones.perhaps():
            attributes["telephoneNumber"] = telephone
        return attributes

    def _identity(self, name: Name, civic_number: str) -> _Attributes:
        surname = {"sn": name.surname} if name.surname else {}
        return {
            "eduPersonPrincipalName": self.registers.users.of(name, self._owner.domain),
            "givenName": name.given,
            **surname,
            "displayName": name.display,
            "norEduPersonNIN": civic_number,
            "norEduPersonBirthDate": civic_number[:8],
        }

    def _at_home(self, street: Street, telephones: Telephones) -> _Attributes:
        attributes: _Attributes = {
            "street": self.registers.streets.house(street),
            "postalCode": street.postal_code,
            "l": street.town,
        }
        if telephone := telephones.perhaps():
            attributes["telephoneNumber"] = telephone
        return attributes

    def _other_unit(self, unit: SchoolUnit) -> SchoolUnit:
        return self._draw.choice([other for other in self.units if other is not unit])


def _user_names(people: Iterable[Person]) -> tuple[str, ...]:
    return tuple(value for person in people for value in person.values("eduPersonPrincipalName"))
