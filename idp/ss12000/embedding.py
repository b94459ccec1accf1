"""What ``expand`` adds to a resource, under ``_embedded``: other resources that the caller may see anyway."""

from collections.abc import Mapping
from types import MappingProxyType

from idp.ss12000.duties import Duty, duties_of, group_ref
from idp.ss12000.groups import Course
from idp.ss12000.lens import Json, Seen
from idp.ss12000.persons import GUARDIAN_RELATION
from idp.ss12000.pupils import Place, place_of
from idp.ss12000.query import Query
from idp.ss12000.units import END, START
from idp.ss12000.view import Source, View

OPENED_BY: Mapping[str, str] = MappingProxyType(
    {
        "duties": "duties",
        "responsibleFor": "persons",
        "placements": "placements",
        "ownedPlacements": "placements",
        "groupMemberships": "groups",
        "assignmentRoles": "duties",
        "person": "persons",
        "child": "persons",
        "owners": "persons",
    }
)
"""The resource type that must be open to a caller who expands this."""


def answered(view: View, query: Query, name: str) -> Json:
    """A resource with what the query wants expanded.

    Args:
        view: of the caller.
        query: says the type, and what is expanded.
        name: the resource's id.
    """
    body = view.body(query.kind, name, query.names)
    if query.expand:
        source = view[query.kind][name]
        body["_embedded"] = {what: _embedded(view, source, what, query.names) for what in query.expand}
    return body


def _embedded(view: View, source: Source, what: str, names: bool) -> object:
    match source:
        case Seen():
            return _of_person(view, source, what, names)
        case Course():
            return [_role(view, duty, names) for duty in source.duties]
        case Duty():
            return view.body("persons", source.holder.id, names)
        case Place() if what == "child":
            return view.body("persons", source.child.id, names)
        case Place():
            return [view.body("persons", one.id, names) for one in view.lens.guardians(source.child)]
    return []


def _role(view: View, duty: Duty, names: bool) -> Json:
    return {"duty": view.body("duties", duty.id, names), "assignmentRoleType": "Lärare", "startDate": START.isoformat()}


def _of_person(view: View, seen: Seen, what: str, names: bool) -> list[Json]:
    lens = view.lens
    match what:
        case "duties":
            return [view.body("duties", duty.id, names) for duty in duties_of(seen)]
        case "groupMemberships":
            dates = {"startDate": START.isoformat(), "endDate": END.isoformat()}
            return [{"group": group_ref(group, names), **dates} for group in seen.attended]
        case "responsibleFor":
            wards = lens.wards(seen)
            return [{"person": lens.person_ref(child, names), "relationType": GUARDIAN_RELATION} for child in wards]
    children = (seen,) if what == "placements" else lens.wards(seen)
    places = (place_of(lens, child) for child in children)
    return [view.body("placements", place.id, names) for place in places if place]
