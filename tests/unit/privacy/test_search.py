"""Values of people are found in the forms that this version promises, and nowhere else."""

import html
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.model.written import Person
from testbed.privacy.people import PeopleIndex
from testbed.privacy.search import find

PUPIL = Person(
    id="elev-0001",
    role="pupil",
    attributes={"mail": "åsa.öberg@skola.test", "displayName": "Åsa Öberg", "norEduPersonNIN": "201301012399"},
)
INDEX = PeopleIndex.of([PUPIL])


@pytest.mark.parametrize(
    "write",
    [
        str,
        str.upper,
        quote,
        quote_plus,
        json.dumps,
        html.escape,
        lambda text: text.encode("ascii", "xmlcharrefreplace").decode(),
        lambda text: f"x={quote(text)}&y=1",
    ],
)
@pytest.mark.parametrize("attribute", ["mail", "displayName"])
def test_a_value_is_found_as_it_is_usually_written(write: object, attribute: str) -> None:
    (value,) = PUPIL.values(attribute)
    found = find(f"före {write(value)} efter", INDEX)  # type: ignore[operator]
    assert attribute in {owner.attribute for owner in found}
    assert {owner.person for owner in found} == {"elev-0001"}


@pytest.mark.parametrize("text", ["1201301012399", "2013010123990", "asa", "Åsa Öbergsson", ""])
def test_a_part_of_a_longer_word_is_no_find(text: str) -> None:
    assert find(text, INDEX) == ()


@given(st.text())
def test_any_text_can_be_searched(text: str) -> None:
    assert len(find(f"{text} 201301012399 {text}", INDEX)) >= 1


@given(st.text(max_size=300))
def test_nobody_is_found_in_a_school_without_people(text: str) -> None:
    assert find(text, PeopleIndex.of([])) == ()
