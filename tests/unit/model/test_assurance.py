"""What satisfies a request for a level of assurance."""

import pytest

from testbed.model.assurance import (
    COMPARISONS,
    DNP_ALSO_ACCEPTED,
    DNP_E_LEG,
    LOA2,
    LOA3,
    LOA_BASIC,
    LOA_TWO_FACTORS,
    MULTI_FACTOR,
    PASSWORD,
    PASSWORD_PROTECTED,
    SKOLFEDERATION_BASIC,
    SKOLFEDERATION_TWO_FACTORS,
    STRENGTH,
    UNCERTIFIED_LOA2,
    UNSPECIFIED,
    satisfies,
)

UNKNOWN = "https://vendor.test/own-class"


def test_every_named_list_has_its_strength() -> None:
    assert {STRENGTH[one] for one in LOA_BASIC} == {1}
    assert {STRENGTH[one] for one in LOA_TWO_FACTORS} == {2}
    assert min(STRENGTH[one] for one in (*DNP_E_LEG, *DNP_ALSO_ACCEPTED)) == 2
    assert len(set(DNP_E_LEG)) == 11


def test_two_factors_and_an_e_legitimation_are_different_things_to_an_exact_comparison() -> None:
    assert not set(LOA_TWO_FACTORS) & set(DNP_E_LEG)


@pytest.mark.parametrize(
    ("granted", "requested", "comparison", "expected"),
    [
        (UNSPECIFIED, (), "exact", True),
        (LOA2, DNP_E_LEG, "exact", True),
        (LOA2, DNP_E_LEG, "", True),
        (MULTI_FACTOR, DNP_E_LEG, "exact", False),
        (UNKNOWN, (UNKNOWN,), "exact", True),
        (UNKNOWN, (LOA2,), "exact", False),
        (LOA3, (MULTI_FACTOR,), "minimum", True),
        (PASSWORD, (PASSWORD_PROTECTED,), "minimum", True),
        (PASSWORD, (MULTI_FACTOR, LOA3), "minimum", False),
        (UNKNOWN, (UNKNOWN,), "minimum", True),
        (LOA3, (MULTI_FACTOR,), "better", True),
        (UNCERTIFIED_LOA2, (MULTI_FACTOR,), "better", False),
        (LOA3, (MULTI_FACTOR, LOA3), "better", False),
        (PASSWORD, (SKOLFEDERATION_TWO_FACTORS,), "maximum", True),
        (LOA3, (SKOLFEDERATION_BASIC, SKOLFEDERATION_TWO_FACTORS), "maximum", False),
        (UNKNOWN, (LOA2,), "minimum", None),
        (LOA2, (UNKNOWN,), "better", None),
        (PASSWORD, (LOA2, UNKNOWN), "minimum", None),
        (LOA3, (LOA2, UNKNOWN), "minimum", True),
        (LOA3, (LOA2, UNKNOWN), "better", None),
        (LOA2, (LOA2, UNKNOWN), "better", False),
        (LOA3, (LOA2, UNKNOWN), "maximum", None),
        (LOA2, (LOA2,), "strongest", None),
    ],
)
def test_what_satisfies_a_request(
    granted: str, requested: tuple[str, ...], comparison: str, expected: bool | None
) -> None:
    assert satisfies(granted, requested, comparison) is expected


def test_the_four_comparisons_of_saml_are_known() -> None:
    assert {"exact", "minimum", "maximum", "better"} == COMPARISONS
