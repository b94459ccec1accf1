"""Every leak: said in both languages, about what is told at login, wrapped so that no two are the same."""

import re

import pytest

from sp_mocks.leaks.every import LEAKS
from sp_mocks.leaks.leak import USER, ByAddress, ByCookie, ByPage, ByServer, Leak, Told
from sp_mocks.leaks.row import Row
from testbed.model.attributes import by_name

TOLD: Told = {
    USER: "nurul-tanud@skola.test",
    "mail": "asa.ost@elev.skola.test",
    "givenName": "Åsa",
    "sn": "Öst",
    "displayName": "Åsa Öst",
    "sisLegalGuardianFor": "lolek-mirad@skola.test",
    "sisSchoolUnitCode": "00001101",
    "sisSchoolGrade": "3",
    "norEduPersonBirthDate": "20150302",
}
EACH = pytest.mark.parametrize("row", LEAKS.values(), ids=LEAKS)


def sent(leak: Leak, told: Told = TOLD) -> tuple[str, bytes]:
    """The address and the rest of what is passed on."""
    match leak.way:
        case ByServer(request=request):
            made = request("x.test", told)
            return made.url, made.body + repr(made.headers).encode()
        case ByPage(url=url):
            return url("x.test", told), b""
        case ByCookie(value=value):
            return "", value(told).encode()
        case ByAddress(query=query):
            return query(told), b""


def test_there_are_as_many_as_were_promised() -> None:
    assert len(LEAKS) >= 30
    assert all(row.id == name for name, row in LEAKS.items())


@EACH
def test_a_leak_says_in_both_languages_what_it_does_and_what_that_means(row: Row) -> None:
    for text in (row.title.sv, row.title.en):
        assert text.count(": ") == 1
        assert text.endswith(".")
    assert row.title.sv != row.title.en


@EACH
def test_a_leak_is_of_attributes_that_there_are_to_a_host_that_is_invented(row: Row) -> None:
    assert row.leak.attributes
    assert set(row.leak.attributes) <= {USER, *by_name()}
    assert re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.(test)?", row.leak.host)


@EACH
def test_checks_of_addresses_are_named_where_something_stands_in_one(row: Row) -> None:
    in_address = isinstance(row.leak.way, ByPage | ByAddress)
    assert ("data.not-in-url" in row.breaks) == in_address
    assert ("data.encrypted-in-transit" in row.breaks) == sent(row.leak)[0].startswith("http://")


@EACH
def test_what_is_passed_on_depends_on_the_person_and_on_nothing_else(row: Row) -> None:
    other = {name: f"{value[:-1]}x" for name, value in TOLD.items()}
    assert sent(row.leak) == sent(row.leak)
    assert sent(row.leak) != sent(row.leak, other)


def test_no_two_leaks_send_the_same() -> None:
    assert len({sent(row.leak) for row in LEAKS.values()}) == len(LEAKS)
