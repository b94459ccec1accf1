"""What a token's signature is worth: vectors of the standards, and tokens that another library signed."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jose import jwk, jws

from testbed.model.oidc_messages import Envelope, KeySet, PublishedKey
from testbed.model.wire import Pointer
from testbed.wire.jose import SIGNED_WITH, challenge_of, half_hash, keys_at, verify

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "jose" / "rfc.json").read_text())
PEM, PLAIN = serialization.Encoding.PEM, serialization.NoEncryption()


def published(key: dict[str, Any]) -> PublishedKey:
    return PublishedKey(key.get("kid", ""), key["kty"], json.dumps(key))


def pair(private: Any, algorithm: str, kid: str) -> tuple[str, PublishedKey]:
    """A private key in PEM and the public one as a key set has it."""
    public = private.public_key().public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    numbers = {name: value for name, value in jwk.construct(public, algorithm).to_dict().items() if name != "alg"}
    return private.private_bytes(PEM, serialization.PrivateFormat.PKCS8, PLAIN).decode(), published(
        {**numbers, "kid": kid}
    )


RSA, RSA_PUBLIC = pair(rsa.generate_private_key(public_exponent=65537, key_size=2048), "RS256", "r")
EC, EC_PUBLIC = pair(ec.generate_private_key(ec.SECP256R1()), "ES256", "e")


def signed(algorithm: str, kid: str = "", claims: dict[str, Any] | None = None, **header: Any) -> Envelope:
    key = EC if algorithm == "ES256" else RSA
    compact = jws.sign(claims or {"sub": "a"}, key, {**({"kid": kid} if kid else {}), **header}, algorithm)
    return Envelope(compact, algorithm, kid, "JWT")


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector["name"]))
def test_the_examples_of_the_standards(vector: dict[str, Any]) -> None:
    envelope = Envelope(vector["compact"], vector["algorithm"], "", "")
    reading = verify(envelope, SIGNED_WITH, [published(vector["key"])])
    assert reading.ok is vector["good"], reading.reason
    assert bool(reading.reason) is not vector["good"]


@pytest.mark.parametrize("vector", [v for v in VECTORS if v["good"]], ids=lambda vector: str(vector["name"]))
def test_an_example_that_was_changed_is_refused(vector: dict[str, Any]) -> None:
    header, payload, signature = vector["compact"].split(".")
    changed = Envelope(f"{header}.{payload[:-2]}AA.{signature}", vector["algorithm"], "", "")
    assert not verify(changed, SIGNED_WITH, [published(vector["key"])]).ok


@pytest.mark.parametrize(("algorithm", "kid"), [("RS256", "r"), ("ES256", "e"), ("RS256", ""), ("RS512", "r")])
def test_what_the_other_library_signs_is_good(algorithm: str, kid: str) -> None:
    assert verify(signed(algorithm, kid), SIGNED_WITH, [RSA_PUBLIC, EC_PUBLIC]).ok


def test_a_header_that_nobody_knows_is_no_reason_to_refuse() -> None:
    assert verify(signed("RS256", "r", x="y"), ["RS256"], [RSA_PUBLIC]).ok


@pytest.mark.parametrize(
    ("change", "algorithms", "keys", "reason"),
    [
        (lambda e: replace(e, algorithm="none"), SIGNED_WITH, [RSA_PUBLIC], "proves nothing"),
        (lambda e: replace(e, algorithm="HS256"), [*SIGNED_WITH, "HS256"], [RSA_PUBLIC], "proves nothing"),
        (lambda e: replace(e, algorithm=""), SIGNED_WITH, [RSA_PUBLIC], "proves nothing"),
        (lambda e: e, ["ES256"], [RSA_PUBLIC], "not with ES256"),
        (lambda e: replace(e, algorithm="PS256"), ["PS256"], [RSA_PUBLIC], "no good signature"),
        (lambda e: replace(e, key_id="x"), SIGNED_WITH, [RSA_PUBLIC], "has not published"),
        (lambda e: replace(e, key_id=""), SIGNED_WITH, [RSA_PUBLIC, RSA_PUBLIC], "names no key"),
        (lambda e: replace(e, key_id=""), SIGNED_WITH, [EC_PUBLIC], "published no such key"),
        (lambda e: e, SIGNED_WITH, [], "has not published"),
        (lambda e: replace(e, compact=e.compact[:-4]), SIGNED_WITH, [RSA_PUBLIC], "no good signature"),
        (lambda e: replace(e, compact="a.b"), SIGNED_WITH, [RSA_PUBLIC], "no good signature"),
        (lambda e: e, SIGNED_WITH, [PublishedKey("r", "RSA", "{}")], "no good signature"),
        (lambda e: e, SIGNED_WITH, [PublishedKey("r", "RSA", '{"kty":"RSA","n":"AA","e":"AA"}')], "no good signature"),
        (lambda e: e, SIGNED_WITH, [PublishedKey("r", "RSA", '{"kty":"RSA","n":1,"e":[]}')], "no good signature"),
    ],
)
def test_why_a_token_is_refused(
    change: Callable[[Envelope], Envelope], algorithms: list[str], keys: list[PublishedKey], reason: str
) -> None:
    reading = verify(change(signed("RS256", "r")), algorithms, keys)
    assert not reading.ok
    assert reason in reading.reason


def test_a_critical_header_that_is_not_known_is_refused() -> None:
    assert not verify(signed("RS256", "r", crit=["b"], b=1), SIGNED_WITH, [RSA_PUBLIC]).ok


def test_a_large_token_is_judged_as_well() -> None:
    assert verify(signed("RS256", "r", {"a": "x" * 80_000}, x5c=["y" * 4000]), SIGNED_WITH, [RSA_PUBLIC]).ok


def key_set(exchange: int, *keys: PublishedKey) -> KeySet:
    return KeySet(Pointer(exchange, "response.body"), "https://idp.test/jwks", keys)


@pytest.mark.parametrize(
    ("exchange", "expected"),
    [(5, {"r", "e"}), (15, {"e", "x"}), (25, {"x"})],
)
def test_the_keys_that_count_at_an_exchange(exchange: int, expected: set[str]) -> None:
    other = PublishedKey("x", "RSA", "{}")
    sets = [key_set(1, RSA_PUBLIC), key_set(10, EC_PUBLIC), key_set(20, other)]
    assert {key.key_id for key in keys_at(sets, exchange)} == expected


def test_the_hash_of_an_access_token_and_the_challenge_of_a_verifier_are_those_of_the_standards() -> None:
    # OpenID Connect Core, A.3 (response_type id_token token); RFC 7636, appendix B.
    assert half_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y", "RS256") == "77QmUPtjPfzWtF2AnpK9RQ"
    assert challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert half_hash("a", "EdDSA") == ""
