"""Keys in vendors' metadata: hostile ones are left out, and nothing that is written there makes the school fail."""

import base64
import datetime as dt
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from idp.saml.certificates import MAX_CERTIFICATES, public_key, public_keys

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
SIGNER = ec.generate_private_key(ec.SECP256R1())


def certificate(public: Any, now: dt.datetime = NOW) -> bytes:
    """DER; signed by somebody else, which nobody looks at."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "lasning.test")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(public)
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + dt.timedelta(days=1))
    return builder.sign(SIGNER, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def encoded(der: bytes) -> str:
    return base64.b64encode(der).decode("ascii")


GOOD = certificate(SIGNER.public_key())


def rsa_key(bits: int, exponent: int = 65537) -> Any:
    """A public key of this shape: nobody has the private one."""
    return rsa.RSAPublicNumbers(exponent, (1 << bits) - 1).public_key()


@pytest.mark.parametrize(
    "public",
    [
        ec.generate_private_key(ec.SECP256R1()).public_key(),
        ec.generate_private_key(ec.SECP384R1()).public_key(),
        ec.generate_private_key(ec.SECP521R1()).public_key(),
        rsa_key(2048),
        rsa_key(4096),
    ],
)
def test_a_strong_key_is_read_whatever_the_dates_say(public: Any) -> None:
    expired = certificate(public, NOW - dt.timedelta(days=4000))
    assert public_key(encoded(expired)) == public


@pytest.mark.parametrize(
    "public",
    [
        rsa_key(1024),
        rsa_key(2047),
        rsa_key(16384),
        rsa_key(2048, (1 << 1024) + 1),
        ec.generate_private_key(ec.SECP224R1()).public_key(),
        ec.generate_private_key(ec.SECP256K1()).public_key(),
        ed25519.Ed25519PrivateKey.generate().public_key(),
        dsa.generate_private_key(2048).public_key(),
    ],
)
def test_a_weak_huge_or_foreign_key_is_left_out(public: Any, caplog: pytest.LogCaptureFixture) -> None:
    assert public_key(encoded(certificate(public))) is None
    assert "cannot be used" in caplog.text


def test_line_breaks_are_forgiven() -> None:
    text = encoded(GOOD)
    assert public_key(f"\n  {text[:64]}\n\t{text[64:]}\n") == SIGNER.public_key()


@pytest.mark.parametrize("text", ["", "%%%%", "AAAA", "å", "A" * 100_000, encoded(GOOD)[:-8]])
def test_what_is_no_certificate_is_left_out(text: str) -> None:
    assert public_key(text) is None


def test_the_good_ones_among_bad_ones_count_and_their_number_is_bounded() -> None:
    assert public_keys(["AAAA", encoded(GOOD), ""]) == (SIGNER.public_key(),)
    assert public_keys(["AAAA"] * MAX_CERTIFICATES + [encoded(GOOD)]) == ()


# NOTE: cryptography warns of some malformed certificates that it still reads.
@pytest.mark.filterwarnings("ignore")
@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=6))
def test_a_damaged_certificate_is_read_or_left_out_and_never_an_error(changes: list[tuple[int, int]]) -> None:
    der = bytearray(GOOD)
    for place, octet in changes:
        der[place] = octet
    key = public_key(encoded(bytes(der)))
    assert key is None or key.key_size >= 256


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200) | st.binary(max_size=400).map(encoded))
def test_garbage_is_never_an_error(text: str) -> None:
    assert public_key(text) is None
