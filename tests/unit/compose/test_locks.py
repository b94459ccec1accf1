"""The image is made of the very versions that everything is tested with."""

import re
import tomllib
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[3]
PIN = re.compile(r"^([a-z0-9-]+)==(\S+) \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE)


def pins(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    found = PIN.findall(text)
    assert len(found) == text.count("=="), f"{name} has a line without a digest"
    return {package: version for package, version, _ in found}


@pytest.mark.parametrize(("lock", "more"), [("image", set()), ("build", {"pip"}), ("load", set())])
def test_the_locks_of_the_image_say_what_the_lock_of_the_project_says(lock: str, more: set[str]) -> None:
    ours, project = pins(f"compose/{lock}.lock"), pins("requirements.lock")
    assert ours
    assert ours.keys() - project.keys() == more
    assert {name: version for name, version in ours.items() if name not in more}.items() <= project.items()


def test_what_the_project_depends_on_is_in_the_image_or_left_out_by_name() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {re.split(r"[\[<>=]", one)[0] for one in project["dependencies"]}
    lines = (ROOT / "compose/left-out.in").read_text(encoding="utf-8").splitlines()
    left_out = {line for line in lines if not line.startswith("#")}
    shipped = pins("compose/image.lock").keys()
    assert needed - shipped == needed & left_out
    assert not left_out & shipped


def test_what_the_image_of_the_load_adds_is_what_locust_needs_and_the_other_lacks() -> None:
    needed, asked = set[tuple[str, str]](), [("locust", "")]
    while asked:
        name, extra = asked.pop()
        if (name, extra) not in needed:
            needed.add((name, extra))
            for one in map(Requirement, distribution(name).requires or ()):
                if one.marker is None or one.marker.evaluate({"extra": extra}):
                    asked += [(re.sub(r"[-_.]+", "-", one.name).lower(), more) for more in ("", *one.extras)]
    assert pins("compose/load.lock").keys() == {name for name, _ in needed} - pins("compose/image.lock").keys()
