"""JSON schemas of what people write, generated from the models: ``python -m testbed.model.schema docs/schema``."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from testbed.model.corpus import CorpusTruth
from testbed.model.written import Agreement, OidcClient, Person, Scenario, Suite, Variant, Vendor, Written

DOCUMENTS: Mapping[str, type[Written]] = MappingProxyType(
    {
        kind.__name__.lower(): kind
        for kind in (Agreement, CorpusTruth, OidcClient, Person, Scenario, Suite, Variant, Vendor)
    }
)


def schema_of(kind: type[Written]) -> str:
    """The JSON schema (draft 2020-12) of one kind of document."""
    return json.dumps(kind.model_json_schema(by_alias=True), ensure_ascii=False, indent=1) + "\n"


def write(folder: Path) -> None:
    """Write every schema into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, kind in DOCUMENTS.items():
        (folder / f"{name}.schema.json").write_text(schema_of(kind), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
