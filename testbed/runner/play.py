"""Play scenarios in a lab, one after the other, and leave the journal to tell what happened."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from testbed.interception import ParticipantUnavailable
from testbed.interception.browser import Browser, BrowserError
from testbed.interception.drive import Orders, drive
from testbed.model.pages import Cast, Flow
from testbed.model.verdict import Play
from testbed.model.written import Person


class Stage(Orders, Protocol):
    """What a lab offers to those who play in it, however it carries its traffic."""

    def browser(self) -> AbstractAsyncContextManager[Browser]:
        """A fresh browser, without cookies, whose traffic is recorded."""

    async def begin(self, play: Play) -> None:
        """From now on exchanges belong to this play."""

    async def end(self, play_id: str, stopped: str, error: str) -> None:
        """Wait until no exchange is under way, then close the play."""


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
    cast = Cast(play.vendor, person, scenario.spoil, play.also, school, moves_to)
    await stage.begin(play)
    stopped = error = ""
    try:
        async with stage.browser() as browser:
            stopped = await drive(company.flows[play.scenario.flow](cast), browser, stage)
    except BrowserError as failure:
        error = str(failure)
    except ParticipantUnavailable as gone:
        await stage.end(play.id, "", str(gone))
        raise
    await stage.end(play.id, stopped, error)
    return stopped or error
