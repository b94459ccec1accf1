"""Logins while something breaks, in containers: broken by the engine, and as before afterwards."""

from typing import Any

import pytest

from desk import Desk
from testbed.runner.catalogue import load_catalogue

pytestmark = pytest.mark.docker
FRAGILE = "login-disturbed-"
"""How the plays of vendors with one fault are named, which show only then."""
AFTERWARDS = "login-maths-app"
LONGEST_S = 900
"""For all of it on a slow machine: most of it is waiting."""


def test_everything_breaks_and_is_mended_in_containers_as_on_loopback(desk: Desk) -> None:
    status, printed = desk.run("run", "resilience", AFTERWARDS, "--lab", "docker", longest_s=LONGEST_S)
    run: Any = desk.judged()
    told = {one["id"]: (one["verdict"], one["reason"]) for one in run["scenarios"]}
    assert told.keys() == {*load_catalogue().suites["resilience"].scenarios, AFTERWARDS}
    sound = {name: verdict for name, verdict in told.items() if not name.startswith(FRAGILE)}
    assert sound == dict.fromkeys(sound, ("PASS", ""))
    assert 0 < len(sound) < len(told)
    assert status == 0, printed
    orders = {broken["order"]["order"] for one in run["scenarios"] for broken in one["broken"]}
    assert orders == {
        "kill",
        "restart",
        "slow",
        "cut",
        "pause",
        "expire-certificate",
        "fill-disk",
        "lock-database",
        "mend",
    }
    (dies,) = (one for one in run["scenarios"] if one["id"] == "provider-dies-maths-app")
    assert any("Ingen har loggats in" in seen["text"] for seen in dies["seen"])
    assert not (desk.newest_run() / "underway.jsonl").exists()
    assert desk.left() == []
