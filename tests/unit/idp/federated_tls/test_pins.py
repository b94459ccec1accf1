"""Pins, held against openssl, and whose they are."""

import base64
import shutil
import subprocess
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.federated_tls.pins import client_of, peer_of, pin_of

SCHOOL, VENDOR = "https://skola.test", "https://lasning.test"


@pytest.mark.interop
@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is missing")
def test_a_pin_is_what_openssl_says(federation: Any) -> None:
    octets = federation.credentials[SCHOOL].pem.encode()
    for command in (
        ["x509", "-pubkey", "-noout"],
        ["pkey", "-pubin", "-outform", "der"],
        ["dgst", "-sha256", "-binary"],
    ):
        octets = subprocess.run(["openssl", *command], input=octets, capture_output=True, check=True).stdout
    assert pin_of(federation.credentials[SCHOOL].certificate) == base64.b64encode(octets).decode()


def test_a_caller_is_who_the_metadata_says(federation: Any) -> None:
    peer = peer_of(federation.credentials[VENDOR].scope())
    assert peer is not None
    found = client_of(federation.callers, peer)
    assert found is not None
    assert found.entity_id == VENDOR
    assert client_of(federation.callers, peer, VENDOR) == found
    assert client_of(federation.callers, peer, SCHOOL) is None
    assert client_of(federation.callers, peer, "https://nobody.test") is None


def test_a_key_that_nobody_registered_is_nobody_s(federation: Any) -> None:
    peer = peer_of(federation.issue("stranger.test").scope())
    assert peer is not None
    assert client_of(federation.callers, peer) is None


@pytest.mark.parametrize(
    "extensions",
    [
        None,
        {},
        [],
        {"tls": None},
        {"tls": {}},
        {"tls": {"client_cert_chain": []}},
        {"tls": {"client_cert_chain": "x"}},
        {"tls": {"client_cert_chain": [7]}},
        {"tls": {"client_cert_chain": ["rubbish"]}},
        {"tls": {"client_cert_chain": ["å"]}},
        {"tls": {"client_cert_chain": ["A" * 20_000]}},
    ],
)
def test_without_a_certificate_nobody_has_called(extensions: Any) -> None:
    assert peer_of({"type": "http"} if extensions is None else {"type": "http", "extensions": extensions}) is None


@given(st.text())
def test_whatever_is_shown_is_a_certificate_or_nobody(pem: str) -> None:
    assert peer_of({"extensions": {"tls": {"client_cert_chain": [pem]}}}) is None
