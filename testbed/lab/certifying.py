"""Certify one vendor, whatever it is: put its world together, run the cases, judge honest logins for their data."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from scenarios.flows import FLOWS
from testbed.certify.desk import Desk
from testbed.certify.engine import Certified, Progress, certify, not_verified
from testbed.certify.outcome import outcome
from testbed.certify.preflight import unreadable_metadata
from testbed.certify.profiles import as_used
from testbed.certify.world import World
from testbed.lab.certify_inprocess import fetched_metadata, inprocess_world
from testbed.lab.certify_outside import NAME, OutsideCase, OutsideWorld
from testbed.lab.certify_school import outside_world
from testbed.lab.inprocess import NAME as INPROCESS
from testbed.lab.inprocess import inprocess_lab
from testbed.lab.keylog import keep_content_keys
from testbed.lab.permission import permitted_road
from testbed.lab.places import ENTITY_IDS
from testbed.lab.spec import LabSpec
from testbed.lab.vendor_places import prepared
from testbed.lab.vendor_process import started_world
from testbed.model.case import Case
from testbed.model.certificate import Calibration, Certificate, ConfigurationError, Outcome
from testbed.model.exchange_case import ExchangeCase
from testbed.model.files import ScenarioInvalid, read_text
from testbed.model.profile import CertificationProfile
from testbed.model.scenario import Casting, Expect, Scenario
from testbed.model.strict import Bilingual
from testbed.model.verdict import Play, RunRecord
from testbed.model.written import Agreement, Person
from testbed.runner.admitted import admitted
from testbed.runner.folder import RunFolder
from testbed.runner.plan import Plan
from testbed.runner.play import Company, Stage, play_all
from testbed.wire.xml import parse

HONEST = "honest-login"
ELSEWHERE = "the school was served by 'testbed idp serve' already: what servers asked of it was not recorded"
NOT_RECORDED = Bilingual(
    sv="Personuppgifterna bedömdes inte: skolan kördes redan av 'testbed idp serve', som inte spelar in vad tjänstens "
    "server hämtar hos skolan. Avsluta det kommandot och kör om, så startar certify en egen skola som spelar in.",
    en="Personal data was not judged: the school was served by 'testbed idp serve' already, which does not record what "
    "the service's server fetches there. End that command and run again: certify then starts a school that records.",
)


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a vendor is held against."""

    profile: CertificationProfile
    cases: tuple[Case | ExchangeCase, ...]
    seed: int
    command: str
    versions: Mapping[str, str]
    not_chosen: int = 0
    """Cases of the vendor's protocol that nobody wanted to be tried."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The two persons of a run."""

    own: Person
    """Who logs in."""
    other: Person
    """Whom forged parts speak of: a teacher where the vendor takes teachers."""


def pair_for(people: Mapping[str, Person], agreement: Agreement | None, vendor: str) -> Pair:
    """Two persons of the school whom the vendor may know, and who share nothing by which they could be confused.

    Raises:
        ScenarioInvalid: there are none.
    """
    fitting = [person for person in people.values() if _may_come(person, agreement)]
    own = next((one for one in fitting if one.role == "pupil"), fitting[0] if fitting else None)
    others = [one for one in fitting if own is not None and _differ(own, one)]
    other = next((one for one in others if one.role == "teacher"), others[0] if others else None)
    if own is None or other is None:
        raise ScenarioInvalid(
            vendor,
            "agreement",
            "lets no two persons of the invented school in",
            "give --seed another number, or mend it",
        )
    return Pair(own, other)


def _may_come(person: Person, agreement: Agreement | None) -> bool:
    if person.school != "skola" or person.protected or not person.values("eduPersonPrincipalName"):
        return False
    if agreement is None:
        return person.role in ("pupil", "teacher") and all(map(person.values, ("givenName", "sn", "mail")))
    return admitted(person, agreement)


def _differ(one: Person, two: Person) -> bool:
    names = ("eduPersonPrincipalName", "givenName", "sn", "displayName", "mail")
    return one.id != two.id and all(one.values(name) != two.values(name) for name in names)


async def certify_vendor(case: OutsideCase, purpose: Purpose, folder: RunFolder, progress: Progress) -> Certificate:
    """One vendor, for one purpose.

    Raises:
        ScenarioInvalid: something in its file, or on the command line, is wrong.
        ParticipantUnavailable: the school is gone, which is our own fault.
    """
    started, case = _now(), prepared(case)
    pair = pair_for(case.people, case.agreement[1] if case.agreement else None, case.vendor.id)
    unready = await _unready(case)
    if unready is not None:
        words = (not_verified(each, unready.what, purpose.profile, purpose.command) for each in purpose.cases)
        nothing = Certified((unready,), Calibration(), tuple(words))
        return _certificate(case, purpose, pair, folder, (started, nothing, None))
    async with _world(case, pair, folder) as world:
        case = await _named(case, world)
        desk = Desk(case.vendor, world, pair.own, pair.other, answer_s=case.patience_s)
        of_logins = [one for one in purpose.cases if isinstance(one, Case)]
        certified = await certify(desk, of_logins, purpose.profile, purpose.command, progress)
        elsewhere = isinstance(world, OutsideWorld) and not world.records_servers
        if elsewhere:
            certified = _noted(certified, ELSEWHERE)
        data, unjudged = None, None
        if desk.oracle is not None:
            # NOTE: SAML's messages all go by the browser; in OpenID Connect the vendor's server fetches the data.
            if elsewhere and case.vendor.protocol == "oidc":
                unjudged = NOT_RECORDED
            else:
                data = await _honest_logins(case, purpose, pair, folder, world)
    return _certificate(case, purpose, pair, folder, (started, certified, data), unjudged)


async def _named(case: OutsideCase, world: World) -> OutsideCase:
    """The case with what the vendor calls itself, where only its metadata says that."""
    vendor = case.vendor
    if vendor.protocol != "saml" or vendor.entity_id or vendor.simulated is not None:
        return case
    try:
        entity_id = str(parse(await world.metadata(vendor)).get("entityID", ""))
    except ValueError:
        # NOTE: preflight says what is wrong with it.
        return case
    return replace(case, vendor=vendor.model_copy(update={"entity_id": entity_id}))


def _noted(certified: Certified, note: str) -> Certified:
    calibration = certified.calibration
    return replace(certified, calibration=replace(calibration, notes=(*calibration.notes, note)))


async def _unready(case: OutsideCase) -> ConfigurationError | None:
    """Why the school cannot even be set up for this vendor; None where it can."""
    if case.vendor.simulated is not None or case.started is not None or case.vendor.protocol != "saml":
        return None
    transport = permitted_road(case.permission)
    async with httpx.AsyncClient(transport=transport, timeout=case.patience_s, trust_env=False) as http:
        try:
            async with asyncio.timeout(3 * case.patience_s):
                await fetched_metadata(http, case.vendor)
        except ValueError as error:
            return unreadable_metadata(str(error))
        except TimeoutError:
            return unreadable_metadata(f"{case.vendor.metadata} gave no answer in time")
    return None


def _certificate(
    case: OutsideCase,
    purpose: Purpose,
    pair: Pair,
    folder: RunFolder,
    came_to: tuple[datetime, Certified, RunRecord | None],
    unjudged: Bilingual | None = None,
) -> Certificate:
    started, certified, data = came_to
    found, why = outcome(purpose.profile, certified.results, certified.configuration, data, unjudged)
    if certified.calibration.trouble is not None:
        why = (certified.calibration.trouble,)
    found, why = as_part(purpose, found, why)
    return Certificate(
        vendor=case.vendor,
        profile=as_used(purpose.profile),
        outcome=found,
        why=why,
        started=started,
        finished=_now(),
        digest="",
        configuration=certified.configuration,
        calibration=certified.calibration,
        results=certified.results,
        seed=purpose.seed,
        people=(pair.own.id, pair.other.id),
        id=folder.path.name,
        versions=purpose.versions,
        data=data,
        unjudged=unjudged,
    )


def as_part(purpose: Purpose, found: Outcome, why: Sequence[Bilingual]) -> tuple[Outcome, tuple[Bilingual, ...]]:
    """The outcome and its reasons, where not all cases were chosen."""
    if not purpose.not_chosen:
        return found, tuple(why)
    # NOTE: what was not tried cannot be known to be right.
    part = Outcome.INCONCLUSIVE if found is Outcome.COMPLIANT else found
    return part, (*why, _part(len(purpose.cases), purpose.not_chosen))


def _part(chosen: int, not_chosen: int) -> Bilingual:
    return Bilingual(
        sv=f"Bara {chosen} av {chosen + not_chosen} prov valdes (--case): utfallet säger ingenting om resten.",
        en=f"Only {chosen} of {chosen + not_chosen} tests were chosen (--case): the outcome says nothing of the rest.",
    )


@asynccontextmanager
async def _world(case: OutsideCase, pair: Pair, folder: RunFolder) -> AsyncIterator[World]:
    if case.started is not None:
        async with started_world(case, folder, (pair.own, pair.other)) as started:
            yield started
        return
    if case.vendor.simulated is None:
        async with outside_world(case, (pair.own, pair.other)) as outside:
            yield outside
        return
    with TemporaryDirectory(prefix="testbed-") as own:
        async with inprocess_world(_lab_spec(case), RunFolder.at(Path(own) / "cases"), _now) as inside:
            yield inside


def _lab_spec(case: OutsideCase) -> LabSpec:
    agreements = {case.agreement[1].id: case.agreement[1]} if case.agreement else {}
    return LabSpec(case.home, case.people, (case.vendor,), agreements)


async def _honest_logins(case: OutsideCase, purpose: Purpose, pair: Pair, folder: RunFolder, world: World) -> RunRecord:
    """Both persons log in, look around and log out, recorded and judged for the data that moved."""
    outside = world if isinstance(world, OutsideWorld) else None
    sees = outside.sees if outside else "all"
    plays = tuple(
        replace(_play(case, person, number), sees=sees) for number, person in enumerate((pair.own, pair.other), 1)
    )
    agreements = {}
    if case.agreement is not None:
        path, agreement = case.agreement
        agreements = {agreement.id: read_text(path)}
    lab = INPROCESS if case.vendor.simulated else NAME
    plan = Plan(folder.path.name, lab, purpose.seed, purpose.versions, tuple(play.id for play in plays))
    folder.keep_plan(plan, case.people, agreements)
    schools = {**ENTITY_IDS, "skola": f"{world.school}/saml/metadata"}
    async with AsyncExitStack() as stack:
        stage: Stage
        if outside is not None:
            stage = await stack.enter_async_context(outside.recorded(folder))
        else:
            stage = await stack.enter_async_context(inprocess_lab(_lab_spec(case), folder, _now))
        early = await play_all(plays, Company(FLOWS, case.people, schools), stage, _Silent())
    if case.vendor.simulated is not None:
        keep_content_keys(_lab_spec(case), folder, _now)
    troubles = (early, outside.trouble if outside else "")
    return folder.judge(_now(), tuple(filter(None, troubles)), case.people)


def _play(case: OutsideCase, person: Person, number: int) -> Play:
    vendor = case.vendor
    agreement = case.agreement[1].id if case.agreement else ""
    scenario = Scenario(
        id=f"{HONEST}-{number}",
        title=Bilingual(sv="En ärlig inloggning", en="An honest login"),
        flow="login",
        vendor=vendor.id,
        person=Casting(id=person.id),
        expect=Expect(login="accepted"),
    )
    judged = vendor.model_copy(update={"agreement": agreement or None})
    return Play(scenario.id, scenario, judged, person.id, agreement)


class _Silent:
    def begun(self, play: Play) -> None:
        """Two logins are too short to be shown."""

    def ended(self, play: Play, trouble: str) -> None:
        """What went wrong stands in the judgement."""


def _now() -> datetime:
    return datetime.now(UTC)
