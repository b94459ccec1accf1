"""Metadata of machines that is taken, and each way in which it is not."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc.jwk import ECKey

from idp.federated_tls import verifying
from idp.federated_tls.refused import Untrusted
from idp.federated_tls.verifying import FederationKey, verified_machines

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SECOND = int(NOW.timestamp())


def refusal(federation: Any, document: bytes, now: datetime = NOW) -> str:
    with pytest.raises(Untrusted) as caught:
        verified_machines(document, federation.key, now)
    return caught.value.code


def payload(federation: Any, **changes: Any) -> bytes:
    return json.dumps(json.loads(federation.machines.model_dump_json(exclude_none=True)) | changes).encode()


def changed(federation: Any, entity: dict[str, Any]) -> bytes:
    written = json.loads(federation.machines.model_dump_json(exclude_none=True))
    written["entities"][0] |= entity
    return json.dumps(written).encode()


def test_what_another_library_signs_is_taken(federation: Any) -> None:
    trusted = verified_machines(federation.signed(), federation.key, NOW)
    assert trusted.machines == federation.machines
    assert (trusted.issuer, trusted.expires) == ("https://machines.federation.test", NOW + timedelta(hours=1))


def test_what_is_published_is_taken(federation: Any) -> None:
    document = federation.publisher.publish(federation.machines, NOW).document
    assert verified_machines(document, federation.key, NOW).machines == federation.machines


def test_what_a_federation_adds_of_its_own_is_passed_over(federation: Any) -> None:
    document = federation.signed(changed(federation, {"contact": {"mail": "x@y.test"}}))
    assert verified_machines(document, federation.key, NOW).machines == federation.machines


def test_an_older_tool_s_critical_exp_is_understood(federation: Any) -> None:
    document = federation.signed(crit=["exp"], nbf=SECOND)
    assert verified_machines(document, federation.key, NOW).machines == federation.machines


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({"kid": None}, "key-not-known"),
        ({"kid": "other"}, "key-not-known"),
        ({"iss": None}, "issuer-other"),
        ({"iss": "https://evil.test"}, "issuer-other"),
        ({"iss": ["https://machines.federation.test"]}, "issuer-other"),
        ({"exp": None}, "header-not-plain"),
        ({"iat": None}, "header-not-plain"),
        ({"exp": str(SECOND + 60)}, "header-not-plain"),
        ({"exp": True}, "header-not-plain"),
        ({"exp": SECOND + 60.5}, "header-not-plain"),
        ({"exp": 2**60}, "header-not-plain"),
        ({"iat": -1}, "header-not-plain"),
        ({"exp": SECOND, "iat": SECOND - 60}, "expired"),
        ({"iat": SECOND + 61}, "times-not-valid"),
        ({"iat": SECOND + 10, "exp": SECOND + 10}, "times-not-valid"),
        ({"nbf": SECOND + 61}, "times-not-valid"),
        ({"crit": ["exp", "other"], "other": 1}, "header-not-plain"),
        ({"zip": "DEF"}, "header-not-plain"),
    ],
)
def test_a_header_that_is_not_as_demanded(federation: Any, header: dict[str, Any], code: str) -> None:
    assert refusal(federation, federation.signed(**header)) == code


@pytest.mark.parametrize(
    ("rewritten", "code"),
    [
        ({"alg": "none"}, "algorithm-not-allowed"),
        ({"alg": "HS256"}, "algorithm-not-allowed"),
        ({"crit": []}, "header-not-plain"),
        ({"crit": ["nbf"]}, "header-not-plain"),
        ({"crit": "exp"}, "header-not-plain"),
        ({"b64": False}, "header-not-plain"),
        ({"exp": SECOND + 7200}, "signature-not-good"),
    ],
)
def test_a_header_that_somebody_else_rewrote(federation: Any, rewritten: dict[str, Any], code: str) -> None:
    document = json.loads(federation.signed())
    protected = document["signatures"][0]["protected"]
    header = json.loads(base64.urlsafe_b64decode(protected + "=="))
    encoded = base64.urlsafe_b64encode(json.dumps(header | rewritten).encode()).rstrip(b"=").decode()
    document["signatures"][0]["protected"] = encoded
    assert refusal(federation, json.dumps(document).encode()) == code


def test_nothing_is_trusted_past_its_end_not_even_by_a_second(federation: Any) -> None:
    document = federation.signed()
    last = NOW + timedelta(hours=1) - timedelta(milliseconds=1)
    assert verified_machines(document, federation.key, last).machines == federation.machines
    assert refusal(federation, document, NOW + timedelta(hours=1)) == "expired"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"version": "2.0.0"}, "payload-not-valid"),
        ({"version": None}, "payload-not-valid"),
        ({"cache_ttl": "600"}, "payload-not-valid"),
        ({"cache_ttl": -1}, "payload-not-valid"),
        ({"entities": {}}, "payload-not-valid"),
    ],
)
def test_a_payload_that_the_schema_does_not_know(federation: Any, changes: dict[str, Any], code: str) -> None:
    assert refusal(federation, federation.signed(payload(federation, **changes))) == code


GOOD = "A" * 43 + "="


@pytest.mark.parametrize(
    "entity",
    [
        {"entity_id": "no uri"},
        {"issuers": []},
        {"issuers": [{"x509certificate": "x"}]},
        {"organization_id": "212000-0000"},
        {"servers": [{"pins": [{"alg": "sha256", "digest": GOOD}]}]},
        {"servers": [{"base_uri": "http://a.test", "pins": [{"alg": "sha256", "digest": GOOD}]}]},
        {"clients": [{"pins": []}]},
        {"clients": [{"pins": [{"alg": "sha1", "digest": GOOD}]}]},
        {"clients": [{"pins": [{"alg": "sha256", "digest": GOOD[:-1]}]}]},
        {"clients": [{"pins": [{"alg": "sha256", "digest": "A" * 42 + "B="}]}]},
        {"clients": [{"pins": [{"alg": "sha256", "digest": f" {GOOD}"}]}]},
        {"clients": [{"pins": [{"alg": "sha256", "digest": GOOD, "more": 1}]}]},
        {"clients": [{"tags": ["EGIL"], "pins": [{"alg": "sha256", "digest": GOOD}]}]},
    ],
)
def test_an_entity_that_the_schema_does_not_know(federation: Any, entity: dict[str, Any]) -> None:
    assert refusal(federation, federation.signed(changed(federation, entity))) == "payload-not-valid"


def test_an_entity_that_stands_there_twice(federation: Any) -> None:
    document = payload(federation, entities=json.loads(payload(federation))["entities"] * 2)
    assert refusal(federation, federation.signed(document)) == "entity-twice"


def test_a_key_that_two_entities_claim(federation: Any) -> None:
    school, vendor = json.loads(payload(federation))["entities"]
    document = payload(federation, entities=[school, vendor | {"clients": school["clients"]}])
    assert refusal(federation, federation.signed(document)) == "pin-of-two-entities"


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (b"", "not-readable"),
        (b"[]", "not-readable"),
        (b"[" * 100_000, "not-readable"),
        (b'{"payload":"e30","payload":"e30","signatures":[]}', "not-readable"),
        (b'{"payload":"e30","signatures":[]}', "not-readable"),
        (b'{"payload":"e30","signatures":[7]}', "not-readable"),
        (b'{"payload":"e30.","signatures":[{"protected":"e30","signature":"AA"}]}', "not-readable"),
        (b'{"payload":"e30","signatures":[{"protected":"A","signature":"AA"}]}', "not-readable"),
        (b'{"payload":"e30","signatures":[{"protected":"e30","signature":"AA","header":[]}]}', "not-readable"),
        (b'{"payload":"e30","signatures":[{"protected":"e30","signature":"AA"}]}', "key-not-known"),
        (b'{"payload":"e30","signatures":[{"protected":"' + b"A" * 9000 + b'","signature":"AA"}]}', "too-large"),
        (json.dumps({"payload": "e30", "signatures": [{"protected": "e30", "signature": "A"}] * 11}).encode(),
         "not-readable"),
    ],
)  # fmt: skip
def test_an_envelope_that_is_none(federation: Any, document: bytes, code: str) -> None:
    assert refusal(federation, document) == code


def test_what_stands_beside_the_protected_header_is_worth_nothing(federation: Any) -> None:
    document = json.loads(federation.signed())
    document["signatures"][0]["header"] = {"exp": SECOND + 10**6}
    assert refusal(federation, json.dumps(document).encode()) == "header-not-plain"
    document["signatures"][0]["header"] = {"note": "of nobody"}
    assert verified_machines(json.dumps(document).encode(), federation.key, NOW).machines == federation.machines


def test_a_signature_by_another_key_of_the_same_name(federation: Any) -> None:
    other = ECKey.generate_key("P-256", {"kid": federation.key.kid}).as_dict(private=False)
    key = FederationKey.of(federation.key.issuer, other)
    with pytest.raises(Untrusted, match="signature-not-good"):
        verified_machines(federation.signed(), key, NOW)


def test_of_several_signatures_the_one_by_the_known_key_counts(federation: Any) -> None:
    document = json.loads(federation.signed())
    document["signatures"].insert(0, json.loads(federation.signed(kid="old"))["signatures"][0])
    assert verified_machines(json.dumps(document).encode(), federation.key, NOW).machines == federation.machines


def test_a_document_has_a_largest_size(federation: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "MAX_DOCUMENT", 100)
    assert refusal(federation, federation.signed()) == "too-large"


@pytest.mark.parametrize("member", [{}, {"kid": "k", "kty": "RSA"}, {"kid": 7}])
def test_a_key_that_cannot_verify_is_not_taken(federation: Any, member: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no public key"):
        FederationKey.of("https://x.test", member)
    with pytest.raises(ValueError, match="no public key"):
        FederationKey.of("https://x.test", dict(federation.signer.public) | {"kid": ""})


@given(st.binary(max_size=200) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["payload", "signatures", "protected", "signature", "header"]), inner),
).map(lambda made: json.dumps(made).encode()))  # fmt: skip
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_comes_is_refused_by_name(federation: Any, document: bytes) -> None:
    assert refusal(federation, document)


@given(st.binary(max_size=300))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_signed_is_held_against_the_schema(federation: Any, octets: bytes) -> None:
    assert refusal(federation, federation.signed(octets or b"0")) == "payload-not-valid"


@given(st.data())
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_changed_letter_spoils_it(federation: Any, data: st.DataObject) -> None:
    document = json.loads(federation.signed())
    holder, name = data.draw(
        st.sampled_from([(document, "payload"), (document["signatures"][0], "protected")]), label="where"
    )
    # NOTE: the last letter of base64 may hold bits that mean nothing to its reader, though here they are signed.
    place = data.draw(st.integers(0, len(holder[name]) - 1))
    letter = data.draw(st.sampled_from("ABCabc019_-").filter(lambda one: one != holder[name][place]))
    holder[name] = holder[name][:place] + letter + holder[name][place + 1 :]
    assert refusal(federation, json.dumps(document).encode())
