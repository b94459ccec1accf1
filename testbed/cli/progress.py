"""How far the playing has come, on standard error: a bar for a terminal, lines for a log."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from testbed.cli.console import err
from testbed.model.verdict import Play

LINES_AT_MOST = 40
"""A log gets a line for each play, but a sweep only every so often."""


class Steps:
    """A bar of so many steps, or of a number that is not known yet; on a terminal only."""

    def __init__(self, description: str, total: int | None) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=err,
            disable=not err.is_terminal,
        )
        self._task = self._bar.add_task(description, total=total)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()


class Bar(Steps):
    """Shows each play as it begins, and each that did not go to its end."""

    def __init__(self, plays: int, lab: str) -> None:
        super().__init__(f"Opening the {lab} lab", plays)
        self._plays, self._done = plays, 0

    def begun(self, play: Play) -> None:
        """See :class:`testbed.runner.play.Progress`."""
        self._bar.update(self._task, description=escape(play.id))

    def ended(self, play: Play, trouble: str) -> None:
        """See :class:`testbed.runner.play.Progress`."""
        self._done += 1
        self._bar.advance(self._task)
        every = max(1, self._plays // LINES_AT_MOST)
        if trouble:
            err.print(f"{escape(play.id)}: {escape(trouble)}")
        elif not err.is_terminal and (self._done % every == 0 or self._done == self._plays):
            err.print(f"{self._done}/{self._plays} {escape(play.id)}")


@contextmanager
def reading(path: Path, file: BinaryIO) -> Iterator[BinaryIO]:
    """The file, with a bar that moves as it is read; on a terminal only, and gone when it is done."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(binary_units=True),
        TimeElapsedColumn(),
        console=err,
        disable=not err.is_terminal,
        transient=True,
    )
    with bar:
        yield bar.wrap_file(file, total=path.stat().st_size, description=escape(path.name))


@contextmanager
def working(what: str) -> Iterator[None]:
    """Says what is being done that has no measure; on a terminal only, and gone when it is done."""
    if not err.is_terminal:
        yield
        return
    with err.status(escape(what)):
        yield
