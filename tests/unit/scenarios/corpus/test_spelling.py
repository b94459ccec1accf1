"""Numbers as people write them."""

from scenarios.corpus.spelling import ascii_folded, civic_numbers, telephones


def test_personal_numbers() -> None:
    assert civic_numbers("201503042384") == {
        "12": "201503042384",
        "12-dash": "20150304-2384",
        "10": "1503042384",
        "10-dash": "150304-2384",
        "10-plus": "150304+2384",
    }
    assert civic_numbers("anna") == {}


def test_telephone_numbers() -> None:
    written = telephones("070-1740605")
    assert written["groups"] == "070-174 06 05"
    assert written["international"] == "+46 70 174 06 05"
    assert written["prefix-00"] == "0046701740605"
    assert written["brackets"] == "(070) 1740605"
    assert telephones("08-46500475")["groups"] == "08-46 50 04 75"
    assert telephones("112") == {}


def test_ascii_folding() -> None:
    assert ascii_folded("Åsa Öberg-Łuk") == "Asa Oberg-Luk"
    assert ascii_folded("Anna") is None
    assert ascii_folded("Ж") is None
