"""The resource Person: each field only where the agreement has the attribute that it holds.

The standard demands a given and a family name; where the caller may not know them, they are empty.
"""

import re

from idp.ss12000.lens import Json, Lens, Seen
from idp.ss12000.profile import GRADE, MARKING
from idp.ss12000.units import END, START

_DAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})\Z", re.ASCII)
GUARDIAN_RELATION = "Vårdnadshavare"


def body(lens: Lens, seen: Seen, names: bool) -> Json:
    """One person.

    Args:
        lens: the school as the caller sees it.
        seen: the person.
        names: references carry display names.
    """
    person: Json = {
        "id": seen.id,
        "givenName": seen.first("givenName"),
        "familyName": seen.first("sn"),
        "personStatus": "Aktiv",
    }
    person |= _identifiers(seen) | _contacts(seen)
    if lens.profile.tells_marking and seen.scope.sees(MARKING):
        person["securityMarking"] = seen.person.security_marking
    if seen.person.role == "pupil":
        if enrolments := _enrolments(lens, seen, names):
            person["enrolments"] = enrolments
        if guardians := lens.guardians(seen):
            person["responsibles"] = [
                {"person": lens.person_ref(one, names), "relationType": GUARDIAN_RELATION} for one in guardians
            ]
    return person


def _identifiers(seen: Seen) -> Json:
    found: Json = {}
    if accounts := seen.values("eduPersonPrincipalName"):
        found["eduPersonPrincipalNames"] = list(accounts)
    if number := seen.first("norEduPersonNIN"):
        found["civicNo"] = {"value": number}
    if born := _DAY.match(seen.first("norEduPersonBirthDate")):
        found["birthDate"] = "-".join(born.groups())
    return found


def _contacts(seen: Seen) -> Json:
    found: Json = {}
    if mails := seen.values("mail"):
        found["emails"] = [{"value": mail} for mail in mails]
    kind = "Hem" if seen.person.role in ("pupil", "guardian") else "Arbete"
    numbers = [(number, False) for number in seen.values("telephoneNumber")]
    numbers += [(number, True) for number in seen.values("mobile")]
    if numbers:
        found["phoneNumbers"] = [{"value": number, "type": kind, "mobile": mobile} for number, mobile in numbers]
    parts = {"streetAddress": "street", "postalCode": "postalCode", "locality": "l"}
    address = {name: value for name, attribute in parts.items() if (value := seen.first(attribute))}
    if address:
        found["addresses"] = [{"type": "Folkbokföring", **address}]
    return found


def _enrolments(lens: Lens, seen: Seen, names: bool) -> list[Json]:
    grade = seen.first(GRADE)
    year: Json = {"schoolYear": int(grade)} if grade.isascii() and grade.isdigit() and len(grade) <= len("10") else {}
    return [
        {
            "enroledAt": lens.organisation_ref(code, names),
            **year,
            "schoolType": "FKLASS" if grade == "0" else lens.unit(code).school_type,
            "startDate": START.isoformat(),
            "endDate": END.isoformat(),
            "cancelled": False,
        }
        for code in seen.units
    ]
