"""What is found in containers is what is found on loopback."""

import stat
from pathlib import Path
from typing import Any

import pytest

from desk import Desk

pytestmark = pytest.mark.docker
SUITE = "tour"
OF_THE_CARRIER = ("reproduce", "where", "observed")
"""Of a finding: the command names the lab; places and values hold numbers and keys of one run."""


def findings(run: Any) -> list[tuple[str, str, list[tuple[str, str, list[dict[str, Any]]]]]]:
    """What was found, without what is different in every run."""
    return [
        (
            scenario["id"],
            scenario["verdict"],
            [
                (
                    result["check"],
                    result["verdict"],
                    [{k: v for k, v in one.items() if k not in OF_THE_CARRIER} for one in result["findings"]],
                )
                for result in scenario["results"]
            ],
        )
        for scenario in run["scenarios"]
    ]


def test_findings_are_those_of_loopback(desk: Desk) -> None:
    status, printed = desk.run("run", SUITE, "--lab", "docker")
    assert status == 0, printed
    folder, contained = desk.newest_run(), desk.judged()
    assert contained["lab"] == "docker"
    assert desk.left() == []
    status, printed = desk.run("run", SUITE, "--lab", "loopback")
    assert status == 0, printed
    assert findings(contained) == findings(desk.judged())
    assert any(result[2] for scenario in findings(contained) for result in scenario[2])
    assert opened_to_others(folder) == []


def opened_to_others(folder: Path) -> list[Path]:
    """Files of a run that are not its owner's alone."""
    return [
        path
        for path in folder.rglob("*")
        if path.stat().st_uid != folder.stat().st_uid or (path.is_file() and stat.S_IMODE(path.stat().st_mode) & 0o077)
    ]
