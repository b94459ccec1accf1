"""From the journal to verdicts: everything after capture, so that anyone can repeat it from the run's folder."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

import testbed.checks  # noqa: F401 - importing it registers every family of checks
from testbed.checks.core import run_checks
from testbed.interception.journal import Recorded
from testbed.model.messages import Message, SamlMetadata
from testbed.model.release import ReleaseRecord
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
from testbed.model.wire import Exchange, host_of
from testbed.model.written import Agreement, Person
from testbed.privacy.disclose import disclosures
from testbed.privacy.people import PeopleIndex
from testbed.runner.expect import compare, expected_verdict
from testbed.runner.plan import Plan
from testbed.wire.saml import NO_KEYS, messages


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known beside the journal: who the people are, and what was agreed."""

    people: Mapping[str, Person]
    agreements: Mapping[str, Agreement]
    releases: Mapping[str, tuple[ReleaseRecord, ...]] = MappingProxyType({})
    """The school's own account of its logins, by play id; a recording from outside has none."""
    content_keys: Mapping[str, bytes] = NO_KEYS
    """The run's key log: what encrypted assertions are read with."""


def judge(recorded: Recorded, knowledge: Knowledge, plan: Plan, finished: datetime) -> RunRecord:
    """Judge every play of a journal.

    Verdicts depend on the journal, the people, the agreements and the plan alone; ``finished`` is only written down.
    """
    index = PeopleIndex(knowledge.people)
    read = {exchange.number: messages(exchange, knowledge.content_keys) for exchange in recorded.exchanges}
    published = _published_metadata(read)
    evidence: dict[str, Evidence] = {}
    judgements = []
    for play in recorded.plays:
        if play.person not in knowledge.people:
            judgements.append(_unreadable(play, f"people.json has no person {play.person!r}"))
            continue
        evidence[play.id] = _evidence(play, recorded.exchanges, read, published, knowledge, index)
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
    )
    return RunRecord(run, evidence, knowledge.agreements)


def judge_play(evidence: Evidence, plan: Plan) -> Judgement:
    """The verdict on one play and how it compares with what its scenario expects."""
    play = evidence.play
    results = tuple(_reproducible(result, play, plan) for result in run_checks(evidence))
    unseen = _unseen(evidence)
    verdict, reason = (Verdict.ERROR, unseen) if unseen else _verdict(results)
    findings = [finding for result in results for finding in result.findings]
    return Judgement(
        play=play,
        verdict=verdict,
        reason=reason,
        expected=expected_verdict(play.scenario.expect),
        expectation=compare(play.scenario.expect, verdict, findings),
        results=results,
    )


def _published_metadata(read: Mapping[int, Sequence[Message]]) -> tuple[SamlMetadata, ...]:
    """The latest metadata of each entity: it is fetched once and holds for every play."""
    latest = {
        message.entity_id: message
        for number in sorted(read)
        for message in read[number]
        if isinstance(message, SamlMetadata)
    }
    return tuple(latest.values())


def _evidence(
    play: Play,
    exchanges: Sequence[Exchange],
    read: Mapping[int, Sequence[Message]],
    published: Sequence[SamlMetadata],
    knowledge: Knowledge,
    index: PeopleIndex,
) -> Evidence:
    own = tuple(exchange for exchange in exchanges if exchange.play == play.id)
    said = tuple(message for exchange in own for message in read[exchange.number])
    vendor_hosts = _hosts_of(play)
    already = {message.entity_id for message in said if isinstance(message, SamlMetadata)}
    background = tuple(
        message
        for message in published
        if message.entity_id not in already
        and (message.is_idp or host_of(message.entity_id) in vendor_hosts or message.entity_id == play.vendor.entity_id)
    )
    agreement = knowledge.agreements.get(play.agreement)
    known = background + said
    return Evidence(
        play=play,
        exchanges=own,
        messages=known,
        disclosures=disclosures(own, known, index, agreement),
        people=knowledge.people,
        agreement=agreement,
        releases=knowledge.releases.get(play.id, ()),
    )


def _hosts_of(play: Play) -> frozenset[str]:
    vendor = play.vendor
    simulated = vendor.simulated.hosts if vendor.simulated else ()
    return frozenset({*simulated, host_of(vendor.login), host_of(vendor.probe.url), host_of(vendor.metadata)})


def _unseen(evidence: Evidence) -> str:
    """Why the play could not be seen through, "" when it was: our own fault, never the vendor's."""
    play = evidence.play
    if play.error:
        return play.error
    if play.finished is None:
        return "the recording ended during this play"
    participants = _hosts_of(play) | (frozenset(evidence.agreement.controller.hosts) if evidence.agreement else set())
    for exchange in evidence.exchanges:
        if exchange.response is None and exchange.receiver in participants:
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
    command = shlex.join(["testbed", "run", name, "--seed", str(plan.seed), "--person", play.person, *plan.options])

    def with_command(finding: Finding) -> Finding:
        return replace(finding, reproduce=command)

    return replace(result, findings=tuple(with_command(finding) for finding in result.findings))


def _unreadable(play: Play, reason: str) -> Judgement:
    return Judgement(play, Verdict.ERROR, reason, expected_verdict(play.scenario.expect), Expectation(met=False), ())
