"""What a push sends, in which order, to whom, and what it says of itself."""

import json
import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from egil_lab import OF_SCHOOL, PARTY, PATIENCE, URL, Lab, an_agreement, entity, refs, scim, total

from idp.scim.kinds import Kind
from idp.sending.limits import Guard, Why
from testbed.model.written import Person

pytestmark = pytest.mark.anyio
WRITES = [
    "POST Organisations",
    "POST SchoolUnits",
    "POST Users",
    "POST Employments",
    "POST StudentGroups",
    "POST Activities",
]


async def test_everything_is_sent_once_and_what_is_referred_to_comes_first(lab: Lab) -> None:
    pushed = await lab.push()
    assert pushed.whole
    assert lab.holder.asked_since(0) == WRITES
    assert pushed.counts[Kind.STUDENT].created == sum(
        one.role == "pupil" and not one.protected for one in lab.people.values()
    )
    held = sum(map(len, lab.holder.held.values()))
    assert total(pushed, "created") == len(lab.holder.asked) == held
    assert (total(pushed, "replaced"), total(pushed, "deleted"), total(pushed, "failed")) == (0, 0, 0)


async def test_requests_are_scim(lab: Lab) -> None:
    await lab.push()
    for request in lab.holder.requests:
        assert request.headers["content-type"] == request.headers["accept"] == "application/scim+json"
        body = json.loads(request.content)
        assert "id" not in body
        assert len(body["externalId"]) == 36


async def test_students_come_before_teachers(lab: Lab) -> None:
    await lab.push()
    users = [json.loads(one.content) for one in lab.holder.requests if one.url.path.endswith("/Users")]
    accounts = [one["userName"] for one in users]
    pupils = {one.attributes["eduPersonPrincipalName"] for one in lab.people.values() if one.role == "pupil"}
    are = [account in pupils for account in accounts]
    assert are == sorted(are, reverse=True)
    assert {True, False} == set(are)


async def test_what_is_referred_to_is_there(lab: Lab) -> None:
    await lab.push()
    references = [one for resources in lab.holder.held.values() for body in resources.values() for one in refs(body)]
    assert len(references) >= 300
    for endpoint, name in references:
        assert name in lab.holder.held[endpoint]


async def test_nothing_is_sent_again(lab: Lab) -> None:
    await lab.push()
    lab.restart()
    before = len(lab.holder.asked)
    pushed = await lab.push()
    assert pushed.whole
    assert len(lab.holder.asked) == before
    assert total(pushed, "created") == 0


async def test_only_what_has_changed_is_replaced(lab: Lab) -> None:
    await lab.push()
    person = lab.some()
    lab.change(person.id, attributes={**person.attributes, "displayName": "Nytt Namn"})
    before = len(lab.holder.asked)
    pushed = await lab.push()
    assert [method for method, _ in lab.holder.asked[before:]] == ["PUT"]
    assert pushed.counts[Kind.STUDENT].replaced == 1
    assert lab.holder.held == await lab.expected()


async def test_who_leaves_is_deleted_after_what_refers_to_them(lab: Lab) -> None:
    await lab.push()
    teacher = lab.some("teacher")
    lab.roll.leave(teacher.id)
    lab.roll.leave(lab.some().id)
    before = len(lab.holder.asked)
    pushed = await lab.push()
    assert pushed.whole
    steps = lab.holder.asked_since(before)
    assert steps == ["PUT StudentGroups", "PUT Activities", "DELETE Employments", "DELETE Users"]
    assert pushed.counts[Kind.TEACHER].deleted == pushed.counts[Kind.STUDENT].deleted == 1
    assert lab.holder.held == await lab.expected()


async def test_who_changes_roles_is_replaced_and_not_deleted(lab: Lab) -> None:
    await lab.push()
    lab.change(lab.some().id, role="teacher")
    pushed = await lab.push()
    assert pushed.counts[Kind.TEACHER].replaced == 1
    assert total(pushed, "deleted") == 0
    assert lab.holder.held == await lab.expected()


async def test_rows_and_fields_are_those_of_the_agreement(folk: Mapping[str, Person]) -> None:
    clause = {
        "subjects": ("pupil",),
        "required": ("eduPersonPrincipalName", "displayName", "sisSchoolUnitCode"),
        "limits": {"grades": (4,)},
    }
    lab = Lab(folk, an_agreement(clause))
    await lab.push()
    fourth = [
        one
        for one in folk.values()
        if one.role == "pupil" and one.attributes["sisSchoolGrade"] == "4" and not one.protected
    ]
    users = lab.holder.held["Users"].values()
    assert {one["userName"] for one in users} == {one.attributes["eduPersonPrincipalName"] for one in fourth}
    assert lab.holder.held["Employments"] == lab.holder.held["StudentGroups"] == {}
    assert {tuple(one["name"].values()) for one in users} == {("", "")}
    said = json.dumps(list(users))
    assert "civicNo" not in said
    assert "emails" not in said
    assert "schoolYear" not in said


async def test_whoever_comes_to_be_protected_is_deleted(lab: Lab) -> None:
    await lab.push()
    person = lab.some()
    lab.change(person.id, security_marking="Skyddad folkbokföring")
    pushed = await lab.push()
    assert pushed.counts[Kind.STUDENT].deleted == 1
    assert person.attributes["displayName"] not in json.dumps(lab.holder.held, ensure_ascii=False)


async def test_a_pseudonym_is_another_person(folk: Mapping[str, Person]) -> None:
    lab = Lab(folk, an_agreement(protected_identity="pseudonym"))
    await lab.push()
    person, before = lab.some(), set(lab.holder.held["Users"])
    lab.change(person.id, security_marking="Skyddad folkbokföring")
    pushed = await lab.push()
    (new,) = set(lab.holder.held["Users"]) - before
    assert pushed.counts[Kind.STUDENT].deleted == pushed.counts[Kind.STUDENT].created == 1
    assert lab.holder.held["Users"][new]["userName"] == f"{new}@skola.test"
    said = json.dumps(lab.holder.held, ensure_ascii=False)
    assert not [one for one in ("displayName", "mail", "eduPersonPrincipalName") if person.attributes[one] in said]


async def test_when_the_agreement_has_ended_everything_goes_whatever_the_guard_says(lab: Lab) -> None:
    await lab.push()
    lab.guard = Guard(most=0, share=0.0, few=0)
    lab.now = lab.now.replace(year=2027, month=7, day=1)
    lab.restart()
    before = len(lab.holder.asked)
    pushed = await lab.push()
    assert pushed.whole
    assert lab.holder.asked_since(before) == [one.replace("POST", "DELETE") for one in reversed(WRITES)]
    assert not any(lab.holder.held.values())


def _ends_by_the_clock(lab: Lab) -> None:
    lab.now = lab.now.replace(year=2027, month=7, day=1)


def _is_ended_by_the_school(lab: Lab) -> None:
    assert lab.agreement is not None
    ended = lab.agreement.valid.model_copy(update={"until": lab.now.date() - timedelta(days=1)})
    lab.agreement = lab.agreement.model_copy(update={"valid": ended})


@pytest.mark.parametrize("ends", [_ends_by_the_clock, _is_ended_by_the_school])
@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("number", [1, 2, 30, 90])
async def test_an_agreement_that_ends_in_the_middle_of_a_push_stops_it(
    lab: Lab, ends: Callable[[Lab], None], number: int, again: bool
) -> None:
    if again:
        await lab.push()
        for one in lab.people.values():
            lab.change(one.id, attributes={**one.attributes, "sn": "Nyttnamn"})
    lab.restart()
    before = len(lab.holder.asked)

    def end(_: httpx.Request) -> None:
        if len(lab.holder.asked) - before == number:
            ends(lab)

    lab.holder.before = end
    pushed = await lab.push()
    assert (pushed.stopped, pushed.whole) == (Why.TERMS, False)
    # NOTE: those that were under way when it ended have left already, and no others may.
    assert number <= len(lab.holder.asked) - before < number + PATIENCE.at_once
    assert any(lab.holder.held.values())
    after = len(lab.holder.asked)
    lab.guard = Guard()
    lab.restart()
    pushed = await lab.push()
    assert pushed.whole
    assert {method for method, _ in lab.holder.asked[after:]} == {"DELETE"}
    assert not any(lab.holder.held.values())


async def test_an_agreement_that_becomes_another_in_the_middle_of_a_push_stops_it(lab: Lab) -> None:
    fewer = an_agreement({"subjects": ("pupil",), "required": ("eduPersonPrincipalName", "displayName")})

    def change(_: httpx.Request) -> None:
        if len(lab.holder.asked) == 40:
            lab.agreement = fewer

    lab.holder.before = change
    assert (await lab.push()).stopped == Why.TERMS
    lab.holder.before = lambda _: None
    assert (await lab.push()).whole
    assert lab.holder.held == await lab.expected()


async def test_nothing_is_sent_again_after_a_wait_during_which_the_agreement_has_ended(lab: Lab) -> None:
    def busy(_: httpx.Request) -> httpx.Response:
        _ends_by_the_clock(lab)
        return scim(429, None, **{"retry-after": "5"})

    lab.holder.before = busy
    assert (await lab.push()).stopped == Why.TERMS
    assert len(lab.holder.asked) == 1
    assert lab.pauses == [5.0]


@pytest.mark.parametrize("agreement", [None, an_agreement(valid={"from": "2027-01-01", "until": "2027-06-30"})])
async def test_an_agreement_that_is_missing_is_no_decision(lab: Lab, agreement: Any) -> None:
    await lab.push()
    lab.agreement, lab.guard = agreement, Guard()
    lab.restart()
    before = len(lab.holder.asked)
    pushed = await lab.push()
    assert pushed.stopped == Why.GUARD
    assert len(lab.holder.asked) == before


@pytest.mark.parametrize("agreement", [None, an_agreement(valid={"from": "2027-01-01", "until": "2027-06-30"})])
async def test_without_an_agreement_nothing_is_sent(folk: Mapping[str, Person], agreement: Any) -> None:
    lab = Lab(folk, agreement)
    assert (await lab.push()).whole
    assert lab.holder.asked == []


async def test_the_guard_stops_before_anything_is_sent(lab: Lab) -> None:
    await lab.push()
    lab.guard = Guard()
    lab.restart()
    pupils = [one for one in lab.people.values() if one.role == "pupil" and not one.protected]
    for person in pupils[:11]:
        lab.roll.leave(person.id)
    lab.change(pupils[20].id, attributes={**pupils[20].attributes, "displayName": "Nytt Namn"})
    before = len(lab.holder.asked)
    pushed = await lab.push()
    assert (pushed.stopped, pushed.whole) == (Why.GUARD, False)
    assert len(lab.holder.asked) == before
    lab.change(pupils[0].id)
    assert (await lab.push()).whole
    assert lab.holder.held == await lab.expected()


@pytest.mark.parametrize(
    "entities",
    [
        (),
        (entity(name="https://annan.test"),),
        (entity(f"{URL}/other"),),
        (entity(URL, "gnapv1"),),
        (entity("https://lasning.test:8443/scim/v2"),),
    ],
)
async def test_nothing_is_sent_where_the_federation_does_not_name_the_address(lab: Lab, entities: Any) -> None:
    lab.federation.entities = entities
    pushed = await lab.push()
    assert (pushed.stopped, pushed.whole) == (Why.UNKNOWN, False)
    assert lab.holder.asked == []


async def test_nothing_is_sent_where_the_federation_cannot_be_asked(lab: Lab) -> None:
    lab.federation.broken = True
    assert (await lab.push()).stopped == Why.UNKNOWN
    assert lab.holder.asked == []


@pytest.mark.parametrize(
    "url", ["https://lasning.test.evil/scim", "http://lasning.test/scim", "https://a@lasning.test/x"]
)
async def test_nothing_is_sent_to_a_host_that_is_not_the_receivers(lab: Lab, url: str) -> None:
    if url.startswith("https:"):
        lab.federation.entities = (entity(url),)
    assert (await lab.push(url=url)).stopped == Why.UNKNOWN
    assert lab.holder.asked == []


async def test_a_slash_at_the_end_of_the_federations_address_changes_nothing(lab: Lab) -> None:
    lab.federation.entities = (entity(f"{URL}/"),)
    assert (await lab.push()).whole


async def test_logs_name_nobody(lab: Lab, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    lab.holder.before = lambda request: scim(500, {"detail": "Anna"}) if request.url.path.endswith("Users") else None
    await lab.push()
    lab.holder.before = lambda _: None
    await lab.push(rebuild=True)
    lab.roll.leave(lab.some().id)
    lab.holder.before = lambda _: httpx.ConnectError("no")
    await lab.push()
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("idp"))
    assert ours.count(PARTY) == 3
    named = {value for one in lab.people.values() for value in map(str, one.attributes.values()) if len(value) > 3}
    assert not [one for one in named | set(lab.holder.held["Users"]) if one in ours]


async def test_the_record_holds_no_body(folk: Mapping[str, Person], tmp_path: Path) -> None:
    lab = Lab(folk, path=tmp_path / "school.sqlite")
    await lab.push()
    lab.state.close()
    octets = lab.octets()
    some = next(iter(lab.holder.held["Users"]))
    assert some.encode() in octets
    for person in folk.values():
        assert str(person.attributes["displayName"]).encode() not in octets
        assert str(person.attributes["eduPersonPrincipalName"]).encode() not in octets


async def test_guardians_come_first_where_they_are_agreed(folk: Mapping[str, Person]) -> None:
    everybody = {"subjects": (*OF_SCHOOL, "guardian"), "required": an_agreement().data[0].required}
    lab = Lab(folk, an_agreement(everybody))
    pushed = await lab.push()
    assert pushed.counts[Kind.GUARDIAN].created > 50
    seen: set[str] = set()
    for request in lab.holder.requests:
        body = json.loads(request.content)
        assert {name for endpoint, name in refs(body) if endpoint == "Users"} <= seen
        seen.add(body["externalId"])
