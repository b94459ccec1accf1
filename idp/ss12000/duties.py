"""The resource Duty: where somebody is employed, and which groups they teach there."""

from dataclasses import dataclass

from idp.ss12000.ids import group_id, stable
from idp.ss12000.lens import Json, Lens, Seen
from idp.ss12000.profile import AFFILIATION, TEACHER, UNIT
from idp.ss12000.units import START, Group


@dataclass(frozen=True, slots=True)
class Duty:
    """The duty of one person at one school unit."""

    id: str
    holder: Seen
    unit: str
    """School unit code; "" where the caller may not know it."""
    groups: tuple[Group, ...]
    """Those that the holder teaches there."""


def duties_of(seen: Seen) -> tuple[Duty, ...]:
    """The duties of a person, none when they are no employee or the caller may know nothing of that."""
    if not seen.employed or not any(map(seen.scope.sees, (UNIT, TEACHER, AFFILIATION))):
        return ()
    units, taught = seen.units or ("",), seen.taught
    found = []
    for number, code in enumerate(units):
        elsewhere = (group for group in taught if group.unit not in units) if number == 0 else ()
        here = (*(group for group in taught if group.unit == code), *elsewhere)
        found.append(Duty(stable("duty", seen.id, code), seen, code, tuple(dict.fromkeys(here))))
    return tuple(found)


def body(lens: Lens, duty: Duty, names: bool) -> Json:
    """One duty; ``names``: references carry display names."""
    return {
        "id": duty.id,
        "person": lens.person_ref(duty.holder, names),
        "dutyAt": lens.organisation_ref(duty.unit, names),
        "dutyRole": "Lärare" if duty.holder.person.role == "teacher" else "Annan personal",
        "startDate": START.isoformat(),
        "assignmentRole": [
            {
                "group": group_ref(group, names),
                "assignmentRoleType": "Lärare",
                "startDate": START.isoformat(),
            }
            for group in duty.groups
        ],
    }


def group_ref(group: Group, names: bool) -> Json:
    """A reference to a group."""
    reference: Json = {"id": group_id(group.identifier)}
    if names:
        reference["displayName"] = group.name
    return reference


def duty_ref(lens: Lens, duty: Duty, names: bool) -> Json:
    """A reference to a duty, named as its holder where the caller may know the name."""
    reference: Json = {"id": duty.id}
    if names and (name := lens.person_ref(duty.holder, names).get("displayName")):
        reference["displayName"] = name
    return reference
