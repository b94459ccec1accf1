"""Read what people wrote, and say in one sentence what is wrong with it."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError

from testbed.model.attributes import by_name
from testbed.model.wording import in_words, masked
from testbed.model.written import Person

try:
    from yaml import CSafeLoader
except ImportError:
    # NOTE: PyYAML was built without libyaml; then everything is read by the slower parser.
    from yaml import SafeLoader as CSafeLoader  # type: ignore[assignment]

PEOPLE_MEND = "write a list of people as 'testbed people generate' does (docs/schema/person.schema.json)"
MAX_BYTES = 64 * 1024 * 1024
"""A file larger than this is no people file of ours."""
MAX_WRITTEN, MAX_NODES = 1024 * 1024, 200_000
"""Bytes, and nodes once every anchor is written out, of a scenario, an agreement or a vendor's file."""
MAX_DEPTH = 50
"""Of nesting that is read the quick way; nothing that people write comes near it."""


class ScenarioInvalid(ValueError):
    """A person's file is wrong: names the file, the field, what is wrong and how to mend it; passwords in addresses are
    masked."""

    def __init__(self, file: Path | str, field: str, problem: str, mend: str) -> None:
        self.file, self.field, self.problem, self.mend = map(masked, (str(file), field, problem, mend))
        place = f"{self.file}: {self.field}" if field else self.file
        # NOTE: a problem of several lines ends with what a program said, and a mend of ours is no part of that.
        end = "\n" if "\n" in self.problem else ". "
        super().__init__(f"{place}: {self.problem.rstrip().removesuffix('.')}{end}To mend it: {self.mend}")


def _mapping_without_duplicates(loader: yaml.SafeLoader | CSafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[str] = set()
    for key_node, _ in node.value:
        key = str(key_node.value)
        if key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} stands twice", key_node.start_mark)
        seen.add(key)
    return loader.construct_mapping(node, deep=True)


class _UniqueKeyLoader(yaml.SafeLoader):
    """YAML forgives a key that stands twice and keeps the last; an agreement must not."""


class _QuickLoader(CSafeLoader):
    """The same by the parser of libyaml: the catalogue is read in a third of the time."""


_UniqueKeyLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping_without_duplicates)
_QuickLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping_without_duplicates)


def read_text(path: Path, at_most: int = MAX_BYTES) -> str:
    """The file's text.

    Raises:
        ScenarioInvalid: it is missing, unreadable, too large or not UTF-8.
    """
    try:
        with path.open("rb") as file:
            # NOTE: what is no plain file has no size that could be asked for.
            data = file.read(at_most + 1)
        if len(data) > at_most:
            raise ScenarioInvalid(
                path, "", f"is larger than {at_most // 2**20} MiB", "give a file of the expected kind"
            )
        return data.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
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
    data = _yaml(path)
    if not isinstance(data, dict):
        what = "is empty" if data is None else "has no fields"
        raise ScenarioInvalid(path, "", what, f"write the fields of a {kind.__name__.lower()}, each as 'name: value'")
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        raise ScenarioInvalid(path, *in_words(error, kind)) from error


def _yaml(path: Path) -> object:
    text = read_text(path, MAX_WRITTEN)
    try:
        if _is_flat(text):
            with suppress(yaml.YAMLError):
                return _loaded(_QuickLoader(text), path)
        # NOTE: what is wrong is said in the words of one parser, whichever version of libyaml is here.
        return _loaded(_UniqueKeyLoader(text), path)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "is not YAML"
        raise ScenarioInvalid(path, line, problem, "mend the YAML at that place") from error
    except RecursionError as error:
        raise ScenarioInvalid(path, "", "is nested too deep", "write it flat") from error
    except ScenarioInvalid:
        raise
    except (ValueError, LookupError, AttributeError, TypeError) as error:
        # NOTE: what the library makes of a number, a date or a tag that has the form of one, and is none.
        raise ScenarioInvalid(
            path, "", f"has a value that means nothing in YAML ({error})", "put texts in quotes, and use no tags (!!)"
        ) from error


def _is_flat(text: str) -> bool:
    """Whether libyaml's parser may build it: that goes down into what is nested without looking how deep it is, until
    the process has no stack left. Its events come one after the other."""
    depth = 0
    try:
        for event in yaml.parse(text, _QuickLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:
                return False
    except yaml.YAMLError:
        return False
    return True


def _loaded(loader: _UniqueKeyLoader | _QuickLoader, path: Path) -> object:
    node = loader.get_single_node()
    if node is None:
        return None
    if _size(node, {}) > MAX_NODES:
        raise ScenarioInvalid(path, "", "grows beyond all measure by its anchors", "write out what is meant")
    return loader.construct_document(node)


def _size(node: yaml.Node, known: dict[int, int]) -> int:
    """How many nodes there are once every anchor is written out."""
    if id(node) in known:
        return known[id(node)]
    # NOTE: an anchor that holds itself is larger than anything.
    known[id(node)] = MAX_NODES + 1
    size = 1
    if isinstance(node, yaml.SequenceNode):
        size += sum(_size(inner, known) for inner in node.value)
    elif isinstance(node, yaml.MappingNode):
        size += sum(_size(key, known) + _size(value, known) for key, value in node.value)
    known[id(node)] = size
    return size


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
        raise ScenarioInvalid(path, *in_words(error, Person)) from error
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
