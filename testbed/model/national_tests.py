"""The national tests' own vocabulary, which those who send and those who receive have in common."""

from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID, uuid5

NIL = UUID(int=0)
TESTS: Mapping[tuple[str, str], str] = MappingProxyType(
    {("GR", "3"): "GRGRMAT01_3", ("GR", "6"): "GRGRMAT01_6", ("GR", "9"): "GRGRMAT01_9", ("GY", "1"): "MATMAT01"}
)
"""School type and school year to the test that is taken then, by its display name: mathematics, for the lab has one
activity a class."""


def test_id(name: str) -> str:
    """The id of a national test activity: a UUID of version 5 in the nil name space (Skolverket, open data)."""
    return str(uuid5(NIL, name))


TEST_IDS = frozenset(map(test_id, TESTS.values()))
