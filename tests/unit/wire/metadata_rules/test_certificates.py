"""Certificates: readable, with a strong key, and signed with a digest that is not broken."""

import base64
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID

PLACE = "/md:EntityDescriptor/md:IDPSSODescriptor/md:KeyDescriptor/ds:KeyInfo/ds:X509Data/ds:X509Certificate"
NOW = datetime(2026, 9, 1, tzinfo=UTC)
type Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


def certificate(key: Key, until: datetime = NOW + timedelta(days=30)) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp.test")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(NOW - timedelta(days=400)).not_valid_after(until)
    digest = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return base64.b64encode(builder.sign(key, digest).public_bytes(serialization.Encoding.DER)).decode()


def said(school: Any, text: str) -> list[tuple[str, str]]:
    school.text(".//ds:X509Certificate", text)
    return [(level, place) for level, rule, place in school.said() if rule == "certificates-are-usable"]


@pytest.mark.parametrize(
    "key",
    [
        rsa.generate_private_key(65537, 2048),
        ec.generate_private_key(ec.SECP256R1()),
        ed25519.Ed25519PrivateKey.generate(),
    ],
)
def test_strong_keys_are_well(school: Any, key: Key) -> None:
    assert said(school, certificate(key)) == []


def test_a_short_rsa_key(school: Any) -> None:
    short = rsa.generate_private_key(65537, 1024)  # noqa: S505 - its weakness is what is tested
    assert said(school, certificate(short)) == [("warning", PLACE)]


def test_one_that_has_ended_is_noted_and_still_counts(school: Any) -> None:
    old = certificate(ec.generate_private_key(ec.SECP256R1()), NOW - timedelta(seconds=1))
    assert said(school, old) == [("note", PLACE)]
    assert {level for level, _, _ in school.said()} == {"note"}


@pytest.mark.parametrize("text", ["", "not base64!", "AAAA", "-----BEGIN CERTIFICATE-----", "åäö"])
def test_one_that_cannot_be_read(school: Any, text: str) -> None:
    assert said(school, text) == [("warning", PLACE)]


def test_one_of_a_version_that_does_not_exist(school: Any) -> None:
    der = base64.b64decode(certificate(ec.generate_private_key(ec.SECP256R1())))
    third, fifth = bytes.fromhex("a003020102"), bytes.fromhex("a003020105")
    assert der.count(third) == 1
    assert said(school, base64.b64encode(der.replace(third, fifth)).decode()) == [("warning", PLACE)]


def test_one_signed_with_sha1(school: Any, tmp_path: Path) -> None:
    """Made by openssl: the library that reads refuses to sign so."""
    command = "openssl req -x509 -newkey rsa:2048 -nodes -sha1 -days 36500 -subj /CN=idp.test -keyout k.pem -out c.pem"
    subprocess.run(command.split(), cwd=tmp_path, check=True, capture_output=True)
    lines = (tmp_path / "c.pem").read_text().splitlines()
    assert said(school, "".join(line for line in lines if "-----" not in line)) == [("warning", PLACE)]


def test_a_key_that_no_library_knows_is_warned_of(school: Any) -> None:
    der = bytearray(base64.b64decode(certificate(ec.generate_private_key(ec.SECP256R1()))))
    curve = bytes.fromhex("06082a8648ce3d030107")
    der[der.index(curve) + len(curve) - 1] = 0x7F
    assert said(school, base64.b64encode(bytes(der)).decode()) == [("warning", PLACE)]


def test_a_signature_that_no_library_knows_says_nothing_of_the_key(school: Any) -> None:
    der = base64.b64decode(certificate(ec.generate_private_key(ec.SECP256R1())))
    with_sha256 = bytes.fromhex("06082a8648ce3d040302")
    assert der.count(with_sha256) == 2
    assert said(school, base64.b64encode(der.replace(with_sha256, with_sha256[:-1] + b"\x7f")).decode()) == []
