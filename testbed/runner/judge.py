"""From the journal to verdicts: everything after capture, so that anyone can repeat it from the run's folder."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

import testbed.checks  # noqa: F401 - importing it registers every family of checks
from testbed.checks.broken import was_broken
from testbed.checks.core import run_checks
from testbed.interception.recorded import Recorded
from testbed.model.exchange_messages import MachineRegister
from testbed.model.messages import Message, SamlMetadata
from testbed.model.privacy import Issued
from testbed.model.release import ReleaseRecord
from testbed.model.vendor import SENT
from testbed.model.verdict import (
    Evidence,
    Expectation,
    Finding,
    Judgement,
    Play,
    Result,
    Run,
    RunRecord,
    Verdict,
)
from testbed.model.wire import BROWSER, HUNG_UP, Exchange, host_of
from testbed.model.written import Agreement, Person
from testbed.privacy.bombs import bombs
from testbed.privacy.disclose import Known, disclosures, read_whole_at, unreadable
from testbed.privacy.issued import Told, identifiers, issued_values, with_values
from testbed.privacy.others import hosts_of, others_of
from testbed.privacy.people import PeopleIndex, index_of, remember
from testbed.privacy.references import Identities, identities
from testbed.privacy.sightings import Sightings, sightings
from testbed.runner.background import (
    Standing,
    background_of,
    places_in,
    register_before,
    registers,
    standing,
)
from testbed.runner.doubt import doubt_about
from testbed.runner.expect import compare, expected_verdict
from testbed.runner.plan import Plan
from testbed.wire.messages import messages
from testbed.wire.saml import NO_KEYS


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known beside the journal: who the people are, and what was agreed."""

    people: Mapping[str, Person]
    agreements: Mapping[str, Agreement]
    releases: Mapping[str, tuple[ReleaseRecord, ...]] = MappingProxyType({})
    """The school's own account of its logins, by play id; a recording from outside has none."""
    content_keys: Mapping[str, bytes] = NO_KEYS
    """The run's key log: what encrypted assertions are read with."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """A journal once read, before any play is judged."""

    exchanges: Mapping[str, Sequence[Exchange]]
    """By play."""
    said: Mapping[int, Sequence[Message]]
    """By exchange."""
    published: tuple[SamlMetadata, ...]
    """In the order of the exchanges."""
    standing: tuple[Standing, ...]
    """What schools publish about OpenID Connect, in the order of the exchanges."""
    registers: tuple[MachineRegister, ...]
    """Of machines, in the order of the exchanges."""
    people: Mapping[str, Person]
    """With the identifiers that the school made up for them in this run."""
    index: PeopleIndex
    releases: Mapping[str, tuple[ReleaseRecord, ...]]
    """By play."""
    issued: Mapping[str, tuple[Issued, ...]]
    """By person: what became known to whom, in all plays together."""
    seen: Sightings
    """Values of anybody, wherever they stand."""
    ids: Identities
    """What the ids stand for by which schools' records name each other."""


def judge(recorded: Recorded, knowledge: Knowledge, plan: Plan, finished: datetime) -> RunRecord:
    """Judge every play of a journal.

    Verdicts depend on the journal, the people, the agreements and the plan alone; ``finished`` is only written down.
    """
    reading = _read(recorded, knowledge)
    evidence: dict[str, Evidence] = {}
    judgements = []
    for play in recorded.plays:
        if play.person not in knowledge.people and not (play.captured and not play.person):
            judgements.append(_unreadable(play, f"people.json has no person {play.person!r}"))
            continue
        evidence[play.id] = _evidence(play, reading, knowledge.agreements.get(play.agreement))
        judgements.append(judge_play(evidence[play.id], plan))
    begun = {play.id for play in recorded.plays}
    problems = (*recorded.problems, *(f"{name}: was not played" for name in plan.plays if name not in begun))
    run = Run(
        id=plan.id,
        started=recorded.started,
        finished=finished,
        lab=recorded.lab,
        seed=plan.seed,
        versions=plan.versions,
        judgements=tuple(judgements),
        problems=problems,
        unreadable=tuple(dict.fromkeys(line for lines in plan.unreadable.values() for line in lines)),
        left_out=plan.left_out,
    )
    return RunRecord(run, evidence, knowledge.agreements, reading.people)


def judge_play(evidence: Evidence, plan: Plan) -> Judgement:
    """The verdict on one play and how it compares with what its scenario expects."""
    play = evidence.play
    if play.lacking:
        expected = expected_verdict(play.scenario.expect)
        return Judgement(play, Verdict.SKIPPED, play.lacking, expected, Expectation(met=False), ())
    results = tuple(_reproducible(result, play, plan) for result in run_checks(evidence))
    unseen = _unseen(evidence)
    verdict, reason = (Verdict.ERROR, unseen) if unseen else _verdict(results)
    if verdict in (Verdict.PASS, Verdict.WARNING) and (doubt := doubt_about(evidence, plan.unreadable_of(play.id))):
        verdict, reason = Verdict.NOT_VERIFIED, doubt
    findings = [finding for result in results for finding in result.findings]
    return Judgement(
        play=play,
        verdict=verdict,
        reason=reason,
        expected=expected_verdict(play.scenario.expect),
        expectation=compare(play.scenario.expect, verdict, findings),
        results=results,
    )


def _read(recorded: Recorded, knowledge: Knowledge) -> _Reading:
    places = places_in(recorded.exchanges, recorded.plays)
    said = {exchange.number: messages(exchange, knowledge.content_keys, places) for exchange in recorded.exchanges}
    exchanges: dict[str, list[Exchange]] = {}
    for exchange in recorded.exchanges:
        exchanges.setdefault(exchange.play, []).append(exchange)
    told = ((play.person, (m for e in exchanges.get(play.id, ()) for m in said[e.number])) for play in recorded.plays)
    base = index_of(knowledge.people)
    added = issued_values(told, base)
    people = with_values(knowledge.people, added)
    index = remember(people, base.with_more(added))
    return _Reading(
        exchanges=exchanges,
        said=said,
        published=tuple(m for number in sorted(said) for m in said[number] if isinstance(m, SamlMetadata)),
        standing=standing(said),
        registers=registers(said),
        people=people,
        index=index,
        releases=knowledge.releases,
        issued=_issued(recorded, said, index),
        seen=sightings(recorded.exchanges, index, _digest_keys(recorded)),
        ids=identities((message for number in sorted(said) for message in said[number]), index),
    )


def _digest_keys(recorded: Recorded) -> tuple[bytes, ...]:
    """Keys and salts that some vendor of the run is known to make digests with."""
    vendors = (vendor for play in recorded.plays for vendor in (play.vendor, *play.also))
    return tuple(dict.fromkeys(key.encode() for vendor in vendors for key in vendor.digest_keys))


def _issued(
    recorded: Recorded, said: Mapping[int, Sequence[Message]], index: PeopleIndex
) -> Mapping[str, tuple[Issued, ...]]:
    players = {play.id: play.person for play in recorded.plays}
    told = (Told(players.get(e.play, ""), e, message) for e in recorded.exchanges for message in said[e.number])
    by_person: dict[str, list[Issued]] = {}
    for one in identifiers(told, index):
        by_person.setdefault(one.person, []).append(one)
    return {person: tuple(issued) for person, issued in by_person.items()}


def _published_by(published: Sequence[SamlMetadata], last: int) -> tuple[SamlMetadata, ...]:
    """The metadata of each entity as it stood at this exchange: it is fetched once and holds for the plays that follow.

    What was published later holds only where there was nothing before: a school that has changed its key since did
    not sign with the new one then.
    """
    known: dict[str, SamlMetadata] = {}
    for message in published:
        if message.entity_id not in known or message.where.exchange <= last:
            known[message.entity_id] = message
    return tuple(known.values())


def _evidence(play: Play, reading: _Reading, agreement: Agreement | None) -> Evidence:
    own = tuple(reading.exchanges.get(play.id, ()))
    others = others_of(play)
    said = tuple(m for exchange in own for m in reading.said[exchange.number] if not others.said(m, exchange))
    already = {message.entity_id for message in said if isinstance(message, SamlMetadata)}
    takes_part = hosts_of(play.vendor) | others.hosts
    entities = {play.vendor.entity_id} | others.entity_ids
    protocols = {vendor.protocol for vendor in (play.vendor, *play.also)}
    background = tuple(
        message
        for message in _published_by(reading.published, max((e.number for e in own), default=0))
        if "saml" in protocols
        and message.entity_id not in already
        and (message.is_idp or host_of(message.entity_id) in takes_part or message.entity_id in entities)
    )
    published = background_of(own, reading.standing) if "oidc" in protocols else ()
    machines = register_before(own, reading.registers) if protocols & SENT else ()
    known = (*background, *published, *machines, *said)
    read = read_whole_at(m for exchange in own for m in reading.said[exchange.number])
    told_of = Known(reading.index, reading.seen, play.person, read, reading.ids)
    told = disclosures(own, known, told_of, agreement)
    closed, by_number = unreadable(own, told_of), {exchange.number: exchange for exchange in own}
    packed = (one for one in bombs(closed, said) if not others.said(one, by_number[one.where.exchange]))
    return Evidence(
        play=play,
        exchanges=own,
        messages=(*known, *packed),
        disclosures=tuple(one for one in told if not others.disclosed(one)),
        people=reading.people,
        agreement=agreement,
        releases=tuple(r for r in reading.releases.get(play.id, ()) if r.entity_id not in others.entity_ids),
        issued=reading.issued.get(play.person, ()),
        unreadable=closed,
    )


def _unseen(evidence: Evidence) -> str:
    """Why the play could not be seen through, "" when it was: our own fault, never the vendor's."""
    play = evidence.play
    if play.captured:
        # NOTE: browsers give up requests all the time, and what was sent is there; whoever recorded chose the end.
        return ""
    if play.error:
        return play.error
    if play.finished is None:
        return "the recording ended during this play"
    participants = hosts_of(play.vendor) | others_of(play).hosts
    if evidence.agreement:
        participants |= frozenset(evidence.agreement.controller.hosts)
    for exchange in evidence.exchanges:
        if exchange.sender == BROWSER and exchange.error == HUNG_UP:
            continue
        if exchange.response is None and exchange.receiver in participants and not was_broken(play, exchange):
            return f"{exchange.receiver} gave no answer in exchange {exchange.number}: {exchange.error}"
    return ""


def _verdict(results: Sequence[Result]) -> tuple[Verdict, str]:
    """The worst that any check said; only checks that passed make a pass."""
    for verdict in (Verdict.ERROR, Verdict.FAIL, Verdict.NOT_VERIFIED, Verdict.WARNING, Verdict.PASS):
        said = [result for result in results if result.verdict is verdict]
        if said:
            named = ", ".join(result.check for result in said)
            return verdict, "" if verdict is Verdict.PASS else _first_reason(said) or named
    return Verdict.NOT_VERIFIED, "nothing was seen that a check could judge"


def _first_reason(results: Sequence[Result]) -> str:
    return next((f"{result.check}: {result.reason}" for result in results if result.reason), "")


def _reproducible(result: Result, play: Play, plan: Plan) -> Result:
    name = plan.files.get(play.scenario.id, play.scenario.id)
    command = plan.command or shlex.join(
        ["testbed", "run", name, "--seed", str(plan.seed), "--person", play.person, *plan.options]
    )

    def with_command(finding: Finding) -> Finding:
        return replace(finding, reproduce=command)

    return replace(result, findings=tuple(with_command(finding) for finding in result.findings))


def _unreadable(play: Play, reason: str) -> Judgement:
    return Judgement(play, Verdict.ERROR, reason, expected_verdict(play.scenario.expect), Expectation(met=False), ())
