"""Schemas of the resources that are each about one person.

Only what an agreement has is there, so that most properties of a person are optional.
"""

from collections.abc import Mapping
from typing import get_args

from idp.openapi import COUNT, FLAG, TEXT, Schema, closed, listed, one_of, ref
from idp.ss12000.openapi.shared import DAY, MOMENT, UUID, expandable, reference, resource
from idp.ss12000.persons import GUARDIAN_RELATION
from idp.ss12000.pupils import GRADE_VALUES
from testbed.model.written import SecurityMarking

MARKING = one_of(get_args(SecurityMarking.__value__))
SCHOOL_TYPE = one_of(("FKLASS", "GR", "GY"))
_PERSON: Mapping[str, Schema] = {
    "givenName": TEXT,
    "familyName": TEXT,
    "personStatus": one_of(("Aktiv",)),
    "eduPersonPrincipalNames": listed(TEXT, least=1),
    "civicNo": closed({"value": TEXT}),
    "birthDate": DAY,
    "emails": listed(closed({"value": TEXT}), least=1),
    "phoneNumbers": listed(closed({"value": TEXT, "type": one_of(("Hem", "Arbete")), "mobile": FLAG}), least=1),
    "addresses": listed(
        closed(
            {"type": one_of(("Folkbokföring",)), "streetAddress": TEXT, "postalCode": TEXT, "locality": TEXT},
            optional=("streetAddress", "postalCode", "locality"),
        ),
        least=1,
    ),
    "securityMarking": MARKING,
    "enrolments": listed(ref("Enrolment"), least=1),
    "responsibles": listed(ref("Responsible"), least=1),
}
_ALWAYS = ("givenName", "familyName", "personStatus")
_MEMBERSHIP = closed({"group": ref("GroupReference"), "startDate": DAY, "endDate": DAY})
_ROLE = closed({"group": ref("GroupReference"), "assignmentRoleType": one_of(("Lärare",)), "startDate": DAY})

PEOPLE: Mapping[str, Schema] = {
    "Person": expandable(
        _PERSON,
        [name for name in _PERSON if name not in _ALWAYS],
        {
            "duties": listed(ref("Duty")),
            "responsibleFor": listed(ref("Responsible")),
            "placements": listed(ref("Placement")),
            "ownedPlacements": listed(ref("Placement")),
            "groupMemberships": listed(_MEMBERSHIP),
        },
    ),
    "PersonReference": closed(
        {"id": UUID, "securityMarking": MARKING, "displayName": TEXT}, optional=("securityMarking", "displayName")
    ),
    "Responsible": closed({"person": ref("PersonReference"), "relationType": one_of((GUARDIAN_RELATION,))}),
    "Enrolment": closed(
        {
            "enroledAt": ref("OrganisationReference"),
            "schoolYear": {"type": "integer", "minimum": 0, "maximum": 99},
            "schoolType": SCHOOL_TYPE,
            "startDate": DAY,
            "endDate": DAY,
            "cancelled": FLAG,
        },
        optional=("schoolYear",),
    ),
    "Duty": expandable(
        {
            "person": ref("PersonReference"),
            "dutyAt": ref("OrganisationReference"),
            "dutyRole": one_of(("Lärare", "Annan personal")),
            "startDate": DAY,
            "assignmentRole": listed(_ROLE),
        },
        (),
        {"person": ref("Person")},
    ),
    "DutyReference": reference(),
    "Placement": expandable(
        {
            "placedAt": ref("OrganisationReference"),
            "schoolType": one_of(("FTH",)),
            "child": ref("PersonReference"),
            "owners": listed(ref("PersonReference")),
            "startDate": DAY,
            "endDate": DAY,
        },
        (),
        {"child": ref("Person"), "owners": listed(ref("Person"))},
    ),
    "Attendance": resource(
        {
            "calendarEvent": closed({"id": UUID}),
            "student": ref("PersonReference"),
            "isReported": FLAG,
            "attendanceMinutes": COUNT,
            "validAbsenceMinutes": COUNT,
            "invalidAbsenceMinutes": COUNT,
        }
    ),
    "Grade": resource(
        {
            "student": ref("PersonReference"),
            "organisation": ref("OrganisationReference"),
            "registeredDate": DAY,
            "gradeValue": one_of(GRADE_VALUES),
            "finalGrade": FLAG,
            "syllabus": closed({"subjectCode": TEXT}),
        }
    ),
    "Subscription": closed(
        {
            "id": UUID,
            "name": TEXT,
            "target": {"type": "string", "format": "uri"},
            "expires": MOMENT,
            "resourceTypes": listed(closed({"resource": TEXT}), least=1),
        }
    ),
}
