"""``testbed judge``: everything after capture, from a run's folder or from captures that were made elsewhere."""

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from testbed.cli.outcome import presentable, show, versions_of, write_reports
from testbed.cli.progress import reading, working
from testbed.interception.capture import MEND, Capture, read_capture
from testbed.model.files import ScenarioInvalid, load, load_people_of_others, read_text
from testbed.model.verdict import RunRecord
from testbed.model.wire import BROWSER
from testbed.model.written import Agreement
from testbed.reports import run_json
from testbed.runner.captures import Beside, gathered
from testbed.runner.folder import RunFolder
from testbed.runner.judge import Knowledge
from testbed.runner.judge import judge as judge_all

EXAMPLES = (
    "Examples:\n\n"
    "testbed judge runs/20260901T070000Z-tour                     the verdicts of a run once more, in the terminal\n\n"
    "testbed judge runs/20260901T070000Z-tour --out again         and the reports, into another folder\n\n"
    "testbed judge login.har --agreement app.yaml --people test-pupils.json --out judged\n\n"
    "                                                             a HAR that a browser saved\n\n"
    "testbed judge a.har b.har --agreement app.yaml --people test-pupils.json --json\n\n"
    "                                                             several captures, run.json on standard output\n\n"
    "testbed judge app.flows --sender app.example --agreement app.yaml --people test-pupils.json\n\n"
    "                                                             a vendor's server behind mitmproxy\n\n"
    "Captures may hold real pupils: values are masked unless --reveal is given. docs/judge.md says how to record."
)
RECORDED_VERSIONS = ("school-federation-testbed", "mitmproxy", "signxml", "joserfc")
HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was asked for about captures."""

    captures: tuple[Path, ...]
    agreement: Path | None
    people: Path
    sender: str

    @property
    def command(self) -> str:
        words = ["testbed", "judge", *map(str, self.captures)]
        words += ["--agreement", str(self.agreement)] if self.agreement else []
        words += ["--people", str(self.people)]
        words += ["--sender", self.sender] if self.sender != BROWSER else []
        return shlex.join(words)


def judge(  # noqa: PLR0913, PLR0917 - the command line's own options
    captures: Annotated[
        list[Path],
        typer.Argument(
            metavar="CAPTURE...",
            help="HARs, flow files of mitmproxy, journals; or one run's folder, which brings agreements and people.",
        ),
    ],
    agreement: Annotated[
        Path | None, typer.Option(help="What was agreed (YAML). Without it, checks that need one are skipped.")
    ] = None,
    people: Annotated[Path | None, typer.Option(help="Whose values to look for (people.json).")] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Write the reports, and what is needed to judge again, into this folder.", file_okay=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print run.json and nothing else.")] = False,
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Show the values in captures that were made elsewhere.")
    ] = False,
    sender: Annotated[
        str, typer.Option(metavar="HOST", help="Whom a HAR or a flow file recorded, where it was no browser.")
    ] = BROWSER,
) -> None:
    """Judge recorded traffic: the same traffic, people and agreement give the same verdicts. No lab is started."""
    if any(capture.is_dir() for capture in captures):
        record = _of_folder(captures, agreement or people, out)
    else:
        record = _of_captures(_asked(captures, agreement, people, sender), out)
    shown = presentable(record, reveal=reveal)
    if out:
        write_reports(RunFolder(out), shown)
    if as_json:
        typer.echo(run_json.render(shown), nl=False)
    else:
        show(shown, RunFolder(out).report if out else None)
    raise typer.Exit(record.run.exit_status)


def _of_folder(captures: Sequence[Path], beside: Path | None, out: Path | None) -> RunRecord:
    folder = next(path for path in captures if path.is_dir())
    if len(captures) > 1:
        raise ScenarioInvalid(folder, "", "is a run's folder among other captures", "judge it by itself")
    if beside is not None:
        raise ScenarioInvalid(
            folder,
            "",
            "is a run's folder, which brings its own agreements and people",
            f"leave out --agreement and --people, or name {folder / 'exchanges.jsonl'}",
        )
    record = RunFolder(folder).judge(datetime.now(UTC))
    if out:
        RunFolder(folder).copy_to(RunFolder.at(out))
    return record


def _asked(captures: Sequence[Path], agreement: Path | None, people: Path | None, sender: str) -> _Asked:
    for capture in captures:
        if not capture.is_file():
            raise ScenarioInvalid(capture, "", "no such file or folder", MEND)
    if people is None:
        raise ScenarioInvalid(
            captures[0], "", "nobody's values can be looked for without people", "name a people file with --people"
        )
    if HOST.fullmatch(sender) is None:
        raise typer.BadParameter(f"{sender!r} is no lower-case host name", param_hint="--sender")
    return _Asked(tuple(captures), agreement, people, sender)


def _of_captures(asked: _Asked, out: Path | None) -> RunRecord:
    now = datetime.now(UTC)
    agreement = load(asked.agreement, Agreement) if asked.agreement else None
    people, unreadable = load_people_of_others(asked.people)
    folder = RunFolder.at(out) if out else None
    captures = [_read(path, asked.sender) for path in asked.captures]
    with working("Judging"):
        beside = Beside(people, agreement, asked.command, unreadable)
        recorded, plan = gathered(captures, beside, versions_of(RECORDED_VERSIONS), now)
        knowledge = Knowledge(people, {agreement.id: agreement} if agreement else {})
        record = judge_all(recorded, knowledge, plan, now)
        if folder:
            written = {agreement.id: read_text(asked.agreement)} if agreement and asked.agreement else {}
            folder.keep_plan(plan, people, written)
            folder.keep_recorded(recorded)
    return record


def _read(path: Path, sender: str) -> Capture:
    try:
        with path.open("rb") as file, reading(path, file) as watched:
            return read_capture(path, watched, sender)
    except OSError as error:
        problem = (error.strerror or "cannot be read").lower()
        raise ScenarioInvalid(path, "", problem, "check the path and its permissions") from error
