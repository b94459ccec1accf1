"""A run's folder: what was played, the journal, the people, the agreements, and the reports made of them."""

import base64
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from testbed.interception.journals import dump
from testbed.interception.recorded import Recorded, read
from testbed.model.files import ScenarioInvalid, dump_people, load, load_people, read_text
from testbed.model.verdict import RunRecord
from testbed.model.written import Agreement, Person
from testbed.runner.accounts import read_accounts
from testbed.runner.judge import Knowledge, judge
from testbed.runner.plan import Plan, dump_plan, load_plan

REPORT = "report.html"


@dataclass(frozen=True, slots=True)
class RunFolder:
    """Readable by its owner alone: it may come to hold more than invented people."""

    path: Path

    @property
    def journal(self) -> Path:
        """Every exchange, one JSON line each."""
        return self.path / "exchanges.jsonl"

    @property
    def releases(self) -> Path:
        """The school's account of each login, one JSON line each."""
        return self.path / "releases.jsonl"

    @property
    def key_log(self) -> Path:
        """By which encrypted assertions of this run can be read; absent where none came."""
        return self.path / "keylog.json"

    @property
    def people(self) -> Path:
        """The people who may have played."""
        return self.path / "people.json"

    @property
    def log(self) -> Path:
        """What the lab's processes said."""
        return self.path / "lab.log"

    @property
    def report(self) -> Path:
        """The report for people."""
        return self.path / REPORT

    @property
    def is_judgeable(self) -> bool:
        """It holds a journal, and what was going to be played."""
        return self.journal.is_file() and (self.path / "plan.json").is_file()

    @classmethod
    def at(cls, path: Path) -> "RunFolder":
        """The folder of this name, made where there is none.

        Raises:
            ScenarioInvalid: it cannot be made.
        """
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            reason = (error.strerror or "no").lower()
            raise ScenarioInvalid(path, "", f"cannot be written to ({reason})", "choose another --out") from error
        return cls(path)

    @classmethod
    def make(cls, parent: Path, name: str, now: datetime) -> "RunFolder":
        """A new folder ``<time>-<name>``, with a number behind when it is taken.

        Raises:
            ScenarioInvalid: it cannot be made there.
        """
        stem = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{name}"
        try:
            parent.mkdir(parents=True, exist_ok=True)
            for number in range(1, 1000):
                path = parent / (stem if number == 1 else f"{stem}-{number}")
                try:
                    path.mkdir(mode=0o700)
                except FileExistsError:
                    continue
                return cls(path)
        except OSError as error:
            reason = (error.strerror or "no").lower()
            raise ScenarioInvalid(
                parent, "", f"cannot hold the run's folder ({reason})", "choose another --out"
            ) from error
        raise ScenarioInvalid(parent, "", "holds too many runs of this second", "choose another --out")

    def write(self, name: str, text: str) -> Path:
        """Write one file of the run."""
        return self._write(name, (text,))

    def _write(self, name: str, parts: Iterable[str]) -> Path:
        with self.create(name) as file:
            file.writelines(part.encode("utf-8", "surrogatepass") for part in parts)
        return self.path / name

    def create(self, name: str) -> BinaryIO:
        """A file of the run, to be written."""
        descriptor = os.open(self.path / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        return os.fdopen(descriptor, "wb")

    def keep_plan(self, plan: Plan, people: Mapping[str, Person], agreements: Mapping[str, str]) -> None:
        """Write down what is going to be played, before it is; agreements by id, as their files have them."""
        self.write("plan.json", dump_plan(plan))
        self.write("people.json", dump_people(dict(people)))
        (self.path / "agreements").mkdir(mode=0o700, exist_ok=True)
        for name, text in agreements.items():
            self.write(f"agreements/{name}.yaml", text)

    def keep_recorded(self, recorded: Recorded) -> None:
        """Write down what was recorded elsewhere, as a journal: no school's account and no key belongs to it."""
        for older in (self.releases, self.key_log):
            older.unlink(missing_ok=True)
        self.replace_journal(recorded)

    def replace_journal(self, recorded: Recorded) -> None:
        """Write down what was recorded in this run in another order, or with more beside it."""
        self._write(self.journal.name, dump(recorded))

    def copy_to(self, other: "RunFolder") -> None:
        """All that is needed to judge this run again, into another folder."""
        if other.path.resolve() == self.path.resolve():
            return
        (other.path / "agreements").mkdir(mode=0o700, exist_ok=True)
        named = ("plan.json", "exchanges.jsonl", "people.json", "releases.jsonl", "keylog.json")
        agreements = (path.relative_to(self.path) for path in (self.path / "agreements").glob("*.yaml"))
        for name in (*named, *map(str, agreements)):
            if (self.path / name).is_file():
                with (self.path / name).open("rb") as source, other.create(name) as target:
                    shutil.copyfileobj(source, target)

    def judge(
        self, finished: datetime, problems: tuple[str, ...] = (), people: Mapping[str, Person] | None = None
    ) -> RunRecord:
        """Judge the journal in this folder.

        Args:
            finished: is written down.
            problems: of the lab, which the journal cannot know.
            people: those of the folder, where they are at hand.

        Raises:
            ScenarioInvalid: the folder is not a run's, or a file in it is wrong.
            JournalCorrupt: the journal, or the school's account of its logins, is damaged in the middle.
        """
        if not self.journal.is_file():
            raise ScenarioInvalid(self.path, "", "holds no exchanges.jsonl", "name a folder that 'testbed run' made")
        agreements = [load(path, Agreement) for path in sorted((self.path / "agreements").glob("*.yaml"))]
        knowledge = Knowledge(
            load_people(self.people) if people is None else people,
            {agreement.id: agreement for agreement in agreements},
            read_accounts(self.releases),
            self.content_keys(),
        )
        recorded = read(self.journal)
        recorded = replace(recorded, problems=(*recorded.problems, *problems))
        return judge(recorded, knowledge, load_plan(self.path / "plan.json"), finished)

    def content_keys(self) -> dict[str, bytes]:
        if not self.key_log.is_file():
            return {}
        text = read_text(self.key_log)
        try:
            written = json.loads(text)
            return {str(name): base64.b64decode(key, validate=True) for name, key in written.items()}
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            raise ScenarioInvalid(
                self.key_log, "", "is not a key log", "remove it: encrypted assertions will then stay closed"
            ) from error
