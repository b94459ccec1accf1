"""Values of people are found in whatever way a page writes them, and nothing that only looks like one."""

import html
import json
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.readings import Readings

MAIL, ACCOUNT, CALLED, PHONE = "åsa.öberg@elev.skola.test", "bilid-bonud@skola.test", "Åsa Öberg", "+46701740605"
NIN = "201002252399"


@pytest.fixture
def readings() -> Readings:
    known = Readings()
    known.add(MAIL, "asa")
    known.add(ACCOUNT, "asa")
    known.add(CALLED, "asa", by_name=True)
    known.add(PHONE, "asa")
    known.add(NIN, "asa")
    known.add(NIN[2:], "asa")
    known.add("Åsa Öberg Lind", "lind", by_name=True)
    known.add("Li", "li", by_name=True)
    known.add("kim.ek@skola.test", "kim-1")
    known.add("kim.ek@skola.test", "kim-2")
    return known


def on(readings: Readings, document: str) -> set[str]:
    return {value.owner for value in readings.found(document)}


@pytest.mark.parametrize(
    "document",
    [
        f"<p>Inloggad som {CALLED}.</p>",
        "<p>Inloggad som <b>Åsa</b> <i>Öberg</i></p>",
        f"<p>{CALLED.upper()}</p>",
        f"<p>{html.escape(CALLED).encode('ascii', 'xmlcharrefreplace').decode()}</p>",
        "<p>&Aring;sa&nbsp;&Ouml;berg</p>",
        f"<p>{unicodedata.normalize('NFD', CALLED)}</p>",
        "<p>Åsa\n\t Öberg</p>",
        "Åsa Ö&shy;berg",
        f"<input value='{ACCOUNT}'>",
        f"<input value={ACCOUNT}>",
        f"<a href='/profile/{ACCOUNT}?tab=1'>x</a>",
        f"<a href='mailto:{ACCOUNT.replace('@', '%40')}'>x</a>",
        "(bilid-bonud@SKOLA.test)",
        f"you are {ACCOUNT}.",
        f"{ACCOUNT}, welcome!",
        "bilid-bonud<wbr>@skola.test",
        json.dumps({"user": MAIL}),
        f"<script>let user = {json.dumps({'mail': MAIL})};</script>",
        "<p>070-174 06 05</p>",
        "<p>+46 (0)70 1740605</p>".replace("(0)", ""),
        "<p>20100225-2399</p>",
        "<p>100225-2399</p>",
        f"<!-- {ACCOUNT} -->",
    ],
)
def test_a_value_is_found_however_it_is_written(readings: Readings, document: str) -> None:
    assert on(readings, document) == {"asa"}


@pytest.mark.parametrize(
    "document",
    [
        "",
        "<p>Li går till skolan</p>",
        "<p>kim.ek@skola.test</p>",
        f"<p>x{ACCOUNT}</p>",
        f"<p>{ACCOUNT}.evil</p>",
        "<td>Åsa</td><td>Öberg</td>",
        "<p>Åsa och Öberg</p>",
        "<p>1201002252399</p>",
        "<p>kunde inte nå åsa</p>",
    ],
)
def test_what_only_looks_like_one_is_not(readings: Readings, document: str) -> None:
    assert on(readings, document) == set()


def test_of_a_value_that_is_part_of_another_the_longer_one_counts(readings: Readings) -> None:
    assert on(readings, "<p>Åsa Öberg Lind</p>") == {"lind"}
    assert on(readings, "<p>Åsa Öberg Lind, Åsa Öberg</p>") == {"lind", "asa"}


@given(st.text(max_size=400))
def test_whatever_stands_in_a_page_is_read(document: str) -> None:
    known = Readings()
    known.add(ACCOUNT, "asa")
    assert {value.owner for value in known.found(f"{document} {ACCOUNT} {document}")} <= {"asa"}


@pytest.mark.parametrize("filling", ["<", "<a ", "&#", "\\u", "1 ", "1(((((((", "%", "<b", "bilid ", "\u0301"])
def test_a_hostile_page_takes_no_longer_than_its_length_asks(readings: Readings, filling: str) -> None:
    document = filling * (2_000_000 // len(filling))
    began = time.process_time()
    on(readings, document)
    assert time.process_time() - began < 10
