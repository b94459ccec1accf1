"""Say in words of the person who wrote a file what the schema found wrong with it, and how to mend that."""

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeAliasType, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from testbed.model.strict import FORMS, Unfit

_TYPES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "string_type": ("is no text", "write a text, in quotes where YAML takes it for something else"),
        "int_type": ("is no whole number", "write a whole number"),
        "int_parsing": ("is no whole number", "write a whole number"),
        "int_from_float": ("is no whole number", "write a whole number"),
        "float_type": ("is no number", "write a number"),
        "float_parsing": ("is no number", "write a number"),
        "bool_type": ("is neither true nor false", "write true or false"),
        "bool_parsing": ("is neither true nor false", "write true or false"),
        "tuple_type": ("is no list", "write a list, such as [one, two]"),
        "list_type": ("is no list", "write a list, such as [one, two]"),
        "dict_type": ("has no fields", "write its fields below it, each as 'name: value'"),
        "model_type": ("has no fields", "write its fields below it, each as 'name: value'"),
        "too_short": ("is empty", "name at least one"),
    }
)
_MENDS = {
    "extra_forbidden": "take it away, or correct its spelling",
    "literal_error": "use one of the values named",
    "string_pattern_mismatch": "write it in the form named",
    "date_from_datetime_parsing": "write a date as YYYY-MM-DD",
}
_NAME_OR_PASSWORD = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*://)(?:[^\s/?#]*@|[^\s/?#@:]*:(?!\d*[/?#])\S*@)")


def masked(text: str) -> str:
    """The text, without the names and passwords that stand in web addresses (RFC 3986, 3.2.1)."""
    return _NAME_OR_PASSWORD.sub(r"\1***@", text)


def in_words(error: ValidationError, kind: type[BaseModel]) -> tuple[str, str, str]:
    """The field, the problem and the mend of the first thing that is wrong.

    Args:
        error: of the schema.
        kind: of document that was read.
    """
    first = error.errors(include_url=False)[0]
    problem, mend = _of(first, kind)
    cause = first.get("ctx", {}).get("error")
    inner = [cause.field] if isinstance(cause, Unfit) and cause.field else []
    more = error.error_count() - 1
    if more:
        mend += f" (and {more} more of this kind below it)" if more > 1 else " (and one more thing is wrong)"
    return ".".join([*map(str, first["loc"]), *inner]), problem, mend


def _of(first: ErrorDetails, kind: type[BaseModel]) -> tuple[str, str]:
    reason = first["type"]
    cause = first.get("ctx", {}).get("error")
    field = _field_at(kind, first["loc"])
    example = field.examples[0] if field and field.examples else None
    if isinstance(cause, Unfit):
        return cause.problem, cause.mend
    if reason == "missing":
        name = first["loc"][-1]
        return "is missing", f"add it, such as '{_written(name, example)}'" if example else "add it"
    if reason == "extra_forbidden":
        return f"no {kind.__name__.lower()} has such a field", _MENDS[reason]
    form = FORMS.get(first.get("ctx", {}).get("pattern", ""))
    if form:
        problem, mend = form
        return problem, f"write it as {example}" if example else mend
    if reason in _TYPES:
        problem, mend = _TYPES[reason]
        return problem, f"{mend}: '{_written(first['loc'][-1], example)}'" if example else mend
    return first["msg"].removeprefix("Value error, "), _MENDS.get(reason, "correct the value")


def _written(name: int | str, example: object) -> str:
    """A field and its example, as it stands in a file."""
    text = yaml.safe_dump([example], default_flow_style=True, allow_unicode=True, sort_keys=False, width=500)
    return f"{name}: {text.strip()[1:-1]}"


def _field_at(kind: type[BaseModel], place: Sequence[int | str]) -> FieldInfo | None:
    """The field that the schema has at a place; None where the last step of it is none of a field."""
    models, found = [kind], None
    for part in place:
        fields = [
            field for model in models for name, field in model.model_fields.items() if part in (name, field.alias)
        ]
        found = fields[0] if fields else None
        if found is not None:
            models = list(_models_in(found.annotation))
    return found


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401 - an annotation may be anything
    if isinstance(annotation, TypeAliasType):
        yield from _models_in(annotation.__value__)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)
