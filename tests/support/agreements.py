"""Agreements of the school with a vendor that is fed with rosters."""

from collections.abc import Mapping
from typing import Any

from testbed.model.written import Agreement

EVERYTHING = (
    "eduPersonPrincipalName",
    "givenName",
    "sn",
    "displayName",
    "mail",
    "telephoneNumber",
    "street",
    "postalCode",
    "l",
    "norEduPersonNIN",
    "norEduPersonBirthDate",
    "sisSchoolUnitCode",
    "sisSchoolGrade",
    "sisSchoolCourseStudent",
    "sisSchoolCourseTeacher",
    "sisLegalGuardianFor",
    "securityMarking",
)
EVERYBODY = ("pupil", "teacher", "guardian", "staff")


def an_agreement(*clauses: Mapping[str, Any], **changes: Any) -> Agreement:
    """One of the school year 2026/27, about everything of everybody where no clause is given."""
    written = {
        "id": "reading-2026",
        "controller": {"name": "Exempelkommun", "hosts": ("api.skola.test",)},
        "processor": {"name": "Läsappen", "hosts": ("lasning.test",)},
        "valid": {"from": "2026-01-01", "until": "2027-06-30"},
        "identifier": "pairwise",
        "protected_identity": "withhold",
        "data": clauses or ({"subjects": EVERYBODY, "required": EVERYTHING},),
    }
    return Agreement.model_validate(written | changes)
