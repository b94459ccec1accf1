"""Where a school serves, told to other commands of the same lab home, and a school that is not there any more."""

import os
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from testbed.lab.home import LabHome
from testbed.lab.outside import OutsideSchool, OutsideSpec, outside_school
from testbed.lab.running import Running, announced, running_file, running_school
from testbed.model.files import ScenarioInvalid

pytestmark = pytest.mark.anyio
FREE = "http://127.0.0.1:0"
URL = "http://127.0.0.1:8400"


@pytest.fixture
def home(tmp_path: Path) -> LabHome:
    return LabHome.open(tmp_path / "home")


def of(school: OutsideSchool) -> Running:
    return Running(school.url, school.control_url, 1, os.getpid())


def pid_of_nobody() -> int:
    """Of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    return ended.pid


async def test_a_school_that_serves_is_found_while_it_serves(home: LabHome) -> None:
    async with outside_school(OutsideSpec(home, {}, FREE)) as school:
        async with running_school(home, school.url) as found:
            assert found is None
        with announced(home, of(school)):
            assert stat.S_IMODE(running_file(home, school.url).stat().st_mode) == 0o600
            async with running_school(home, school.url) as found:
                assert found == of(school)
            async with running_school(home, URL) as other:
                assert other is None
        assert not running_file(home, school.url).exists()


async def test_one_command_at_a_time_uses_it(home: LabHome) -> None:
    async with outside_school(OutsideSpec(home, {}, FREE)) as school:
        with announced(home, of(school)):
            async with running_school(home, school.url):
                with pytest.raises(ScenarioInvalid, match="is used by another 'testbed certify'"):
                    async with running_school(home, school.url):
                        pass
            async with running_school(home, school.url) as found:
                assert found is not None


async def test_what_a_school_has_left_behind_is_nobody(home: LabHome, tmp_path: Path) -> None:
    async with outside_school(OutsideSpec(home, {}, FREE)) as school:
        gone = replace(of(school), pid=pid_of_nobody())
        stranger = LabHome.open(tmp_path / "another-home")
        for place, running in ((home, gone), (stranger, of(school)), (home, replace(of(school), control_url=FREE))):
            with announced(place, running):
                async with running_school(place, school.url) as found:
                    assert found is None
        renamed = running_file(home, URL)
        with announced(home, of(school)):
            running_file(home, school.url).rename(renamed)
            async with running_school(home, URL) as found:
                assert found is None
    with announced(home, of(school)):
        async with running_school(home, school.url) as found:
            assert found is None


@pytest.mark.parametrize("damage", ["", "{}", "[]", '{"url": 1, "control_url": "", "workers": 1, "pid": -1}'])
async def test_a_damaged_file_is_told_with_the_mend(home: LabHome, damage: str) -> None:
    with announced(home, Running(URL, URL, 1, os.getpid())):
        running_file(home, URL).write_text(damage, encoding="ascii")
        with pytest.raises(ScenarioInvalid, match=r"serving-.*To mend it: remove it"):
            async with running_school(home, URL):
                pass


async def test_a_file_that_others_can_change_is_not_trusted(home: LabHome) -> None:
    with announced(home, Running(URL, URL, 1, os.getpid())):
        running_file(home, URL).chmod(0o644)
        with pytest.raises(ScenarioInvalid, match="cannot be trusted"):
            async with running_school(home, URL):
                pass
