"""Every policy by the sets that a federation's release check expects of it, for people of every kind."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import permutations
from typing import Any

import pytest

from idp.release import Occasion, VendorNeeds, release
from idp.release.bundles import CATEGORIES, CODE_OF_CONDUCT, FIXED, weight
from idp.release.policies import POLICIES
from testbed.model.attributes import by_name
from testbed.model.release import POLICIES as NAMED
from testbed.model.release import Reason
from testbed.model.written import Person

HERE = "https://md.federation.test"
REFEDS = "https://refeds.org/category/"
R_AND_S = "http://refeds.org/category/research-and-scholarship"
COCO_1 = "http://www.geant.net/uri/dataprotection-code-of-conduct/v1"
COCO_2 = f"{REFEDS}code-of-conduct/v2"

COCO_2_1 = (
    "eduPersonPrincipalName eduPersonOrcid schacDateOfBirth displayName cn givenName sn eduPersonAssurance "
    "eduPersonScopedAffiliation eduPersonAffiliation schacHomeOrganizationType pairwise-id norEduPersonNIN "
    "personalIdentityNumber"
)
COCO_2_2 = (
    "eduPersonPrincipalName mail displayName cn givenName sn o norEduOrgAcronym c co schacHomeOrganization subject-id"
)
WITHOUT_NUMBERS = COCO_2_1.removesuffix(" norEduPersonNIN personalIdentityNumber")
EXPECTED = {
    # test of the release check: claimed categories, requested attributes, registered by, what comes
    "noec": ([], COCO_2_1, HERE, ""),
    "unknown category": (["https://myacademicid.org/entity-categories/esi"], COCO_2_1, HERE, ""),
    "anonymous": ([f"{REFEDS}anonymous"], "", HERE, "schacHomeOrganization eduPersonScopedAffiliation"),
    "pseudonymous": (
        [f"{REFEDS}pseudonymous"],
        "",
        HERE,
        "schacHomeOrganization eduPersonScopedAffiliation pairwise-id eduPersonAssurance",
    ),
    "personalized": (
        [f"{REFEDS}personalized"],
        "",
        HERE,
        "schacHomeOrganization subject-id displayName givenName sn mail eduPersonScopedAffiliation eduPersonAssurance",
    ),
    "rands": (
        [R_AND_S],
        "",
        HERE,
        "eduPersonPrincipalName mail displayName givenName sn eduPersonScopedAffiliation eduPersonAssurance",
    ),
    "cocov2-1": ([COCO_2], COCO_2_1, HERE, COCO_2_1),
    "cocov2-2": ([COCO_2], COCO_2_2, HERE, COCO_2_2),
    "cocov2-3": ([COCO_2], COCO_2_1, "https://elsewhere.test", WITHOUT_NUMBERS),
    "cocov2 registered nowhere": ([COCO_2], COCO_2_1, "", WITHOUT_NUMBERS),
    "cocov1-1": ([COCO_1], COCO_2_1, HERE, COCO_2_1.replace(" pairwise-id", "")),
    "cocov1-2": ([COCO_1], COCO_2_2, HERE, COCO_2_2.replace(" subject-id", "")),
    "cocov1-3": ([COCO_1], COCO_2_1, "https://elsewhere.test", WITHOUT_NUMBERS.replace(" pairwise-id", "")),
    "coco beyond its set": ([COCO_2], "mail street sisSchoolGrade", HERE, "mail"),
}
KINDS = {
    "pupil": {},
    "teacher": {"role": "teacher"},
    "guardian": {"role": "guardian", "school_units": ()},
    "staff": {"role": "staff"},
    "confidential": {"security_marking": "Sekretessmarkering"},
    "protected": {"security_marking": "Skyddad folkbokföring"},
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("test", EXPECTED)
def test_the_expected_attributes_come_and_no_others(
    test: str, kind: str, make: Callable[..., Occasion], pupil: Person
) -> None:
    claimed, requested, registered, comes = EXPECTED[test]
    person = pupil.model_copy(update=KINDS[kind])
    needs = VendorNeeds(
        requested=frozenset(requested.split()),
        entity_categories=frozenset(claimed),
        registration_authority=registered,
    )
    result = release(make("entity-categories", person, needs))
    hidden = {name for name, row in by_name().items() if row.hidden} if person.protected else set()
    assert set(result.attributes) == set(comes.split()) - hidden
    assert result.may_log_in
    assert result.policy == "entity-categories"


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_bundle_is_the_same_whether_the_school_names_it_or_the_vendor_claims_it(
    category: str, make: Callable[..., Occasion]
) -> None:
    needs = VendorNeeds(requested=CODE_OF_CONDUCT - {"pairwise-id", "subject-id"}, registration_authority=HERE)
    claimed = release(make("entity-categories", needs=replace(needs, entity_categories=frozenset({category}))))
    named = release(make(CATEGORIES[category], needs=needs))
    assert claimed.attributes == named.attributes
    assert claimed.bundle == named.policy == CATEGORIES[category]
    assert claimed.nameless == named.nameless == (category == f"{REFEDS}anonymous")


LEAST_FIRST = [f"{REFEDS}anonymous", f"{REFEDS}pseudonymous", COCO_2, R_AND_S, f"{REFEDS}personalized"]


@pytest.mark.parametrize("claimed", [*permutations(LEAST_FIRST, 2), LEAST_FIRST])
def test_of_several_claimed_bundles_the_least_decides_in_whatever_order(
    claimed: tuple[str, ...], make: Callable[..., Occasion]
) -> None:
    needs = VendorNeeds(requested=frozenset({"eduPersonPrincipalName", "mail"}), entity_categories=frozenset(claimed))
    assert release(make("entity-categories", needs=needs)).bundle == CATEGORIES[min(claimed, key=LEAST_FIRST.index)]


def test_a_code_of_conduct_that_asks_for_nothing_decides_only_when_it_stands_alone(
    make: Callable[..., Occasion],
) -> None:
    both = VendorNeeds(entity_categories=frozenset({COCO_2, R_AND_S}))
    assert release(make("entity-categories", needs=both)).bundle == "refeds-research-and-scholarship"
    alone = release(make("entity-categories", needs=VendorNeeds(entity_categories=frozenset({COCO_2}))))
    assert alone.bundle == "refeds-code-of-conduct"
    assert alone.attributes == {}


def test_the_most_that_a_code_of_conduct_asks_for_weighs_more_than_a_whole_bundle(
    make: Callable[..., Occasion],
) -> None:
    needs = VendorNeeds(
        requested=CODE_OF_CONDUCT, entity_categories=frozenset({COCO_2, R_AND_S}), registration_authority=HERE
    )
    assert release(make("entity-categories", needs=needs)).bundle == "refeds-research-and-scholarship"


def test_weight_puts_first_how_far_a_person_can_be_followed() -> None:
    order = [
        frozenset(),
        frozenset({"o"}),
        frozenset({"givenName", "sn"}),
        frozenset({"pairwise-id"}),
        frozenset({"eduPersonPrincipalName"}),
        frozenset({"eduPersonPrincipalName", "o"}),
        frozenset({"mail"}),
    ]
    assert sorted(order, key=weight) == order


def test_every_policy_that_can_be_written_is_there_and_has_a_name() -> None:
    assert POLICIES.keys() == NAMED.keys()
    assert set(CATEGORIES.values()) == {*FIXED, "refeds-code-of-conduct"}


# --- agreement ----------------------------------------------------------------------------------------------------


def test_what_is_agreed_is_released_and_nothing_else(make: Callable[..., Occasion]) -> None:
    needs = VendorNeeds(requested=frozenset({"norEduPersonNIN"}))
    result = release(make("agreement", needs=needs, required=["eduPersonPrincipalName"], optional=["givenName"]))
    assert set(result.attributes) == {"eduPersonPrincipalName", "givenName"}
    reasons = {decision.attribute: decision.reason for decision in result.decisions}
    assert reasons["eduPersonPrincipalName"] is Reason.AGREED_REQUIRED
    assert reasons["givenName"] is Reason.AGREED_OPTIONAL
    assert reasons["norEduPersonNIN"] is reasons["mail"] is Reason.NOT_AGREED


def test_required_wins_over_optional(make: Callable[..., Occasion]) -> None:
    (decision,) = [d for d in release(make("agreement", required=["mail"], optional=["mail"])).decisions if d.released]
    assert decision.reason is Reason.AGREED_REQUIRED


@pytest.mark.parametrize(
    ("person", "agreement", "refused"),
    [
        ({"role": "teacher"}, {}, Reason.NO_SUBJECT),
        ({}, {"valid": {"from": "2026-11-25", "until": "2027-01-01"}}, Reason.NOT_IN_FORCE),
        ({}, {"valid": {"from": "2026-01-01", "until": "2026-11-23"}}, Reason.NOT_IN_FORCE),
        ({}, {"valid": {"from": "2026-11-24", "until": "2026-11-24"}}, None),
        ({"school_units": ("00001102",)}, {}, Reason.OUTSIDE_LIMITS),
        ({"school_units": ()}, {}, Reason.OUTSIDE_LIMITS),
        ({"school_units": ("00001102", "00001101")}, {}, None),
        ({"attributes": {"sisSchoolGrade": "7", "mail": "m"}}, {}, Reason.OUTSIDE_LIMITS),
        ({"attributes": {"mail": "m"}}, {}, Reason.OUTSIDE_LIMITS),
        ({}, {}, None),
    ],
)
def test_whoever_the_agreement_does_not_cover_is_refused_for_a_reason_of_its_own(
    person: dict[str, Any], agreement: dict[str, Any], refused: Reason | None, make: Any, pupil: Person
) -> None:
    limits = {"school_units": ["00001101"], "grades": [4, 5]}
    one = pupil.model_copy(update=person)
    needs = VendorNeeds(requested=frozenset({"sn"}))
    result = release(make("agreement", one, needs, agreement, required=["mail"], limits=limits))
    assert result.refused is refused
    assert result.may_log_in == (refused is None)
    assert set(result.attributes) == (set() if refused else {"mail"})
    assert not refused or {decision.reason for decision in result.decisions} == {refused}
    assert "sn" in {decision.attribute for decision in result.decisions}


def test_grades_narrow_pupils_alone_and_each_clause_by_itself(make: Callable[..., Occasion], pupil: Person) -> None:
    data = [
        {"subjects": ["pupil", "teacher"], "required": ["mail"], "limits": {"grades": [9]}},
        {"subjects": ["pupil"], "required": ["givenName"]},
    ]
    assert set(release(make("agreement", agreement={"data": data})).attributes) == {"givenName"}
    teacher = pupil.model_copy(update={"role": "teacher"})
    assert set(release(make("agreement", teacher, agreement={"data": data})).attributes) == {"mail"}


# --- requested ----------------------------------------------------------------------------------------------------


def test_what_is_requested_is_released_as_required_or_optional(make: Callable[..., Occasion]) -> None:
    needs = VendorNeeds(requested=frozenset({"mail", "sn"}), required=frozenset({"sn"}))
    result = release(make("requested", needs=needs, required=["givenName"]))
    assert {d.attribute: d.reason for d in result.decisions if d.released} == {
        "sn": Reason.REQUESTED_REQUIRED,
        "mail": Reason.REQUESTED_OPTIONAL,
    }
    assert {d.reason for d in result.decisions if not d.released} == {Reason.NOT_REQUESTED}


def test_a_school_without_agreement_releases_what_is_requested_and_says_so(
    without_agreement: Callable[..., Occasion],
) -> None:
    result = release(without_agreement("agreement", requested=frozenset({"mail"})))
    assert (set(result.attributes), result.policy) == ({"mail"}, "requested")


def test_the_day_decides_not_the_machine(make: Callable[..., Occasion]) -> None:
    later = replace(make("agreement", required=["mail"]), today=date(2030, 1, 1))
    assert release(later).refused is Reason.NOT_IN_FORCE
