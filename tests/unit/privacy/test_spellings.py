"""The spellings of values."""

import pytest

from testbed.privacy.spellings import MAX_VALUE, name_needles, national, needles, usual, usual_names


@pytest.mark.parametrize(
    "number", ["0701234567", "070-123 45 67", "+46701234567", "+46 (0)70 123 45 67", "0046 70-1234567"]
)
def test_a_telephone_number_has_one_national_form(number: str) -> None:
    assert national(number) == "701234567"


@pytest.mark.parametrize("text", ["", "12345", "anna", "1" * 30])
def test_what_is_no_telephone_number_has_none(text: str) -> None:
    assert national(text) == ""


def test_a_personal_number_is_searched_with_and_without_century_and_dash() -> None:
    expected = {b"1301012399", b"130101-2399", b"201301012399", b"20130101-2399"}
    assert set(needles("norEduPersonNIN", "201301012399")) == expected
    assert set(needles("norEduPersonNIN", "20130101-2399")) == expected


@pytest.mark.parametrize("value", ["abc", "x" * (MAX_VALUE + 1)])
def test_too_short_and_too_long_values_are_not_searched_for(value: str) -> None:
    assert list(needles("eduPersonPrincipalName", value)) == []


def test_names_are_written_in_either_order() -> None:
    orders = name_needles("Anna Maria", "Berg", "Anna Berg")
    assert {(b"anna", b"berg"), (b"berg", b"anna"), (b"anna", b"maria", b"berg")} <= set(orders)
    assert name_needles("Anna", "", "Anna") == ()


def test_digests_are_made_of_every_usual_spelling_once() -> None:
    assert {"1301012399", "20130101-2399", "130101+2399"} <= set(usual("norEduPersonNIN", "201301012399"))
    assert {"0701234567", "+46701234567", "701234567"} <= set(usual("telephoneNumber", "070-123 45 67"))
    assert set(usual("mail", "Anna@Skola.test")) == {"Anna@Skola.test", "anna@skola.test", "ANNA@SKOLA.TEST"}
    names = usual_names("Anna", "Berg", "Anna Berg")
    assert {"Anna Berg", "Berg, Anna", "annaberg", "anna.berg"} <= set(names)
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("attribute", "value", "expected"),
    [
        ("mail", "Anna@Skola.test", ("Anna@Skola.test", "anna@skola.test", "ANNA@SKOLA.TEST")),
        ("mail", " a@b ", (" a@b ", " A@B ", "a@b", "A@B")),
        ("norEduPersonNIN", "130101-2399", ("1301012399", "130101-2399", "130101+2399")),
        (
            "norEduPersonNIN",
            "20130101Tf12",
            tuple(
                form
                for century in ("", "20")
                for sign in ("", "-", "+")
                for form in (f"{century}130101{sign}{serial}" for serial in ("Tf12", "tf12", "TF12"))
            ),
        ),
        ("norEduPersonNIN", "unknown", ("unknown", "UNKNOWN")),
        (
            "mobile",
            "tel 070-123 45 67",
            (
                *("tel 070-123 45 67", "TEL 070-123 45 67"),
                *("0701234567", "+46701234567", "46701234567", "0046701234567", "701234567"),
            ),
        ),
        ("mobile", "0701234567", ("0701234567", "+46701234567", "46701234567", "0046701234567", "701234567")),
        ("mail", "", ()),
    ],
)
def test_digests_may_be_of_these(attribute: str, value: str, expected: tuple[str, ...]) -> None:
    assert usual(attribute, value) == expected


def test_digests_may_be_of_these_names() -> None:
    assert usual_names("", "", "Anna B") == ("Anna B", "anna b", "ANNA B")
    forms = usual_names("Anna", "B", "Anna B ")
    assert forms[:6] == ("Anna B", "anna b", "ANNA B", "B Anna", "b anna", "B ANNA")
    assert {"B, Anna", "annab", "ANNA.B"} < set(forms)
