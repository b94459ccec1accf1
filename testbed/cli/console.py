"""Where commands print, and the exit status that those which judge end with."""

from rich.console import Console

AS_EXPECTED, NOT_AS_EXPECTED, INCONCLUSIVE = 0, 1, 2

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)
