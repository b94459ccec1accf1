"""Values of people are found in the forms that this version promises, and nowhere else."""

import base64
import gzip
import html
import json
import pickle
import quopri
import subprocess
import sys
import time
import zlib
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from random import Random
from urllib.parse import quote, quote_plus

import brotli
import pytest
import zstandard
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from idp.people import generate
from testbed.model.written import Person
from testbed.privacy.people import PeopleIndex
from testbed.privacy.search import find, search
from testbed.privacy.undoing import TOO_LARGE

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


# --- whatever values are wrapped in ---------------------------------------------------------------------------------


def _raw_deflate(data: bytes) -> bytes:
    packing = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packing.compress(data) + packing.flush()


WRAPPINGS: dict[str, Callable[[bytes], bytes]] = {
    "base64": base64.b64encode,
    "base64url": lambda data: base64.urlsafe_b64encode(data).rstrip(b"="),
    "base32": lambda data: base64.b32encode(data).rstrip(b"="),
    "hex": lambda data: data.hex().encode(),
    "HEX": lambda data: data.hex().upper().encode(),
    "percent": lambda data: "".join(f"%{octet:02X}" for octet in data).encode(),
    "gzip": gzip.compress,
    "zlib": zlib.compress,
    "deflate": _raw_deflate,
    "zstd": zstandard.compress,
    "brotli": brotli.compress,
}
TEXTUAL = ("base32", "hex", "HEX", "percent")
UNSIGNED = ("deflate", "brotli")
BINARY = ("gzip", "zlib", "deflate", "zstd", "brotli")
POPULATION = generate(7, 100).everybody
WHOLE = PeopleIndex.of(POPULATION.values())
VALUES = [
    (person.id, attribute, value)
    for person in POPULATION.values()
    for attribute in ("mail", "eduPersonPrincipalName", "norEduPersonNIN", "displayName")
    if attribute in person.attributes
    for value in person.values(attribute)
    if attribute != "displayName" or len(value.split()) > 1
]


def people_in(raw: bytes) -> set[str]:
    """The people of whom octets tell; "" stands for what several share."""
    return {one.owner.person for one in search([raw], WHOLE).found}


def is_told(person: str, attribute: str, value: str, raw: bytes) -> bool:
    """Whether the octets tell of the person, or of the value of several."""
    shared = len(list(WHOLE.owners(attribute, value))) > 1 or attribute == "displayName"
    return bool({person, ""} & people_in(raw)) if shared else person in people_in(raw)


@pytest.mark.parametrize("wrapping", ["plain", *WRAPPINGS])
def test_every_value_of_a_population_is_found_behind_each_wrapping(wrapping: str) -> None:
    wrap = WRAPPINGS.get(wrapping, bytes)
    bodies = [wrap(f'{{"elev": "{value}"}}'.encode()) for _, _, value in VALUES]
    found: dict[int, set[str]] = {}
    for one in search(bodies, WHOLE).found:
        found.setdefault(one.part, set()).add(one.owner.person)
    assert [VALUES[n] for n in range(len(VALUES)) if not {VALUES[n][0], ""} & found.get(n, set())] == []


@settings(max_examples=60, deadline=None)
@example(next(one for one in VALUES if one[1] == "mail"), ["zlib", "percent", "percent"], 0)
@given(
    st.sampled_from([one for one in VALUES if one[1] == "mail"]),
    st.lists(st.sampled_from(sorted(WRAPPINGS)), min_size=1, max_size=3),
    st.integers(0, 50),
)
def test_a_value_is_found_three_wrappings_deep_and_anywhere_in_a_text(
    known: tuple[str, str, str], chain: list[str], offset: int
) -> None:
    # NOTE: deflate and brotli have no sign: they are tried where octets or base64 hold them, and hold texts alone.
    assume(not any(outer in TEXTUAL and inner in UNSIGNED for inner, outer in pairwise(chain)))
    assume(not any(outer in UNSIGNED and inner in BINARY for inner, outer in pairwise(chain)))
    raw = b'{"sent": "2026-01-01", "elev": "' + known[2].encode() + b'", "kurs": "matematik 2"}'
    for name in chain:
        raw = WRAPPINGS[name](raw)
    if chain[-1] not in BINARY:
        raw = b"log " * offset + b"data=" + raw + b"&v=1"
    assert is_told(*known, raw), chain


@pytest.mark.parametrize("before", range(9))
def test_base64_is_read_in_every_alignment(before: int) -> None:
    person, attribute, value = next(one for one in VALUES if one[1] == "mail")
    raw = bytes(range(0x80, 0x80 + before)) + b'{"m":"' + value.encode() + b'"}' + b"\xff\xfe"
    assert is_told(person, attribute, value, b"x=" + base64.b64encode(raw) + b";")


# --- texts made to harm ---------------------------------------------------------------------------------------------

MB = 1 << 20
_RANDOM = Random(5)


def _nested(data: bytes, times: int) -> bytes:
    for _ in range(times):
        data = base64.b64encode(data)
    return data


HOSTILE: dict[str, Callable[[], bytes]] = {
    "random": lambda: _RANDOM.randbytes(MB),
    "base64 in base64": lambda: _nested(_RANDOM.randbytes(MB // 8), 7),
    "base64 of random": lambda: _nested(_RANDOM.randbytes(MB // 2), 1),
    "backslashes": lambda: b"\\" * MB,
    "escapes": lambda: b"\\\\u00e5" * (MB // 7),
    "percents": lambda: b"%2525" * (MB // 5),
    "entities": lambda: b"&amp;amp;" * (MB // 9),
    "ampersands": lambda: b"&" * MB,
    "at signs": lambda: b"a@" * (MB // 2),
    "digits": lambda: b"7" * MB,
    "digits apart": lambda: b"7 " * (MB // 2),
    "names of fields": lambda: b"givenName=" * (MB // 10),
    "a gap": lambda: b"givenName=" + b" " * MB + b"x",
    "parts of a form": lambda: b'--x\r\ncontent-disposition: form-data; name="a"\r\n\r\nv\r\n' * (MB // 50),
    "headers of parts": lambda: b"--x\r\n" + b"content-disposition: " * (MB // 21) + b"\r\n\r\nv",
    "headers of gzip": lambda: b"\x1f\x8b\x08\0" * (MB // 4),
    "headers of tokens": lambda: b"eyJaaaaaaaaaaaa." * (MB // 16),
    "quoted-printable": lambda: b"=C3=A5" * (MB // 6),
}
BOMBS: dict[str, Callable[[], bytes]] = {
    "gzip": lambda: gzip.compress(bytes(100 * MB), 1),
    "gzip in gzip": lambda: gzip.compress(gzip.compress(b"elev " * (20 * MB), 9)),
    "zlib": lambda: zlib.compress(bytes(100 * MB), 1),
    "zstd": lambda: zstandard.compress(bytes(100 * MB)),
}
ENOUGH_S = 5.0
"""Processor seconds for a megabyte of the worst, on a slow machine; what grows with the square takes minutes."""


def _seconds(raw: bytes) -> float:
    begun = time.thread_time()
    assert search([raw], WHOLE).found == ()
    return time.thread_time() - begun


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_costs_little(name: str) -> None:
    assert _seconds(HOSTILE[name]()) < ENOUGH_S


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_bounded_and_told(name: str) -> None:
    begun = time.thread_time()
    searched = search([BOMBS[name]()], WHOLE)
    assert searched.unreadable == ((0, TOO_LARGE),)
    assert time.thread_time() - begun < ENOUGH_S


@settings(deadline=None)
@given(st.lists(st.binary(max_size=300), max_size=5))
def test_any_octets_can_be_searched(parts: list[bytes]) -> None:
    assert all(0 <= one.part < len(parts) for one in search(parts, WHOLE).found)


def test_many_values_behind_one_run_of_base64_are_told_in_little_time() -> None:
    people = [Person(id=f"p{n}", role="pupil", attributes={"mail": f"elev{n:05}@skola.test"}) for n in range(5000)]
    raw = base64.b64encode(b"\x80\x81\x82" + b"\xff".join(one.values("mail")[0].encode() for one in people))
    begun = time.thread_time()
    found = search([raw], PeopleIndex.of(people)).found
    assert len({one.owner.person for one in found}) == len(people)
    assert time.thread_time() - begun < ENOUGH_S


@pytest.mark.parametrize("given_name", ["Sören", "Søren"])
def test_of_values_that_differ_in_accents_alone_the_one_that_is_written_is_told(given_name: str) -> None:
    people = [
        Person(id=f"elev-{place}", role="pupil", attributes={"givenName": name, "sn": "Ek"})
        for place, name in enumerate(("Søren", "Sören", "Bo"))
    ]
    found = search([json.dumps({"givenName": given_name, "sn": "Ek"}).encode()], PeopleIndex.of(people)).found
    person = "elev-0" if given_name == "Søren" else "elev-1"
    assert {(one.owner.attribute, one.owner.person) for one in found} == {("givenName", person), ("sn", person)}


@pytest.mark.parametrize("size", range(360, 400, 3))
def test_half_of_a_token_beside_a_sign_of_quoted_printable_is_not_read_by_itself(size: int) -> None:
    person = Person(
        id="bo", role="guardian", attributes={"mail": "bo.alm@hem.test", "displayName": "Bo Alm", "givenName": "Bo"}
    )
    raw = b"a=3D&" + b"x" * size + b"&mail=" + base64.b64encode(b"bo.alm@hem.test")
    found = search([raw], PeopleIndex.of([person])).found
    assert [(one.owner.attribute, one.form) for one in found] == [("mail", "base64")]


# --- how parts are looked at together -------------------------------------------------------------------------------


def _wrapped(random: Random) -> bytes:
    raw = b" och ".join(random.choice(VALUES)[2].encode() for _ in range(random.randrange(4)))
    for name in random.sample(sorted(WRAPPINGS), random.randrange(4)):
        raw = WRAPPINGS[name](raw)
    return random.randbytes(random.randrange(9)) * random.randrange(2) + raw + b" " * random.randrange(3)


PARTS = [_wrapped(Random(seed)) for seed in range(150)]


@pytest.fixture(scope="module")
def alone() -> list[tuple[object, ...]]:
    """What each part tells when it is searched by itself."""
    searched = [search([part], WHOLE).found for part in PARTS]
    return [(number, one.owner, one.form, one.in_field) for number, found in enumerate(searched) for one in found]


@pytest.mark.parametrize("batch", [1, 100, 3000, 1 << 21])
def test_what_is_found_does_not_depend_on_how_parts_fall_into_batches(
    monkeypatch: pytest.MonkeyPatch, alone: list[tuple[object, ...]], batch: int
) -> None:
    monkeypatch.setattr("testbed.privacy.texts.BATCH", batch)
    monkeypatch.setattr("testbed.privacy.search.BATCH", batch)
    together = [(one.part, one.owner, one.form, one.in_field) for one in search(PARTS, WHOLE).found]
    assert len(alone) > len(PARTS) / 2
    assert Counter(together) == Counter(alone)


def test_parts_that_say_the_same_are_told_each_for_itself() -> None:
    raw = base64.b64encode(b"elev: " + VALUES[0][2].encode())
    assert [one.part for one in search([raw] * 3, WHOLE).found] == [0, 1, 2]


@pytest.mark.parametrize("name", ["Åsa Ek", "Ängla Ek", "Örn Ek", "Øyvind Ek", "Émile Ek"])
def test_a_short_value_in_latin_1_is_found_whatever_letter_it_begins_with(name: str) -> None:
    index = PeopleIndex.of([Person(id="elev-1", role="pupil", attributes={"displayName": name})])
    raw = name.encode("latin-1")
    found = search([b"x=" + raw.hex().encode(), b"x=" + base64.b64encode(raw)], index).found
    assert [one.part for one in found] == [0, 1]


# --- what was once passed over --------------------------------------------------------------------------------------

HIDDEN: dict[str, bytes] = {
    "UTF-16 in percents": "".join(f"%{octet:02x}" for octet in "Erik Lind".encode("utf-16-le")).encode(),
    "UTF-16 in escapes": b'"' + b"".join(b"\\u%04x\\u0000" % octet for octet in b"Erik Lind") + b'"',
    "base32 in quoted-printable": quopri.encodestring(base64.b32encode(b"lorem ipsum dolor sit " * 9 + b" Erik Lind ")),
    "behind gzip": gzip.compress(b"{}") + b"\nErik Lind\n",
    "base64 behind gzip": gzip.compress(b"{}") + b"\n" + base64.b64encode(b'{"u": "Erik Lind"}'),
    "in the head of gzip": b"\x1f\x8b\x08\x08\0\0\0\0\0\x03Erik Lind.pdf\0" + gzip.compress(b"{}")[10:],
}


@pytest.mark.parametrize("place", HIDDEN)
def test_a_name_is_found_where_it_could_hide(place: str) -> None:
    index = PeopleIndex.of([Person(id="elev-7", role="pupil", attributes={"displayName": "Erik Lind"})])
    assert [one.owner.person for one in search([HIDDEN[place]], index).found] == ["elev-7"]


def test_what_was_packed_as_it_stands_is_told_as_packed() -> None:
    raw = base64.b64encode(zstandard.compress(b'{"user": "asa.oberg@skola.test"}'))
    index = PeopleIndex.of([Person(id="elev-7", role="pupil", attributes={"mail": "asa.oberg@skola.test"})])
    assert [one.form for one in search([raw], index).found] == ["base64+zstd"]


def test_a_decimal_is_no_telephone_number() -> None:
    index = PeopleIndex.of([Person(id="elev-7", role="pupil", attributes={"telephoneNumber": "070-123 45 67"})])
    assert search([b'{"score": 0.701234567}', b"0.70.123"], index).found == ()
    assert len(search([b"070.123.45.67"], index).found) == 1


def test_many_small_bodies_that_grow_are_not_held_all_at_once() -> None:
    bodies = [gzip.compress(b"%d " % number + b"a d " * 250_000) for number in range(120)]
    script = (
        "import pickle, resource, sys; from testbed.privacy.search import search; "
        "from testbed.privacy.people import PeopleIndex; search([b'a'], PeopleIndex.of([])); "
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; "
        "search(pickle.load(sys.stdin.buffer), PeopleIndex.of([])); "
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    done = subprocess.run([sys.executable, "-c", script], input=pickle.dumps(bodies), capture_output=True, check=True)
    assert int(done.stdout) / 1024 < 300
