"""What is published, read by another library."""

import json
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import JWKRegistry

from idp.federated_tls.publishing import Publisher
from idp.keys import SigningKey
from idp.oidc.jose import signer_of
from testbed.model.federated_tls import Machines

ISSUER = "https://machines.federation.test"


def test_another_library_verifies_what_is_published(federation: Any, now: Any) -> None:
    published = federation.publisher.publish(federation.machines, now)
    key = JWKRegistry.import_key(dict(federation.signer.public))
    registry = jws.JWSRegistry(algorithms=["ES256"], strict_check_header=False)
    seen = jws.deserialize_json(json.loads(published.document), key, registry=registry)
    issued = int(now.timestamp())
    assert [member.protected for member in seen.members] == [
        {
            "alg": "ES256",
            "typ": "JOSE+JSON",
            "kid": federation.signer.kid,
            "iss": ISSUER,
            "iat": issued,
            "exp": issued + 86400,
        }
    ]
    assert Machines.model_validate_json(seen.payload) == federation.machines
    assert published.expires == now + timedelta(days=1)
    assert published.cache_ttl_s == 600


def test_what_is_ambiguous_is_not_published(federation: Any, now: Any) -> None:
    school, vendor = federation.machines.entities
    twice = Machines(cache_ttl=1, entities=(school, school))
    with pytest.raises(ValueError, match="entity-twice"):
        federation.publisher.publish(twice, now)
    claimed = Machines(cache_ttl=1, entities=(school, vendor.model_copy(update={"clients": school.clients})))
    with pytest.raises(ValueError, match="pin-of-two-entities"):
        federation.publisher.publish(claimed, now)


def test_one_entity_may_show_a_key_from_two_machines(federation: Any, now: Any) -> None:
    school, _ = federation.machines.entities
    both = Machines(cache_ttl=1, entities=(school.model_copy(update={"clients": school.clients * 2}),))
    assert federation.publisher.publish(both, now).document


def test_a_key_for_another_algorithm_signs_no_machines(tmp_path: Any, now: Any) -> None:
    rsa = signer_of(SigningKey.load_or_make(tmp_path / "key.pem", "x", now, "rsa"))
    with pytest.raises(ValueError, match="ES256"):
        Publisher(ISSUER, rsa)
