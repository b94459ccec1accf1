"""Play scenarios in a lab, one after the other, and leave the journal to tell what happened."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from testbed.interception import ParticipantUnavailable
from testbed.interception.browser import Browser
from testbed.interception.drive import Breaker, CannotBreak, Orders, drive
from testbed.model.pages import Cast, Flow
from testbed.model.verdict import Play
from testbed.model.written import Agreement, Person
from testbed.wire.browsing import BrowserError

CLASSES = "sisSchoolCourseStudent"


class Stage(Orders, Breaker, Protocol):
    """What a lab offers to those who play in it, however it carries its traffic."""

    def browser(self) -> AbstractAsyncContextManager[Browser]:
        """A fresh browser, without cookies, whose traffic is recorded."""

    async def begin(self, play: Play) -> None:
        """From now on exchanges belong to this play."""

    async def end(self, play_id: str, stopped: str, error: str, lacking: str = "") -> None:
        """Mend what is still broken, wait until no exchange is under way, then close the play.

        Args:
            play_id: of the play.
            stopped: see :class:`testbed.model.verdict.Play`.
            error: likewise.
            lacking: likewise.
        """


class Progress(Protocol):
    """Whoever shows how far the playing has come."""

    def begun(self, play: Play) -> None:
        """This play begins."""

    def ended(self, play: Play, trouble: str) -> None:
        """This play ended; ``trouble`` says in one line why it did not go to its end."""


@dataclass(frozen=True, slots=True)
class Company:
    """Everything that plays have in common."""

    flows: Mapping[str, Callable[[Cast], Flow]]
    people: Mapping[str, Person]
    schools: Mapping[str, str] = MappingProxyType({})
    """Id of each school, as people have it, to its SAML entity id."""
    agreements: Mapping[str, Agreement] = MappingProxyType({})
    """By id."""

    def classmates(self, person: Person) -> tuple[Person, ...]:
        """Everybody of the person's first class or group; nobody where they are in none."""
        first = person.values(CLASSES)[:1]
        return tuple(one for _, one in sorted(self.people.items()) if first and first[0] in one.values(CLASSES))


async def play_all(plays: Sequence[Play], company: Company, stage: Stage, progress: Progress) -> str:
    """Play everything; returns "" or why the playing ended early, in which case the later plays were not begun.

    What happened in each play stands in the journal, not here.
    """
    for play in plays:
        progress.begun(play)
        try:
            trouble = await _play_one(play, company, stage)
        except ParticipantUnavailable as gone:
            progress.ended(play, str(gone))
            return f"{play.id}: {gone}"
        progress.ended(play, trouble)
    return ""


async def _play_one(play: Play, company: Company, stage: Stage) -> str:
    person, scenario = company.people[play.person], play.scenario
    school, moves_to = company.schools.get(person.school, ""), scenario.moves_to or ""
    agreement, classmates = company.agreements.get(play.agreement), company.classmates(person)
    cast = Cast(
        vendor=play.vendor,
        person=person,
        spoil=scenario.spoil,
        also=play.also,
        school=school,
        moves_to=moves_to,
        agreement=agreement,
        classmates=classmates,
        breaks=scenario.breaks,
    )
    await stage.begin(play)
    stopped = error = lacking = ""
    try:
        async with stage.browser() as browser:
            stopped = await drive(company.flows[play.scenario.flow](cast), browser, stage, stage)
    except BrowserError as failure:
        error = str(failure)
    except CannotBreak as cannot:
        lacking = str(cannot)
    except ParticipantUnavailable as gone:
        await stage.end(play.id, "", str(gone))
        raise
    await stage.end(play.id, stopped, error, lacking)
    return stopped or error or lacking
