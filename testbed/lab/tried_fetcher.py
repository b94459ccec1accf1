"""Certify a product that the testbed did not write, and that fetches rosters: started here, or already on loopback."""

import asyncio
import html
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx

from testbed.certify.desk import NotToBeSeen
from testbed.certify.exchange.world import Question
from testbed.interception.journal import Journal
from testbed.lab.certify_outside import OutsideCase
from testbed.lab.fetched_school import FetchedSchool
from testbed.lab.outside_reach import Reach
from testbed.lab.tried_client import NOT_SUBSCRIBED, NOTICE
from testbed.lab.tried_program import TriedProgram
from testbed.model.exchange_case import Trick
from testbed.model.files import ScenarioInvalid
from testbed.model.strict import Bilingual
from testbed.model.vendor import Fetch

POLL_S, LOOK_S = 0.05, 0.25
"""How often it is looked at whether the school is asked, and how often at the vendor's page."""
MOST_READ = 64 * 1024
"""Of an answer that says nothing but that it has come."""
FIRST_QUIET_S, QUIET_S, MOST_QUIET_S = 3.0, 1.0, 10.0
"""That nobody has called means that a fetch has ended: the first time, later, and of a vendor that takes its time. Only
waiting shows that no other call comes."""
LATE_S = 5.0
"""So long after the last call may people appear on the vendor's page."""
NOTICED_S = 2.0
"""By then a vendor that heeds a notice has begun to fetch."""
SOMEWHAT_S = 0.5
type Json = Mapping[str, object]
type Headers = Mapping[str, str]
NOT_UP = Bilingual(sv="den kom inte upp igen", en="it did not come up again")


class OutsideFetcher:
    """See :class:`testbed.certify.exchange.world.ClientWorld`.

    Args:
        case: the vendor, with its addresses written out.
        fetch: how it is made to fetch.
        school: that it fetches from.
        program: it, where the testbed starts it; None where it runs already.
        state: a folder for what it keeps.
    """

    def __init__(
        self, case: OutsideCase, fetch: Fetch, school: FetchedSchool, program: TriedProgram | None, state: Path
    ) -> None:
        self.vendor = case.vendor
        self._fetch, self.school, self.program, self._state = fetch, school, program, state
        self._reach, self._near = Reach(case), not case.permission.hosts
        self.roster = (case.vendor.exchange and case.vendor.exchange.roster) or ""
        self._begun, self._late_s, self._first = 0, 0.0, True
        self._fell: Bilingual | None = None

    @property
    def can_restart(self) -> bool:
        """See :class:`testbed.certify.exchange.world.ClientWorld`."""
        return self.program is not None

    @property
    def elsewhere_is_near(self) -> bool:
        """See :class:`testbed.certify.exchange.world.ClientWorld`."""
        return self._near

    @property
    def fell(self) -> Bilingual | None:
        """See :class:`testbed.certify.exchange.world.ClientWorld`."""
        return self._fell

    @property
    def people(self) -> Mapping[str, Mapping[str, str]]:
        """See :class:`testbed.certify.exchange.world.ClientWorld`."""
        return self.school.tricky.people

    @property
    def gone(self) -> Sequence[str]:
        """See :class:`testbed.certify.exchange.world.ClientWorld`."""
        return self.school.tricky.gone

    def play(self, trick: Trick | None) -> None:
        """See :class:`testbed.certify.exchange.world.ClientWorld`."""
        self.school.tricky.play(trick)
        self.school.elsewhere.asked.clear()
        self._fell = None

    def asked(self) -> tuple[Question, ...]:
        """See :class:`testbed.certify.exchange.world.ClientWorld`."""
        return tuple(self.school.tricky.asked)

    def elsewhere(self) -> tuple[Question, ...]:
        """See :class:`testbed.certify.exchange.world.ClientWorld`."""
        return tuple(self.school.elsewhere.asked)

    async def page(self, url: str) -> str | None:
        """See :class:`testbed.certify.exchange.world.ClientWorld`."""
        return await self._reach.page(url)

    async def look(self, journal: Journal) -> None:
        """Open the page that shows whom it holds, as a person's browser does, and write that down."""
        await self._reach.recorded(self.roster, journal)

    async def restart(self) -> None:
        """It is ended, and started with an empty folder when it is to fetch; one that runs already goes on."""
        if self.program is None:
            return
        await self.program.stop()
        self.school.begin()
        self._begun += 1
        folder = self._state / str(self._begun)
        folder.mkdir(mode=0o700)
        self.program.places = {**self.program.places, "state": str(folder)}

    async def fetch(self) -> None:
        """Have it fetch, and wait until the school is left alone and, where it plays no trick, everybody is shown.

        Raises:
            NotToBeSeen: it does not fetch, or does so without end.
            ScenarioInvalid: it does not come up the first time.
        """
        self.school.busy.begin(learns=self.school.tricky.honest)
        if not await self._is_up():
            return
        said = await self._called() if self._fetch.url else ("", "")
        await self._until_begun(said)
        await self._until_over()

    async def forge_notice(self, *, with_token: bool) -> None:
        """See :class:`testbed.certify.exchange.world.ClientWorld`; of one that fetches by itself, nobody knows why it
        does."""
        target = self.school.tricky.webhook
        if not target:
            raise NOT_SUBSCRIBED
        self.school.busy.begin()
        headers, credential = self.school.as_another() if with_token else ({}, None)
        async with self._reach.http(credential) as http:
            try:
                await _status(http, "POST", target, NOTICED_S, (NOTICE, headers))
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                name = type(error).__name__
                raise NotToBeSeen(
                    f"Adressen för meddelanden ({target}) gick inte att nå ({name}).",
                    f"The address for notices ({target}) could not be reached ({name}).",
                ) from error
        # NOTE: that something does not happen can only be seen by waiting for as long as it would take.
        await asyncio.sleep(max(NOTICED_S, self._quiet_s))
        self._fell = self._ended
        if self._fetch.every_s is not None and self.school.busy.calls:
            raise NotToBeSeen(
                "Tjänsten hämtar också av sig själv: ingen vet varför den hämtade.",
                "The service also fetches by itself: nobody knows why it did.",
            )

    # --- what makes it fetch ----------------------------------------------------------------------------------------

    async def _is_up(self) -> bool:
        """Start it where it does not run, or where that is what makes it fetch; False where a trick has ended it."""
        program = self.program
        if program is None or (program.runs and not self._fetch.at_start):
            return True
        try:
            await program.restart()
        except ScenarioInvalid as error:
            if self._first:
                raise
            if self._tricked:
                self._fell = self._ended or NOT_UP
                return False
            raise NotToBeSeen(
                f"Tjänsten kom inte upp igen: {error.problem}.", f"The service did not come up again: {error.problem}."
            ) from error
        return True

    async def _called(self) -> tuple[str, str]:
        """Call what makes it fetch; says in both languages what came of it, for one that then does not.

        Raises:
            NotToBeSeen: nothing listens there.
        """
        url, within_s = self._fetch.url or "", self._fetch.within_s
        try:
            async with asyncio.timeout(within_s), self._reach.http() as http:
                status = await _status(http, self._fetch.method, url, within_s)
        except httpx.ConnectError as error:
            raise NotToBeSeen(
                f"Ingen svarar på {url} ({error}): starta tjänsten, eller rätta exchange.fetch.url.",
                f"Nothing answers at {url} ({error}): start the service, or correct exchange.fetch.url.",
            ) from error
        except TimeoutError:
            return f"{url} svarade inte inom {within_s} s", f"{url} gave no answer within {within_s} s"
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return f"{url} gick inte att nå: {error}", f"{url} could not be reached: {error}"
        return f"{url} svarade {status}", f"{url} answered {status}"

    # --- when it has fetched ----------------------------------------------------------------------------------------

    async def _until_begun(self, said: tuple[str, str]) -> None:
        loop = asyncio.get_running_loop()
        within_s = self._fetch.within_s + (self._fetch.every_s or 0)
        ends = loop.time() + within_s
        while not self.school.busy.calls and not self._has_fallen():
            if loop.time() > ends:
                sv, en = (f" ({words})" if words else "" for words in said)
                raise NotToBeSeen(
                    f"Tjänsten frågade inte skolan något inom {within_s} s{sv}.",
                    f"The service asked the school nothing within {within_s} s{en}.",
                )
            await asyncio.sleep(POLL_S)

    async def _until_over(self) -> None:
        await self._until_quiet(QUIET_S)
        if self.school.tricky.honest:
            await self._until_shown()
        if self._first:
            await self._until_quiet(FIRST_QUIET_S)
            await self._until_shown()
            self._first = False

    async def _until_quiet(self, least_s: float) -> None:
        loop = asyncio.get_running_loop()
        ends = loop.time() + self._fetch.within_s + MOST_QUIET_S
        while not self._has_fallen() and (
            self.school.busy.quiet_s < max(least_s, self._quiet_s) or loop.time() < self._asks_again_s
        ):
            if loop.time() > ends:
                raise NotToBeSeen(
                    f"Tjänsten slutade inte fråga skolan inom {self._fetch.within_s} s.",
                    f"The service did not end asking the school within {self._fetch.within_s} s.",
                )
            await asyncio.sleep(POLL_S)

    async def _until_shown(self) -> None:
        """Everybody whom the school has told of stands on the page, by some text, or has had the time to."""
        loop = asyncio.get_running_loop()
        ends, at_once = loop.time() + LATE_S, True
        while not await self._shows_everybody() and loop.time() < ends:
            at_once = False
            await asyncio.sleep(LOOK_S)
        if not at_once:
            self._late_s = max(self._late_s, self.school.busy.quiet_s)

    async def _shows_everybody(self) -> bool:
        page = html.unescape(await self.page(self.roster) or "") if self.roster else ""
        return all(any(text and text in page for text in one.values()) for one in self.people.values())

    @property
    def _quiet_s(self) -> float:
        """For so long nobody has called when a fetch has ended: as long as this vendor has been seen to need."""
        seen_s = max(QUIET_S, 3 * self.school.busy.longest_gap_s, 2 * self._late_s)
        return min(seen_s, MOST_QUIET_S)

    @property
    def _asks_again_s(self) -> float:
        """Until then it has been told to wait, and could ask too soon."""
        told = (one for one in self.asked() if one.told_to_wait_s)
        return max((one.at_s + one.told_to_wait_s + SOMEWHAT_S for one in told), default=0.0)

    @property
    def _tricked(self) -> bool:
        return any(one.tricked for one in self.asked())

    @property
    def _ended(self) -> Bilingual | None:
        """How its program has ended, where it has."""
        status = self.program.ended_with if self.program else None
        if status is None:
            return None
        return Bilingual(sv=f"dess program tog slut, status {status}", en=f"its program ended with status {status}")

    def _has_fallen(self) -> bool:
        """Whether its program has ended over a trick.

        Raises:
            NotToBeSeen: it has ended, and there was none.
        """
        self._fell = self._ended
        if self._fell is not None and not self._tricked:
            raise NotToBeSeen(
                f"Tjänsten gick ner utan att skolan gjorde något fel ({self._fell.sv}).",
                f"The service went down though the school did nothing wrong ({self._fell.en}).",
            )
        return self._fell is not None


async def _status(
    http: httpx.AsyncClient, method: str, url: str, within_s: float, said: tuple[Json | None, Headers] = (None, {})
) -> int:
    """Call, wait until the answer has come, and let what it says be.

    Raises:
        httpx.HTTPError: there is none.
        httpx.InvalidURL: there can be none.
    """
    read = 0
    body, headers = said
    async with http.stream(method, url, json=body, headers=headers, timeout=within_s) as answer:
        async for chunk in answer.aiter_bytes():
            read += len(chunk)
            if read > MOST_READ:
                break
        return answer.status_code
