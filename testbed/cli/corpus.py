"""``testbed corpus``: captures with ground truth, and how well a detector does on them."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel, ValidationError
from rich.table import Table
from rich.text import Text

from scenarios.corpus.generate import Corpus
from scenarios.corpus.generate import generate as make
from scenarios.corpus.har import har
from testbed.cli.console import AS_EXPECTED, NOT_AS_EXPECTED, err, out
from testbed.interception import journal, recorded
from testbed.model.corpus import CorpusTruth, Found, Item
from testbed.model.files import ScenarioInvalid, dump_people, load_people, read_text
from testbed.privacy.people import PeopleIndex
from testbed.privacy.scoring import Score, score, searched

app = typer.Typer(no_args_is_help=True)
EXAMPLES = (
    "Examples:\n\n"
    "testbed corpus generate --seed 7 --people people.json --out corpus      captures and their truth\n\n"
    "testbed corpus score corpus                                             the testbed's own search on them\n\n"
    "testbed corpus score corpus --found found.jsonl                         what another detector said"
)
JOURNAL, HAR, TRUTH, PEOPLE = "exchanges.jsonl", "capture.har", "truth.json", "people.json"
SHOWN = 20


@app.callback()
def corpus() -> None:
    """Make captures with known leaks, to measure detectors by."""


@app.command(epilog=EXAMPLES)
def generate(
    people: Annotated[Path, typer.Option(help="Whose values leak: a people.json.", dir_okay=False)],
    folder: Annotated[Path, typer.Option("--out", help="Write into this folder.", file_okay=False)],
    seed: Annotated[int, typer.Option(help="The same seed and people give the same corpus.")] = 1,
    each: Annotated[int, typer.Option(help="How often each variant of a leak occurs.", min=1, max=1000)] = 3,
) -> None:
    """Write captures (a journal and a HAR) in which values of these people stand in every form, and truth.json."""
    known = load_people(people)
    made = make(seed, known, each)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(folder, made)
        (folder / PEOPLE).write_text(dump_people(known) + "\n", encoding="utf-8")
    except OSError as error:
        reason = (error.strerror or "no").lower()
        raise ScenarioInvalid(folder, "", f"cannot be written ({reason})", "choose another --out") from error
    truth = made.truth
    err.print(
        f"{truth.exchanges} exchanges: {len(truth.leaks)} leaks, {len(truth.look_alikes)} look-alikes in {folder}"
    )
    for variant in truth.left_out:
        err.print(f"Left out, for nobody has such a value: {variant}")


@app.command("score", epilog=EXAMPLES)
def score_(
    folder: Annotated[Path, typer.Argument(help="A folder that 'testbed corpus generate' wrote.", file_okay=False)],
    found: Annotated[
        Path | None,
        typer.Option(
            help="What a detector found, one JSON object a line; left out: the testbed searches.", dir_okay=False
        ),
    ] = None,
) -> None:
    """Recall and precision by form, and what was found in look-alikes."""
    truth = _load(folder / TRUTH, CorpusTruth)
    result = score(truth, _found(found) if found else _searched(folder, truth))
    show(result)
    faults = result.missed or result.misnamed or result.wrong
    raise typer.Exit(NOT_AS_EXPECTED if faults else AS_EXPECTED)


def _write(folder: Path, made: Corpus) -> None:
    journal.write(folder / JOURNAL, "corpus", made.exchanges[0].started, made.exchanges)
    (folder / HAR).write_text(json.dumps(har(made.exchanges), ensure_ascii=False), encoding="utf-8")
    (folder / TRUTH).write_text(made.truth.model_dump_json(by_alias=True, indent=1) + "\n", encoding="utf-8")


def _load[Document: BaseModel](path: Path, kind: type[Document]) -> Document:
    return _valid(path, "", read_text(path), kind)


def _valid[Document: BaseModel](path: Path, where: str, text: str, kind: type[Document]) -> Document:
    try:
        return kind.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ScenarioInvalid(
            path, " ".join(part for part in (where, place) if part), first["msg"], "see docs/corpus.md for the form"
        ) from error


def _found(path: Path) -> dict[int, list[Item]]:
    by_exchange: dict[int, list[Item]] = defaultdict(list)
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        if line.strip():
            one = _valid(path, f"line {number}", line, Found)
            by_exchange[one.exchange].append(one.item)
    return by_exchange


def _searched(folder: Path, truth: CorpusTruth) -> dict[int, list[Item]]:
    index = PeopleIndex.of(load_people(folder / PEOPLE).values())
    exchanges = recorded.read(folder / JOURNAL).exchanges
    return searched(exchanges, index, tuple(key.encode("utf-8") for key in truth.keys))


def show(result: Score) -> None:
    """Two tables, and the first of what is amiss."""
    forms = Table("Form", "Seeded", "Found", "Called another form", "Recall", "Precision", title="Leaks")
    for row in (*result.families, result.total):
        figures = (row.seeded, row.found + row.misnamed, row.misnamed)
        forms.add_row(row.family, *map(str, figures), f"{row.recall:.1%}", f"{row.precision:.1%}")
    out.print(forms)
    kinds = Table("Look-alike", "Exchanges", "Something found", title="What is no leak")
    for kind in result.kinds:
        kinds.add_row(kind.kind, str(kind.exchanges), str(kind.hit))
    out.print(kinds)
    for leak in result.missed[:SHOWN]:
        _say(f"Missed in exchange {leak.exchange}: {leak.attribute}, {leak.family}: {leak.variant} ({leak.place})")
    for leak, form in result.misnamed[:SHOWN]:
        _say(f"Called {form} in exchange {leak.exchange}, is {leak.form}: {leak.family}: {leak.variant}")
    for wrong in result.wrong[:SHOWN]:
        said = f"{wrong.item.attribute} of {wrong.item.person or 'several'} as {wrong.item.form}"
        _say(f"Not there in exchange {wrong.exchange}: {said} ({wrong.of})")


def _say(line: str) -> None:
    out.print(Text(line))
