"""What OpenAPI documents are made of (3.1, JSON Schema 2020-12)."""

from collections.abc import Collection, Mapping, Sequence

from pydantic import BaseModel

type Schema = dict[str, object]

DOCUMENT = "/openapi.json"
"""Where an app serves its own, to whoever asks: it says nothing of anybody."""
KEPT: Mapping[str, str] = {"Cache-Control": "max-age=600", "X-Content-Type-Options": "nosniff"}
"""Headers of the same."""
TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}


def closed(properties: Mapping[str, Schema], optional: Collection[str] = ()) -> Schema:
    """An object with these properties and no others, of which all but the optional ones are always there."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


def listed(items: Schema, least: int = 0) -> Schema:
    """An array; ``least``: of how many at least."""
    return {"type": "array", "items": items, **({"minItems": least} if least else {})}


def one_of(values: Sequence[str]) -> Schema:
    """One of these words."""
    return {"type": "string", "enum": list(values)}


def ref(name: str) -> Schema:
    """What stands under this name among the schemas."""
    return {"$ref": f"#/components/schemas/{name}"}


def schemas_of(*models: type[BaseModel]) -> dict[str, Schema]:
    """The schemas of what these models read, and of what is in them, by name."""
    found: dict[str, Schema] = {}
    for model in models:
        schema: Schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        inner = schema.pop("$defs", {})
        found |= {model.__name__: schema, **(inner if isinstance(inner, dict) else {})}
    return found
