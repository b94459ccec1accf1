"""Release: every reason, every policy."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.config import RelyingParty
from idp.release import NEVER, Reason, release
from testbed.model.attributes import attributes, by_name
from testbed.model.written import Agreement, Person

ALL = {row.name: "v" for row in attributes()}
PUPIL = Person(id="elev-1", role="pupil", attributes=ALL)
HIDDEN = {row.name for row in attributes() if row.hidden}


def party_with(release_policy: str = "agreement", protected_identity: str = "withhold", **clause: Any) -> RelyingParty:
    agreement = Agreement.model_validate(
        {
            "id": "a",
            "controller": {"name": "K", "hosts": ["idp.skola.test"]},
            "processor": {"name": "P", "hosts": ["lasning.test"]},
            "valid": {"from": "2026-01-01", "until": "2026-12-31"},
            "identifier": "pairwise",
            "data": [{"subjects": ["pupil"], **clause}],
            "protected_identity": protected_identity,
        }
    )
    return RelyingParty("e", "https://e.test", agreement, release_policy)


def reasons(result: Any) -> dict[str, Reason]:
    return {decision.attribute: decision.reason for decision in result.decisions}


def test_what_is_agreed_is_released_and_nothing_else() -> None:
    result = release(PUPIL, party_with(required=["eduPersonPrincipalName"], optional=["givenName"]), ["mail"])
    assert result.attributes == {"eduPersonPrincipalName": ("v",), "givenName": ("v",)}
    assert reasons(result) == {
        "eduPersonPrincipalName": Reason.AGREED_REQUIRED,
        "givenName": Reason.AGREED_OPTIONAL,
        "mail": Reason.NOT_AGREED,
    }
    assert result.may_log_in


def test_required_wins_over_optional() -> None:
    result = release(PUPIL, party_with(required=["mail"], optional=["mail"]), [])
    assert reasons(result) == {"mail": Reason.AGREED_REQUIRED}


def test_what_the_person_lacks_is_not_released() -> None:
    result = release(PUPIL.model_copy(update={"attributes": {}}), party_with(required=["mail"]), [])
    assert result.attributes == {}
    assert reasons(result) == {"mail": Reason.LACKING}


@pytest.mark.parametrize("protected_identity", ["withhold", "pseudonym"])
@pytest.mark.parametrize("marking", ["Sekretessmarkering", "Skyddad folkbokföring"])
def test_protected_identity_withholds_what_could_find_the_person(protected_identity: str, marking: str) -> None:
    person = PUPIL.model_copy(update={"security_marking": marking})
    party = party_with(protected_identity=protected_identity, required=["eduPersonPrincipalName", "displayName"])
    result = release(person, party, [])
    assert set(result.attributes) == {"eduPersonPrincipalName"}
    assert reasons(result)["displayName"] is Reason.PROTECTED_IDENTITY


def test_a_role_outside_the_agreement_may_not_log_in() -> None:
    teacher = PUPIL.model_copy(update={"role": "teacher"})
    result = release(teacher, party_with(required=["mail"]), ["mail"])
    assert not result.may_log_in
    assert result.attributes == {}
    assert reasons(result) == {"mail": Reason.NO_SUBJECT}


@pytest.mark.parametrize("party", [party_with("requested", required=["sn"]), replace(party_with(), agreement=None)])
def test_the_careless_school_and_the_school_without_agreement_release_what_is_requested(party: Any) -> None:
    teacher = PUPIL.model_copy(update={"role": "teacher"})
    result = release(teacher, party, ["mail", "no-such-attribute"])
    assert result.attributes == {"mail": ("v",)}
    assert reasons(result) == {"mail": Reason.REQUESTED}
    assert result.may_log_in


@given(
    requested=st.sets(st.sampled_from(sorted(by_name()))),
    agreed=st.sets(st.sampled_from(sorted(by_name()))),
    policy=st.sampled_from(["agreement", "requested"]),
    marking=st.sampled_from(["Ingen", "Sekretessmarkering"]),
)
def test_no_release_breaks_the_rules(requested: Any, agreed: Any, policy: str, marking: str) -> None:
    person = PUPIL.model_copy(update={"security_marking": marking})
    result = release(person, party_with(policy, required=sorted(agreed)), requested)
    released = set(result.attributes)
    assert not released & NEVER
    assert released <= (agreed if policy == "agreement" else requested)
    assert not (person.protected and released & HIDDEN)
    assert released == {decision.attribute for decision in result.decisions if decision.released}
    assert {d.attribute for d in result.decisions} == (agreed | requested if policy == "agreement" else requested)


def test_the_marking_itself_is_never_released() -> None:
    result = release(PUPIL, party_with("requested"), ["securityMarking"])
    assert reasons(result) == {"securityMarking": Reason.NEVER_RELEASED}
