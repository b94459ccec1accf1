"""The command line in this process: a new one would take longer to start than most commands take."""

import pytest

from testbed.cli import main


def ended(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int | str | None:
    """The status that ``testbed`` ends with."""
    monkeypatch.setattr("sys.argv", ["testbed", *arguments])
    with pytest.raises(SystemExit) as caught:
        main()
    return caught.value.code
