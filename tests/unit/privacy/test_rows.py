"""The rows of an index: each value of each person, as people.json has it, and the fingerprints of how it is written."""

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.model.written import Person
from testbed.privacy import rows as module
from testbed.privacy.mixing import FIRST, NAME
from testbed.privacy.prints import Heads
from testbed.privacy.rows import (
    BLOCK,
    LONGEST,
    Gathered,
    RowTexts,
    chain_prints,
    field_prints,
    gathered,
    owner_print,
    phone_print,
)
from testbed.privacy.spellings import CODE_OF, MARKING, words_in
from testbed.privacy.words import joined, stirred, words_of

NONE = Heads.of(())


def person(name: str, **attributes: str | tuple[str, ...]) -> Person:
    return Person(id=name, role="pupil", attributes=attributes)


def rows_of(*people: Person) -> tuple[RowTexts, Gathered]:
    return gathered(people, NONE)


def values(rows: RowTexts, name: str) -> list[tuple[str, str]]:
    return [(rows.attribute(row), rows.value(row)) for row in rows.of_person(name)]


def found(parts: Gathered, text: str) -> set[int]:
    """The rows whose needle is exactly this text."""
    words = words_in(text)
    ((length, (prints, _)),) = chain_prints([b" ".join(words)], np.zeros(1, np.uint32))[0].items()
    table = parts.chains.get(length)
    return set(table.rows_of(int(prints[0]))) if table else set()


def in_field(parts: Gathered, attribute: str, text: str) -> set[int]:
    """The rows that a field of this attribute with this text stands for."""
    ((_, (prints, _)),) = chain_prints([b" ".join(words_in(text))], np.zeros(1, np.uint32))[0].items()
    (one,) = field_prints(np.array([CODE_OF[attribute]]), prints)
    return set(parts.fields.rows_of(int(one)))


# --- what each row says ------------------------------------------------------------------------------------------


def test_nobody_has_no_rows_and_nothing_is_searched_for() -> None:
    rows, parts = rows_of()
    assert (len(rows), rows.ids, list(rows.of_person("ada"))) == (0, [], [])
    assert (parts.chains, parts.phone_lengths, parts.field_lengths) == ({}, (), ())
    for table in (parts.owners, parts.phones, parts.fields):
        assert (len(table.prints), list(table.rows_of(7))) == (0, [])
    assert not parts.sieve.firsts.any()
    assert not parts.sieve.wholes.any()


def test_what_else_the_sieve_must_let_pass_passes_also_without_people() -> None:
    also = joined([b"given name"])[0]
    prints = words_of(also).prints
    heads = Heads(stirred(prints, FIRST), stirred(prints, NAME))
    _, parts = gathered([], heads)
    assert [kept.tolist() for kept in parts.heads] == [sorted(kept.tolist()) for kept in heads]
    assert words_of(also, parts.sieve).named.tolist() == [0, 1]


def test_rows_are_each_value_of_each_person_in_order() -> None:
    rows, _ = rows_of(person("ada", mail="ada@x.test", givenName="Ada"), person("bo", sisSchoolUnitCode=("1", "2")))
    assert len(rows) == 4
    assert values(rows, "ada") == [("mail", "ada@x.test"), ("givenName", "Ada")]
    assert values(rows, "bo") == [("sisSchoolUnitCode", "1"), ("sisSchoolUnitCode", "2")]
    assert [rows.person(row) for row in range(4)] == ["ada", "ada", "bo", "bo"]


def test_a_person_without_attributes_is_known_and_has_no_rows() -> None:
    rows, _ = rows_of(person("ada", mail="ada@x.test"), person("bo"), person("cy", mail="cy@x.test"))
    assert rows.ids == ["ada", "bo", "cy"]
    assert (values(rows, "bo"), values(rows, "nobody")) == ([], [])
    assert [rows.person(row) for row in range(2)] == ["ada", "cy"]
    assert rows.name_of(1) == ("", "", "")


def test_a_blank_value_and_an_attribute_without_values_are_no_rows() -> None:
    rows, _ = rows_of(person("ada", mail="", givenName=" ", sn="Ek", sisSchoolUnitCode=()))
    assert values(rows, "ada") == [("sn", "Ek")]


@pytest.mark.parametrize("value", ["Åsa", unicodedata.normalize("NFD", "Åsa"), "名前", "x" * 5000])
def test_a_value_is_kept_letter_by_letter(value: str) -> None:
    rows, _ = rows_of(person("ada", givenName="before"), person("bo", givenName=value), person("cy", givenName="after"))
    assert [rows.value(row) for row in range(3)] == ["before", value, "after"]


def test_a_marking_is_a_value_unless_it_is_written_as_one() -> None:
    marked = person("ada", mail="ada@x.test").model_copy(update={"security_marking": "Sekretessmarkering"})
    rows, parts = rows_of(marked, person("bo", mail="bo@x.test"))
    assert values(rows, "ada")[-1] == (MARKING, "Sekretessmarkering")
    assert [name for name, _ in values(rows, "bo")] == ["mail"]
    assert in_field(parts, MARKING, "sekretessmarkering") == {1}


def test_a_name_is_told_by_its_first_given_and_family_name() -> None:
    rows, _ = rows_of(
        person("ada", givenName=("Ada", "Adele"), sn="Ek", displayName="Ada Ek"),
        person("bo", cn="Bo Alm"),
        person("cy", sn="Sund"),
    )
    assert [rows.name_of(number) for number in range(3)] == [
        ("Ada", "Ek", "Ada Ek"),
        ("", "", "Bo Alm"),
        ("", "Sund", ""),
    ]


@given(st.lists(st.lists(st.text(min_size=1, max_size=8), max_size=4), max_size=8))
def test_whatever_people_are_called_their_rows_say_it(names: list[list[str]]) -> None:
    people = [person(f"p{number}", givenName=tuple(given)) for number, given in enumerate(names)]
    rows, _ = rows_of(*people)
    kept = [[value for value in one.values("givenName") if value.strip()] for one in people]
    assert [[value for _, value in values(rows, one.id)] for one in people] == kept


# --- what is searched for ----------------------------------------------------------------------------------------


def test_what_points_at_one_person_is_searched_for_anywhere_and_the_rest_in_fields() -> None:
    rows, parts = rows_of(person("ada", mail="ada@x.test", givenName="Adalmina"))
    mail, given_name = rows.of_person("ada")
    assert found(parts, "ada@x.test") == {mail}
    assert found(parts, "Adalmina") == set()
    assert in_field(parts, "givenName", "ADALMINA") == {given_name}
    assert in_field(parts, "mail", "ada@x.test") == set()
    assert in_field(parts, "sn", "Adalmina") == set()


def test_a_name_stands_for_the_row_of_the_display_name_in_every_order() -> None:
    rows, parts = rows_of(person("ada", givenName="Ada Maria", sn="Ek", displayName="Ada Ek"))
    shown = next(row for row in rows.of_person("ada") if rows.attribute(row) == "displayName")
    for text in ("Ada Ek", "Ek, Ada", "ada maria ek", "Ek Ada Maria"):
        assert found(parts, text) == {shown}
    assert found(parts, "Ada Maria") == set()


def test_without_a_display_name_a_name_stands_for_the_row_of_the_family_name() -> None:
    rows, parts = rows_of(person("ada", givenName="Ada", sn="Ek"), person("bo", givenName="Bo"))
    family = next(row for row in rows.of_person("ada") if rows.attribute(row) == "sn")
    assert found(parts, "Ada Ek") == {family}
    assert found(parts, "Bo Ek") == set()


def test_a_value_that_several_share_is_searched_for_in_fields_once_and_owned_by_each() -> None:
    people = [person(f"p{number}", sisSchoolGrade="4", displayName="Ada Ek") for number in range(3)]
    rows, parts = rows_of(*people)
    assert in_field(parts, "sisSchoolGrade", "4") == {0}
    assert {rows.person(row) for row in found(parts, "Ada Ek")} == {"p0", "p1", "p2"}
    owners = parts.owners.rows_of(owner_print(CODE_OF["sisSchoolGrade"], "4"))
    assert [rows.person(row) for row in owners] == ["p0", "p1", "p2"]


def test_accents_and_how_they_are_written_make_no_difference_to_what_is_searched_for() -> None:
    composed, decomposed = "Åsa Öberg", unicodedata.normalize("NFD", "Åsa Öberg")
    rows, parts = rows_of(person("ada", displayName=composed), person("bo", displayName=decomposed))
    for text in (composed, decomposed, "asa oberg"):
        assert {rows.person(row) for row in found(parts, text)} == {"ada", "bo"}


def test_an_attribute_that_says_the_same_by_another_name_is_owned_under_the_name_of_that_one() -> None:
    _, parts = rows_of(person("ada", cn="Ada Ek"))
    assert list(parts.owners.rows_of(owner_print(CODE_OF["displayName"], "ada ek"))) == [0]
    assert list(parts.owners.rows_of(owner_print(CODE_OF["cn"], "ada ek"))) == []


def test_a_telephone_number_is_found_by_its_national_digits() -> None:
    _, parts = rows_of(person("ada", telephoneNumber="070-174 06 51"), person("bo", mobile="+46 8 123 45 67"))
    assert parts.phone_lengths == (8, 9)
    assert list(parts.phones.rows_of(phone_print("701740651"))) == [0]
    assert list(parts.phones.rows_of(phone_print("81234567"))) == [1]


def test_numbers_of_other_lengths_have_other_fingerprints() -> None:
    assert phone_print("0701740651") != phone_print("701740651")


def test_one_value_of_two_attributes_has_two_fingerprints_of_a_field() -> None:
    _, parts = rows_of(person("ada", sisSchoolCourseStudent="4B"), person("bo", sisSchoolCourseTeacher="4B"))
    assert in_field(parts, "sisSchoolCourseStudent", "4b") == {0}
    assert in_field(parts, "sisSchoolCourseTeacher", "4b") == {1}


def test_people_are_looked_at_in_blocks_and_none_is_lost_between_them(monkeypatch: pytest.MonkeyPatch) -> None:
    people = [person(f"p{n}", mail=f"elev{n}@x.test", givenName="Ada", sn=f"Ek{n % 3}") for n in range(7)]
    whole, all_parts = rows_of(*people)
    monkeypatch.setattr(module, "BLOCK", 2)
    rows, parts = rows_of(*people)
    assert len(people) < BLOCK
    for number, one in enumerate(people):
        assert values(rows, one.id) == values(whole, one.id)
        assert found(parts, f"elev{number}@x.test") == found(all_parts, f"elev{number}@x.test") != set()
    for grown, at_once in ((parts.owners, all_parts.owners), (parts.fields, all_parts.fields)):
        assert grown.prints.tolist() == at_once.prints.tolist()
        assert grown.rows.tolist() == at_once.rows.tolist()
    assert [kept.tolist() for kept in parts.heads] == [kept.tolist() for kept in all_parts.heads]


# --- chains ------------------------------------------------------------------------------------------------------


def test_no_lines_have_no_fingerprints() -> None:
    chains, heads = chain_prints([], np.zeros(0, np.uint32))
    assert (chains, [kept.tolist() for kept in heads]) == ({}, [[], []])


def test_lines_are_grouped_by_their_words_and_keep_their_rows() -> None:
    lines = [b"anna", b"anna berg", b"bo", b"anna berg holm", b"anna-berg"]
    chains, heads = chain_prints(lines, np.array([5, 6, 7, 8, 9], np.uint32))
    assert {length: sorted(rows.tolist()) for length, (_, rows) in chains.items()} == {1: [5, 7], 2: [6, 9], 3: [8]}
    _, (prints, _) = chains[1], chains[2]
    assert len(set(prints.tolist())) == 1
    assert len(heads.firsts) == 2  # anna, bo
    assert len(heads.wholes) == 3  # anna, bo, anna berg


def test_of_a_very_long_value_the_first_words_count() -> None:
    words = [b"w%d" % number for number in range(LONGEST + 3)]
    chains, _ = chain_prints([b" ".join(words), b" ".join(words[:LONGEST])], np.array([0, 1], np.uint32))
    assert list(chains) == [LONGEST]
    prints, rows = chains[LONGEST]
    assert (len(set(prints.tolist())), sorted(rows.tolist())) == (1, [0, 1])


# --- what becomes known later ------------------------------------------------------------------------------------


def test_further_values_are_rows_behind_the_others() -> None:
    rows, parts = rows_of(person("ada", mail="ada@x.test"), person("bo", mail="bo@x.test"))
    more, grown = rows.with_more({"ada": {"sub": ["a1b2c3d4"], "mail": ["ada@y.test"]}}, parts)
    assert values(more, "ada") == [("mail", "ada@x.test"), ("sub", "a1b2c3d4"), ("mail", "ada@y.test")]
    assert values(more, "bo") == [("mail", "bo@x.test")]
    (row,) = found(grown, "a1b2c3d4")
    assert (more.person(row), more.number(row), len(more)) == ("ada", 0, 4)
    assert found(grown, "bo@x.test") == {1}
    assert list(grown.owners.rows_of(owner_print(CODE_OF["sub"], "a1b2c3d4"))) == [row]


def test_further_values_leave_what_was_known_as_it_is() -> None:
    rows, parts = rows_of(person("ada", mail="ada@x.test"))
    rows.with_more({"ada": {"sub": ["a1b2c3d4"]}}, parts)
    assert (len(rows), values(rows, "ada")) == (1, [("mail", "ada@x.test")])
    assert found(parts, "a1b2c3d4") == set()


def test_more_may_become_known_again_and_again() -> None:
    rows, parts = rows_of(person("ada", mail="ada@x.test", telephoneNumber="070-174 06 51"))
    for number, value in enumerate(("first-one", "second-one", "08-123 45 67"), start=2):
        rows, parts = rows.with_more({"ada": {"sub" if "one" in value else "mobile": [value]}}, parts)
        assert len(rows) == number + 1
    assert [value for _, value in values(rows, "ada")][2:] == ["first-one", "second-one", "08-123 45 67"]
    assert parts.phone_lengths == (8, 9)
    assert found(parts, "second-one") == {3}


def test_what_belongs_to_nobody_or_to_no_attribute_is_left_out() -> None:
    rows, parts = rows_of(person("ada", mail="ada@x.test"))
    more, _ = rows.with_more({"nobody": {"sub": ["a1b2c3d4"]}, "ada": {"shoeSize": ["38"]}}, parts)
    assert len(more) == 1


def test_the_sieve_lets_pass_what_became_known_later() -> None:
    rows, parts = rows_of(person("ada", mail="ada@x.test"))
    _, grown = rows.with_more({"ada": {"sub": ["someidentifier"]}}, parts)
    buffer = joined([b"someidentifier"])[0]
    assert words_of(buffer, parts.sieve).alone.tolist() == []
    assert words_of(buffer, grown.sieve).alone.tolist() == [0]
