"""The tour, played once in each kind of lab and judged, for every test of the matrix."""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import pytest

from idp.people import generate
from scenarios.flows import FLOWS
from testbed.lab.home import LabHome
from testbed.lab.open import LabName, open_lab
from testbed.lab.places import ENTITY_IDS
from testbed.lab.spec import LabSpec
from testbed.model.scenario import FETCHED
from testbed.model.verdict import Judgement, Play, RunRecord
from testbed.model.written import Scenario
from testbed.runner.catalogue import Catalogue, load_catalogue
from testbed.runner.folder import RunFolder
from testbed.runner.plan import Plan, plays_of, vendors_in
from testbed.runner.play import Company, play_all

SEED = 4
PUPILS = 200
LABS = 8
"""Played in at once, where plays wait most of the time."""


class Quiet:
    """Shows nothing."""

    def begun(self, play: Play) -> None:
        pass

    def ended(self, play: Play, trouble: str) -> None:
        pass


class Player:
    """Plays scenarios and judges them."""

    def __init__(self, catalogue: Catalogue, home: LabHome, runs: Path) -> None:
        self.catalogue, self._home, self._runs = catalogue, home, runs
        self._people = generate(SEED, PUPILS).everybody

    def play(self, scenarios: Sequence[Scenario], lab: LabName) -> tuple[RunFolder, RunRecord]:
        """One run; its folder and its record."""
        folder, playing = self._prepared(scenarios, lab)
        early = asyncio.run(playing)
        return folder, folder.judge(datetime.now(UTC), (early,) if early else ())

    def play_beside(self, scenarios: Sequence[Scenario]) -> RunRecord:
        """One record of plays in several labs in process at once: a push waits, for jobs and for its turn, most of the
        time. All plays of a vendor are in one lab and in their order."""
        vendors = list(dict.fromkeys(one.vendor for one in scenarios))
        parts = [[one for one in scenarios if one.vendor in vendors[part::LABS]] for part in range(LABS)]
        prepared = [self._prepared(part, LabName.INPROCESS) for part in parts if part]

        async def playing() -> list[str]:
            return await asyncio.gather(*(coroutine for _, coroutine in prepared))

        early, now = asyncio.run(playing()), datetime.now(UTC)
        records = [folder.judge(now, (why,) if why else ()) for (folder, _), why in zip(prepared, early, strict=True)]
        order = {scenario.id: place for place, scenario in enumerate(scenarios)}
        judgements = sorted(chain(*(record.run.judgements for record in records)), key=lambda one: order[one.play.id])
        first = records[0]
        problems = tuple(chain(*(record.run.problems for record in records)))
        return replace(
            first,
            run=replace(first.run, judgements=tuple(judgements), problems=problems),
            evidence={play: found for record in records for play, found in record.evidence.items()},
            agreements={name: found for record in records for name, found in record.agreements.items()},
        )

    def _prepared(self, scenarios: Sequence[Scenario], lab: LabName) -> tuple[RunFolder, Coroutine[None, None, str]]:
        """The folder of a run, and what plays it and tells why it ended early."""
        plays = plays_of(scenarios, self.catalogue, self._people, SEED)
        folder = RunFolder.make(self._runs, lab.value, datetime.now(UTC))
        plan = Plan(folder.path.name, lab.value, SEED, {}, tuple(play.id for play in plays))
        agreements = {p.agreement: self.catalogue.agreement_text(p.agreement) for p in plays if p.agreement}
        folder.keep_plan(plan, self._people, agreements)
        spec = LabSpec(self._home, self._people, vendors_in(plays), self.catalogue.agreements)

        breakable = any(scenario.breaks for scenario in scenarios)
        company = Company(FLOWS, self._people, ENTITY_IDS, self.catalogue.agreements)

        async def playing() -> str:
            async with open_lab(lab, spec, folder, breakable=breakable) as stage:
                return await play_all(plays, company, stage, Quiet())

        return folder, playing()


@pytest.fixture(scope="session")
def player(tmp_path_factory: pytest.TempPathFactory) -> Player:
    folder = tmp_path_factory.mktemp("matrix")
    return Player(load_catalogue(), LabHome.open(folder / "home"), folder / "runs")


@pytest.fixture(scope="session")
def tour(player: Player) -> RunRecord:
    """The tour in process."""
    return player.play(player.catalogue.named(["tour"]), LabName.INPROCESS)[1]


@pytest.fixture(scope="session")
def zoo(player: Player) -> RunRecord:
    """The zoo in process."""
    return player.play(player.catalogue.named(["zoo"]), LabName.INPROCESS)[1]


@pytest.fixture(scope="session")
def exchange(player: Player) -> RunRecord:
    """The exchange of rosters in process."""
    return player.play_beside(player.catalogue.named(["exchange"]))


@pytest.fixture(scope="session")
def exchange_in_turn(player: Player) -> RunRecord:
    """The same in one lab, play by play: what one changes at the school the next may meet."""
    return player.play(player.catalogue.named(["exchange"]), LabName.INPROCESS)[1]


@pytest.fixture(scope="session")
def fetched(player: Player, exchange: RunRecord) -> RunRecord:
    """Of that, what is played with vendors that fetch rosters and do well."""
    suite = player.catalogue.suites["exchange"].scenarios
    named = {one for one in suite if player.catalogue.scenarios[one].flow in FETCHED}
    judgements = tuple(one for one in exchange.run.judgements if one.play.id in named)
    evidence = {play: found for play, found in exchange.evidence.items() if play in named}
    return replace(exchange, run=replace(exchange.run, judgements=judgements), evidence=evidence)


@pytest.fixture(scope="session")
def judged(tour: RunRecord, zoo: RunRecord, exchange: RunRecord) -> tuple[Judgement, ...]:
    """Every play of the tour, the zoo and the exchange, judged."""
    return (*tour.run.judgements, *zoo.run.judgements, *exchange.run.judgements)


@pytest.fixture(scope="session")
def loopback_zoo(player: Player) -> RunRecord:
    """The zoo through a real proxy."""
    return player.play(player.catalogue.named(["zoo"]), LabName.LOOPBACK)[1]


@pytest.fixture(scope="session")
def loopback_exchange(player: Player) -> RunRecord:
    """The exchange of rosters through a real proxy, by real mutual TLS."""
    return player.play(player.catalogue.named(["exchange"]), LabName.LOOPBACK)[1]


@pytest.fixture(scope="session")
def loopback_tour(player: Player) -> tuple[RunFolder, RunRecord]:
    """The tour through a real proxy."""
    return player.play(player.catalogue.named(["tour"]), LabName.LOOPBACK)
