"""A fetch in which nothing is wrong, by a vendor that has one road alone, recorded and judged for the data in it."""

from datetime import UTC, datetime

import yaml

from testbed.certify.desk import NotToBeSeen
from testbed.interception.journal import Journal
from testbed.interception.recorded import read
from testbed.lab.certify_outside import NAME, OutsideCase
from testbed.lab.certifying import Purpose
from testbed.lab.fetched_school import FetchedSchool
from testbed.lab.journals_joined import joined
from testbed.lab.places import SCHOOL
from testbed.lab.tried_fetcher import OutsideFetcher
from testbed.lab.tried_program import TriedProgram
from testbed.lab.vendor_road import Road
from testbed.model.scenario import Casting, Expect, Scenario
from testbed.model.strict import Bilingual
from testbed.model.verdict import Play, RunRecord
from testbed.model.wire import host_of
from testbed.model.written import Agreement, Person, Vendor
from testbed.runner.folder import RunFolder
from testbed.runner.plan import Plan

HONEST = "honest-fetch"
TITLE = Bilingual(sv="En ärlig hämtning", en="An honest fetch")


async def judged_fetch(
    case: OutsideCase, world: OutsideFetcher, purpose: Purpose, folder: RunFolder
) -> RunRecord | None:
    """What came of it; None where the vendor has other roads, and its own calls are not seen. It has ended then.

    Args:
        case: as it was asked for.
        world: the vendor, and the school that it fetches from.
        purpose: what it is held against.
        folder: of the run, where the journal is written.
    """
    program = world.program
    if program is None or program.road is None:
        return None
    agreement = as_served(world.school, world.vendor)
    play = _play(world.vendor, agreement, _pupil(case))
    plan = Plan(folder.path.name, NAME, purpose.seed, purpose.versions, (play.id,))
    written = agreement.model_dump(mode="json", by_alias=True, exclude_none=True)
    folder.keep_plan(plan, case.people, {agreement.id: yaml.safe_dump(written, allow_unicode=True, sort_keys=False)})
    await world.restart()
    world.play(None)
    with Journal(folder.journal, NAME, _now) as journal:
        world.school.record_in(journal)
        try:
            await _played(world, journal, play, program.road)
        finally:
            world.school.record_in(None)
    await _hand_over(program, program.road, folder)
    return folder.judge(_now(), people=case.people)


async def _played(world: OutsideFetcher, journal: Journal, play: Play, road: Road) -> None:
    journal.begin(play)
    stopped = ""
    try:
        await world.fetch()
    except NotToBeSeen as trouble:
        stopped = trouble.words.en
    await world.look(journal)
    await road.settled()
    journal.end(play.id, stopped)


async def _hand_over(program: TriedProgram, road: Road, folder: RunFolder) -> None:
    """End the vendor, and put what it sent to others into the journal."""
    await program.stop()
    await road.settled()
    folder.replace_journal(joined(read(folder.journal), [read(path) for path in road.journals]))


def as_served(school: FetchedSchool, vendor: Vendor) -> Agreement:
    """The agreement, with where the parties to it serve here: a vendor in a container is at another port each time."""
    agreement = school.agreement
    controller, processor = agreement.controller, agreement.processor
    serving = (host_of(url) for url in (school.at.register, school.at.data_api, school.at.tokens))
    return agreement.model_copy(
        update={
            "controller": controller.model_copy(update={"hosts": (*controller.hosts, *serving)}),
            "processor": processor.model_copy(
                update={
                    "hosts": (*processor.hosts, host_of(vendor.login)),
                    "entity_ids": (*processor.entity_ids, vendor.party),
                }
            ),
        }
    )


def _pupil(case: OutsideCase) -> Person:
    """Somebody in whose name the play is written down: nobody does anything in it but the vendor's server."""
    return next(one for one in case.people.values() if one.school == SCHOOL.id and one.role == "pupil")


def _play(vendor: Vendor, agreement: Agreement, person: Person) -> Play:
    scenario = Scenario(
        id=HONEST,
        title=TITLE,
        flow="roster",
        vendor=vendor.id,
        person=Casting(id=person.id),
        expect=Expect(login="none"),
    )
    judged = vendor.model_copy(update={"agreement": agreement.id})
    return Play(scenario.id, scenario, judged, person.id, agreement.id, sees="all")


def _now() -> datetime:
    return datetime.now(UTC)
