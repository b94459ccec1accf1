"""What is packed here is what the npm package packs, letter for letter."""

import json
from pathlib import Path

import pytest

from scenarios.corpus.lzstring import to_base64, to_uri

PACKED = json.loads((Path(__file__).parents[3] / "vectors" / "lzstring" / "packed.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("vector", PACKED, ids=lambda vector: str(vector["text"])[:12])
def test_packs_as_the_original_does(vector: dict[str, str]) -> None:
    assert to_base64(vector["text"]) == vector["base64"]
    assert to_uri(vector["text"]) == vector["uri"]
