"""No value of anybody stays in a text that is shown."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.model.written import Person
from testbed.privacy.hiding import Hiding, length

ADA = Person(
    id="elev-0001",
    role="pupil",
    attributes={
        "eduPersonPrincipalName": "adlov01@skola.test",
        "givenName": "Ada",
        "sn": "Löfgren-Östlund",
        "displayName": "Ada Löfgren-Östlund",
        "mail": "ada.lofgren@elev.skola.test",
        "norEduPersonNIN": "201601012393",
        "telephoneNumber": "070-1740651",
        "postalCode": "019 19",
        "sisSchoolUnitCode": "00001101",
        "eduPersonScopedAffiliation": "student@skola.test",
    },
)
MAY = Person(id="may-larsson", role="pupil", attributes={"givenName": "May", "sn": "Larsson"})
NUMBERED = Person(id="elev-20160101", role="pupil", attributes={"norEduPersonBirthDate": "20160101"})
HIDING = Hiding({one.id: one for one in (ADA, MAY, NUMBERED)})
VALUES = [value for name in ADA.attributes for value in ADA.values(name) if name not in ("sisSchoolUnitCode",)]


def test_what_stands_in_place_of_a_value_tells_its_length() -> None:
    assert length("Ada") == "[3 tecken/characters]"


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("spelt", [str, str.upper, str.lower, lambda v: quote(v, safe=""), lambda v: quote(quote(v))])
@pytest.mark.parametrize("around", ["{}", "https://x.test/u/{}/p", "the mail {} reached x.test", "sid={}&a=b", "({})"])
def test_no_value_stays(value: str, spelt: object, around: str) -> None:
    text = around.format(spelt(value))  # type: ignore[operator]
    hidden = HIDING.text(text)
    for word in ("ada", "löfgren", "östlund", "lofgren", "adlov01", "201601012393", "1740651", "019 19"):
        assert word not in hidden.casefold()
        assert quote(word, safe="").casefold() not in hidden.casefold()


@pytest.mark.parametrize("charset", ["utf-8", "latin-1"])
def test_percent_encoding_hides_nothing(charset: str) -> None:
    assert HIDING.text("/p/" + quote("Löfgren", encoding=charset)) != "/p/" + quote("Löfgren", encoding=charset)


def test_accents_that_stand_by_themselves_hide_nothing() -> None:
    assert "fgren" not in HIDING.text("/p/Lo\u0308fgren")


@pytest.mark.parametrize("text", ["unknown.pupil@x.test", "unknown.pupil%40x.test", "20090909-2381", "call 0701234567"])
def test_what_looks_like_somebody_s_is_hidden_too(text: str) -> None:
    assert HIDING.holds(text)


@pytest.mark.parametrize(
    "text",
    [
        "idp.skola.test released mail to app.test",
        "between 2025-08-01 and 2035-06-30",
        "urn:oid:1.3.6.1.4.1.5923.1.1.1.6",
        "elev.skola.test answered 502 in exchange 12",
        "",
    ],
)
def test_what_is_nobody_s_stays(text: str) -> None:
    assert HIDING.text(text) == text


def test_a_birth_date_that_is_known_is_no_day_like_others() -> None:
    assert HIDING.text("born 2016-01-01") == f"born {length('2016-01-01')}"


def test_words_of_our_own_sentences_stay_between_blanks_alone() -> None:
    assert HIDING.text("x.test, which may not be told it") == "x.test, which may not be told it"
    assert HIDING.text("/pupils/may/") == f"/pupils/{length('may')}/"
    assert HIDING.text("which May not") == f"which {length('May')} not"


def test_our_own_lines_keep_their_times_and_sizes() -> None:
    assert HIDING.known("20260901T070000Z-x: 300000 bytes were sent") == "20260901T070000Z-x: 300000 bytes were sent"
    assert "ada" not in HIDING.known("ada.har: entry 1 has no request")


def test_hosts_are_told_but_for_values_that_are_known() -> None:
    assert HIDING.host("e12345678.cdn.test") == "e12345678.cdn.test"
    assert HIDING.host("Ada-Lofgren.dns.test") == "masked-11.dns.test"
    assert HIDING.host("id201601012393.dns.test") == "masked-14.dns.test"
    assert HIDING.host("127.0.0.1:8443") == "127.0.0.1:8443"


def test_an_id_is_told_unless_it_tells_who_it_is() -> None:
    assert HIDING.person("elev-0001") == "elev-0001"
    assert HIDING.person("may-larsson") == "person-2"
    assert HIDING.person("elev-20160101") == "person-3"
    assert HIDING.person("somebody-else") == length("somebody-else")
    assert HIDING.person("") == ""


@given(st.text(max_size=60))
def test_any_text_can_be_hidden(text: str) -> None:
    assert isinstance(HIDING.text(text), str)
