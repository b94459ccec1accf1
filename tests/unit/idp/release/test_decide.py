"""What holds under every policy."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from idp.release import NEVER, Occasion, VendorNeeds, refused, release
from idp.release.bundles import CATEGORIES, REFEDS_ASSURANCE
from idp.release.policies import POLICIES
from testbed.model.attributes import attributes, by_name
from testbed.model.release import RELEASE_RECORDS, Reason
from testbed.model.written import Person

HIDDEN = {row.name for row in attributes() if row.hidden}
NAMES = st.frozensets(st.sampled_from(sorted(by_name())))
MARKINGS = ["Ingen", "Sekretessmarkering", "Skyddad folkbokföring"]


def reasons(result: Any) -> dict[str, Reason]:
    return {decision.attribute: decision.reason for decision in result.decisions}


@pytest.mark.parametrize("protected_identity", ["withhold", "pseudonym"])
@pytest.mark.parametrize("marking", MARKINGS[1:])
def test_protected_identity_withholds_what_could_find_the_person(
    protected_identity: str, marking: str, make: Callable[..., Occasion], pupil: Person
) -> None:
    person = pupil.model_copy(update={"security_marking": marking})
    agreed = {"protected_identity": protected_identity}
    wanted = ["eduPersonPrincipalName", "pairwise-id", "subject-id", "cn"]
    result = release(make("agreement", person, agreement=agreed, required=wanted))
    # NOTE: by pseudonym the vendor knows the person by an identifier that nobody else has; by the other way it may also
    # have the account that was agreed on.
    known_to_others = {"eduPersonPrincipalName", "subject-id"} if protected_identity == "withhold" else set()
    assert set(result.attributes) == {"pairwise-id", *known_to_others}
    assert {reasons(result)[name] for name in set(wanted) - set(result.attributes)} == {Reason.PROTECTED_IDENTITY}


def test_what_the_person_lacks_is_not_released(make: Callable[..., Occasion], pupil: Person) -> None:
    result = release(make("agreement", pupil.model_copy(update={"attributes": {}}), required=["mail"]))
    assert result.attributes == {}
    assert reasons(result) == {"mail": Reason.LACKING}


@pytest.mark.parametrize("policy", POLICIES)
def test_the_marking_itself_is_never_released(policy: str, make: Callable[..., Occasion]) -> None:
    needs = VendorNeeds(requested=frozenset({"securityMarking"}))
    result = release(make(policy, needs=needs, required=["securityMarking"]))
    assert reasons(result)["securityMarking"] is Reason.NEVER_RELEASED
    assert not NEVER & result.attributes.keys()


IDENTIFIERS = {"subject-id", "pairwise-id"}


@pytest.mark.parametrize(
    ("policy", "requirement", "comes"),
    [
        ("agreement", "", IDENTIFIERS),
        ("agreement", "any", {"pairwise-id"}),
        ("agreement", "subject-id", {"subject-id"}),
        ("agreement", "pairwise-id", {"pairwise-id"}),
        ("agreement", "none", set()),
        ("requested", "", set()),
        ("requested", "any", {"pairwise-id"}),
        ("requested", "subject-id", {"subject-id"}),
        ("requested", "none", set()),
        ("refeds-personalized", "any", {"subject-id"}),
        ("refeds-personalized", "pairwise-id", set()),
        ("refeds-pseudonymous", "any", {"pairwise-id"}),
        ("refeds-pseudonymous", "subject-id", set()),
        ("refeds-anonymous", "any", set()),
        ("refeds-code-of-conduct", "any", {"pairwise-id"}),
    ],
)
def test_the_vendor_gets_the_subject_identifier_that_it_asks_for(
    policy: str, requirement: Any, comes: set[str], make: Callable[..., Occasion]
) -> None:
    needs = VendorNeeds(subject_id_requirement=requirement)
    result = release(make(policy, needs=needs, required=sorted(IDENTIFIERS)))
    assert result.attributes.keys() & IDENTIFIERS == comes
    asked = reasons(result).get(needs.identifier)
    assert not needs.identifier or asked is not None


def test_another_identifier_than_the_wanted_one_is_withheld_for_that_reason(make: Callable[..., Occasion]) -> None:
    needs = VendorNeeds(subject_id_requirement="none")
    assert reasons(release(make("refeds-personalized", needs=needs)))["subject-id"] is Reason.ANOTHER_IDENTIFIER


def test_values_come_from_the_person_the_school_and_the_login(make: Callable[..., Occasion], pupil: Person) -> None:
    names = ["cn", "personalIdentityNumber", "eduPersonAffiliation", "o", "eduPersonAssurance", "subject-id"]
    told = {"eduPersonScopedAffiliation": ("employee@skola.test", "faculty@skola.test", "employee@annan.test")}
    person = pupil.model_copy(update={"attributes": {**pupil.attributes, **told}})
    occasion = make("agreement", person, required=[*names, "pairwise-id"])
    values = release(occasion).attributes
    assert values["cn"] == ("value of displayName",)
    assert values["personalIdentityNumber"] == ("value of norEduPersonNIN",)
    assert values["eduPersonAffiliation"] == ("employee", "faculty")
    assert values["o"] == ("the school's o",)
    assert values["eduPersonAssurance"] == ("value of eduPersonAssurance",)
    assert values["subject-id"] != values["pairwise-id"]
    reached = release(replace(occasion, assurance=("http://id.skolfederation.se/loa/2fa",))).attributes
    assert reached["eduPersonAssurance"] == ("http://id.skolfederation.se/loa/2fa",)
    assert "eduPersonAssurance" not in release(replace(occasion, assurance=())).attributes


def test_a_record_is_the_whole_account_and_survives_json(make: Callable[..., Occasion]) -> None:
    needs = VendorNeeds(entity_categories=frozenset({"https://refeds.org/category/anonymous"}))
    result = release(make("entity-categories", needs=needs))
    record = result.record(datetime(2026, 11, 24, 8, 0, tzinfo=UTC), "idp.skola.test", "https://a.test", "elev-1")
    assert (record.policy, record.bundle, record.refused) == ("entity-categories", "refeds-anonymous", "")
    assert record.released == result.attributes.keys()
    assert RELEASE_RECORDS.validate_json(RELEASE_RECORDS.dump_json((record,))) == (record,)


@st.composite
def needs_of_any_kind(draw: st.DrawFn) -> VendorNeeds:
    requested = draw(NAMES)
    return VendorNeeds(
        requested=requested,
        required=draw(NAMES) & requested,
        subject_id_requirement=draw(st.sampled_from(["", "none", "any", "subject-id", "pairwise-id"])),
        entity_categories=draw(st.frozensets(st.sampled_from([*CATEGORIES, "https://unknown.test"]))),
        registration_authority=draw(st.sampled_from(["", "https://md.federation.test", "https://elsewhere.test"])),
    )


@st.composite
def people_of_any_kind(draw: st.DrawFn) -> Person:
    has = draw(st.frozensets(st.sampled_from([row.name for row in attributes() if row.origin == "person"])))
    return Person(
        id="elev-1",
        role=draw(st.sampled_from(["pupil", "teacher"])),
        security_marking=draw(st.sampled_from(MARKINGS)),
        attributes={name: f"value of {name}" for name in has},
    )


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    needs=needs_of_any_kind(),
    agreed=NAMES,
    policy=st.sampled_from(sorted(POLICIES)),
    person=people_of_any_kind(),
)
def test_no_release_breaks_the_rules(needs: VendorNeeds, agreed: Any, policy: str, person: Person, make: Any) -> None:
    occasion = make(policy, person, needs, required=sorted(agreed))
    result = release(occasion)
    released, ruling = set(result.attributes), POLICIES[policy](occasion)
    assert not released & NEVER
    assert released <= ruling.lets.keys()
    assert not (person.protected and released & HIDDEN)
    assert not (result.nameless and any(by_name()[name].unique for name in released))
    assert result.may_log_in or not released
    assert refused(occasion) is result.refused
    decided = [decision.attribute for decision in result.decisions]
    assert decided == [name for name in by_name() if name in decided]
    assert released == {decision.attribute for decision in result.decisions if decision.released}
    of_interest = {*ruling.lets, *needs.requested, *person.attributes}
    assert of_interest <= set(decided)
    for name, values in result.attributes.items():
        assert tuple(value for value in values if value != REFEDS_ASSURANCE) == occasion.values(name) != ()
        assert (REFEDS_ASSURANCE in values) is (name == "eduPersonAssurance" and "refeds-" in (result.bundle or policy))
