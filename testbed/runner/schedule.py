"""Who arrives when: drawn from a profile, the people and a seed, and the same for the same."""

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from testbed.model.files import ScenarioInvalid
from testbed.model.load import LONGEST_S, MOST_ARRIVALS, Arrival, Part, Profile, Wave
from testbed.model.scenario import MOVING
from testbed.model.written import Agreement, Person
from testbed.runner.crowd import Crowd, Together, may_come, unit_sizes

NO_AGREEMENTS: Mapping[str, Agreement] = MappingProxyType({})
FEWEST_PUPILS, MOST_PUPILS = 900, 20_000
"""With fewer there are not all kinds of people; with more a laboratory takes long to come up."""
PUPILS_TO_ONE: Mapping[str, float] = MappingProxyType({"pupil": 1, "guardian": 1, "teacher": 12, "staff": 45})
SHARE_THAT_COMES = 0.25
"""Of the people of the laboratory, as school units are drawn large and small."""
SHARE_OF_MOVERS = 0.25
"""Of all people, where some change school: those who may be the ones."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """What a command asks for in place of what the profile says; of the first three at most one."""

    scale: float | None = None
    """1.0 being all of the profile's people."""
    rate: float | None = None
    """People a second, on average until the last arrival."""
    users: int | None = None
    """People in all."""
    duration_s: float | None = None
    """Until the last arrival: shorter or longer at the same rate."""


def sized(profile: Profile, sizes: Sizes) -> Profile:
    """The profile with its scale, and its time, as a command asks for them.

    Raises:
        ScenarioInvalid: what is asked for is no size, too much, or contradicts itself.
    """
    asked = {"--scale": sizes.scale, "--rate": sizes.rate, "--users": sizes.users}
    given = [option for option, value in asked.items() if value is not None]
    if len(given) > 1:
        raise ScenarioInvalid(given[1], str(asked[given[1]]), f"stands beside {given[0]}", "keep one of them")
    for option, value in {**asked, "--duration": sizes.duration_s}.items():
        if value is not None and not (math.isfinite(value) and value > 0):
            raise ScenarioInvalid(option, str(value), "is no size", "give a number above 0")
    if sizes.duration_s is not None:
        profile = _lasting(profile, sizes.duration_s)
    size = _size(profile)
    wanted = sizes.users if sizes.users is not None else sizes.rate and sizes.rate * profile.window_s
    scale = wanted / size if wanted else sizes.scale
    profile = profile if scale is None else profile.model_copy(update={"scale": scale})
    _must_be_possible(profile, given[0] if given else "--duration")
    return profile


def _lasting(profile: Profile, duration_s: float) -> Profile:
    if duration_s > LONGEST_S:
        raise ScenarioInvalid("--duration", f"{duration_s:g}", "is longer than a day", "ask for less")
    factor = duration_s / profile.window_s
    return profile.model_copy(update={"waves": tuple(_stretched(wave, factor) for wave in profile.waves)})


def _stretched(wave: Wave, factor: float) -> Wave:
    people = None if wave.people is None else max(1, round(wave.people * factor))
    stretched = {"from_s": wave.from_s * factor, "within_s": wave.within_s * factor, "people": people}
    return wave.model_copy(update=stretched)


def _size(profile: Profile) -> float:
    return sum(wave.size for wave in profile.waves)


def _must_be_possible(profile: Profile, where: str) -> None:
    expected = _size(profile) * profile.scale
    if expected > MOST_ARRIVALS:
        raise ScenarioInvalid(
            where, profile.id, f"{expected:.0f} people would arrive, and at most {MOST_ARRIVALS} can", "ask for fewer"
        )


def pupils_for(profile: Profile) -> int:
    """So many pupils are to be invented that nobody has to come twice, as far as that can be done."""
    weights: dict[str, float] = {}
    for wave in profile.waves:
        mix = wave.mix or profile.mix
        whole = sum(part.share for part in mix)
        for part in mix:
            come = wave.size * profile.scale * part.share / whole
            weights[part.role] = weights.get(part.role, 0) + come
    wanted = max(come * PUPILS_TO_ONE[role] / SHARE_THAT_COMES for role, come in weights.items())
    return max(FEWEST_PUPILS, min(MOST_PUPILS, math.ceil(wanted)))


def arrivals_of(
    profile: Profile, people: Mapping[str, Person], seed: int, agreed: Mapping[str, Agreement] = NO_AGREEMENTS
) -> tuple[Arrival, ...]:
    """Everybody who arrives, by the time at which they are due.

    A wave that counts its people has exactly so many, rounded over all waves together; one that counts by the second
    has so many on average. Nobody comes twice at one kind of thing to do until all have come.

    Args:
        profile: with the scale that is wanted.
        people: all that the laboratory knows, by id.
        seed: decides everything that is left open.
        agreed: what was agreed with vendors, by their ids; only those come whom it speaks of.

    Raises:
        ScenarioInvalid: they would be too many, or nobody can do what a part asks for.
    """
    _must_be_possible(profile, "scale")
    draw = random.Random(f"{seed}/{profile.id}")  # noqa: S311 - to be repeated
    casting = _Casting(profile, people, agreed, draw)
    found = [
        arrival
        for wave, count in zip(profile.waves, _counts(profile), strict=True)
        for arrival in _Drawn(wave, count, wave.mix or profile.mix, profile.scale, casting, draw).arrivals()
    ]
    found.sort(key=lambda one: one.due_s)
    return tuple(replace(one, number=number) for number, one in enumerate(found))


def _counts(profile: Profile) -> list[int]:
    """How many people each wave has, 0 for those that count by the second; one at least in all."""
    exact = [(wave.people or 0) * profile.scale for wave in profile.waves]
    return _whole(exact, max(1, round(sum(exact))) if any(exact) else 0)


def _whole(exact: Sequence[float], in_all: int) -> list[int]:
    """Whole numbers in place of these, that come to so many in all: by the largest remainders."""
    counts = [math.floor(one) for one in exact]
    by_rest = sorted(range(len(exact)), key=lambda number: (counts[number] - exact[number], number))
    for number in by_rest[: in_all - sum(counts)]:
        counts[number] += 1
    return counts


class _Casting:
    """Who does what. Whoever changes school does so once and nothing else, for other flows of theirs would meet it."""

    def __init__(
        self, profile: Profile, people: Mapping[str, Person], agreed: Mapping[str, Agreement], draw: random.Random
    ) -> None:
        self._profile, self._people, self._agreed, self._draw = profile, people, agreed, draw
        self._sizes = unit_sizes(people, draw)
        moving = any(part.flow in MOVING for part in profile.parts)
        self._movers = {name for name in sorted(people) if draw.random() < SHARE_OF_MOVERS} if moving else set[str]()
        self._moved: set[str] = set()
        self._crowds: dict[tuple[object, ...], Crowd] = {}
        self._units: dict[str, list[str]] = {}
        for part in profile.parts:
            self._crowd(part)

    def arrival(self, part: Part, due_s: float) -> Arrival:
        """Somebody does this, alone; yet without a number."""
        crowd = self._crowd(part)
        if part.flow not in MOVING:
            return self.doing(part, crowd.one(), due_s)
        for _ in range(crowd.size):
            person = crowd.one()
            if person not in self._moved:
                return self.doing(part, person, due_s)
        raise self._wrong(f"{part.flow} is for more people than the {crowd.size} who can move, each once")

    def together(self, part: Part) -> Together:
        """Those who do this as a class."""
        return self._crowd(part).together()

    def doing(self, part: Part, person: str, due_s: float) -> Arrival:
        """This one does."""
        moves_to = ""
        if part.flow in MOVING:
            self._moved.add(person)
            moves_to = self._elsewhere(person)
        return Arrival(0, due_s, part.flow, part.vendor, person, also=part.also, moves_to=moves_to)

    def _crowd(self, part: Part) -> Crowd:
        """Those who may come for it; parts with the same people draw from one crowd."""
        agreements = [self._agreed[vendor] for vendor in (part.vendor, *part.also) if vendor in self._agreed]
        moves = part.flow in MOVING
        key = (part.role, part.school, part.grades, moves, *(one.id for one in agreements))
        if key not in self._crowds:
            some = [
                name
                for name, person in self._people.items()
                if (name in self._movers) == moves
                and all(may_come(person, part, agreement) for agreement in agreements or (None,))
            ]
            if not some:
                raise self._wrong(
                    f"nobody of {len(self._people)} people is a {part.role} of {part.school!r} whom the agreement of "
                    f"{part.vendor!r} speaks of"
                )
            # NOTE: few move, and of those who may every one is needed.
            self._crowds[key] = Crowd(self._people, some, {} if moves else self._sizes, self._draw)
        return self._crowds[key]

    def _elsewhere(self, name: str) -> str:
        """A school unit of the same owner that the person does not belong to."""
        person = self._people[name]
        if person.school not in self._units:
            of_school = (one for one in self._people.values() if one.school == person.school)
            self._units[person.school] = sorted({unit for one in of_school for unit in one.school_units})
        others = [unit for unit in self._units[person.school] if unit not in person.school_units]
        if not others:
            raise self._wrong(f"{name} has no other school unit to move to")
        return self._draw.choice(others)

    def _wrong(self, problem: str) -> ScenarioInvalid:
        mend = "name another role, school or vendor in 'mix', ask for fewer people, or invent more pupils"
        return ScenarioInvalid(self._profile.id, "mix", problem, mend)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """The arrivals of one wave."""

    wave: Wave
    count: int
    mix: Sequence[Part]
    scale: float
    casting: _Casting
    draw: random.Random

    def arrivals(self) -> Iterator[Arrival]:
        """In no order."""
        if self.wave.per_s is not None:
            return self._by_the_second(self.wave.per_s * self.scale)
        return self._by_class() if self.wave.come == "by-class" else self._alone()

    def _by_the_second(self, per_s: float) -> Iterator[Arrival]:
        due = self.draw.expovariate(per_s)
        while due < self.wave.within_s:
            yield self.casting.arrival(self._part(), self.wave.from_s + due)
            due += self.draw.expovariate(per_s)

    def _alone(self) -> Iterator[Arrival]:
        """Of each part as many as its share says."""
        shares = [part.share for part in self.mix]
        counts = _whole([self.count * share / sum(shares) for share in shares], self.count)
        for part, count in zip(self.mix, counts, strict=True):
            for _ in range(count):
                yield self.casting.arrival(part, self.wave.from_s + self.draw.uniform(0, self.wave.within_s))

    def _by_class(self) -> Iterator[Arrival]:
        """A school unit has a bell; its classes begin soon after it, and the pupils of a class come soon after that."""
        within_s = self.wave.within_s
        class_s = min(self.wave.class_s, within_s)
        unit_s = min(self.wave.unit_s, within_s - class_s)
        bells: dict[str, float] = {}
        left = self.count
        while left > 0:
            part = self._part()
            group = self.casting.together(part)
            if group.unit not in bells:
                bells[group.unit] = self.draw.uniform(0, within_s - class_s - unit_s)
            begins = bells[group.unit] + self.draw.uniform(0, unit_s)
            for person in group.people[:left]:
                # NOTE: sums of what was drawn may lie a rounding behind the end.
                due = min(begins + self.draw.uniform(0, class_s), within_s)
                yield self.casting.doing(part, person, self.wave.from_s + due)
            left -= len(group.people)

    def _part(self) -> Part:
        return self.draw.choices(self.mix, [part.share for part in self.mix])[0]
