"""NameIDs: the same where they must be, different where they must be."""

import re

import pytest

from idp.saml.identifiers import name_id, pairwise_id, subject_id
from testbed.model.messages import NAMEID_PERSISTENT, NAMEID_TRANSIENT


def persistent(person: str = "elev-1", entity_id: str = "https://a.test", secret: bytes = b"s") -> str:
    return name_id(person, entity_id, NAMEID_PERSISTENT, secret).value


def test_a_persistent_identifier_is_one_persons_at_one_vendor() -> None:
    assert persistent() == persistent()
    others = {persistent("elev-2"), persistent(entity_id="https://b.test"), persistent(secret=b"t")}
    assert len(others | {persistent()}) == 4
    assert "elev" not in persistent()


def test_person_and_vendor_cannot_run_into_each_other() -> None:
    assert persistent("1", "https://a.test") != persistent("", "https://a.test1")


def test_a_transient_identifier_is_new_each_time() -> None:
    one, two = (name_id("elev-1", "https://a.test", NAMEID_TRANSIENT, b"s") for _ in range(2))
    assert one.format == two.format == NAMEID_TRANSIENT
    assert one.value != two.value


def pairwise(person: str = "elev-1", entity_id: str = "https://a.test", scope: str = "skola.test") -> str:
    return pairwise_id(person, entity_id, scope, b"s")


def shared(person: str = "elev-1", scope: str = "skola.test") -> str:
    return subject_id(person, scope, b"s")


@pytest.mark.parametrize("value", [pairwise(), shared(), pairwise("å" * 200), shared("")])
def test_a_subject_identifier_has_the_profiles_form_and_no_letter_case(value: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9=-]{0,126}@[A-Za-z0-9][A-Za-z0-9.-]{0,126}", value)
    assert value == value.lower()


def test_a_pairwise_identifier_is_one_persons_at_one_vendor() -> None:
    assert pairwise() == pairwise()
    others = {
        pairwise("elev-2"),
        pairwise(entity_id="https://b.test"),
        pairwise_id("elev-1", "https://a.test", "s", b"t"),
    }
    assert len(others | {pairwise()}) == 4
    assert pairwise("1", "https://a.test") != pairwise("", "https://a.test1")


def test_a_shared_identifier_is_one_persons_everywhere_and_no_part_of_another() -> None:
    assert shared() == shared()
    assert len({shared(), shared("elev-2"), subject_id("elev-1", "skola.test", b"t")}) == 3
    unique = {value.partition("@")[0] for value in (shared(), pairwise(), pairwise(entity_id=""))}
    assert len(unique) == 3
    assert shared(scope="granne.test").endswith("@granne.test")
