"""``load.json``: what was asked of a load run, its figures and its verdict; single flows stand in files beside it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from testbed.model.files import ScenarioInvalid, read_text
from testbed.model.load import LoadAbout
from testbed.model.load_result import LoadReport, LoadSummary, LoadVerdict
from testbed.model.verdict import Verdict

LOAD = "load.json"
SCHEMA = "testbed.load/1"


@dataclass(frozen=True, slots=True)
class LoadDocument:
    """What the file holds. Durations and times are in seconds, times after the beginning of the run."""

    schema_: Annotated[Literal["testbed.load/1"], Field(alias="schema")]
    verdict: Verdict
    exit_status: Literal[0, 1, 2]
    about: LoadAbout
    checks: LoadVerdict
    summary: LoadSummary


DOCUMENT: TypeAdapter[LoadDocument] = TypeAdapter(LoadDocument)
_ABOUT: TypeAdapter[LoadAbout] = TypeAdapter(LoadAbout)
_SUMMARY: TypeAdapter[LoadSummary] = TypeAdapter(LoadSummary)
_CHECKS: TypeAdapter[LoadVerdict] = TypeAdapter(LoadVerdict)


def dump_load(report: LoadReport) -> str:
    """The text of load.json, the same for the same report."""
    document = {
        "schema": SCHEMA,
        "verdict": report.verdict.verdict.value,
        "exit_status": report.verdict.exit_status,
        "about": _ABOUT.dump_python(report.about, mode="json"),
        "checks": _CHECKS.dump_python(report.verdict, mode="json"),
        "summary": _SUMMARY.dump_python(report.summary, mode="json"),
    }
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    # NOTE: what a vendor wrote may hold halves of signs, which no file can hold.
    return text.encode("utf-8", "replace").decode() + "\n"


def is_load(folder: Path) -> bool:
    """Whether ``testbed load`` made this folder."""
    return (folder / LOAD).is_file()


def load_about(folder: Path) -> LoadAbout:
    """What was asked of the run in this folder. Its figures and its verdict are made anew from its other files.

    Raises:
        ScenarioInvalid: the file is missing or damaged, or of another version.
    """
    path = folder / LOAD
    text = read_text(path)
    mend = "load again with this version"
    try:
        written = json.loads(text)
        if not isinstance(written, dict) or written.get("schema") != SCHEMA:
            raise ScenarioInvalid(path, "schema", f"is not {SCHEMA}", mend)
        return _ABOUT.validate_python(written.get("about"))
    except ScenarioInvalid:
        raise
    except ValidationError as error:
        place = ".".join(["about", *map(str, error.errors(include_input=False)[0]["loc"])])
        raise ScenarioInvalid(path, place, "cannot be read", mend) from error
    except (ValueError, RecursionError) as error:
        raise ScenarioInvalid(path, "", "cannot be read", mend) from error
