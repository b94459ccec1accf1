"""What is kept of a resource is what the service needs, wherever that stands."""

import pytest
from egil import SIS, user
from hypothesis import given
from hypothesis import strategies as st

from sp_mocks.receiving.kept import kept_of, only, steps_to
from testbed.model.attributes import by_name

EXTENSION = f"{SIS}:User"


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("eduPersonPrincipalName", ("userName",)),
        ("givenName", ("name", "givenName")),
        ("mail", ("emails", "value")),
        ("norEduPersonNIN", (EXTENSION, "civicNo")),
        ("sisSchoolUnitCode", (EXTENSION, "enrolments", "value")),
        ("sisLegalGuardianFor", (EXTENSION, "userRelations")),
        ("street", ()),
    ],
)
def test_where_an_attribute_stands(name: str, steps: tuple[str, ...]) -> None:
    assert steps_to(name) == steps


def test_beside_a_value_stands_what_kind_it_is_of() -> None:
    kept = kept_of("Users", user("Anna", favourite="red"), ("mail",))
    assert kept["emails"] == [{"value": "anna@elev.skola.test", "type": "Skola elev"}]
    assert set(kept) == {"schemas", "externalId", "emails"}


@given(st.sets(st.sampled_from(sorted(by_name()))))
def test_nothing_is_kept_that_is_not_wanted(wanted: set[str]) -> None:
    kept = str(kept_of("Users", user("Anna"), tuple(sorted(wanted))))
    told = {
        "eduPersonPrincipalName": "anna@skola.test",
        "displayName": "Anna Provsson",
        "mail": "anna@elev.skola.test",
        "norEduPersonNIN": "201601012394",
        "sisSchoolGrade": "'schoolYear': 3",
        "securityMarking": "securityMarking",
    }
    assert {name for name, text in told.items() if text in kept} == wanted & set(told)


def test_what_holds_nothing_is_left_out() -> None:
    tree = {"a": {"b": {}}, "c": {}}
    assert only({"a": [{"b": 1, "x": 2}, {"x": 3}], "c": {}, "d": 1}, tree) == {"a": [{"b": 1}]}
    assert only({"a": [{"x": 3}], "c": 0}, tree) == {"c": 0}
    assert only("text", tree) == "text"
