"""The published schemas are those of the models."""

from pathlib import Path

import pytest

from testbed.model.schema import DOCUMENTS, schema_of

PUBLISHED = Path(__file__).parents[3] / "docs" / "schema"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_published_schema_is_up_to_date(name: str) -> None:
    published = (PUBLISHED / f"{name}.schema.json").read_text(encoding="utf-8")
    assert published == schema_of(DOCUMENTS[name]), "run 'make schema'"
