"""JSON schemas of what people write, and of load.json: ``python -m testbed.model.schema docs/schema`` writes them."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from pydantic import TypeAdapter

from testbed.model.corpus import CorpusTruth
from testbed.model.load import Profile
from testbed.model.load_file import DOCUMENT, LoadDocument
from testbed.model.written import Agreement, OidcClient, Person, Scenario, Suite, Variant, Vendor, Written

DOCUMENTS: Mapping[str, type[Written] | TypeAdapter[LoadDocument]] = MappingProxyType(
    {
        **{
            kind.__name__.lower(): kind
            for kind in (Agreement, CorpusTruth, OidcClient, Person, Profile, Scenario, Suite, Variant, Vendor)
        },
        "load": DOCUMENT,
    }
)


def schema_of(kind: type[Written] | TypeAdapter[LoadDocument]) -> str:
    """The JSON schema (draft 2020-12) of one kind of document."""
    schema = (
        kind.json_schema(by_alias=True, mode="serialization")
        if isinstance(kind, TypeAdapter)
        else kind.model_json_schema(by_alias=True)
    )
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def write(folder: Path) -> None:
    """Write every schema into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, kind in DOCUMENTS.items():
        (folder / f"{name}.schema.json").write_text(schema_of(kind), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
