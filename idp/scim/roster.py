"""What one receiver is to hold, made of what its agreement lets it see.

The data API decides that (:mod:`idp.ss12000.view`): each resource here is the API's own answer, said in EGIL's words.
So what the agreement keeps back is not there to be sent, and who is known by a pseudonym is known by it here too.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import cast

from idp.scim.kinds import Kind
from idp.scim.resources import USER_EXTENSION, body_of
from idp.ss12000.duties import Duty
from idp.ss12000.groups import Course
from idp.ss12000.lens import Json, Seen
from idp.ss12000.units import Unit
from idp.ss12000.view import View

_OF_ROLE = {"pupil": Kind.STUDENT, "teacher": Kind.TEACHER, "staff": Kind.TEACHER, "guardian": Kind.GUARDIAN}
_SOURCES = {
    Kind.ORGANISATION: "organisations",
    Kind.SCHOOL_UNIT: "organisations",
    Kind.GUARDIAN: "persons",
    Kind.STUDENT: "persons",
    Kind.TEACHER: "persons",
    Kind.EMPLOYMENT: "duties",
    Kind.STUDENT_GROUP: "groups",
    Kind.ACTIVITY: "activities",
}
"""The type of SS 12000:2020 that each is made of."""
_SCHOOL_TYPES = {"FKLASS": "FSK"}
"""Codes of SS 12000:2018 where they differ."""


type Digested = dict[str, tuple[Seen, bytes]]
"""Of persons, by id: what was seen of one, and the digest of what was said of them."""


class Roster:
    """The resources that one receiver is to hold.

    Args:
        view: what it may see; None: nothing.
        digested: what an earlier roster of the same view has left, so that what has not changed is not made again.
    """

    def __init__(self, view: View | None, digested: Digested | None = None) -> None:
        self._view, self._digested = view, {} if digested is None else digested
        for name in self._digested.keys() - (view["persons"].keys() if view else ()):
            del self._digested[name]

    def __getitem__(self, kind: Kind) -> Sequence[str]:
        """The ids of all resources of a type, in an order that tells nothing."""
        return self._ids.get(kind, ())

    def facts(self, kind: Kind, name: str) -> Json:
        """What a resource says, by the names that SCIM has for it.

        Args:
            kind: its type.
            name: its id, one of this type.
        """
        if (view := self._view) is None:
            raise KeyError(name)
        # NOTE: display names of references are wanted of guardians alone, and to make them of all takes time.
        source = _SOURCES[kind]
        said = view.body(source, name, names=source == "persons")
        match kind:
            case Kind.ORGANISATION:
                told: Json = {"displayName": said["displayName"]}
            case Kind.SCHOOL_UNIT:
                told = _school_unit(said)
            case Kind.EMPLOYMENT:
                told = _employment(said)
            case Kind.STUDENT_GROUP:
                told = _student_group(said)
            case Kind.ACTIVITY:
                told = _activity(said, self._employments)
            case _:
                told = _user(said, cast(Seen, view["persons"][name]), view)
        return {"externalId": name, **told}

    def body(self, kind: Kind, name: str) -> bytes:
        """What a resource says, as it is sent.

        Args:
            kind: its type.
            name: its id, one of this type.
        """
        return body_of(kind, self.facts(kind, name))

    def digested(self, kind: Kind, name: str) -> bytes | None:
        """The digest of a body that has not changed since it was told to :meth:`remember`; None where it may have.

        Args:
            kind: its type.
            name: its id, one of this type.
        """
        seen = self._seen(kind, name)
        # NOTE: whoever changes, or has a guardian or a child who does, is seen anew by the view.
        known = self._digested.get(name) if seen is not None else None
        return known[1] if known and known[0] is seen else None

    def remember(self, kind: Kind, name: str, digest: bytes) -> None:
        """This is the digest of a body; made by the same function for all rosters of a view."""
        seen = self._seen(kind, name)
        if seen is not None:
            self._digested[name] = seen, digest

    def _seen(self, kind: Kind, name: str) -> Seen | None:
        """The person whom a resource is, where it is one."""
        seen = self._view["persons"].get(name) if self._view and _SOURCES[kind] == "persons" else None
        return seen if isinstance(seen, Seen) else None

    @cached_property
    def _ids(self) -> Mapping[Kind, Sequence[str]]:
        if (view := self._view) is None:
            return {}
        codes = {unit.code for unit in view["organisations"].values() if isinstance(unit, Unit)}
        found: dict[Kind, list[str]] = {kind: [] for kind in Kind}
        for name, source in view["organisations"].items():
            found[Kind.SCHOOL_UNIT if isinstance(source, Unit) else Kind.ORGANISATION].append(name)
        for name, seen in view["persons"].items():
            found[_OF_ROLE[cast(Seen, seen).person.role]].append(name)
        # NOTE: EGIL has these at a school unit always, so where the receiver may know of none they cannot be said.
        for kind in (Kind.EMPLOYMENT, Kind.STUDENT_GROUP, Kind.ACTIVITY):
            found[kind] += (name for name, source in view[_SOURCES[kind]].items() if _unit_of(source) in codes)
        return {kind: sorted(names) for kind, names in found.items()}

    @cached_property
    def _employments(self) -> frozenset[str]:
        return frozenset(self[Kind.EMPLOYMENT])


def _unit_of(source: object) -> str | None:
    match source:
        case Duty():
            return source.unit
        case Course():
            return source.group.unit
    return None


def _user(said: Json, seen: Seen, view: View) -> Json:
    """EGIL wants a user name, a display name and both names always: what may not be told is empty, and the user name
    then says the id again.
    """
    accounts = cast(list[str], said.get("eduPersonPrincipalNames", ()))
    told: Json = {
        "userName": accounts[0] if accounts else f"{seen.id}@{view.lens.owner.domain}",
        "displayName": seen.first("displayName"),
        "name": {"familyName": said["familyName"], "givenName": said["givenName"]},
    }
    if mails := _members(said, "emails"):
        told["emails"] = [{"value": mail["value"]} for mail in mails]
    if more := _of_school(said, view.lens.owner_id):
        told[USER_EXTENSION] = more
    return told


def _of_school(said: Json, owner: str) -> Json:
    more: Json = {}
    enrolments = [one for one in _members(said, "enrolments") if _id(one, "enroledAt") != owner]
    if enrolments:
        more["enrolments"] = [_enrolment(one) for one in enrolments]
    if "civicNo" in said:
        more["civicNo"] = cast(Json, said["civicNo"])["value"]
    if "securityMarking" in said:
        # NOTE: a boolean has no room for what kind of protection it is; whoever is not surely unprotected is protected.
        more["securityMarking"] = said["securityMarking"] != "Ingen"
    if responsible := _members(said, "responsibles"):
        more["userRelations"] = [_relation(one) for one in responsible]
    return more


def _enrolment(said: Json) -> Json:
    told = _reference(Kind.SCHOOL_UNIT, _id(said, "enroledAt"))
    if "schoolYear" in said:
        told["schoolYear"] = said["schoolYear"]
    told["schoolType"] = _school_type(said["schoolType"])
    return told


def _relation(said: Json) -> Json:
    person = cast(Json, said["person"])
    told = _reference(Kind.GUARDIAN, str(person["id"])) | {"relationType": said["relationType"]}
    if "displayName" in person:
        told["displayName"] = person["displayName"]
    return told


def _school_unit(said: Json) -> Json:
    return {
        "displayName": said["displayName"],
        "schoolUnitCode": said["schoolUnitCode"],
        "organisation": _reference(Kind.ORGANISATION, _id(said, "parentOrganisation")),
        "schoolTypes": said["schoolTypes"],
    }


def _employment(said: Json) -> Json:
    return {
        "employedAt": _reference(Kind.SCHOOL_UNIT, _id(said, "dutyAt")),
        "user": _reference(Kind.TEACHER, _id(said, "person")),
        "employmentRole": said["dutyRole"],
    }


def _student_group(said: Json) -> Json:
    return {
        "displayName": said["displayName"],
        "owner": _reference(Kind.SCHOOL_UNIT, _id(said, "organisation")),
        "studentGroupType": said["groupType"],
        "schoolType": _school_type(said["schoolType"]),
        "studentMemberships": [
            _reference(Kind.STUDENT, _id(one, "person")) for one in _members(said, "groupMemberships")
        ],
    }


def _activity(said: Json, employments: frozenset[str]) -> Json:
    teachers = [_id(one, "duty") for one in _members(said, "teachers")]
    return {
        "displayName": said["displayName"],
        "owner": _reference(Kind.SCHOOL_UNIT, _id(said, "organisation")),
        "groups": [_reference(Kind.STUDENT_GROUP, str(one["id"])) for one in _members(said, "groups")],
        "teachers": [_reference(Kind.EMPLOYMENT, name) for name in teachers if name in employments],
    }


def _reference(kind: Kind, name: str) -> Json:
    return {"value": name, "$ref": f"{kind.endpoint}/{name}"}


def _school_type(code: object) -> str:
    return _SCHOOL_TYPES.get(str(code), str(code))


def _members(said: Json, name: str) -> Sequence[Json]:
    return cast(Sequence[Json], said.get(name, ()))


def _id(said: Json, name: str) -> str:
    return str(cast(Json, said[name])["id"])
