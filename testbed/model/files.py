"""Read what people wrote, and say in one sentence what is wrong with it."""

import json
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError

from testbed.model.attributes import by_name
from testbed.model.written import Person

PEOPLE_MEND = "write a list of people as 'testbed people generate' does (docs/schema/person.schema.json)"
MAX_BYTES = 64 * 1024 * 1024
"""A file larger than this is no scenario, agreement or people file of ours."""


class ScenarioInvalid(ValueError):
    """A person's file is wrong: names the file, the field, what is wrong and how to mend it."""

    def __init__(self, file: Path | str, field: str, problem: str, mend: str) -> None:
        self.file, self.field, self.problem, self.mend = str(file), field, problem, mend
        place = f"{file}: {field}" if field else str(file)
        super().__init__(f"{place}: {problem}. To mend it: {mend}")


class _UniqueKeyLoader(yaml.SafeLoader):
    """YAML forgives a key that stands twice and keeps the last; an agreement must not."""


def _mapping_without_duplicates(loader: _UniqueKeyLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[str] = set()
    for key_node, _ in node.value:
        key = str(key_node.value)
        if key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} stands twice", key_node.start_mark)
        seen.add(key)
    return loader.construct_mapping(node, deep=True)


_UniqueKeyLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping_without_duplicates)


def read_text(path: Path) -> str:
    """The file's text.

    Raises:
        ScenarioInvalid: it is missing, unreadable, too large or not UTF-8.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ScenarioInvalid(
                path, "", f"is larger than {MAX_BYTES // 2**20} MiB", "give a file of the expected kind"
            )
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ScenarioInvalid(path, "", f"is not UTF-8 at byte {error.start}", "save it as UTF-8") from error
    except OSError as error:
        raise ScenarioInvalid(
            path, "", (error.strerror or "cannot be read").lower(), "check the path and its permissions"
        ) from error


def load[Document: BaseModel](path: Path, kind: type[Document]) -> Document:
    """One YAML document of the given kind.

    Raises:
        ScenarioInvalid: the first thing that is wrong with it.
    """
    text = read_text(path)
    try:
        # NOTE: S506 warns of unsafe loaders; this one is SafeLoader with one restriction more.
        data = yaml.load(text, Loader=_UniqueKeyLoader)  # noqa: S506
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "is not YAML"
        raise ScenarioInvalid(path, line, problem, "mend the YAML at that place") from error
    except RecursionError as error:
        raise ScenarioInvalid(path, "", "is nested too deep", "write it flat") from error
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        raise _in_words(path, error, kind.__name__.lower()) from error


def _json(path: Path) -> object:
    try:
        # NOTE: a number of thousands of digits is a ValueError of its own.
        return json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        if isinstance(error, ScenarioInvalid):
            raise
        line = getattr(error, "lineno", None)
        raise ScenarioInvalid(
            path, f"line {line}" if line else "", "is not JSON", "write it with 'testbed people generate'"
        ) from error


def load_people(path: Path) -> dict[str, Person]:
    """people.json, by id.

    Raises:
        ScenarioInvalid: the first entry that is wrong, or an id that stands twice.
    """
    data = _json(path)
    try:
        people = TypeAdapter(tuple[Person, ...]).validate_python(data)
    except ValidationError as error:
        raise _in_words(path, error, "person") from error
    by_id = {person.id: person for person in people}
    if len(by_id) != len(people):
        seen: set[str] = set()
        twice = next(person.id for person in people if person.id in seen or seen.add(person.id))  # type: ignore[func-returns-value]
        raise ScenarioInvalid(path, twice, "the id stands twice", "give every person an id of its own")
    return by_id


def load_people_of_others(path: Path) -> tuple[dict[str, Person], tuple[str, ...]]:
    """A people file that was written elsewhere: everybody in it who can be read, by id, and a line for each who cannot.

    The lines name an entry by its number alone: what stands in it may be a real pupil's.

    Raises:
        ScenarioInvalid: it is no list of people, or nobody in it can be read.
    """
    data = _json(path)
    if not isinstance(data, list):
        raise ScenarioInvalid(path, "", "is no list of people", PEOPLE_MEND)
    people: dict[str, Person] = {}
    lines: list[str] = []
    for number, entry in enumerate(data, start=1):
        try:
            person = Person.model_validate(entry)
        except ValidationError as error:
            lines.append(f"{path.name}: person {number} was left out: {_in_a_line(error)}")
            continue
        if person.id in people:
            lines.append(f"{path.name}: person {number} was left out: the id is that of somebody before")
            continue
        people[person.id] = person
    if not people:
        why = f"; {lines[0]}" if lines else ""
        raise ScenarioInvalid(path, "", f"holds nobody who can be read{why}", PEOPLE_MEND)
    return people, tuple(lines)


def dump_people(people: dict[str, Person]) -> str:
    """The text of people.json."""
    return json.dumps([person.model_dump(mode="json") for person in people.values()], ensure_ascii=False, indent=1)


_MENDS = {
    "missing": "add it",
    "extra_forbidden": "take it away, or correct its spelling",
    "literal_error": "use one of the values named",
    "string_pattern_mismatch": "write it in the form named",
    "date_from_datetime_parsing": "write a date as YYYY-MM-DD",
}


def _in_a_line(error: ValidationError) -> str:
    """The first thing that is wrong with a person, by names of ours alone: a field may be called after somebody."""
    first = error.errors(include_url=False, include_input=False)[0]
    known = {*Person.model_fields, *by_name()}
    field = ".".join(str(part) for part in first["loc"] if isinstance(part, int) or part in known)
    more = error.error_count() - 1
    beside = f" (and {more} more)" if more else ""
    match first["type"]:
        case "missing":
            return f"{field} is missing{beside}"
        case "extra_forbidden":
            return f"it has a field that no person has{beside}"
        case "literal_error" | "string_pattern_mismatch":
            return f"{field} is not in the form that it must have{beside}"
    return f"{field or 'it'} is not what a person has there{beside}"


def _in_words(path: Path, error: ValidationError, kind: str) -> ScenarioInvalid:
    first = error.errors(include_url=False)[0]
    field = ".".join(str(part) for part in first["loc"])
    more = error.error_count() - 1
    problem = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        problem = f"no {kind} has such a field"
    if first["type"] == "missing":
        problem = "is missing"
    mend = _MENDS.get(first["type"], "correct the value")
    if more:
        mend += f" (and {more} more of this kind below it)" if more > 1 else " (and one more thing is wrong)"
    return ScenarioInvalid(path, field, problem, mend)
