"""Digests of values are known again, of whatever kind and however they are written."""

import base64
import hashlib
import hmac
from collections.abc import Callable

import pytest

from testbed.model.written import Person
from testbed.privacy import digests
from testbed.privacy.digests import KEYED, KINDS, KNOWN_SALTS, LONGEST, LONGEST_KEY, SIZES, Tokens
from testbed.privacy.people import PeopleIndex
from testbed.privacy.search import search

MAIL, KEY = "anna.berg@skola.test", b"a key of the lab"
INDEX = PeopleIndex.of([Person(id="anna", role="pupil", attributes={"mail": MAIL, "norEduPersonNIN": "201301012399"})])
WRITTEN: dict[str, Callable[[bytes], bytes]] = {
    "hex": lambda token: token.hex().encode(),
    "HEX": lambda token: token.hex().upper().encode(),
    "base64": base64.b64encode,
    "base64url": base64.urlsafe_b64encode,
    "base64-unpadded": lambda token: base64.urlsafe_b64encode(token).rstrip(b"="),
}


@pytest.fixture(autouse=True, params=["one by one", "in bulk"])
def _both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "in bulk":
        monkeypatch.setattr(digests, "MANY", 0)


def forms(token: bytes, index: PeopleIndex = INDEX, keys: tuple[bytes, ...] = (KEY,)) -> set[tuple[str, str]]:
    """Form and person of what a body with the token tells."""
    found = search([b'{"id": "' + token + b'"}'], index, keys).found
    return {(one.form.rpartition("+")[2], one.owner.person) for one in found}


def made(kind: str, data: bytes) -> bytes:
    """A digest by the library's own name."""
    if kind == "blake2b-256":
        return hashlib.blake2b(data, digest_size=32).digest()
    return hashlib.new(kind.replace("-", "_"), data, usedforsecurity=False).digest()


@pytest.mark.parametrize("write", WRITTEN)
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_known_however_it_is_written(kind: str, write: str) -> None:
    assert (kind, "anna") in forms(WRITTEN[write](made(kind, MAIL.encode())))


@pytest.mark.parametrize("text", [MAIL.upper(), "20130101-2399", "1301012399"])
def test_digests_of_other_spellings_are_known(text: str) -> None:
    assert forms(made("sha256", text.encode()).hex().encode()) == {("sha256", "anna")}


@pytest.mark.parametrize("kind", KEYED)
def test_keyed_and_salted_digests_are_known_where_the_key_is(kind: str) -> None:
    keyed = hmac.digest(KEY, MAIL.encode(), kind).hex().encode()
    assert forms(keyed) == {(f"hmac-{kind}", "anna")}
    assert forms(keyed, keys=()) == set()
    for data in (KEY + MAIL.encode(), MAIL.encode() + KEY):
        assert forms(made(kind, data).hex().encode()) == {(f"salted-{kind}", "anna")}


@pytest.mark.parametrize("size", [0, 64, 65, LONGEST_KEY, LONGEST_KEY + 1, 10 * LONGEST_KEY])
def test_keys_may_be_short_and_long(size: int) -> None:
    key = b"k" * size
    assert forms(hmac.digest(key, MAIL.encode(), "sha512").hex().encode(), keys=(key,)) == {("hmac-sha512", "anna")}
    expected = {("salted-md5", "anna")} | ({("md5", "anna")} if not key else set())
    assert forms(made("md5", MAIL.encode() + key).hex().encode(), keys=(key,)) == expected


def test_the_salt_of_known_trackers_needs_no_key() -> None:
    assert forms(made("sha256", MAIL.encode() + KNOWN_SALTS[0]).hex().encode(), keys=()) == {("salted-sha256", "anna")}


def test_a_digest_of_what_two_people_share_is_nobody_s() -> None:
    shared = PeopleIndex.of([Person(id=name, role="pupil", attributes={"mail": MAIL}) for name in ("a", "b")])
    assert forms(made("sha1", MAIL.encode()).hex().encode(), shared) == {("sha1", "")}


def test_a_digest_of_something_else_is_nothing() -> None:
    assert forms(made("sha256", b"somebody@else.test").hex().encode()) == set()


def test_what_begins_like_a_digest_is_none() -> None:
    token = made("sha256", MAIL.encode())
    assert forms((token[:-1] + bytes([token[-1] ^ 1])).hex().encode()) == set()


@pytest.mark.parametrize("size", [LONGEST - 1, LONGEST, LONGEST + 1, 5 * LONGEST])
def test_digests_of_long_values_are_known(size: int) -> None:
    value = "å" * (size // 2) + "a" * (size % 2)
    index = PeopleIndex.of([Person(id="anna", role="pupil", attributes={"eduPersonPrincipalName": value})])
    assert forms(made("sha1", value.encode()).hex().encode(), index) == {("sha1", "anna")}
    assert forms(hmac.digest(KEY, value.encode(), "sha1").hex().encode(), index) == {("hmac-sha1", "anna")}


def test_owners_are_told_in_the_same_order_either_way(monkeypatch: pytest.MonkeyPatch) -> None:
    people = [
        Person(
            id=f"p{n}",
            role="pupil",
            attributes={"mail": f"p{n % 50}@skola.test", "pairwise-id": f"user-{n}@skola.test"},
        )
        for n in range(60)
    ]
    index, tokens = PeopleIndex.of(people), Tokens()
    for number in range(0, 60, 7):
        for kind in SIZES:
            tokens.add(made(kind, f"p{number}@skola.test".encode()), number, ("hex",))
            tokens.add(made(kind, KEY + f"USER-{number}@SKOLA.TEST".encode()), number, ())
    told = []
    for many in (0, len(people) ** 3):
        monkeypatch.setattr(digests, "MANY", many)
        told.append(list(tokens.resolved(index, [KEY])))
    assert told[0] == told[1] != []
