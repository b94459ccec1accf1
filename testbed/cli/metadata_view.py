"""What ``testbed metadata lint`` shows: a table for people, one JSON list for programs. Both bounded in memory."""

import json
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from testbed.model.messages import EntityRole, MetadataRemark
from testbed.model.written import Bilingual
from testbed.wire.metadata_rules import ALL_RULES, Rule, rule_named

MAX_ROWS = 200
"""Remarks that the table shows; all are counted, and the JSON list has every one."""


@dataclass(frozen=True, slots=True)
class Linted:
    """One entity, or an aggregate itself, and what is said of it."""

    file: Path
    entity: str
    roles: tuple[EntityRole, ...]
    """Those in which it was looked at; none: nothing was."""
    remarks: tuple[MetadataRemark, ...]
    aggregate: bool = False
    """It is the frame around entities: only its time of validity is looked at."""

    @property
    def broken(self) -> bool:
        """A rule is broken that the federation enforces."""
        return any(remark.level == "error" for remark in self.remarks)


class View(Protocol):
    """Somewhere to show what was found."""

    def add(self, linted: Linted) -> None:
        """One entity more."""

    def show(self) -> None:
        """Once every file is read."""


class PeopleView:
    """Tables in one language."""

    def __init__(self, out: Console, swedish: bool) -> None:
        self._out, self._swedish = out, swedish
        self._rows: dict[bool, list[tuple[Linted, MetadataRemark]]] = {True: [], False: []}
        self._entities: Counter[tuple[str, str]] = Counter()
        self._remarks = self._looked_at = self._left_out = self._broken = 0

    def add(self, linted: Linted) -> None:
        """Count it, and keep what there is room for."""
        if not linted.aggregate:
            self._looked_at += bool(linted.roles)
            self._left_out += not linted.roles
            self._broken += linted.broken
        self._remarks += len(linted.remarks)
        self._entities.update({(remark.rule, remark.level) for remark in linted.remarks})
        for remark in linted.remarks:
            kept = self._rows[remark.level == "error"]
            if len(kept) < MAX_ROWS:
                kept.append((linted, remark))

    def show(self) -> None:
        """The remarks with errors first, how many entities each rule speaks of, and the totals."""
        rows = [*self._rows[True], *self._rows[False]][:MAX_ROWS]
        if rows:
            self._out.print(self._table(rows))
        if self._remarks > len(rows):
            self._out.print(Text(f"{self._remarks - len(rows)} more remarks are not shown: --json has them all."))
        if self._looked_at > 1 and rows:
            self._out.print(self._summary())
        text = f"Entities looked at: {self._looked_at}. Those that break a rule that is enforced: {self._broken}."
        if self._left_out:
            text += f" Not looked at, for want of the role: {self._left_out}."
        self._out.print(Text(text))

    def _table(self, rows: list[tuple[Linted, MetadataRemark]]) -> Table:
        view = Table(show_lines=True)
        for heading in ("Level", "Entity and place", "Remark, and how to mend it", "Rule"):
            view.add_column(heading, overflow="fold")
        for linted, remark in rows:
            cells = (
                remark.level,
                f"{printable(linted.entity)}\n{remark.place}",
                f"{self._said(remark.problem)}\n{self._said(remark.mend)}",
                self._rule(rule_named(remark.rule), remark),
            )
            view.add_row(*(Text(cell) for cell in cells), style="" if remark.level == "error" else "dim")
        return view

    def _rule(self, rule: Rule, remark: MetadataRemark) -> str:
        named = f"{rule.id} ({remark.role})" if remark.role else rule.id
        if rule.ours:
            return f"{named}\nof the testbed: {rule.source}"
        return f"{named}\nsection {remark.section}, " + (
            f"enforced from {rule.enforced}" if rule.enforced else "not enforced yet"
        )

    def _summary(self) -> Table:
        view = Table(title="Entities that a rule speaks of")
        view.add_column("Rule", overflow="fold")
        for heading in ("error", "warning", "note"):
            view.add_column(heading, justify="right")
        for rule in ALL_RULES:
            counts = [self._entities[(rule.id, level)] for level in ("error", "warning", "note")]
            if any(counts):
                view.add_row(Text(f"{self._said(rule.title)} ({rule.id})"), *(str(count) for count in counts))
        return view

    def _said(self, text: Bilingual) -> str:
        return text.sv if self._swedish else text.en


class JsonList:
    """One list with an object for each entity, clean ones too; kept on disk until it is whole, so that it is JSON."""

    def __init__(self, kept: TextIO, out: TextIO) -> None:
        self._file, self._out = kept, out
        self._first = True

    def add(self, linted: Linted) -> None:
        """Write it down."""
        self._file.write("[\n" if self._first else ",\n")
        json.dump(as_object(linted), self._file, ensure_ascii=False)
        self._first = False

    def show(self) -> None:
        """All of it."""
        self._file.write("[]\n" if self._first else "\n]\n")
        self._file.seek(0)
        shutil.copyfileobj(self._file, self._out)


def as_object(linted: Linted) -> dict[str, object]:
    """An entity as the JSON list has it."""
    return {
        "file": str(linted.file),
        "entity": linted.entity,
        "roles": linted.roles,
        "remarks": [_remark(remark, rule_named(remark.rule)) for remark in linted.remarks],
    }


def _remark(remark: MetadataRemark, rule: Rule) -> dict[str, object]:
    return {
        "level": remark.level,
        "rule": rule.id,
        "title": rule.title.model_dump(),
        "of": "testbed" if rule.ours else "federation",
        "role": remark.role,
        "section": remark.section,
        "enforced": str(rule.enforced) if rule.enforced else None,
        "place": remark.place,
        "problem": remark.problem.model_dump(),
        "mend": remark.mend.model_dump(),
        "source": rule.source,
    }


def printable(text: str) -> str:
    """Text from outside that a terminal shows and does not obey."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
