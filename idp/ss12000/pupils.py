"""The resources Placement, Attendance and Grade, which the population does not hold: derived from the pupil alone."""

from dataclasses import dataclass
from hashlib import sha256

from idp.ss12000.groups import LESSON, event_id
from idp.ss12000.ids import stable
from idp.ss12000.lens import Json, Lens, Seen
from idp.ss12000.profile import GRADE
from idp.ss12000.units import END, START, Group

AFTER_SCHOOL_GRADES = frozenset("0123")
GRADED = frozenset("6789")
GRADE_VALUES = "ABCDEF"


@dataclass(frozen=True, slots=True)
class Place:
    """A pupil's place in the after-school centre (fritidshem) of a school unit."""

    id: str
    child: Seen
    unit: str


@dataclass(frozen=True, slots=True)
class Presence:
    """A pupil at a lesson of a group."""

    id: str
    pupil: Seen
    group: Group


@dataclass(frozen=True, slots=True)
class Mark:
    """A pupil's grade in mathematics."""

    id: str
    pupil: Seen
    unit: str


def place_of(lens: Lens, seen: Seen) -> Place | None:
    """The place of every other pupil of the youngest; known to whoever may know school unit and grade."""
    if seen.first(GRADE) not in AFTER_SCHOOL_GRADES or not seen.units:
        return None
    unit = seen.units[0]
    if lens.unit(unit).stage == "gymnasium" or _number(seen, "fritidshem") % 2:
        return None
    return Place(stable("placement", seen.id), seen, unit)


def presences_of(seen: Seen) -> tuple[Presence, ...]:
    """Everybody was at the lesson of each of their groups."""
    return tuple(Presence(stable("attendance", seen.id, event_id(group)), seen, group) for group in seen.attended)


def mark_of(lens: Lens, seen: Seen) -> Mark | None:
    """One grade for every pupil who is old enough to be graded; known to whoever may know school unit and grade."""
    grade, unit = seen.first(GRADE), next(iter(seen.units), "")
    if not grade or not unit or not (grade in GRADED or lens.unit(unit).stage == "gymnasium"):
        return None
    return Mark(stable("grade", seen.id), seen, unit)


def place_body(lens: Lens, place: Place, names: bool) -> Json:
    """One placement; ``names``: references carry display names."""
    return {
        "id": place.id,
        "placedAt": lens.organisation_ref(place.unit, names),
        "schoolType": "FTH",
        "child": lens.person_ref(place.child, names),
        "owners": [lens.person_ref(one, names) for one in lens.guardians(place.child)],
        "startDate": START.isoformat(),
        "endDate": END.isoformat(),
    }


def presence_body(lens: Lens, presence: Presence, names: bool) -> Json:
    """One attendance; ``names``: references carry display names."""
    return {
        "id": presence.id,
        "calendarEvent": {"id": event_id(presence.group)},
        "student": lens.person_ref(presence.pupil, names),
        "isReported": True,
        "attendanceMinutes": int(LESSON.total_seconds()) // 60,
        "validAbsenceMinutes": 0,
        "invalidAbsenceMinutes": 0,
    }


def mark_body(lens: Lens, mark: Mark, names: bool) -> Json:
    """One grade; ``names``: references carry display names."""
    return {
        "id": mark.id,
        "student": lens.person_ref(mark.pupil, names),
        "organisation": lens.organisation_ref(mark.unit, names),
        "registeredDate": END.isoformat(),
        "gradeValue": GRADE_VALUES[_number(mark.pupil, "matematik") % len(GRADE_VALUES)],
        "finalGrade": False,
        "syllabus": {"subjectCode": "MA"},
    }


def _number(seen: Seen, about: str) -> int:
    return sha256(f"{about} {seen.person.id}".encode()).digest()[0]
