"""What is asked of a data API, held against what the agreement has anything in."""

from typing import Any

import pytest

from testbed.model.exchange_messages import Asked, DataAnswer
from testbed.model.wire import Pointer
from testbed.model.written import Agreement
from testbed.privacy.fetched import beyond, is_agreed


def agreement(*clauses: dict[str, Any]) -> Agreement:
    return Agreement.model_validate(
        {
            "id": "lists-2026",
            "controller": {"name": "Exempelkommun", "hosts": ["api.skola.test"]},
            "processor": {"name": "lists", "hosts": ["lists.test"]},
            "valid": {"from": "2026-01-01", "until": "2027-06-30"},
            "identifier": "pairwise",
            "protected_identity": "withhold",
            "data": clauses,
        }
    )


NAMES = agreement({"subjects": ["pupil", "teacher"], "required": ["givenName"]})
CLASSES = agreement(
    {"subjects": ["pupil"], "required": ["givenName", "sisSchoolCourseStudent"]},
    {"subjects": ["teacher"], "required": ["givenName"], "optional": ["sisSchoolUnitCode"]},
)
FAMILIES = agreement(
    {"subjects": ["pupil"], "required": ["sisSchoolGrade", "sisSchoolUnitCode"]},
    {"subjects": ["guardian"], "required": ["sisLegalGuardianFor"]},
)


def asked(collection: str, *query: tuple[str, str], how: Asked = "list") -> DataAnswer:
    return DataAnswer(Pointer(1, "response.body"), "api.skola.test", collection, how, query, 200)


@pytest.mark.parametrize(
    ("terms", "collections"),
    [
        (NAMES, {"persons", "organisations"}),
        (CLASSES, {"persons", "organisations", "groups", "activities", "calendarEvents", "duties"}),
        (FAMILIES, {"persons", "organisations", "placements", "responsibleFor"}),
    ],
)
def test_which_collections_an_agreement_has_something_in(terms: Agreement, collections: set[str]) -> None:
    every = {"persons", "organisations", "groups", "activities", "calendarEvents", "duties", "placements"}
    every |= {"responsibleFor", "grades", "attendances", "absences"}
    assert {one for one in every if is_agreed(one, terms)} == collections


def test_a_school_unit_of_a_pupil_opens_no_employments() -> None:
    assert not is_agreed("duties", FAMILIES)


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (asked("persons"), []),
        (asked("grades"), ["/grades"]),
        (asked("grades", how="one"), ["/grades"]),
        (asked("deletedEntities", how="deleted"), []),
        (asked("persons", ("expand", "groupMemberships")), []),
        (
            asked("persons", ("expand", "groupMemberships,responsibleFor"), ("expand[]", "placements")),
            [f"what belongs to each of /persons by expand={name}" for name in ("responsibleFor", "placements")],
        ),
        (asked("persons", ("expand", "something-new")), ["what belongs to each of /persons by expand=something-new"]),
    ],
)
def test_what_was_asked_for_beyond_it(answer: DataAnswer, what: list[str]) -> None:
    assert list(beyond(answer, CLASSES)) == what
