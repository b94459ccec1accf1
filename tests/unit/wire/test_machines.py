"""A federation's register of machines, as it was fetched."""

import base64
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.model.exchange_messages import MachineRegister, RegisteredMachine
from testbed.model.wire import Exchange, Pointer, Request, Response
from testbed.wire.machines import messages

NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)
PAYLOAD = {
    "version": "1.0.0",
    "cache_ttl": 60,
    "entities": [
        {
            "entity_id": "https://api.skola.test",
            "servers": [{"base_uri": "https://in.skola.test/scim", "pins": [{"alg": "sha256", "digest": "s"}]}],
            "clients": [{"pins": [{"alg": "sha256", "digest": "a"}, {"alg": "sha256", "digest": "b"}]}, {"pins": 7}],
        },
        {"entity_id": "urn:x:y"},
        "text",
    ],
}


def fetched(document: object, status: int = 200, method: str = "GET") -> Exchange:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    request = Request(method, "https://machines.test/machines.jws")
    return Exchange(4, "p", "v.test", "machines.test", request, Response(status, (), body), NOW, 1.0)


def signed(payload: object) -> dict[str, object]:
    written = base64.urlsafe_b64encode(json.dumps(payload).encode()).rstrip(b"=").decode()
    return {"payload": written, "signatures": [{"protected": "e30", "signature": "c2ln"}]}


def test_whom_it_names() -> None:
    assert messages(fetched(signed(PAYLOAD))) == (
        MachineRegister(
            Pointer(4, "response.body"),
            NOW,
            60,
            (
                RegisteredMachine("https://api.skola.test", ("api.skola.test", "in.skola.test"), frozenset({"a", "b"})),
                RegisteredMachine("urn:x:y", ()),
            ),
        ),
    )


@pytest.mark.parametrize(
    "exchange",
    [
        fetched(signed(PAYLOAD), status=304),
        fetched(signed(PAYLOAD), method="POST"),
        fetched(signed([])),
        fetched(signed({"entities": [], "cache_ttl": True})),
        fetched(signed({"entities": [], "cache_ttl": -1})),
        fetched(signed({"entities": {}, "cache_ttl": 1})),
        fetched({"payload": "å", "signatures": []}),
        fetched({"payload": 7, "signatures": []}),
        fetched(b'<p>"signatures" and "payload"</p>'),
        fetched(b"{}"),
    ],
)
def test_what_is_no_register(exchange: Exchange) -> None:
    assert messages(exchange) == ()


@given(st.text(alphabet=st.characters(max_codepoint=300), max_size=60), st.binary(max_size=100))
def test_whatever_is_answered_is_read_or_left(payload: str, more: bytes) -> None:
    for exchange in (fetched({"payload": payload, "signatures": []}), fetched(b'"signatures""payload"' + more)):
        assert all(isinstance(one, MachineRegister) for one in messages(exchange))
