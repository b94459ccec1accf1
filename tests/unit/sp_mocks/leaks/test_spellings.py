"""Spellings, undone or made again by other software than that which made them."""

import base64
import subprocess
import zlib

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import OctKey
from saml2.s_utils import decode_base64_and_inflate

from sp_mocks.leaks import spellings

MAIL, SMALL = "Åsa.Öst@Skola.test", b"\xc3\xa5sa.\xc3\xb6st@skola.test"


def summed(program: str, octets: bytes) -> str:
    """The digest that a program of the operating system makes."""
    done = subprocess.run([program], input=octets, capture_output=True, check=True)
    return done.stdout.decode().split()[0]


@pytest.mark.parametrize(
    ("spelling", "program", "octets"),
    [
        (spellings.md5_hex, "md5sum", SMALL),
        (spellings.sha256_hex, "sha256sum", SMALL),
        (spellings.sha512_hex, "sha512sum", MAIL.encode()),
        (spellings.blake2b_hex, "b2sum", SMALL),
        (spellings.salted_sha1, "sha1sum", b"skolstart:" + SMALL),
        (spellings.salted_sha256, "sha256sum", SMALL + b"QX4QkKEU"),
    ],
)
def test_digests_are_those_that_others_make(spelling: spellings.Spelling, program: str, octets: bytes) -> None:
    assert spelling(MAIL) == summed(program, octets)


def test_digests_of_which_the_operating_system_has_no_program() -> None:
    digest = hashes.Hash(hashes.SHA3_256())
    digest.update(SMALL)
    assert spellings.sha3_hex(MAIL) == digest.finalize().hex()
    keyed = HMAC(b"sommarlov-2019", hashes.SHA256())
    keyed.update(SMALL)
    assert spellings.hmac_hex(MAIL) == keyed.finalize().hex()


def test_a_digest_can_be_written_in_other_ways() -> None:
    assert spellings.sha256_capitals(MAIL) == summed("sha256sum", SMALL).upper()
    assert base64.b64decode(spellings.md5_base64(MAIL)).hex() == summed("md5sum", SMALL)


def test_encodings_are_undone_by_other_software() -> None:
    assert spellings.plain(MAIL) == MAIL
    assert spellings.capitals(MAIL) == "ÅSA.ÖST@SKOLA.TEST"
    run = subprocess.run(["base64", "-d"], input=spellings.base64_text(MAIL).encode(), capture_output=True, check=True)
    assert run.stdout.decode() == MAIL
    assert bytes.fromhex(spellings.hex_text(MAIL)).decode() == MAIL
    assert decode_base64_and_inflate(spellings.deflated(MAIL)).decode() == MAIL
    assert zlib.decompress(base64.b64decode(spellings.zlib_packed(MAIL))).decode() == MAIL


def test_a_label_of_a_host_name_is_one_that_can_be() -> None:
    label = spellings.base32_label("nurul-tanud@skola.test")
    assert label == label.lower()
    assert label.isalnum()
    assert len(label) <= 63
    padded = label.upper() + "=" * (-len(label) % 8)
    run = subprocess.run(["base32", "-d"], input=padded.encode(), capture_output=True, check=True)
    assert run.stdout.decode() == "nurul-tanud@skola.test"


def unpacked(octets: bytes) -> bytes:
    return subprocess.run(["gzip", "-dc"], input=octets, capture_output=True, check=True).stdout


def test_what_is_packed_with_gzip_is_unpacked_by_the_program_of_that_name() -> None:
    packed = spellings.gzip_packed(MAIL)
    assert not set("+/=") & set(packed)
    assert unpacked(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))).decode() == MAIL
    inner = unpacked(base64.b64decode(spellings.thrice_wrapped(MAIL)))
    assert base64.b64decode(inner).decode() == MAIL


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Hello World!", "2NEpo7TZRRrLZSi2U"),
        (
            "The quick brown fox jumps over the lazy dog.",
            "USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z",
        ),
        ("", ""),
    ],
)
def test_base58_is_as_its_internet_draft_has_it(text: str, written: str) -> None:
    """draft-msporny-base58-03, 5."""
    assert spellings.base58_text(text) == written


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_base58_says_the_same_as_the_text(text: str) -> None:
    written = spellings.base58_text(text)
    number = 0
    for figure in written:
        number = number * 58 + spellings.BASE58.index(figure)
    zeros = len(written) - len(written.lstrip("1"))
    assert b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8) == text.encode()


def test_a_token_is_read_by_another_library() -> None:
    token = spellings.compact_token({"alg": "HS256"}, MAIL.encode())
    read = jws.deserialize_compact(token, OctKey.import_key("sommarlov-2019"), algorithms=["HS256"])
    assert read.payload == MAIL.encode()
