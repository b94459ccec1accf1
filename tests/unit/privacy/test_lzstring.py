"""What lz-string made of a text."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.privacy.lzstring import of_base64

VECTORS = json.loads((Path(__file__).parents[2] / "vectors/lzstring/packed.json").read_text(encoding="utf-8"))
LIMIT = 100_000


@pytest.mark.parametrize("form", ["base64", "uri"])
@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["text"][:20])
def test_what_the_reference_has_packed_is_read(vector: dict[str, str], form: str) -> None:
    assert of_base64(vector[form].rstrip("=").encode(), LIMIT) == vector["text"]


@given(st.binary(max_size=100))
def test_any_token_is_read_or_refused_within_the_limit(token: bytes) -> None:
    assert len(of_base64(token, 50) or "") <= 100


def test_a_text_beyond_the_limit_is_refused() -> None:
    long = max(VECTORS, key=lambda vector: len(vector["text"]))
    assert of_base64(long["base64"].rstrip("=").encode(), 5) is None
