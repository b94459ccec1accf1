"""Which resources a query means, and in what order.

A filter or an order on what a caller may not know would tell it piece by piece, so it is refused; and of whoever it may
not know that, nothing matches.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import cast

from idp.ss12000.duties import Duty, duties_of
from idp.ss12000.errors import bad, forbidden
from idp.ss12000.ids import organisation_id
from idp.ss12000.lens import Seen
from idp.ss12000.moments import day, moment
from idp.ss12000.profile import AFFILIATION, GRADE, GUARDIAN, TEACHER, UNIT
from idp.ss12000.pupils import place_of
from idp.ss12000.query import (
    ACCOUNT,
    CIVIC_NUMBER,
    CONTEXT,
    DATES,
    IDENTIFIER,
    META,
    NAME_CONTAINS,
    TYPE,
    WHERE,
    Query,
    uuid_of,
)
from idp.ss12000.units import END, START
from idp.ss12000.view import Source, View, written

type Matches = Callable[[str, Source], bool]
type Ordered = list[tuple[str, str]]
"""Sort value and id, ascending."""
type Relation = tuple[str, str, date | None]
"""Kind, id of the organisation, last day; all of them begin with the school year."""

NAMES = ("givenName", "sn", "displayName")
NEEDED: dict[str, tuple[tuple[str, ...], ...]] = {
    NAME_CONTAINS: (NAMES,),
    CIVIC_NUMBER: (("norEduPersonNIN",),),
    ACCOUNT: ((ACCOUNT,),),
    WHERE: ((UNIT,),),
    "enrolment": ((UNIT,),),
    "duty": ((UNIT, TEACHER, AFFILIATION),),
    "placement.child": ((UNIT,), (GRADE,)),
    "placement.owner": ((UNIT,), (GRADE,), (GUARDIAN,)),
    "responsibleFor.enrolment": ((UNIT,), (GUARDIAN,)),
    "responsibleFor.placement": ((UNIT,), (GRADE,), (GUARDIAN,)),
}
"""Of each of these sets of attributes the caller must be able to know one, of somebody."""
RELATIONS = tuple(NEEDED)[tuple(NEEDED).index("enrolment") :]
SORTED_BY: dict[str, tuple[str, ...]] = {
    "DisplayName": NAMES,
    "GivenName": ("givenName",),
    "FamilyName": ("sn",),
    "CivicNo": ("norEduPersonNIN",),
    "EduPersonPrincipalName": (ACCOUNT,),
}
"""Orders of persons by the attributes that they show."""
WHEN = ("Modified", "Created")
NAMED = ("organisations", "groups", "activities", "programmes")


def is_descending(query: Query) -> bool:
    """Whether the list is read from its end."""
    return query.sortkey.endswith("Desc")


def ordered(view: View, query: Query) -> Ordered:
    """The resources that the query means, in ascending order of what it sorts by, and of their ids.

    Raises:
        Problem: it cannot be asked, or not by this caller.
    """
    value = _sort_value(view, query)
    checks = [check for name, text in query.filters if (check := _check(view, query.kind, name, text))]
    if query.kind == "persons" and any(name in (TYPE, WHERE, *DATES) for name, _ in query.filters):
        checks.append(_relationship(view, query))
    found = view[query.kind].items()
    return sorted((value(name, source), name) for name, source in found if all(c(name, source) for c in checks))


def _check(view: View, kind: str, name: str, text: str) -> Matches | None:
    if name in META:
        return _by_meta(view, kind, name, moment(text))
    _must_know(view, name)
    match name:
        case "nameContains":
            wanted = text.casefold()
            return lambda _, source: any(
                wanted in value.casefold() for field in NAMES for value in cast(Seen, source).values(field)
            )
        case "civicNo":
            return lambda _, source: text in cast(Seen, source).values("norEduPersonNIN")
        case "eduPersonPrincipalName":
            return lambda _, source: text in cast(Seen, source).values(ACCOUNT)
        case _ if name in (IDENTIFIER, CONTEXT):
            # NOTE: nobody here has an identifier of another system.
            return lambda _, source: False
    return None


def _by_meta(view: View, kind: str, name: str, when: datetime) -> Matches:
    """``after`` is exclusive and ``before`` inclusive, so that two requests that meet at a moment share nothing."""
    of = view.created if name.startswith("meta.created") else view.modified
    if name.endswith("after"):
        return lambda key, _: of((kind, key)) > when
    return lambda key, _: of((kind, key)) <= when


def _must_know(view: View, name: str) -> None:
    ever = view.lens.profile.ever
    if not all(ever.intersection(some) for some in NEEDED.get(name, ())):
        raise forbidden("the agreement does not have what this filter or order is about")


def _relationship(view: View, query: Query) -> Matches:
    asked = dict(query.filters)
    kind, where = asked.get(TYPE, ""), uuid_of(asked[WHERE]) if WHERE in asked else ""
    if kind and kind not in RELATIONS:
        raise bad("there is no such relationship")
    if kind:
        _must_know(view, kind)
    else:
        _must_know(view, "enrolment")
    limits = [(name, day(asked[name])) for name in DATES if name in asked]

    def matches(_: str, source: Source) -> bool:
        return any(
            (not kind or one == kind)
            and (not where or place == where)
            and all(_within(name, limit, last) for name, limit in limits)
            for one, place, last in _relations(view, cast(Seen, source))
        )

    return matches


def _within(name: str, limit: date, last: date | None) -> bool:
    if "startDate" in name:
        return limit >= START if name.endswith("onOrBefore") else limit <= START
    if name.endswith("onOrBefore"):
        return last is not None and last <= limit
    return last is None or limit <= last


def _relations(view: View, seen: Seen) -> Iterator[Relation]:
    lens = view.lens
    yield from _enrolments("enrolment", seen)
    yield from (("duty", _place_id(view, duty), None) for duty in duties_of(seen))
    yield from _placements("placement.child", view, seen)
    for child in lens.wards(seen):
        yield from _placements("placement.owner", view, child)
        yield from _placements("responsibleFor.placement", view, child)
        yield from _enrolments("responsibleFor.enrolment", child)


def _enrolments(kind: str, seen: Seen) -> Iterator[Relation]:
    if seen.person.role == "pupil":
        yield from ((kind, organisation_id(code), END) for code in seen.units)


def _placements(kind: str, view: View, seen: Seen) -> Iterator[Relation]:
    if place := place_of(view.lens, seen):
        yield kind, organisation_id(place.unit), END


def _place_id(view: View, duty: Duty) -> str:
    return str(view.lens.organisation_ref(duty.unit, names=False)["id"])


def sortkeys(kind: str) -> tuple[str, ...]:
    """By what resources of this type can be sorted, and in which direction."""
    fields = (*WHEN, *(SORTED_BY if kind == "persons" else ()), *(("DisplayName",) if kind in NAMED else ()))
    return tuple(field + direction for field in fields for direction in ("Asc", "Desc"))


def _sort_value(view: View, query: Query) -> Callable[[str, Source], str]:
    kind = query.kind
    if not query.sortkey:
        return lambda _, source: ""
    if query.sortkey not in sortkeys(kind):
        raise bad("this resource cannot be sorted so")
    field = query.sortkey.removesuffix("Asc").removesuffix("Desc")
    match field:
        case "Modified":
            return lambda name, _: written(view.modified((kind, name)))
        case "Created":
            return lambda name, _: written(view.created((kind, name)))
    if kind == "persons":
        attributes = SORTED_BY[field]
        if not view.lens.profile.ever.intersection(attributes):
            raise forbidden("the agreement does not have what this filter or order is about")
        if field == "DisplayName":
            return lambda _, source: cast(Seen, source).name
        return lambda _, source: cast(Seen, source).first(attributes[0])
    return lambda name, _: _display_name(view, kind, name)


def _display_name(view: View, kind: str, name: str) -> str:
    body = view.body(kind, name, names=False)
    return str(body.get("displayName") or body.get("name") or "")
