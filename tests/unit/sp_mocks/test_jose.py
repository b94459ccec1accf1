"""The one place where the vendors use python-jose: what it must not let pass, and what another library makes of it."""

import ast
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

from sp_mocks.jose import Algorithm, Signer, read_header, read_key, verified_claims
from sp_mocks.refusal import Refused

CLAIMS = {"sub": "å", "n": 7}


@pytest.fixture(scope="module", params=["RS256", "ES256"])
def theirs(request: pytest.FixtureRequest) -> tuple[Algorithm, Any]:
    """An algorithm, and a key of another library for it."""
    if request.param == "RS256":
        return "RS256", RSAKey.generate_key(2048, {"kid": "k"})
    return "ES256", ECKey.generate_key("P-256", {"kid": "k"})


def token(theirs: tuple[Algorithm, Any], **header: Any) -> str:
    algorithm, key = theirs
    return jws.serialize_compact({"alg": algorithm, "kid": "k", **header}, json.dumps(CLAIMS), key, [algorithm])


def test_what_another_library_signs_is_read(theirs: tuple[Algorithm, Any]) -> None:
    key = read_key(theirs[1].as_dict(private=False), theirs[0])
    assert key is not None
    assert verified_claims(token(theirs), key) == CLAIMS
    assert verified_claims(token(theirs), key) == CLAIMS


def test_a_private_key_that_a_school_publishes_by_mistake_is_taken_for_its_public_half(
    theirs: tuple[Algorithm, Any],
) -> None:
    key = read_key(theirs[1].as_dict(private=True), theirs[0])
    assert key is not None
    assert verified_claims(token(theirs), key) == CLAIMS


def test_a_key_is_for_one_algorithm_alone(theirs: tuple[Algorithm, Any]) -> None:
    other: Algorithm = "ES256" if theirs[0] == "RS256" else "RS256"
    assert read_key(theirs[1].as_dict(private=False), other) is None


def test_every_changed_part_is_noticed(theirs: tuple[Algorithm, Any]) -> None:
    key = read_key(theirs[1].as_dict(private=False), theirs[0])
    assert key is not None
    good = token(theirs)
    for place in range(len(good)):
        if good[place] == ".":
            continue
        # NOTE: the last character of a part holds bits that mean nothing; any other change must be noticed.
        if place + 1 == len(good) or good[place + 1] == ".":
            continue
        changed = good[:place] + ("A" if good[place] != "A" else "B") + good[place + 1 :]
        with pytest.raises(Refused):
            verified_claims(changed, key)


def test_a_header_tells_name_and_type(theirs: tuple[Algorithm, Any]) -> None:
    assert read_header(token(theirs, typ="application/Logout+JWT")).type == "logout+jwt"
    assert read_header(token(theirs)).kid == "k"
    assert read_header(token(theirs)).algorithm == theirs[0]


@pytest.mark.parametrize(
    "key", [ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)], ids=["ec", "rsa"]
)
def test_what_is_signed_here_is_read_by_another_library(key: Any) -> None:
    signer = Signer(key, "own")
    public = (ECKey if signer.algorithm == "ES256" else RSAKey).import_key(key.public_key())
    read = jws.deserialize_compact(signer.sign(CLAIMS), public, [signer.algorithm])
    assert json.loads(read.payload) == CLAIMS
    assert read.headers() == {"alg": signer.algorithm, "kid": "own", "typ": "JWT"}


def test_no_other_module_of_the_vendors_uses_python_jose() -> None:
    using = set()
    for module in Path(str(files("sp_mocks"))).rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            using |= {module.name for name in names if name.partition(".")[0] == "jose"}
    assert using == {"jose.py"}
