from random import Random

import pytest

from idp.population.contacts import Mailboxes, Streets, UserNames, hints_at
from idp.population.names import Name


@pytest.mark.parametrize(
    ("user", "hint"),
    [
        ("linda-botan", True),  # first three letters of the surname
        ("boral-linot", True),
        ("tatil-indab", True),  # across the hyphen
        ("analb-lidor", True),  # two of each name
        ("anadb-totod", False),
        ("movip-eiral", False),
    ],
)
def test_user_name_that_gives_the_name_away(user: str, hint: bool) -> None:
    assert hints_at(user, Name("Anna", "", "Lindberg")) == hint


def test_one_word_name_counts_as_surname() -> None:
    assert hints_at("tatul-bodop", Name("Tatu", "", ""))
    assert not hints_at("butol-bodop", Name("Tatu", "", ""))


def test_both_parts_of_a_double_surname_are_minded() -> None:
    assert hints_at("binov-tadol", Name("Åke", "", "Berg-Novák"))


def test_user_names_are_unique_and_silent(draw: Random) -> None:
    users = UserNames(draw)
    name = Name("Anna", "", "Lindberg")
    given_out = [users.of(name, domain) for domain in ("skola.test", "granne.test") for _ in range(1000)]
    assert len({user.split("@")[0] for user in given_out}) == len(given_out)
    assert not [user for user in given_out if hints_at(user.split("@")[0], name)]


def test_mail_addresses_of_namesakes_are_numbered() -> None:
    mail = Mailboxes()
    assert mail.of(Name("Åsa", "", "Öberg"), "elev.skola.test") == "asa.oberg@elev.skola.test"
    assert mail.of(Name("Asa", "Maria", "Oberg"), "elev.skola.test") == "asa.oberg2@elev.skola.test"
    assert mail.of(Name("Åsa", "", "Öberg"), "skola.test") == "asa.oberg@skola.test"
    assert mail.of(Name("Hartati", "", ""), "elev.skola.test") == "hartati@elev.skola.test"


def test_house_numbers_are_given_out_once(draw: Random) -> None:
    streets = Streets(draw)
    houses = [streets.house(streets.street()) for _ in range(500)]
    assert len(set(houses)) == len(houses)


def test_postal_codes_are_of_no_swedish_form(draw: Random) -> None:
    streets = Streets(draw)
    assert {streets.street().postal_code[0] for _ in range(100)} == {"0"}
