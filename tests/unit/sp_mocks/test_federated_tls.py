"""A vendor's own reading of the federation's machines, signed by another library."""

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc.jwk import ECKey
from register import ISSUER, NOW, SCHOOL, SECOND, URL, Federation, digest_in, scope

from sp_mocks.federated_tls import FederatedMachines, MachinesPlace, certificate_shown, verified_machines
from sp_mocks.refusal import Refused


@pytest.fixture(scope="module")
def federation() -> Federation:
    return Federation()


def test_what_another_library_signs_is_taken(federation: Federation) -> None:
    known = verified_machines(federation.signed(), federation.place, NOW)
    assert [entity.entity_id for entity in known.machines.entities] == [SCHOOL]
    assert known.expires == NOW + timedelta(hours=1)
    assert known.callers.by_digest[digest_in(federation.school)].entity_id == SCHOOL


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({"kid": "other"}, "machines-not-signed"),
        ({"kid": None}, "machines-not-signed"),
        ({"iss": None}, "machines-of-another-federation"),
        ({"iss": "https://evil.test"}, "machines-of-another-federation"),
        ({"exp": None}, "machines-not-readable"),
        ({"iat": None}, "machines-not-readable"),
        ({"exp": SECOND}, "machines-expired"),
        ({"iat": SECOND + 61}, "machines-expired"),
        ({"iat": SECOND + 9, "exp": SECOND + 9}, "machines-expired"),
        ({"zip": "DEF"}, "machines-not-signed"),
    ],
)
def test_a_header_that_is_not_as_demanded(federation: Federation, header: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused, match=code):
        verified_machines(federation.signed(**header), federation.place, NOW)


def test_a_signature_by_another_key_or_of_other_content(federation: Federation) -> None:
    other = ECKey.generate_key("P-256", {"kid": "k"})
    spoiled = json.loads(federation.signed())
    spoiled["payload"] = json.loads(federation.signed([]))["payload"]
    for document in (federation.signed(key=other), json.dumps(spoiled).encode()):
        with pytest.raises(Refused, match="machines-not-signed"):
            verified_machines(document, federation.place, NOW)
    unfit = MachinesPlace(URL, ISSUER, {"kty": "RSA"})
    with pytest.raises(Refused, match="machines-not-signed"):
        verified_machines(federation.signed(), unfit, NOW)


def test_a_payload_that_cannot_be_used(federation: Federation) -> None:
    for entities in ([{}], federation.entities(federation.school) * 2):
        with pytest.raises(Refused, match="machines-not-usable"):
            verified_machines(federation.signed(entities), federation.place, NOW)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["payload", "signatures", "protected", "signature"]), inner)
        ),
    )
)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_comes_is_refused_by_name(federation: Federation, made: Any) -> None:
    with pytest.raises(Refused, match="machines-not-"):
        verified_machines(json.dumps(made).encode(), federation.place, NOW)


@pytest.mark.parametrize("called", [{}, {"extensions": {}}, scope(), scope("rubbish"), scope("å")])
def test_a_caller_that_shows_no_certificate(called: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="machine-shows-no-certificate"):
        certificate_shown(called)


@pytest.mark.anyio
async def test_callers_are_known_until_their_key_is_gone_and_the_publication_serves_until_its_end(
    federation: Federation,
) -> None:
    now, answers = [NOW], [httpx.Response(200, content=federation.signed())]
    http = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: answers[0]))
    machines = FederatedMachines(federation.place, http, lambda: now[0])
    assert (await machines.caller(scope(federation.school))).entity_id == SCHOOL
    with pytest.raises(Refused, match="machine-not-known"):
        await machines.caller(scope(federation.stranger))
    answers[0] = httpx.Response(200, content=federation.signed(federation.entities(federation.stranger)))
    assert (await machines.caller(scope(federation.school))).entity_id == SCHOOL
    now[0] += timedelta(seconds=60)
    with pytest.raises(Refused, match="machine-not-known"):
        await machines.caller(scope(federation.school))
    assert (await machines.caller(scope(federation.stranger))).entity_id == SCHOOL
    answers[0] = httpx.Response(200, content=b"{}")
    now[0] += timedelta(minutes=58)
    assert (await machines.caller(scope(federation.stranger))).entity_id == SCHOOL
    now[0] += timedelta(minutes=1)
    with pytest.raises(Refused, match="machines-not-readable"):
        await machines.caller(scope(federation.stranger))
    with pytest.raises(Refused, match="machines-expired"):
        await machines.caller(scope(federation.stranger))
    answers[0] = httpx.Response(200, content=federation.signed(exp=SECOND + 10**6))
    now[0] += timedelta(minutes=1)
    assert (await machines.caller(scope(federation.school))).entity_id == SCHOOL


@pytest.mark.anyio
async def test_a_vendor_that_ignores_the_pins_lets_in_whoever_bears_the_name(federation: Federation) -> None:
    entities = federation.entities(federation.school)
    pins = [{"alg": "sha256", "digest": "A" * 43 + "="}]
    odd = [entities[0] | {"entity_id": name, "clients": [{"pins": pins}]} for name in ("https://[odd",)]
    answer = httpx.Response(200, content=federation.signed([*odd, *entities]))
    http = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: answer))
    machines = FederatedMachines(federation.place, http, lambda: NOW)
    other = federation.authority.issue_cert("x.test", common_name="x.test").cert_chain_pems[0].bytes().decode()
    with pytest.raises(Refused, match="machine-not-known"):
        await machines.caller(scope(federation.stranger))
    assert (await machines.caller(scope(federation.stranger), heeds_pins=False)).entity_id == SCHOOL
    for certificate, code in ((other, "machine-not-known"), ("", "machine-shows-no-certificate")):
        with pytest.raises(Refused, match=code):
            await machines.caller(scope(certificate), heeds_pins=False)
