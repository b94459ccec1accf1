"""The texts of binary messages."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.privacy.protobuf import MAX_FIELDS, MAX_SIZE, texts_in

VECTORS = json.loads((Path(__file__).parents[2] / "vectors/protobuf/messages.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_the_texts_of_a_message_are_read(vector: dict[str, object]) -> None:
    texts = texts_in(bytes.fromhex(str(vector["hex"])))
    assert {str(text) for text in vector["texts"]} <= {text.decode("utf-8", "replace") for text in texts}  # type: ignore[attr-defined]


@given(st.binary(max_size=300))
def test_any_octets_can_be_read(data: bytes) -> None:
    assert isinstance(texts_in(data), list)


@pytest.mark.parametrize(
    "data", [b"", b"\x0a", b"plain text", b"\x0a\x7fabc", b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff"]
)
def test_what_is_no_message_holds_none(data: bytes) -> None:
    assert texts_in(data) == []


@pytest.mark.parametrize("data", [b"\x0a\x01a" * (MAX_FIELDS + 1), b"\x0a\x01a" * MAX_SIZE])
def test_a_message_without_end_is_not_read(data: bytes) -> None:
    assert texts_in(data) == []
