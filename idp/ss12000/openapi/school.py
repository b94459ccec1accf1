"""Schemas of the resources that are about the school: who runs it, its groups, and what is taught."""

from collections.abc import Mapping

from idp.openapi import FLAG, TEXT, Schema, closed, listed, one_of, ref
from idp.ss12000.openapi.people import SCHOOL_TYPE
from idp.ss12000.openapi.shared import DAY, MOMENT, expandable, reference, resource

_ROLE = closed({"duty": ref("Duty"), "assignmentRoleType": one_of(("Lärare",)), "startDate": DAY})
_OF_UNITS = ("parentOrganisation", "schoolUnitCode", "schoolTypes")

SCHOOL: Mapping[str, Schema] = {
    "Organisation": resource(
        {
            "displayName": TEXT,
            "organisationType": one_of(("Huvudman", "Skolenhet")),
            "organisationNumber": TEXT,
            "parentOrganisation": ref("OrganisationReference"),
            "schoolUnitCode": TEXT,
            "schoolTypes": listed(SCHOOL_TYPE, least=1),
            "startDate": DAY,
        },
        optional=("organisationNumber", *_OF_UNITS),
    ),
    "OrganisationReference": reference(),
    "Group": expandable(
        {
            "displayName": TEXT,
            "startDate": DAY,
            "endDate": DAY,
            "groupType": one_of(("Klass", "Undervisning")),
            "schoolType": SCHOOL_TYPE,
            "organisation": ref("OrganisationReference"),
            "groupMemberships": listed(closed({"person": ref("PersonReference"), "startDate": DAY, "endDate": DAY})),
        },
        (),
        {"assignmentRoles": listed(_ROLE)},
    ),
    "GroupReference": reference(),
    "Activity": resource(
        {
            "displayName": TEXT,
            "calendarEventsRequired": FLAG,
            "startDate": DAY,
            "endDate": DAY,
            "activityType": one_of(("Undervisning",)),
            "groups": listed(ref("GroupReference"), least=1),
            "teachers": listed(closed({"duty": ref("DutyReference"), "startDate": DAY})),
            "organisation": ref("OrganisationReference"),
        }
    ),
    "CalendarEvent": resource(
        {"activity": reference(), "startTime": MOMENT, "endTime": MOMENT, "cancelled": FLAG},
    ),
    "Programme": resource(
        {"name": TEXT, "type": one_of(("Gymnasieprogram",)), "code": TEXT, "startDate": DAY},
    ),
}
