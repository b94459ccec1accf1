"""The image: small, without root, network or places to write but two, and with nothing that nobody uses."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from docker.errors import ContainerError
from docker.models.images import Image

from testbed.lab.containers.engine import engine
from testbed.lab.containers.engine import image as image_name
from testbed.model.files import ScenarioInvalid

pytestmark = pytest.mark.docker

MAX_OCTETS = 500_000_000
UID = 10001
LOCK = Path(__file__).parents[2] / "compose" / "image.lock"
SCENARIO = "login-reading-service"
KEYS = r"-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY-----"
TEMPORARY = {"/tmp": "", "/lab": ""}  # noqa: S108 - a container's own
type RunIn = Callable[..., str]


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    try:
        with engine() as client:
            yield client.images.get(image_name(client))
    except ScenarioInvalid as lacking:
        pytest.skip(str(lacking))


@pytest.fixture
def run_in(image: Image) -> RunIn:
    """Runs something in a container that has no network and whose root file system is read only; gives its output."""

    def run(*command: str, **more: Any) -> str:
        options: dict[str, Any] = {"network_mode": "none", "read_only": True, "tmpfs": TEMPORARY, "cap_drop": ["ALL"]}
        options |= {"security_opt": ["no-new-privileges:true"], "remove": True, "stdout": True, "stderr": True}
        with engine() as client:
            try:
                said: bytes = client.containers.run(image, list(command), **(options | more))
            except ContainerError as error:
                output = (error.stderr or b"").decode(errors="replace")
                pytest.fail(f"{' '.join(command)} ended with {error.exit_status}: {output[-2000:]}")
        return said.decode()

    return run


def test_it_is_at_most_500_mb(image: Image) -> None:
    assert image.attrs["Size"] <= MAX_OCTETS


def test_nobody_in_it_is_root(image: Image, run_in: RunIn) -> None:
    assert image.attrs["Config"]["User"] == f"{UID}:{UID}"
    status = run_in("cat", "/proc/self/status")
    assert re.search(rf"^Uid:(\t{UID}){{4}}$", status, re.MULTILINE)
    assert re.search(r"^CapEff:\t0+$", status, re.MULTILINE)


def test_nothing_in_it_makes_root_of_others_but_debians_own(run_in: RunIn) -> None:
    found = run_in("find", "/opt", "/lab", "/usr/local", "-xdev", "-perm", "/6000", "-not", "-type", "d", "-print")
    assert not found


def test_only_its_two_folders_can_be_written(run_in: RunIn) -> None:
    script = (
        "for at in / /opt /etc /usr /var /opt/testbed/lib /lab /tmp; do touch $at/x 2>/dev/null && echo $at; done; true"
    )
    assert run_in("sh", "-c", script).split() == ["/lab", "/tmp"]  # noqa: S108 - a container's own


def test_what_it_ships_belongs_to_root(run_in: RunIn) -> None:
    assert not run_in("find", "/opt", "(", "-not", "-user", "0", "-o", "-perm", "-o+w", ")", "-not", "-type", "l")


def test_the_tool_tells_what_it_can_do_where_nothing_can_be_written(run_in: RunIn) -> None:
    assert "certify" in run_in("testbed", "--help", tmpfs={})


@pytest.mark.parametrize(
    "module", ["testbed.lab.school_process", "testbed.lab.vendors_process", "testbed.interception.proxy"]
)
def test_it_has_every_part_of_the_lab(run_in: RunIn, module: str) -> None:
    assert run_in("python", "-c", f"import {module}; print({module}.__file__)").startswith("/opt/testbed/")


def test_it_plays_a_login_by_itself(run_in: RunIn) -> None:
    told = run_in(
        "sh",
        "-c",
        f"enter testbed run {SCENARIO} --lab inprocess --out /lab/run >/dev/null 2>&1 && cat /lab/run/*/run.json",
    )
    run = json.loads(told)
    assert [(play["id"], play["verdict"]) for play in run["scenarios"]] == [(SCENARIO, "PASS")]


def test_it_plays_a_login_through_the_real_proxy(run_in: RunIn) -> None:
    told = run_in(
        "sh",
        "-c",
        f"enter testbed run {SCENARIO} --lab loopback --out /lab/run >/dev/null 2>&1 && cat /lab/run/*/run.json",
    )
    assert [play["verdict"] for play in json.loads(told)["scenarios"]] == ["PASS"]


def test_the_search_finds_its_loops_compiled(run_in: RunIn) -> None:
    """A container that compiles them waits for most of a minute at its first search."""
    count = "find /tmp/kernels -name '*.nbc' | wc -l"
    told = run_in(
        "sh",
        "-c",
        f"enter true; enter testbed list checks >/dev/null; {count}; "
        f"enter testbed run {SCENARIO} --lab inprocess >/dev/null 2>&1; {count}",
    )
    before, after = map(int, told.split()[-2:])
    assert before == after > 0


def test_it_holds_no_secrets_no_history_and_no_tests(run_in: RunIn) -> None:
    names = ["-name", ".git", "-o", "-name", ".testbed", "-o", "-name", "requirements.lock", "-o", "-name", "wheels"]
    everything: dict[str, Any] = {"tmpfs": {}, "user": "0:0", "cap_add": ["DAC_READ_SEARCH"]}
    assert not run_in("find", "/", "-xdev", "(", *names, ")", "-print", **everything)
    site = "/opt/testbed/lib/python3.13/site-packages"
    assert not run_in("find", site, "-type", "d", "-name", "tests", "-o", "-name", "loadtests", tmpfs={})
    search = f"grep -rlE -e '{KEYS}' /opt /etc /lab --include=*.pem --include=*.key; true"
    found = run_in("sh", "-c", search, **everything)
    assert not found


@pytest.mark.parametrize("package", ["pip", "pytest", "locust", "docker", "playwright", "hypothesis"])
def test_it_leaves_out_what_nothing_in_it_uses(run_in: RunIn, package: str) -> None:
    script = f"import importlib.util as util; print(util.find_spec({package!r}))"
    assert run_in("python", "-c", script).strip() == "None"


def test_its_libraries_are_those_of_the_lock(run_in: RunIn) -> None:
    script = (
        "from importlib.metadata import distributions as all; [print(f'{one.name}=={one.version}') for one in all()]"
    )
    shipped = {re.sub(r"[-_.]+", "-", line.lower()) for line in run_in("python", "-c", script).split()}
    lock = re.findall(r"^(\S+==\S+) ", LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    ours = {line for line in shipped if line.startswith("school-federation-testbed==")}
    assert ours
    assert shipped - ours == {re.sub(r"[-_.]+", "-", line) for line in lock}
