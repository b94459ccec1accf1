"""The resources Group, Activity and CalendarEvent: a group, what it is taught, and a lesson of it.

The population holds groups and who teaches them. So a group has one activity, and the activity one lesson, in the
first week of the school year, at an hour that its id decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from idp.ss12000.duties import Duty, duty_ref, group_ref
from idp.ss12000.ids import group_id, stable
from idp.ss12000.lens import Json, Lens, Seen
from idp.ss12000.units import END, START, Group

LESSON = timedelta(minutes=60)
FIRST_HOUR, HOURS, DAYS = 8, 7, 5


@dataclass(slots=True)
class Course:
    """A group with those of its people whom the caller may know."""

    group: Group
    members: list[Seen]
    duties: list[Duty]

    @property
    def activity(self) -> str:
        """The id of its activity."""
        return activity_id(self.group)

    @property
    def event(self) -> str:
        """The id of its lesson."""
        return event_id(self.group)


def activity_id(group: Group) -> str:
    """The id of the activity of a group."""
    return stable("activity", group_id(group.identifier))


def event_id(group: Group) -> str:
    """The id of the lesson of a group."""
    return stable("calendarEvent", group_id(group.identifier))


def group_body(lens: Lens, course: Course, names: bool) -> Json:
    """One group; ``names``: references carry display names."""
    group = course.group
    members: Sequence[Json] = [
        {"person": lens.person_ref(member, names), "startDate": START.isoformat(), "endDate": END.isoformat()}
        for member in course.members
    ]
    return {
        "id": group_id(group.identifier),
        "displayName": group.name,
        "startDate": START.isoformat(),
        "endDate": END.isoformat(),
        "groupType": "Klass" if group.is_class else "Undervisning",
        "schoolType": _school_type(lens, group),
        "organisation": lens.organisation_ref(group.unit, names),
        "groupMemberships": members,
    }


def activity_body(lens: Lens, course: Course, names: bool) -> Json:
    """The activity of a group; ``names``: references carry display names."""
    return {
        "id": course.activity,
        "displayName": f"Undervisning {course.group.name}",
        "calendarEventsRequired": True,
        "startDate": START.isoformat(),
        "endDate": END.isoformat(),
        "activityType": "Undervisning",
        "groups": [group_ref(course.group, names)],
        "teachers": [{"duty": duty_ref(lens, duty, names), "startDate": START.isoformat()} for duty in course.duties],
        "organisation": lens.organisation_ref(course.group.unit, names),
    }


def event_body(lens: Lens, course: Course, names: bool) -> Json:
    """The lesson of a group; ``names``: references carry display names."""
    begins = lesson_begins(course.group)
    activity: Json = {"id": course.activity}
    if names:
        activity["displayName"] = f"Undervisning {course.group.name}"
    return {
        "id": course.event,
        "activity": activity,
        "startTime": _written(begins),
        "endTime": _written(begins + LESSON),
        "cancelled": False,
    }


def lesson_begins(group: Group) -> datetime:
    """When the lesson of a group begins."""
    number = int(event_id(group)[:8], 16)
    day, hour = number % DAYS, FIRST_HOUR + number // DAYS % HOURS
    return datetime.combine(START + timedelta(days=day), time(hour), UTC)


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _school_type(lens: Lens, group: Group) -> str:
    return "FKLASS" if group.is_class and group.name.startswith("F") else lens.unit(group.unit).school_type
