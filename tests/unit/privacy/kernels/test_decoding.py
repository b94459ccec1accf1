"""What words and runs say is given back exactly, wherever it begins."""

import base64
import hashlib
import re
import zlib
from collections.abc import Callable
from random import Random

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from testbed.privacy import kernels
from testbed.privacy.encoded import encoded_in
from testbed.privacy.kernels.alphabets import DIGEST_SIZES
from testbed.privacy.pieces import DIGEST, FORMS, GLUED, PACKED, TEXT
from testbed.privacy.words import joined

ASCII = [chr(number) for number in range(0x20, 0x7F)]
SPOKEN = st.text(st.sampled_from([*ASCII, *"åäöÅÄÖéüøæßğć", "\n"]), min_size=8, max_size=300)
GOOD = bytes((*range(0x20, 0x7F), 9, 10, 13))
LATIN = bytes((*GOOD, *range(0xC0, 0x100)))
DIGITS_58 = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def said_in(token: bytes, kind: int = TEXT, around: bytes = b"=") -> list[tuple[str, bytes]]:
    """What a token says, of a kind, with its form."""
    found = next(encoded_in(joined([around + token + around])[0]))
    said = zip(found.forms.tolist(), found.kinds.tolist(), found.said(), strict=True)
    return [(FORMS[form], data) for form, of, data in said if of == kind and form != DIGEST]


def digests_in(token: bytes) -> list[bytes]:
    """What may be a digest in it."""
    found = next(encoded_in(joined([b"=" + token + b"&"])[0]))
    return found.chosen(found.forms == DIGEST).said()


def base58(data: bytes) -> bytes:
    """As Bitcoin writes it."""
    number, out = int.from_bytes(data), bytearray()
    while number:
        number, rest = divmod(number, 58)
        out.append(DIGITS_58[rest])
    return bytes(out[::-1])


def says_text(data: bytes) -> bool:
    """Whether nearly all of it is text, said slowly."""
    sample = data[:256]
    odd = sample.translate(None, GOOD)
    if len(odd) * 4 <= len(sample) or not sample.translate(None, LATIN):
        return True
    if sample.count(0) * 3 > len(sample):
        return says_text(sample.replace(b"\0", b""))
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return len(sample) >= 8 and min(odd) >= 0x20


def is_text(data: bytes) -> bool:
    return bool(kernels.decoding.says_text(np.frombuffer(data, np.uint8), 0, len(data)))


@settings(deadline=None)
@given(SPOKEN)
def test_hex_and_base32_are_given_back(text: str) -> None:
    data = text.encode()
    for token in (data.hex(), data.hex().upper()):
        assert ("hex", data) in said_in(token.encode())
    token = base64.b32encode(data).rstrip(b"=")
    assert ("base32", data) in said_in(token)
    assert ("base32", data) in said_in(token.lower())


@settings(deadline=None)
@given(st.text(ASCII, min_size=5, max_size=7))
def test_short_ascii_is_given_back(text: str) -> None:
    data = text.encode()
    assert ("hex", data) in said_in(data.hex().encode())
    assert ("base32", data) in said_in(base64.b32encode(data).rstrip(b"="))


@settings(deadline=None)
@given(SPOKEN)
def test_base58_is_given_back(text: str) -> None:
    token = base58(text.encode())
    assume(re.search(rb"[A-Z]", token))
    assert (("base58", text.encode()) in said_in(token)) == (len(token) <= 2048)


ENDS: tuple[Callable[[bytes], bytes], ...] = (
    base64.b64encode,
    lambda data: base64.b64encode(data).rstrip(b"="),
    base64.urlsafe_b64encode,
    lambda data: base64.urlsafe_b64encode(data).rstrip(b"="),
)


@settings(deadline=None)
@given(SPOKEN, st.sampled_from(ENDS), st.sampled_from((b"&", b" ", b'"', b".", b":")))
def test_base64_is_given_back(text: str, write: Callable[[bytes], bytes], around: bytes) -> None:
    data = text.encode()
    token = write(data)
    # NOTE: texts in which there is little ASCII, or that are short and not wholly text, are chance among identifiers.
    assume(len(data.translate(None, GOOD)) * 4 <= len(data))
    # NOTE: a sign at the end of a token belongs to it only where the token looks like chance.
    known = {data} if token.rstrip(b"=")[-1:].isalnum() else {data, data[:-1], data[:-2]}
    assert known & {said for form, said in said_in(token, around=around) if form == "base64"}


LONG_WORD = re.compile(rb"[A-Za-z0-9 .@_+-]{8,}")
BROKEN = st.lists(
    st.sampled_from(["öberg", "Örn", "anna", "å", '{"', '":"', '"}', " ", "elev@skola.test", "7b", ", ", "/?="])
    | SPOKEN,
    min_size=3,
    max_size=20,
).map("".join)


@settings(deadline=None)
@given(BROKEN, st.binary(max_size=3), st.binary(max_size=3))
@example('öberg {"a":1} anna.berg@skola.test Örn 7', b"\x82", b"")
@example('åsa {"k":"7b","m":"anna.berg@skola.test"}', b"\xff\xfe\xff", b"\xff")
def test_base64_is_read_whole_behind_octets_of_chance(text: str, before: bytes, behind: bytes) -> None:
    data = text.encode()
    token = base64.b64encode(before + data + behind)
    run = token.strip(b"+/=")
    assume(LONG_WORD.search(data) and re.search(rb"[A-Z]", run) and re.search(rb"[0-9]", run) and len(run) >= 16)
    everything = [said for kind in (TEXT, GLUED) for _, said in said_in(token, kind)]
    # NOTE: signs at either end of a token may belong to something else.
    ends = 2 * (len(token.rstrip(b"=")) - len(run))
    assert any(data[ends : len(data) - ends] in said for said in everything)


@pytest.mark.parametrize("size", sorted(DIGEST_SIZES))
@pytest.mark.parametrize(
    "write",
    [
        lambda digest: digest.hex().encode(),
        lambda digest: digest.hex().upper().encode(),
        base64.b64encode,
        lambda digest: base64.b64encode(digest).rstrip(b"="),
        lambda digest: base64.urlsafe_b64encode(digest).rstrip(b"="),
        lambda digest: b"/" + base64.urlsafe_b64encode(digest).rstrip(b"=") + b"/",
        lambda digest: b"/path/" + digest.hex().encode() + b"/path",
    ],
)
def test_digests_of_every_size_are_kept(size: int, write: Callable[[bytes], bytes]) -> None:
    digests = [hashlib.sha512(b"%d" % number).digest()[:size] for number in range(200)]
    assert [digest for digest in digests if digest not in digests_in(write(digest))] == []


@settings(deadline=None)
@given(
    st.one_of(
        st.binary(max_size=600),
        st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")),
        st.text(max_size=300).map(lambda text: text.encode("utf-16-le", "replace")),
        st.text(max_size=300).map(lambda text: text.encode("latin-1", "replace")),
        st.lists(st.sampled_from((b"a", b"\0", b"\xe5", b"\xc3\xa5", b"\x80", b"\x01", b"\xf0\x9f\x98\x80"))).map(
            b"".join
        ),
    )
)
@example(b"\xc3\xa5" * 127 + b"a\xc3\xa5")
@example(b"a\0\xc3\0\xa5\0")
@example(b"\0" * 8)
@example(b"\xed\xa0\x80" * 9)
@example(b"\xf4\x90\x80\x80" * 9)
@example(b"\xe0\x80\x80" * 9)
def test_what_is_text_is_told_as_it_was_said_slowly(data: bytes) -> None:
    assert is_text(data) == says_text(data)


def test_only_the_octets_between_its_bounds_make_a_text() -> None:
    octets = np.frombuffer(b"\x81\x82" * 20 + b"anna berg" + b"\x81\x82" * 20, np.uint8)
    assert kernels.decoding.says_text(octets, 40, 49)
    assert not kernels.decoding.says_text(octets, 0, 49)


@pytest.mark.parametrize("level", range(1, 10))
def test_what_is_packed_is_given_back(level: int) -> None:
    packed = zlib.compress("Åsa Öberg, skolan i byn".encode() * 3, level)
    for form, token in (("hex", packed.hex().encode()), ("base64", base64.b64encode(packed))):
        assert (form, packed) in said_in(token, PACKED)


HOSTILE: dict[str, bytes] = {
    "one letter": b"A" * 100_000,
    "one small letter": b"a" * 100_000,
    "base58": b"z" * 2048 + b" " + b"Zz1" * 600,
    "short tokens": b"YW5uYSB " * 5000,
    "digests alone": b" ".join(hashlib.sha256(b"%d" % number).hexdigest().encode() for number in range(1000)),
    "digests in base64": b" ".join(
        base64.b64encode(hashlib.sha1(b"%d" % number, usedforsecurity=False).digest()) for number in range(2000)
    ),
    "chains": b"a+b-c/d_e" * 5000,
    "chains of words": b"Abc12345+Abc12345-Abc12345/Abc12345_" * 1500,
    "base64 of texts between octets": base64.b64encode(b"abcdefgh\xff" * 5000),
    "base64 in base64": base64.b64encode(base64.b64encode(base64.b64encode(Random(1).randbytes(20_000)))),
    "words that are everything": b"6161616161616161616161616161616161616161616161616161616161616161 " * 1000,
    "marks of utf-8": base64.b64encode(b"abc" + b"\xc3" * 9000 + b"\xa5abc\xe1\x80" * 3000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_tokens_have_room(name: str) -> None:
    found = next(encoded_in(joined([HOSTILE[name], HOSTILE[name][::-1]])[0]))
    assert (found.ends > found.begins).all()
    assert (found.begins[1:] >= found.ends[:-1]).all()
    assert len(found.octets) >= (found.ends.max() if len(found) else 0)
