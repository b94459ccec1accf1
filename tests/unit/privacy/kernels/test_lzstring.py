"""What lz-string made of a text."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testbed.privacy import kernels

VECTORS = json.loads((Path(__file__).parents[3] / "vectors/lzstring/packed.json").read_text(encoding="utf-8"))
LIMIT = 100_000


def read(tokens: list[bytes], limit: int = LIMIT, room: int = 4 * LIMIT) -> list[bytes | None]:
    """What each token says, None for one that is nothing of lz-string's."""
    octets = np.frombuffer(b" ".join(tokens) + b" ", np.uint8)
    ends = np.cumsum([len(token) + 1 for token in tokens]) - 1
    runs = np.column_stack((ends - [len(token) for token in tokens], ends, ends, ends)).astype(np.int32)
    said: list[bytes | None] = []
    while len(said) < len(tokens):
        until, out = np.empty(len(tokens), np.int64), np.empty(room, np.uint8)
        done, used = kernels.lzstring.of_runs(octets, runs, len(said), len(tokens), limit, until, out)
        begin = 0
        for end in until[len(said) : done].tolist():
            said.append(None if end < 0 else out[begin:end].tobytes())
            begin = max(end, begin)
        assert begin == used
    return said


@pytest.mark.parametrize("form", ["base64", "uri"])
def test_what_the_reference_has_packed_is_read(form: str) -> None:
    tokens = [vector[form].rstrip("=").encode() for vector in VECTORS]
    assert read(tokens) == [vector["text"].encode() for vector in VECTORS]


def test_texts_are_read_in_portions_where_there_is_little_room() -> None:
    tokens = [vector["base64"].rstrip("=").encode() for vector in VECTORS]
    long = max(len(vector["text"]) for vector in VECTORS)
    assert read(tokens, long, 4 * long) == [vector["text"].encode() for vector in VECTORS]


@given(st.binary(min_size=1, max_size=100).filter(lambda token: b" " not in token))
def test_any_token_is_read_or_refused_within_the_limit(token: bytes) -> None:
    assert len(read([token], 50, 300)[0] or b"") <= 150


def test_a_text_beyond_the_limit_is_refused() -> None:
    long = max(VECTORS, key=lambda vector: len(vector["text"]))
    assert read([long["base64"].rstrip("=").encode()], 5, 100) == [None]


@settings(deadline=None)
@given(st.lists(st.sampled_from(VECTORS), min_size=1, max_size=6), st.integers(1, 900))
def test_a_text_is_read_where_the_limit_is_what_it_takes(vectors: list[dict[str, str]], limit: int) -> None:
    tokens = [vector["base64"].rstrip("=").encode() for vector in vectors]
    texts = [vector["text"] for vector in vectors]
    assert read(tokens, limit, 3 * limit) == [text.encode() if len(text) <= limit else None for text in texts]
