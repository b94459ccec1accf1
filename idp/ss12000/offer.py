"""The resources Organisation and Programme: the owner, its school units, and what the upper secondary school offers."""

from idp.ss12000.ids import organisation_id, stable
from idp.ss12000.lens import Json, Lens
from idp.ss12000.units import START, Unit

PROGRAMMES = (
    ("EK", "Ekonomiprogrammet"),
    ("NA", "Naturvetenskapsprogrammet"),
    ("SA", "Samhällsvetenskapsprogrammet"),
    ("TE", "Teknikprogrammet"),
)


def owner_body(lens: Lens) -> Json:
    """The school owner."""
    return {
        "id": lens.owner_id,
        "displayName": lens.owner.name,
        "organisationNumber": lens.owner.organisation_number,
        "organisationType": "Huvudman",
        "startDate": START.isoformat(),
    }


def unit_body(lens: Lens, unit: Unit, names: bool) -> Json:
    """One school unit; ``names``: references carry display names."""
    return {
        "id": organisation_id(unit.code),
        "displayName": unit.name,
        "organisationType": "Skolenhet",
        "parentOrganisation": lens.organisation_ref("", names),
        "schoolUnitCode": unit.code,
        "schoolTypes": [unit.school_type],
        "startDate": START.isoformat(),
    }


def programme_id(code: str) -> str:
    """The id of a programme."""
    return stable("programme", code)


def programme_body(code: str, name: str) -> Json:
    """One programme of the upper secondary school."""
    return {
        "id": programme_id(code),
        "name": name,
        "type": "Gymnasieprogram",
        "code": code,
        "startDate": START.isoformat(),
    }
