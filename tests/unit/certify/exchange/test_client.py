"""What is said of a vendor that fetches, where its page cannot be read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from testbed.certify.engine import Progress
from testbed.certify.exchange.client import NO_PAGE, NO_ROSTER, NOT_ANEW, SCHOOL_FAILED, Clerk
from testbed.certify.exchange.world import Question
from testbed.certify.profiles import load_profiles
from testbed.model.certificate import CaseResult, Observed
from testbed.model.exchange_case import ExchangeCase, Trick
from testbed.model.strict import Bilingual
from testbed.model.verdict import Verdict
from testbed.model.written import Vendor
from testbed.runner.catalogue import project_folder

pytestmark = pytest.mark.anyio
PEOPLE = {"1": {"id": "1", "name": "Anna"}, "2": {"id": "2", "name": "Bo"}}
PAGE = "<td>1</td><td>2</td>"
NO_TEXT = {"sv": "-", "en": "-"}


class Silent:
    def cases(self, number: int) -> None:
        """Nobody looks."""

    def done(self, result: CaseResult) -> None:
        """Nobody looks."""


@dataclass
class FetchingWorld:
    """A vendor that fetches when it is told to, and whose page is this, one time after the other."""

    pages: Iterator[str | None]
    asks: Sequence[Question] = ()
    asks_elsewhere: Sequence[Question] = ()
    roster: str = "http://127.0.0.1:1/roster"
    people: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: PEOPLE)
    gone: Sequence[str] = ()
    can_restart: bool = True
    elsewhere_is_near: bool = True
    fell: Bilingual | None = None

    async def restart(self) -> None:
        """It has no state."""

    async def fetch(self) -> None:
        """It has fetched."""

    def play(self, trick: Trick | None) -> None:
        """It asks the same always."""

    def asked(self) -> tuple[Question, ...]:
        return tuple(self.asks)

    def elsewhere(self) -> tuple[Question, ...]:
        return tuple(self.asks_elsewhere)

    async def forge_notice(self, *, with_token: bool) -> None:
        """It does not heed it."""

    async def page(self, _: str) -> str | None:
        return next(self.pages)


def case(trick: str) -> ExchangeCase:
    said: dict[str, Any] = {
        "id": f"ss12000-{trick}",
        "protocol": "ss12000",
        "side": "client",
        "catalogue": "E01",
        "title": NO_TEXT,
        "harm": NO_TEXT,
        "clause": "-",
        "trick": trick,
    }
    return ExchangeCase.model_validate(said)


VENDOR = Vendor.model_validate(
    {
        "id": "fetcher",
        "name": "Fetcher",
        "protocol": "ss12000",
        "login": "http://127.0.0.1:1/",
        "exchange": {"entity_id": "https://fetcher.test", "roster": "http://127.0.0.1:1/roster"},
    }
)


async def certified(world: FetchingWorld, *cases: ExchangeCase) -> tuple[Any, list[CaseResult]]:
    profile = load_profiles((project_folder(),))["exchange"]
    done = await Clerk(VENDOR, world, profile, "-", cast(Progress, Silent())).certify(cases)
    return done.calibration.trouble, list(done.results)


async def test_a_page_that_fails_once_the_school_has_failed_tells_nothing() -> None:
    tricked = (Question(0.0, "GET", "/persons", 503, tricked=True),)
    world = FetchingWorld(iter([PAGE, None]), tricked)
    trouble, (result,) = await certified(world, case("unavailable-once"))
    assert trouble is None
    assert (result.verdict, result.reason) == (Verdict.NOT_VERIFIED, NO_PAGE.words)


async def test_what_the_vendor_did_to_others_is_told_though_its_page_fails() -> None:
    tricked = (Question(0.0, "GET", "/persons", 302, tricked=True),)
    away = (Question(0.1, "GET", "/", 200, authorised=True),)
    _, (result,) = await certified(FetchingWorld(iter([PAGE, None]), tricked, away), case("led-elsewhere"))
    assert result.verdict is Verdict.FAIL


async def test_a_page_that_fails_in_the_twin_costs_the_pass() -> None:
    _, (result,) = await certified(FetchingWorld(iter([PAGE, PAGE, None])), case("foreign-notice"))
    assert (result.verdict, result.twin) == (Verdict.NOT_VERIFIED, "failed")


async def test_a_process_that_ends_over_a_trick_has_broken_down() -> None:
    tricked = (Question(0.0, "GET", "/persons", 503, tricked=True),)
    world = FetchingWorld(iter([PAGE, None]), tricked, fell=Bilingual(sv="-", en="status 1"))
    _, (result,) = await certified(world, case("unavailable-once"))
    assert (result.verdict, result.observed) == (Verdict.FAIL, Observed.BROKE_DOWN)
    assert "status 1" in result.reason.en


async def test_what_needs_a_vendor_without_pupils_is_not_decided_for_one_that_goes_on() -> None:
    tricked = (Question(0.0, "GET", "/persons", 503, tricked=True),)
    world = FetchingWorld(iter([PAGE, PAGE, PAGE]), tricked, can_restart=False)
    holding = case("unavailable-once").model_copy(update={"holding": True})
    _, results = await certified(world, case("unavailable-once"), holding)
    assert [result.verdict for result in results] == [Verdict.NOT_VERIFIED, Verdict.PASS]
    assert results[0].reason == NOT_ANEW.words


async def test_a_vendor_far_away_is_not_said_to_have_called_nobody() -> None:
    world = FetchingWorld(iter([PAGE]), elsewhere_is_near=False)
    _, results = await certified(world, case("led-elsewhere"), case("page-token-as-address"))
    assert {result.verdict for result in results} == {Verdict.SKIPPED}


@pytest.mark.parametrize(("status", "verdict"), [(401, Verdict.FAIL), (200, Verdict.PASS)])
async def test_whoever_needs_another_token_must_be_seen_to_fetch_by_it(status: int, verdict: Verdict) -> None:
    asks = (Question(0.0, "GET", "/persons", 401, tricked=True), Question(0.1, "GET", "/persons", status))
    _, (result,) = await certified(FetchingWorld(iter([PAGE, PAGE, PAGE]), asks), case("token-no-longer-good"))
    assert result.verdict is verdict


async def test_a_vendor_is_not_blamed_for_a_school_that_fails_by_itself() -> None:
    asks = (Question(0.0, "GET", "/persons", 307, tricked=True), Question(0.1, "GET", "/persons", 429))
    _, (result,) = await certified(FetchingWorld(iter([PAGE, PAGE, ""]), asks), case("led-elsewhere"))
    assert (result.verdict, result.reason) == (Verdict.NOT_VERIFIED, SCHOOL_FAILED.words)


async def test_a_vendor_that_is_given_nobody_is_told_what_it_asked() -> None:
    refused = (Question(0.0, "POST", "/transaction", 403),)
    trouble, _ = await certified(FetchingWorld(iter([""]), refused, people={}), case("led-elsewhere"))
    assert "POST /transaction 403" in trouble.en


@pytest.mark.parametrize(("page", "words"), [(None, NO_PAGE.words), ("", NO_ROSTER)])
async def test_a_page_that_shows_nobody_at_first_is_told_apart_from_one_that_fails(
    page: str | None, words: Any
) -> None:
    trouble, (result,) = await certified(FetchingWorld(iter([page])), case("unavailable-once"))
    assert trouble == words
    assert result.verdict is Verdict.NOT_VERIFIED
