"""What one receiver is to hold, made of what its agreement lets it see.

The data API decides that (:mod:`idp.ss12000.view`): each resource here is the API's own answer, as far as the national
tests have a use for it. Whoever sits no test and gives none is not sent; nor is one of whom the receiver may not know
what it demands of everybody (civic number, user name, both names).
"""

import re
from collections.abc import Sequence
from functools import cached_property
from typing import cast

from idp.provisioning.kinds import Kind
from idp.ss12000.duties import Duty
from idp.ss12000.groups import Course
from idp.ss12000.lens import Json, Seen
from idp.ss12000.view import View
from testbed.model.national_tests import TESTS, test_id

SCHOOL_TYPES = frozenset({"GR", "SP", "SAM", "VUXGY"})
"""NOTE: not the preschool class (FKLASS), which the national tests do not know, and not upper secondary school (GY), of
whose pupils they demand a study path that the population does not hold."""
BY_YEAR = frozenset({"GR", "SP", "SAM"})
OF_STAFF = frozenset({"teacher", "staff"})
_YEAR = re.compile(r"(?:GY)?([1-9])[A-Z]\Z")


class Roster:
    """The resources that one receiver is to hold.

    Args:
        view: what it may see; None: nothing.
    """

    def __init__(self, view: View | None) -> None:
        self._view = view
        self._known: dict[Kind, frozenset[str]] = {}

    def __getitem__(self, kind: Kind) -> Sequence[str]:
        """The ids of all resources of a type, in an order that tells nothing."""
        return sorted(self._sent(kind))

    def facts(self, kind: Kind, name: str) -> Json:
        """What a resource says, as it is sent.

        Args:
            kind: its type.
            name: its id, one of this type.
        """
        told = self._told(kind, name)
        if told is None:
            raise KeyError(name)
        return told

    def _sent(self, kind: Kind) -> frozenset[str]:
        """NOTE: which of a type are sent is asked of the types before it, so that no reference leads nowhere."""
        if kind not in self._known:
            names = self._view[kind.endpoint] if self._view is not None else ()
            self._known[kind] = frozenset(name for name in names if self._told(kind, name) is not None)
        return self._known[kind]

    def _told(self, kind: Kind, name: str) -> Json | None:
        """What is sent of a resource; None where it is not."""
        if (view := self._view) is None:
            return None
        source, said = view[kind.endpoint][name], view.body(kind.endpoint, name, names=False)
        match source:
            case Seen():
                return _person(source, said, self._at_work)
            case Duty():
                return self._duty(source, said)
            case Course() if kind is Kind.GROUP:
                return self._group(source, said)
            case Course():
                return self._activity(source, said)
        return None

    @cached_property
    def _at_work(self) -> frozenset[str]:
        """Whoever has a duty at a school unit that the receiver may know."""
        if (view := self._view) is None:
            return frozenset()
        return frozenset(one.holder.id for one in view["duties"].values() if isinstance(one, Duty) and one.unit)

    def _duty(self, duty: Duty, said: Json) -> Json | None:
        if not duty.unit or duty.holder.id not in self._sent(Kind.PERSON):
            return None
        return {
            "id": duty.id,
            "person": {"id": duty.holder.id},
            "dutyAt": _reference(said["dutyAt"]),
            "dutyRole": said["dutyRole"],
        }

    def _group(self, course: Course, said: Json) -> Json | None:
        members = [one.id for one in course.members if one.id in self._sent(Kind.PERSON)]
        named = said["groupType"] == "Klass" or _test_of(course, said) is not None
        if not (named and members and course.group.unit and said["schoolType"] in SCHOOL_TYPES):
            return None
        return {
            "id": said["id"],
            "displayName": said["displayName"],
            "groupType": said["groupType"],
            "schoolType": said["schoolType"],
            "organisation": _reference(said["organisation"]),
            "groupMemberships": [{"person": {"id": name}} for name in members],
        }

    def _activity(self, course: Course, said: Json) -> Json | None:
        (group,) = cast(Sequence[Json], said["groups"])
        if group["id"] not in self._sent(Kind.GROUP) or (view := self._view) is None:
            return None
        test = _test_of(course, view.body("groups", str(group["id"]), names=False))
        if test is None:
            return None
        teachers = [one.id for one in course.duties if one.id in self._sent(Kind.DUTY)]
        return {
            "id": said["id"],
            "displayName": said["displayName"],
            "activityType": said["activityType"],
            "groups": [{"id": group["id"]}],
            "teachers": [{"duty": {"id": name}} for name in teachers],
            "organisation": _reference(said["organisation"]),
            "parentActivity": {"id": test_id(test)},
        }


def _person(seen: Seen, said: Json, at_work: frozenset[str]) -> Json | None:
    accounts, staff = cast(Sequence[str], said.get("eduPersonPrincipalNames", ())), seen.person.role in OF_STAFF
    given, family = said["givenName"], said["familyName"]
    if seen.scope.sees("givenName") and seen.scope.sees("sn"):
        # NOTE: some people have one name, and the national tests want two.
        given, family = given or family, family or given
    told: Json = {
        "id": said["id"],
        "givenName": given,
        "familyName": family,
        "eduPersonPrincipalNames": list(accounts[:1]),
        "civicNo": said.get("civicNo"),
    }
    mails = cast(Sequence[Json], said.get("emails", ()))
    enrolments = [one for one in cast(Sequence[Json], said.get("enrolments", ())) if _is_known(one)]
    # NOTE: staff need an address, and pupils a place at a school whose tests these are.
    belongs = bool(mails and seen.id in at_work) if staff else bool(enrolments)
    if not belongs or not all(told.values()):
        return None
    told["civicNo"] = {"value": cast(Json, said["civicNo"])["value"], "nationality": "SE"}
    if "securityMarking" in said:
        told["securityMarking"] = said["securityMarking"]
    if mails:
        kind = "Skola personal" if staff else "Skola elev"
        told["emails"] = [{"value": mail["value"], "type": kind} for mail in mails]
    if enrolments:
        told["enrolments"] = [_enrolment(one) for one in enrolments]
    return told


def _is_known(enrolment: Json) -> bool:
    kind = enrolment["schoolType"]
    return kind in SCHOOL_TYPES and (kind not in BY_YEAR or "schoolYear" in enrolment)


def _enrolment(said: Json) -> Json:
    kept: Json = {name: said[name] for name in ("schoolYear", "schoolType", "cancelled") if name in said}
    return {"enroledAt": _reference(said["enroledAt"]), **kept}


def _test_of(course: Course, group: Json) -> str | None:
    """The national test that a group takes this year; its name tells the year."""
    year = _YEAR.match(course.group.name)
    return TESTS.get((str(group["schoolType"]), year[1])) if year else None


def _reference(said: object) -> Json:
    """NOTE: the API's own references may carry names and markings, and these do not."""
    return {"id": cast(Json, said)["id"]}
