"""A school and a platform, each as it is: everything, then what has changed, then what is gone."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx
import pytest

from idp.provisioning.bodies import Piece, piece
from idp.provisioning.kinds import Kind
from idp.sending.limits import Guard, Why
from idp.sending.sender import Pushed
from idp.sending.terms import Receiver
from idp.ss12000.ids import person_id
from testbed.model.written import Person
from tests.support.provisioning import API, GRANNE, HOST, SKOLA, Platform
from tests.support.sending import Sender, an_agreement

pytestmark = pytest.mark.anyio
MANY = 5
NOTHING: dict[str, dict[str, Any]] = {kind.endpoint: {} for kind in Kind}


def done(pushed: Pushed) -> tuple[int, int, int, int]:
    counts = pushed.counts.values()
    return (
        sum(one.created for one in counts),
        sum(one.replaced for one in counts),
        sum(one.deleted for one in counts),
        sum(one.failed for one in counts),
    )


def a_pupil(folk: Mapping[str, Person], grade: str) -> Person:
    return next(
        one
        for one in folk.values()
        if one.school == "skola" and one.values("sisSchoolGrade") == (grade,) and not one.protected
    )


async def test_the_platform_holds_what_it_is_to_hold_and_is_told_nothing_twice(school: Sender) -> None:
    first = await school.push()
    wanted = school.wanted()
    assert first.whole
    assert done(first) == (sum(map(len, wanted.values())), 0, 0, 0)
    assert await school.held() == wanted
    assert all(wanted.values())
    kinds = dict.fromkeys(call.split("/")[1] for call in school.calls("POST"))
    assert list(kinds) == ["persons", "duties", "groups", "activities"]
    before = len(school.network.sent)
    again = await school.push()
    assert (again.whole, done(again), len(school.network.sent)) == (True, (0, 0, 0, 0), before)


async def test_only_what_has_changed_is_sent(school: Sender, folk: Mapping[str, Person]) -> None:
    await school.push()
    one = a_pupil(folk, "6")
    school.change(one.id, attributes={**one.attributes, "sn": "Nyttnamn"})
    before = len(school.network.sent)
    assert done(await school.push()) == (0, 1, 0, 0)
    assert await school.held() == school.wanted()
    (put,) = [sent for sent in school.network.sent[before:] if sent.method == "PUT"]
    assert put.url.path.endswith("/persons/bulk")
    assert put.content.count(b'"civicNo"') == 1


async def test_whoever_comes_to_need_protection_is_deleted_and_named_no_more(
    school: Sender, folk: Mapping[str, Person]
) -> None:
    await school.push()
    one = a_pupil(folk, "6")
    school.change(one.id, security_marking="Skyddad folkbokföring")
    pushed = await school.push()
    assert (pushed.whole, pushed.counts[Kind.PERSON].deleted, pushed.counts[Kind.GROUP].replaced) == (True, 1, 1)
    held = await school.held()
    assert held == school.wanted()
    assert person_id(one.id) not in str(held)


async def test_deletes_go_in_reverse(school: Sender) -> None:
    await school.push()
    school.agreement = an_agreement(valid={"from": "2025-08-01", "until": "2026-10-31"})
    school.guard = Guard(most=0)
    pushed = await school.started().push(school.receiver)
    assert pushed.whole
    assert await school.held() == NOTHING
    deletes = dict.fromkeys(call.split("/")[1] for call in school.calls("POST", "/delete"))
    assert list(deletes) == ["activities", "groups", "duties", "persons"]


@pytest.mark.parametrize("at", ["/persons/bulk", "/duties/bulk", "/groups/bulk", "/bulk/jobs/"])
@pytest.mark.parametrize("by_the_clock", [True, False])
async def test_an_agreement_that_ends_in_the_middle_of_a_push_stops_it(
    school: Sender, at: str, by_the_clock: bool
) -> None:
    def end(request: httpx.Request) -> None:
        if at in request.url.path:
            if by_the_clock:
                school.platform.now = evening + timedelta(hours=5)
            else:
                school.agreement = an_agreement(valid={"from": "2025-08-01", "until": "2026-01-31"})

    # NOTE: the school's token outlives the agreement.
    evening = school.platform.now = school.platform.now.replace(hour=20)
    school.agreement = an_agreement(valid={"from": "2025-08-01", "until": evening.date()})
    school.tampered(end)
    pushed = await school.push()
    assert (pushed.stopped, pushed.whole) == (Why.TERMS, False)
    sent = school.calls("POST")
    last = {"/duties/bulk": "/duties/bulk", "/groups/bulk": "/groups/bulk"}.get(at, "/persons/bulk")
    assert [call for call in sent if last in call] == sent[-1:]
    # NOTE: what was sent is asked about to its end, so that no delete overtakes it.
    assert "/bulk/jobs/" in school.calls()[-1]
    assert (await school.held())["persons"]
    school.tampered(None)
    school.guard = Guard()
    before = len(school.calls("POST"))
    assert (await school.started().push(school.receiver)).whole
    assert await school.held() == NOTHING
    withdrawn = school.calls("POST")[before:]
    assert [call for call in withdrawn if "/bulk" in call] == [call for call in withdrawn if "/bulk/delete" in call]


@pytest.mark.parametrize("agreement", [None, an_agreement(valid={"from": "2027-01-01", "until": "2027-06-30"})])
async def test_a_guard_keeps_a_lost_agreement_from_emptying_the_platform(school: Sender, agreement: Any) -> None:
    await school.push()
    held, before = await school.held(), len(school.network.sent)
    school.agreement, school.guard = agreement, Guard()
    pushed = await school.started().push(school.receiver)
    assert (pushed.stopped, pushed.whole) == (Why.GUARD, False)
    assert not [sent for sent in school.network.sent[before:] if sent.url.host == "provplattformen.test"]
    assert await school.held() == held


async def test_a_rebuild_finds_what_the_record_has_lost(school: Sender, folk: Mapping[str, Person]) -> None:
    await school.push()
    lost = Sender(school.platform, folk)
    one = a_pupil(folk, "6")
    lost.change(one.id, security_marking="Sekretessmarkering")
    pushed = await lost.push(rebuild=True)
    assert (pushed.whole, pushed.counts[Kind.PERSON].deleted, pushed.counts[Kind.PERSON].created) == (True, 1, 0)
    assert await lost.held() == lost.wanted()
    # NOTE: without it the platform says that it has all of them already, and the next push sends them as such.
    blind = Sender(school.platform, folk)
    assert not (await blind.push()).whole
    assert (await blind.push()).whole
    assert await blind.held() == blind.wanted()


async def test_two_schools_do_not_touch_each_other(platform: Platform, folk: Mapping[str, Person]) -> None:
    first, second = Sender(platform, folk), Sender(platform, folk, entity=GRANNE)
    for one in (first, second, first, second):
        assert (await one.push(rebuild=True)).whole
    assert await first.held() == first.wanted()
    assert await second.held() == second.wanted()
    assert second.wanted()["activities"]
    assert set(first.wanted()["persons"]).isdisjoint(second.wanted()["persons"])


@pytest.mark.parametrize(
    "receiver",
    [
        Receiver(HOST, "https://annan.test/v1", an_agreement, frozenset({"annan.test"})),
        Receiver(HOST, API, an_agreement, frozenset({"annan.test"})),
        Receiver(SKOLA, API, an_agreement, frozenset({"provplattformen.test"})),
        Receiver("https://ingen.test", API, an_agreement, frozenset({"provplattformen.test"})),
    ],
)
async def test_nothing_is_sent_to_whom_the_federation_does_not_name(school: Sender, receiver: Receiver) -> None:
    pushed = await school.sender.push(receiver)
    assert (pushed.stopped, done(pushed)) == (Why.UNKNOWN, (0, 0, 0, 0))
    assert school.calls() == []


async def test_what_is_logged_names_nobody(
    school: Sender, folk: Mapping[str, Person], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await school.push()
        school.tampered(lambda request: httpx.Response(500))
        one = a_pupil(folk, "6")
        school.change(one.id, attributes={**one.attributes, "sn": "Nyttnamn"})
        await school.push()
    assert "push to https://provplattformen.test" in caplog.text
    for person in folk.values():
        for value in (*person.values("sn"), *person.values("norEduPersonNIN"), *person.values("mail"), "Bearer ey"):
            assert value not in caplog.text


async def test_a_withdrawn_key_stops_a_push(school: Sender) -> None:
    await school.push()
    platform = school.platform
    platform.registry.revoke_pin(SKOLA, platform.pin(SKOLA))
    platform.now = platform.now.replace(hour=13)
    assert (await school.push(rebuild=True)).stopped is Why.REFUSED
    # NOTE: a platform that is content with the token takes it, as long as that lasts.
    careless = Sender(Platform("takes-tokens-without-the-key"), school.people)
    await careless.push()
    careless.platform.registry.revoke_pin(SKOLA, careless.platform.pin(SKOLA))
    careless.platform.now = careless.platform.now.replace(hour=13)
    assert (await careless.push(rebuild=True)).whole


async def test_with_a_platform_that_mixes_schools_one_deletes_the_others(folk: Mapping[str, Person]) -> None:
    platform = Platform("mixes-municipalities")
    first, second = Sender(platform, folk), Sender(platform, folk, entity=GRANNE)
    await first.push()
    await second.push()
    pushed = await second.push(rebuild=True)
    assert pushed.counts[Kind.PERSON].deleted == len(first.wanted()["persons"])


async def test_a_resource_is_made_when_its_turn_comes(school: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    ahead: list[int] = []

    def making(name: str, told: Any) -> Piece:
        made.append(name)
        return piece(name, told)

    def count(request: httpx.Request) -> None:
        if request.url.path.endswith("/persons/bulk"):
            ahead.append(len(made) - MANY * len(ahead))

    monkeypatch.setattr("idp.provisioning.bodies.MAX_NAMED", MANY)
    monkeypatch.setattr("idp.provisioning.reconciling.piece", making)
    school.tampered(count)
    assert (await school.push()).whole
    assert len(ahead) > MANY
    assert max(ahead) <= MANY + 1
