"""What stands in braces in a case."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.certify.desk import NotToBeSeen
from testbed.certify.exchange.names import Names, mark

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def test_a_resource_has_one_id_and_one_mark_throughout_a_case() -> None:
    names = Names()
    first = names.fill("{person} {mark:person} {person-2}")
    own, marked, other = first.split()
    assert UUID(own) != UUID(other)
    assert marked == mark(own)
    assert names.fill("{person} {mark:person} {person-2}") == first


def test_what_the_vendor_has_not_shown_is_not_made_up() -> None:
    with pytest.raises(NotToBeSeen, match="page-token"):
        Names().fill("{page-token}")


def test_a_text_can_be_cut_and_changed() -> None:
    names = Names({"page-token": "abcdef"})
    assert names.fill("{cut:page-token} {changed:page-token}") == "abc abcAef"


def test_a_moment_is_a_text_in_a_text_and_a_number_by_itself() -> None:
    names = Names(now=lambda: NOW)
    assert names.fill("after {now-60}") == "after 2026-11-26T11:59:00Z"
    assert names.fill_all({"exp": "{now+60}"}) == {"exp": int(NOW.timestamp()) + 60}


@given(st.text(st.characters(exclude_characters="{}")))
def test_a_text_without_braces_stays_as_it_is(text: str) -> None:
    assert Names().fill(text) == text


@given(st.text(min_size=1))
def test_a_changed_text_is_another_of_the_same_length(text: str) -> None:
    changed = Names({"it": text}).fill("{changed:it}")
    assert changed != text
    assert len(changed) == len(text)
