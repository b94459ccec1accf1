"""A profile's file is played from end to end: every flow that many may go through at once, in one lab and together."""

import asyncio
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from idp.people import generate
from testbed.lab.home import LabHome
from testbed.lab.load_loopback import loopback_target
from testbed.lab.loading import Taken, loading, order_for
from testbed.lab.spec import LabSpec
from testbed.model.files import dump_people
from testbed.model.load import TOGETHER, Arrival, Outcome, Profile
from testbed.runner.catalogue import load_catalogue
from testbed.runner.folder import RunFolder
from testbed.runner.profiles import find_profile
from testbed.runner.schedule import arrivals_of

WRITTEN = """
id: every-flow
title: {sv: Alla flöden, en: Every flow}
description: {sv: Alla flöden på en gång, en: Every flow at once}
waves:
  - {within_s: 3, people: 24, come: by-class, class_s: 1, unit_s: 0.5}
  - within_s: 8
    people: 44
    mix:
      - {vendor: guardian-portal, role: guardian, share: 3}
      - {vendor: encyclopedia, share: 3}
      - {vendor: encyclopedia, school: granne, share: 3}
      - {vendor: learning-material, flow: unsolicited, share: 3}
      - {vendor: learning-material, flow: logout-from-vendor, also: [reading-service], share: 3}
      - {vendor: news-for-schools, flow: logout-from-school, also: [learning-material, school-library], share: 3}
      - {vendor: class-lists, flow: roster, share: 2}
      - {vendor: class-lists, flow: roster-change, share: 2}
      - {vendor: class-lists, flow: roster-told, share: 2}
      - {vendor: class-lists, flow: roster-storm, share: 2}
      - {vendor: pupil-accounts, flow: push, share: 2}
      - {vendor: pupil-accounts, flow: push-change, share: 2}
      - {vendor: test-platform, grades: [3, 6, 9], flow: push, share: 2}
      - {vendor: test-platform, grades: [3, 6, 9], flow: push-change, share: 2}
mix:
  - {vendor: maths-app}
think_s: [0, 0.2]
settle_s: 60
patience: {hangs_after_s: 60, retry: 0, attempts: 1}
"""
KNOWN = load_catalogue()
PEOPLE = generate(1, 900).everybody
SEED = 1


def written(folder: Path) -> Profile:
    path = folder / "every-flow.yaml"
    path.write_text(WRITTEN, encoding="utf-8")
    return find_profile(str(path), KNOWN)


def arriving(profile: Profile) -> tuple[Arrival, ...]:
    names = {name for part in profile.parts for name in (part.vendor, *part.also)}
    agreed = {name: KNOWN.agreements[KNOWN.vendors[name].agreement or ""] for name in names}
    return arrivals_of(profile, PEOPLE, SEED, agreed)


@pytest.mark.lab
def test_every_flow_that_many_go_through_at_once_ends_right(tmp_path: Path) -> None:
    profile = written(tmp_path)
    arrivals = arriving(profile)
    assert {arrival.flow for arrival in arrivals} == set(TOGETHER)
    names = dict.fromkeys(name for part in profile.parts for name in (part.vendor, *part.also))
    spec = LabSpec(
        LabHome.open(tmp_path / "home"), PEOPLE, tuple(KNOWN.vendors[name] for name in names), KNOWN.agreements
    )
    folder = RunFolder.make(tmp_path / "runs", profile.id, datetime.now(UTC))
    folder.write("people.json", dump_people(PEOPLE))

    async def run() -> Taken:
        order = order_for(profile, arrivals, spec, SEED)
        async with loopback_target(spec, folder) as target, loading(target, order, folder.log) as makes:
            return await makes.run(lambda _: "")

    taken = asyncio.run(run())
    assert not taken.problems
    assert not taken.ended
    came: dict[tuple[str, str], Counter[Outcome]] = defaultdict(Counter)
    for record in taken.records:
        came[record.flow, record.vendor][record.outcome] += 1
    assert {outcome for counts in came.values() for outcome in counts} == {Outcome.RIGHT}, [
        (record.flow, record.vendor, record.person, record.outcome, record.why)
        for record in taken.records
        if record.outcome is not Outcome.RIGHT
    ]
    assert len(taken.records) == len(arrivals) == 68
    assert {PEOPLE[record.person].school for record in taken.records} == {"skola", "granne"}
