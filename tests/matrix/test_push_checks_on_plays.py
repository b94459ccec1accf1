"""The checks of rosters that schools send, on plays of the laboratory: silent on a vendor that does well, heard when
one thing of the play is another."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from testbed.checks.core import run_checks
from testbed.checks.rosters import looks
from testbed.checks.sent import calls
from testbed.lab.open import LabName
from testbed.model.exchange_messages import MachineRegister, Remark, RosterCall
from testbed.model.messages import Message
from testbed.model.verdict import Evidence, Result, RunRecord, Verdict
from testbed.model.wire import Request, Response
from testbed.wire.messages import messages

FIRST, LEAVES, STRANGERS = "push-pupil-accounts", "push-teacher-leaves-pupil-accounts", "push-strangers-pupil-accounts"
REVOKED, SCHOOLS, ADDRESSES = (
    "push-revoked-pupil-accounts",
    "push-two-schools-pupil-accounts",
    "push-addresses-pupil-accounts",
)
PLAYS = (FIRST, LEAVES, STRANGERS, REVOKED, SCHOOLS, ADDRESSES)
NEIGHBOUR = "api.granne.test"


@pytest.fixture(scope="module")
def pushes(player: Any) -> RunRecord:
    """Rosters that schools send, in process, to a vendor that does well."""
    return player.play(player.catalogue.named(PLAYS), LabName.INPROCESS)[1]


def result_of(check: str, evidence: Evidence) -> Result:
    (result,) = [one for one in run_checks(evidence) if one.check == check]
    return result


def with_calls(evidence: Evidence, change: Callable[[RosterCall], RosterCall]) -> Evidence:
    """The evidence with each call of the receiving side changed."""

    def changed(message: Message) -> Message:
        return change(message) if isinstance(message, RosterCall) else message

    return replace(evidence, messages=tuple(map(changed, evidence.messages)))


def one_refused(evidence: Evidence) -> Evidence:
    last = [call for call in calls(evidence) if call.writes][-1]
    return with_calls(evidence, lambda one: replace(one, status=500) if one is last else one)


def one_more_sent(evidence: Evidence) -> Evidence:
    """A pupil is sent by another id than the page shows."""
    user = next(call for call in calls(evidence) if call.collection == "Users" and call.asked == "create")
    (record,) = user.sent
    other = replace(user, sent=(replace(record, id="another"),))
    return with_calls(evidence, lambda one: other if one is user else one)


def somebody_shown_is_deleted(evidence: Evidence) -> Evidence:
    kept = looks(evidence)[-1].rows[0]["id"][0]
    gone = [call for call in calls(evidence) if call.collection == "Users" and call.asked == "delete"][-1]
    other = replace(gone, sent=(replace(gone.sent[0], id=kept),))
    return with_calls(evidence, lambda one: other if one is gone else one)


def let_in(evidence: Evidence) -> Evidence:
    return with_calls(evidence, lambda one: replace(one, status=200) if one.status in (401, 403) else one)


def told_of_others(evidence: Evidence) -> Evidence:
    """What one school was told another was."""
    own = next(call for call in calls(evidence) if call.asked == "list" and call.answered and call.caller != NEIGHBOUR)
    return with_calls(evidence, lambda one: replace(one, caller=NEIGHBOUR) if one is own else one)


def named(evidence: Evidence) -> Evidence:
    person = evidence.person
    assert person
    last = calls(evidence)[-1]
    told = replace(last, remarks=(Remark(last.where, f"refused: {person.values('displayName')[0]}"),))
    return with_calls(evidence, lambda one: told if one is last else one)


def fetched(evidence: Evidence) -> Evidence:
    address = next(url for call in calls(evidence) for url in call.addresses)
    last, vendor = evidence.exchanges[-1], calls(evidence)[0].host
    call = replace(last, number=last.number + 1, sender=vendor, request=Request("GET", address), response=Response(200))
    return replace(evidence, exchanges=(*evidence.exchanges, call))


CHANGES: dict[str, tuple[str, Callable[[Evidence], Evidence]]] = {
    "exchange.push-is-taken": (FIRST, one_refused),
    "exchange.held-as-sent": (FIRST, one_more_sent),
    "data.deleted-persons-forgotten": (LEAVES, somebody_shown_is_deleted),
    "exchange.stranger-is-refused": (STRANGERS, let_in),
    "exchange.schools-apart": (SCHOOLS, told_of_others),
    "exchange.answers-name-nobody": (FIRST, named),
    "exchange.references-are-not-followed": (ADDRESSES, fetched),
}
"""Of each check the play that it looks at, and what must be heard. What lists of the national tests' provisioning tell
is proven in test_every_push_check.py."""


def test_a_vendor_that_does_well_is_as_expected(pushes: RunRecord) -> None:
    assert [j.play.id for j in pushes.run.judgements if not j.expectation.met or j.findings] == []


@pytest.mark.parametrize("check", CHANGES)
def test_a_check_is_silent_on_the_play_as_it_was(check: str, pushes: RunRecord) -> None:
    result = result_of(check, pushes.evidence[CHANGES[check][0]])
    expected = Verdict.SKIPPED if check == "exchange.answers-name-nobody" else Verdict.PASS
    assert (result.findings, result.verdict) == ((), expected), result.reason


@pytest.mark.parametrize("check", CHANGES)
def test_a_check_is_heard_when_its_fact_is_changed(check: str, pushes: RunRecord) -> None:
    play, change = CHANGES[check]
    result = result_of(check, change(pushes.evidence[play]))
    assert result.verdict is Verdict.FAIL, result.reason
    assert all(finding.clause and finding.observed and finding.expected for finding in result.findings)


def test_a_key_that_was_withdrawn_is_a_stranger_s(pushes: RunRecord) -> None:
    evidence = pushes.evidence[REVOKED]
    assert result_of("exchange.stranger-is-refused", evidence).verdict is Verdict.PASS
    assert result_of("exchange.stranger-is-refused", let_in(evidence)).verdict is Verdict.FAIL
    kept = tuple(replace(m, cache_ttl_s=600) if isinstance(m, MachineRegister) else m for m in evidence.messages)
    # NOTE: the order that was carried out says that nobody goes by the former register any more.
    unordered = replace(evidence, messages=kept, play=replace(evidence.play, orders=()))
    assert result_of("exchange.stranger-is-refused", unordered).verdict is Verdict.NOT_VERIFIED


def test_what_a_record_tells_is_told_of_the_person_whose_record_it_is(pushes: RunRecord) -> None:
    evidence = pushes.evidence[FIRST]
    told = [one for one in evidence.disclosures if one.channel == "scim"]
    assert {"eduPersonPrincipalName", "givenName", "sn", "sisSchoolUnitCode", "sisSchoolCourseStudent"} <= {
        one.attribute for one in told
    }
    assert all(one.person for one in told)
    assert {one.sender for one in told} == {"api.skola.test"}


def test_what_was_ordered_stands_in_the_play(pushes: RunRecord) -> None:
    assert [one.order.order for one in pushes.evidence[FIRST].play.orders] == ["push-roster", "push-roster"]


def test_every_call_of_a_receiver_is_read(pushes: RunRecord) -> None:
    for evidence in pushes.evidence.values():
        host = calls(evidence)[0].host
        sent = [one for one in evidence.exchanges if one.receiver == host and one.sender != "browser.test"]
        assert sent
        unread = [one.request.url for one in sent if not any(isinstance(m, RosterCall) for m in messages(one))]
        assert [url for url in unread if "ServiceProviderConfig" not in url] == []
