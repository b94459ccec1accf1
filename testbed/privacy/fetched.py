"""What a vendor asks a data API for (SS 12000:2020), held against its agreement: collections, and what is expanded."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from testbed.model.attributes import covering
from testbed.model.exchange_messages import OF_NO_PERSON, DataAnswer
from testbed.model.written import Agreement, Role

EMPLOYEES: frozenset[Role] = frozenset({"teacher", "staff"})
GROUPS = frozenset({"sisSchoolCourseStudent", "sisSchoolCourseTeacher"})
TEACHING = frozenset({"sisSchoolUnitCode", "sisSchoolCourseTeacher", "eduPersonScopedAffiliation"})
OPENED_BY: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "groups": GROUPS,
        "activities": GROUPS,
        "calendarEvents": GROUPS,
        "placements": frozenset({"sisSchoolGrade"}),
        "responsibleFor": frozenset({"sisLegalGuardianFor"}),
    }
)
"""Attributes of which one at least must be agreed; of others, as grades and absences, no attribute speaks at all."""
EXPANDED: Mapping[str, str] = MappingProxyType(
    {
        "duties": "duties",
        "assignmentRoles": "duties",
        "responsibleFor": "responsibleFor",
        "placements": "placements",
        "ownedPlacements": "placements",
        "owners": "placements",
        "child": "placements",
        "groupMemberships": "groups",
        "person": "persons",
    }
)
"""What is added to a record, and what it is a part of."""


def is_agreed(collection: str, agreement: Agreement) -> bool:
    """Whether the agreement has anything in this collection."""
    if collection == "persons" or collection in OF_NO_PERSON:
        return True
    if collection == "duties":
        clauses = [clause for clause in agreement.data if EMPLOYEES & set(clause.subjects)]
        return bool(TEACHING & covering(frozenset[str]().union(*(clause.agreed for clause in clauses))))
    agreed = covering(frozenset[str]().union(*(clause.agreed for clause in agreement.data)))
    return bool(OPENED_BY.get(collection, frozenset()) & agreed)


def beyond(answer: DataAnswer, agreement: Agreement) -> Iterator[str]:
    """What was asked for and the agreement has nothing in; the ends of sentences."""
    if answer.asked != "deleted" and not is_agreed(answer.collection, agreement):
        yield f"/{answer.collection}"
    for name, value in answer.query:
        for what in value.split(",") if name.removesuffix("[]") == "expand" else ():
            if not is_agreed(EXPANDED.get(what, what), agreement):
                yield f"what belongs to each of /{answer.collection} by expand={what}"
