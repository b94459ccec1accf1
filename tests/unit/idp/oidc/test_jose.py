"""Tokens, signed here and verified by another library, and those that are never taken."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, JWKRegistry, RSAKey

from idp.keys import KeyKind, SchoolKeys, SigningKey
from idp.oidc.jose import half_hash, public_key, read_header, sign, signer_of, unverified_subject, verified
from idp.oidc.keys import TokenKeys

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture(params=["rsa", "ec"])
def key(request: pytest.FixtureRequest, tmp_path: Any) -> SigningKey:
    kind: KeyKind = request.param
    return SigningKey.load_or_make(tmp_path / "key.pem", "x", NOW, kind)


def test_another_library_verifies_what_is_signed(key: SigningKey) -> None:
    signer = signer_of(key)
    public = JWKRegistry.import_key(dict(signer.public))
    token = jwt.decode(sign({"a": "å"}, signer, "logout+jwt"), public, algorithms=[signer.algorithm])
    assert token.claims == {"a": "å"}
    assert token.header == {"alg": signer.algorithm, "kid": public.thumbprint(), "typ": "logout+jwt"}


def test_what_another_library_signs_is_verified(key: SigningKey) -> None:
    signer = signer_of(key)
    private = (RSAKey if key.kind == "rsa" else ECKey).import_key(key.pem)
    token = jwt.encode({"alg": signer.algorithm, "kid": "k"}, {"sub": "s"}, private)
    assert (read_header(token).algorithm, read_header(token).kid) == (signer.algorithm, "k")
    found = public_key(private.as_dict(private=False), signer.algorithm)
    assert found is not None
    assert verified(token, found, signer.algorithm) == {"sub": "s"}
    with pytest.raises(ValueError, match="signature"):
        verified(token[:-6] + "AAAAAA", found, signer.algorithm)
    with pytest.raises(ValueError, match="signature"):
        verified(token, found, "ES256" if signer.algorithm == "RS256" else "RS256")


def test_claims_that_are_no_object(key: SigningKey) -> None:
    signer = signer_of(key)
    private = (RSAKey if key.kind == "rsa" else ECKey).import_key(key.pem)
    for payload in (b"[]", b"\xff", b"[" * 5000):
        token = jws.serialize_compact({"alg": signer.algorithm}, payload, private)
        with pytest.raises(ValueError, match=r"signature|object"):
            verified(token, signer.verifying, signer.algorithm)
        assert unverified_subject(token) == ""


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none"},
        {"alg": "HS256"},
        {"alg": ["RS256"]},
        {"alg": "RS256", "kid": 1},
        {"alg": "RS256", "typ": []},
        {"alg": "RS256", "crit": ["b64"]},
        {},
        [],
    ],
)
def test_headers_that_are_never_accepted(header: Any) -> None:
    head = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    with pytest.raises(ValueError, match=r"is no|has a"):
        read_header(f"{head}.e30.x")


@pytest.mark.parametrize("token", ["", "a", "a.b.c", "x" * 20_000, "å.å.å", "." * 50])
def test_what_is_no_token(token: str) -> None:
    with pytest.raises(ValueError, match="token"):
        read_header(token)


def test_keys_that_are_not_fit() -> None:
    good = RSAKey.generate_key(2048).as_dict(private=False)
    other_curve = ECKey.generate_key("P-384").as_dict(private=False)
    assert public_key(good, "RS256") is not None
    for member in (
        good | {"n": "_" * 171},
        good | {"use": "enc"},
        good | {"alg": "PS256"},
        good | {"n": "!"},
        good | {"e": None},
        good | {"e": "AQAAAAAAAQ"},
        good | {"n": "_" * 3000},
        {},
    ):
        assert public_key(member, "RS256") is None
    assert public_key(good, "ES256") is None
    assert public_key(other_curve, "ES256") is None
    assert public_key(other_curve | {"crv": "P-256"}, "ES256") is None


def test_half_a_hash() -> None:
    """OpenID Connect Core, A.3: the access token and its at_hash."""
    assert half_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y") == "77QmUPtjPfzWtF2AnpK9RQ"


def test_an_id_token_of_the_school_is_known_whenever_it_was_signed(keys: SchoolKeys) -> None:
    own = TokenKeys(keys)
    for stage in ("before", "switched"):
        token = sign({"iss": "https://idp.skola.test", "sub": "s"}, own.signer("ES256", stage))  # type: ignore[arg-type]
        assert own.read_id_token(token, "https://idp.skola.test")["sub"] == "s"
        with pytest.raises(ValueError, match="issuer"):
            own.read_id_token(token, "https://annan.test")


def test_a_logout_token_is_no_id_token(keys: SchoolKeys) -> None:
    own = TokenKeys(keys)
    token = sign({"iss": "i", "sub": "s"}, own.signer("RS256", "before"), "logout+jwt")
    with pytest.raises(ValueError, match="no ID token"):
        own.read_id_token(token, "i")


def test_keys_for_tokens_are_not_those_of_saml(keys: SchoolKeys) -> None:
    published = TokenKeys(keys).published("before")
    assert {signer.algorithm for signer in published} == {"RS256", "ES256"}
    assert signer_of(keys.current).kid not in {signer.kid for signer in published}
