"""Metadata of machines: what makes it ambiguous, and how a scope tells who has called."""

import base64
import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from testbed.model.federated_tls import (
    Callers,
    Endpoint,
    Entity,
    Issuer,
    Machines,
    Pin,
    Shown,
    conflict,
    digest_of,
    shown,
)

PEM = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"


def digest(number: int) -> str:
    return base64.b64encode(hashlib.sha256(bytes([number])).digest()).decode()


def entity(name: str, *numbers: int) -> Entity:
    clients = tuple(Endpoint(pins=(Pin(digest=digest(number)),)) for number in numbers)
    return Entity(entity_id=f"https://{name}.test", issuers=(Issuer(x509certificate=PEM),), clients=clients)


def test_a_name_stands_once_and_a_key_is_one_entity_s() -> None:
    assert conflict([]) is None
    assert conflict([entity("a", 1, 1), entity("b", 2)]) is None
    assert conflict([entity("a", 1), entity("a", 2)]) == "entity-twice"
    assert conflict([entity("a", 1), entity("b", 2, 1)]) == "pin-of-two-entities"


def test_a_server_s_key_may_be_another_s_client_s() -> None:
    server = Endpoint(base_uri="https://a.test", pins=(Pin(digest=digest(1)),))
    both = [entity("a").model_copy(update={"servers": (server,)}), entity("b", 1)]
    assert conflict(both) is None


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.lists(st.integers(0, 9), max_size=3)), max_size=6))
def test_without_a_conflict_each_key_leads_to_the_one_entity_that_has_it(made: list[tuple[str, list[int]]]) -> None:
    entities = tuple(entity(name, *numbers) for name, numbers in made)
    owners = {(number, name) for name, numbers in made for number in numbers}
    names = [name for name, _ in made]
    ambiguous = len(set(names)) < len(names) or len({number for number, _ in owners}) < len(owners)
    assert (conflict(entities) is not None) == ambiguous
    if not ambiguous:
        callers = Callers.of(Machines(cache_ttl=1, entities=entities))
        assert {(number, name) for number, name in owners} == {
            (number, name)
            for number, name in owners
            if callers.by_digest[digest(number)] == callers.by_name[f"https://{name}.test"]
        }
        assert len(callers.by_digest) == len(owners)


def test_it_is_written_and_read_as_json() -> None:
    machines = Machines(cache_ttl=60, entities=(entity("a", 1, 2), entity("b")))
    assert Machines.model_validate_json(machines.model_dump_json(exclude_none=True)) == machines
    assert machines.find("https://b.test") == machines.entities[1]
    assert machines.find("https://c.test") is None


@pytest.mark.parametrize("count", [10_001])
def test_there_are_no_more_entities_than_a_reader_can_bear(count: int) -> None:
    with pytest.raises(ValidationError):
        Machines(cache_ttl=60, entities=tuple(entity("a") for _ in range(count)))


def test_what_a_server_tells_an_app_is_read_again() -> None:
    told = Shown((PEM, PEM), "CN=lasning.test")
    assert shown({"type": "http", "extensions": {"tls": told.extension()}}) == told
    assert shown({"extensions": {"tls": Shown().extension()}}) == Shown()


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=2)
            | st.dictionaries(st.sampled_from(["extensions", "tls", "client_cert_chain", "client_cert_name"]), inner)
        ),
    )
)
def test_a_scope_that_tells_nothing_sensible_names_nobody_or_texts(extensions: Any) -> None:
    found = shown({"extensions": extensions})
    assert all(isinstance(pem, str) for pem in found.chain)
    assert found.name is None or isinstance(found.name, str)


def test_a_digest_is_sha256_in_base64() -> None:
    assert digest_of(b"") == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
