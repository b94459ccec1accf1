"""What one person leaves in the resources that a caller sees, so that a change of theirs tells which have changed.

Display names in references are no part of it: data that was expanded changes no resource.
"""

from collections.abc import Iterator, Mapping

from idp.ss12000 import duties, persons, pupils
from idp.ss12000.groups import activity_id, event_id
from idp.ss12000.ids import group_id, organisation_id
from idp.ss12000.lens import Lens, Seen
from idp.ss12000.offer import PROGRAMMES, programme_id
from idp.ss12000.profile import UNIT
from idp.ss12000.units import Group

type Key = tuple[str, str]
"""Plural of the resource type, and id."""


def traces(lens: Lens, seen: Seen) -> Mapping[Key, object]:
    """For each resource that the person is in, what it says of them."""
    found: dict[Key, object] = {("persons", seen.id): persons.body(lens, seen, names=False)}
    for duty in duties.duties_of(seen):
        found["duties", duty.id] = duties.body(lens, duty, names=False)
        for group in duty.groups:
            found.setdefault(("groups", group_id(group.identifier)), "")
            found["activities", activity_id(group)] = duty.id
    for presence in pupils.presences_of(seen):
        found["groups", group_id(presence.group.identifier)] = seen.id
        found["attendances", presence.id] = pupils.presence_body(lens, presence, names=False)
        found.setdefault(("activities", activity_id(presence.group)), "")
    if place := pupils.place_of(lens, seen):
        found["placements", place.id] = pupils.place_body(lens, place, names=False)
    if mark := pupils.mark_of(lens, seen):
        found["grades", mark.id] = pupils.mark_body(lens, mark, names=False)
    for group in groups_of(seen):
        found["calendarEvents", event_id(group)] = ""
    found.update(dict.fromkeys(_offer(lens, seen), ""))
    return found


def units_known(lens: Lens, seen: Seen) -> Iterator[str]:
    """The school units that the caller learns of by this person: their own, and those of their groups."""
    if UNIT in lens.profile.ever:
        yield from seen.units
        yield from (group.unit for group in groups_of(seen) if group.unit)


def groups_of(seen: Seen) -> tuple[Group, ...]:
    """The groups that the caller learns of by this person."""
    return (*seen.attended, *seen.taught)


def _offer(lens: Lens, seen: Seen) -> Iterator[Key]:
    for code in units_known(lens, seen):
        yield "organisations", organisation_id(code)
        if lens.unit(code).stage == "gymnasium":
            yield from (("programmes", programme_id(programme)) for programme, _ in PROGRAMMES)
