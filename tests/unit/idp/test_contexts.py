"""What a login states, by what is asked and by what the person can show."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.contexts import E_LEGITIMATION, ONE_FACTOR, OWN, TWO_FACTORS, acceptable, assurance, choose, reach
from testbed.model.assurance import (
    DNP_E_LEG,
    LOA3,
    MULTI_FACTOR,
    PASSWORD,
    PASSWORD_PROTECTED,
    SKOLFEDERATION_BASIC,
    SKOLFEDERATION_TWO_FACTORS,
    STRENGTH,
    UNCERTIFIED_LOA2,
    UNCERTIFIED_LOA3,
    UNSPECIFIED,
    satisfies,
)
from testbed.model.written import Person

EVERY = [*STRENGTH, "urn:nobody-knows-this"]


def stated(asked: list[str], comparison: str = "", strength: int = TWO_FACTORS, *, e_leg: bool = True) -> str | None:
    return choose(acceptable(asked, comparison, e_leg=e_leg), strength)


@pytest.mark.parametrize(
    ("asked", "comparison", "at_one", "at_two"),
    [
        ([], "", PASSWORD_PROTECTED, PASSWORD_PROTECTED),
        ([PASSWORD], "", PASSWORD, PASSWORD),
        ([SKOLFEDERATION_TWO_FACTORS, SKOLFEDERATION_BASIC], "exact", SKOLFEDERATION_BASIC, SKOLFEDERATION_TWO_FACTORS),
        ([SKOLFEDERATION_BASIC, SKOLFEDERATION_TWO_FACTORS], "exact", SKOLFEDERATION_BASIC, SKOLFEDERATION_BASIC),
        ([MULTI_FACTOR], "exact", None, MULTI_FACTOR),
        (list(DNP_E_LEG), "exact", None, UNCERTIFIED_LOA2),
        ([LOA3], "exact", None, None),
        ([SKOLFEDERATION_BASIC], "minimum", SKOLFEDERATION_BASIC, SKOLFEDERATION_BASIC),
        ([MULTI_FACTOR], "minimum", None, MULTI_FACTOR),
        ([LOA3], "minimum", None, UNCERTIFIED_LOA3),
        ([SKOLFEDERATION_BASIC], "better", None, SKOLFEDERATION_TWO_FACTORS),
        ([UNCERTIFIED_LOA3], "better", None, None),
        ([SKOLFEDERATION_BASIC], "maximum", SKOLFEDERATION_BASIC, SKOLFEDERATION_BASIC),
        ([MULTI_FACTOR], "maximum", PASSWORD_PROTECTED, MULTI_FACTOR),
        ([UNSPECIFIED], "maximum", UNSPECIFIED, UNSPECIFIED),
        (["urn:nobody-knows-this"], "minimum", None, None),
    ],
)
def test_the_context_that_is_stated(asked: list[str], comparison: str, at_one: str | None, at_two: str | None) -> None:
    assert stated(asked, comparison, ONE_FACTOR) == at_one
    assert stated(asked, comparison, TWO_FACTORS) == at_two


def test_levels_of_e_legitimation_are_stated_only_where_the_school_signals_them() -> None:
    assert stated(list(DNP_E_LEG), "exact", e_leg=False) is None
    assert stated([UNCERTIFIED_LOA3], "minimum", e_leg=False) is None


@given(
    st.lists(st.sampled_from(EVERY), max_size=6),
    st.sampled_from(["", "exact", "minimum", "maximum", "better", "odd"]),
    st.booleans(),
)
def test_nothing_is_stated_that_does_not_satisfy_the_request(asked: list[str], comparison: str, e_leg: bool) -> None:
    found = acceptable(asked, comparison, e_leg=e_leg)
    assert set(found) <= {*OWN, *(E_LEGITIMATION if e_leg else ())}
    assert all(satisfies(context, tuple(asked), comparison) for context in found)
    assert len(set(found)) == len(found)


def test_staff_reach_further_than_pupils() -> None:
    pupil = Person(id="elev-1", role="pupil", attributes={"eduPersonAssurance": (SKOLFEDERATION_BASIC,)})
    teacher = Person(id="larare-1", role="teacher", attributes={"eduPersonAssurance": (SKOLFEDERATION_TWO_FACTORS,)})
    assert (reach(pupil), reach(teacher)) == (ONE_FACTOR, TWO_FACTORS)
    assert assurance(ONE_FACTOR) == (SKOLFEDERATION_BASIC,)
    assert assurance(TWO_FACTORS) == (SKOLFEDERATION_BASIC, SKOLFEDERATION_TWO_FACTORS)
