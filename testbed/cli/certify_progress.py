"""How far certifying has come, on standard error: a bar for a terminal, lines for a log."""

from collections import Counter

from rich.markup import escape

from testbed.cli.console import err
from testbed.cli.progress import Steps
from testbed.model.certificate import CaseResult
from testbed.model.verdict import Verdict

LINES_AT_MOST = 20


class CaseBar(Steps):
    """Counts cases, and how many came to each verdict."""

    def __init__(self, vendor: str) -> None:
        super().__init__(f"Looking at {escape(vendor)}", None)
        self._vendor, self._count, self._done = vendor, 0, 0
        self._verdicts: Counter[Verdict] = Counter()

    def cases(self, count: int) -> None:
        """See :class:`testbed.certify.engine.Progress`."""
        self._count = count
        self._bar.update(self._task, total=count, description=escape(self._vendor))

    def done(self, result: CaseResult) -> None:
        """See :class:`testbed.certify.engine.Progress`."""
        self._done += 1
        self._verdicts[result.verdict] += 1
        self._bar.advance(self._task)
        every = max(1, self._count // LINES_AT_MOST)
        if not err.is_terminal and (self._done % every == 0 or self._done == self._count):
            counts = ", ".join(f"{count} {verdict}" for verdict, count in sorted(self._verdicts.items()))
            err.print(f"{escape(self._vendor)}: {self._done}/{self._count} cases: {counts}")
