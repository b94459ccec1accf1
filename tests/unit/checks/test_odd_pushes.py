"""What no school and no vendor that does well would send: nothing of it may stop the judge, or turn a verdict."""

import json
import time
from datetime import UTC, datetime

import pytest
from pushing import (
    BASE,
    JSON,
    KEYS,
    NEIGHBOUR,
    NOW,
    SCHOOL,
    STRANGER,
    UNIT,
    VENDOR,
    Pushing,
    enrolled,
    group,
    jwt,
    token,
    unit,
    user,
)

from testbed.checks.core import run_checks
from testbed.checks.rosters import looks
from testbed.checks.sent import Callers, calls
from testbed.model.verdict import Result, Verdict
from testbed.model.wire import BROWSER, Request, Response

PERSON = {
    "id": "id-ada",
    "givenName": "Ada",
    "familyName": "Lind",
    "eduPersonPrincipalNames": ["ada@skola.test"],
    "civicNo": {"value": "1"},
}


def result_of(check: str, pushed: Pushing) -> Result:
    (result,) = [one for one in run_checks(pushed.evidence()) if one.check == check]
    return result


def verdict_of(check: str, pushed: Pushing) -> Verdict:
    return result_of(check, pushed).verdict


def begun(protocol: str = "scim", ttl: int = 0) -> Pushing:
    pushed = Pushing(protocol)
    pushed.register(SCHOOL, NEIGHBOUR, ttl=ttl)
    return pushed


def bearer(**claims: object) -> tuple[tuple[str, str], ...]:
    return (("Authorization", f"Bearer {jwt(**{**token(), **claims})}"),)


def bulk(pushed: Pushing, **claims: object) -> None:
    """A school sends a person as the national tests have it."""
    headers = bearer(**claims)
    body = {"data": [PERSON]}
    pushed.call("POST", "/persons/bulk", body, 200, {}, media_type=JSON, headers=headers)


def test_a_register_that_may_be_kept_for_ever_stops_nothing() -> None:
    pushed = begun(ttl=10**30)
    pushed.register(NEIGHBOUR)
    pushed.call("POST", "/Users", user("ada"))
    assert verdict_of("exchange.stranger-is-refused", pushed) is Verdict.NOT_VERIFIED


@pytest.mark.parametrize(
    "claims", [{"exp": 253402300799}, {"nbf": -62135596800}, {"exp": 10**30}, {"exp": -(10**30)}, {"nbf": 1e308}]
)
def test_a_token_of_all_times_stops_nothing(claims: dict[str, object]) -> None:
    pushed = begun("provisioning")
    bulk(pushed, **claims)
    assert Verdict.ERROR not in {one.verdict for one in run_checks(pushed.evidence())}


def test_a_token_that_has_not_begun_is_a_strangers() -> None:
    pushed = begun("provisioning")
    bulk(pushed, nbf=int(datetime(2030, 1, 1, tzinfo=UTC).timestamp()))
    assert "begins 2030-01-01" in result_of("exchange.stranger-is-refused", pushed).findings[0].observed


@pytest.mark.parametrize("written", [BASE.replace(VENDOR, VENDOR.upper()), BASE.replace(VENDOR, f"{VENDOR}:443")])
def test_an_address_in_a_token_is_the_same_in_other_letters(written: str) -> None:
    assert written != BASE
    pushed = begun("provisioning")
    bulk(pushed, requested_access=[{"type": "provisioning-api", "locations": [f"{written}/"]}])
    assert verdict_of("exchange.stranger-is-refused", pushed) is Verdict.SKIPPED


def test_what_was_accepted_without_a_job_was_not_seen_to_be_taken() -> None:
    pushed = begun("provisioning")
    pushed.call("POST", "/persons/bulk", {"data": [PERSON]}, 202, {}, media_type=JSON, headers=bearer())
    result = result_of("exchange.push-is-taken", pushed)
    assert (result.verdict, "there was no job" in result.reason) == (Verdict.NOT_VERIFIED, True)


def listed(*ids: str) -> dict[str, object]:
    return {"Resources": [{"id": one} if one else {"userName": "x"} for one in ids]}


def two_schools() -> Pushing:
    pushed = begun()
    pushed.call("POST", "/Users", user("ada"))
    pushed.call("POST", "/Users", user("disa"), sender=NEIGHBOUR)
    return pushed


def test_what_has_no_id_is_no_other_schools() -> None:
    pushed = two_schools()
    pushed.call("POST", "/Users", {**user("nils"), "externalId": ""}, 201, {}, sender=NEIGHBOUR)
    pushed.call("GET", "/Users", answer=listed("id-ada", ""))
    assert verdict_of("exchange.schools-apart", pushed) is Verdict.PASS


def test_a_school_that_was_refused_has_sent_nothing() -> None:
    pushed = two_schools()
    pushed.call("POST", "/Users", user("ada"), 403, {}, sender=NEIGHBOUR)
    pushed.call("GET", "/Users", answer=listed("id-ada"), sender=NEIGHBOUR)
    assert verdict_of("exchange.schools-apart", pushed) is Verdict.FAIL


def test_many_missing_persons_on_many_pages_are_found_in_time() -> None:
    pushed = begun()
    ids = [f"id-x{number}" for number in range(600)]
    for one in ids:
        pushed.call("POST", "/Users", {**user("ada"), "externalId": one})
    pages = 90
    for page in range(1, pages + 1):
        pushed.look([f"other-{page}-{number}" for number in range(20)], page=page, following=page < pages)
    evidence = pushed.evidence()
    started = time.process_time()
    (result,) = [one for one in run_checks(evidence) if one.check == "exchange.held-as-sent"]
    assert len(result.findings) == len(ids)
    # NOTE: page by page for each of them takes minutes.
    assert time.process_time() - started < 20
    (look,) = looks(evidence)
    assert (look.at("other-7-3"), look.at("nowhere")) == (look.pages[6], look.pages[-1])


def test_many_registers_are_read_once() -> None:
    pushed = begun()
    for _ in range(600):
        pushed.register(SCHOOL, NEIGHBOUR)
        pushed.call("GET", "/Users", answer=listed(), sender=STRANGER)
    evidence = pushed.evidence()
    started = time.process_time()
    callers = Callers(evidence)
    assert all(callers.standing(call).stranger for call in calls(evidence))
    assert time.process_time() - started < 2


@pytest.mark.parametrize("protocol", ["scim", "provisioning"])
def test_lists_in_lists_stop_nothing(protocol: str) -> None:
    pushed = begun(protocol)
    deep = "[" * 3000 + "]" * 3000
    one = f'{{"externalId": "id-ada", "id": "id-ada", "userName": "a", "emails": {deep}, "enrolments": {deep}}}'
    path, body = ("/Users", one) if protocol == "scim" else ("/persons/bulk", f'{{"data": [{one}]}}')
    kinds = (("Content-Type", "application/scim+json" if protocol == "scim" else JSON), *bearer())
    request = Request("POST", f"{BASE}{path}", kinds, body.encode())
    pushed.exchange(SCHOOL, request, Response(201, (), b""), KEYS[SCHOOL])
    evidence = pushed.evidence()
    assert [record.id for call in calls(evidence) for record in call.sent] == ["id-ada"]
    assert Verdict.ERROR not in {one.verdict for one in run_checks(evidence)}


def test_ids_of_two_schools_are_two_schools() -> None:
    pushed = Pushing()
    pushed.agreement["controller"]["hosts"] = ["idp.skola.test", SCHOOL, NEIGHBOUR]
    pushed.register(SCHOOL, NEIGHBOUR)
    pushed.call("POST", "/SchoolUnits", unit("1", UNIT))
    pushed.call("POST", "/SchoolUnits", unit("1", "99999999"), sender=NEIGHBOUR)
    pushed.call("POST", "/Users", user("ada", **enrolled("1")))
    told = {one.value for one in pushed.evidence().disclosures if one.attribute == "sisSchoolUnitCode" and one.person}
    assert told == {UNIT}


RESULTS = f"https://{VENDOR}/results"


def taught(pushed: Pushing, *shown: str) -> None:
    """A teacher opens what they see."""
    text = f"<html><body><p>{' '.join(shown)}</p></body></html>".encode()
    request = Request("GET", f"{RESULTS}/teacher")
    pushed.exchange(BROWSER, request, Response(200, (("Content-Type", "text/html; charset=utf-8"),), text))


def platform() -> Pushing:
    """Ada is taught by the teacher, Bodil by nobody."""
    pushed = begun("provisioning")
    pushed.vendor["exchange"]["results"] = RESULTS

    def put(collection: str, *records: dict[str, object], method: str = "POST") -> None:
        headers = bearer()
        pushed.call(method, f"/{collection}/bulk", {"data": list(records)}, 200, {}, media_type=JSON, headers=headers)

    def members(*names: str) -> dict[str, object]:
        return {"id": "g", "displayName": "1A", "groupMemberships": [{"person": {"id": name}} for name in names]}

    put("persons", *({**PERSON, "id": one} for one in ("id-ada", "id-bodil", "teacher")))
    put("groups", members("id-ada"))
    put("duties", {"id": "d", "person": {"id": "teacher"}})
    put("activities", {"id": "a", "groups": [{"id": "g"}], "teachers": [{"duty": {"id": "d"}}]})
    taught(pushed, "teacher", "id-ada")
    put("groups", members("id-bodil"), method="PUT")
    return pushed


def test_what_a_teacher_saw_is_held_against_what_was_so_then() -> None:
    assert verdict_of("exchange.teachers-see-their-own", platform()) is Verdict.PASS
    pushed = platform()
    taught(pushed, "teacher", "id-ada", "id-bodil")
    (finding,) = result_of("exchange.teachers-see-their-own", pushed).findings
    assert finding.observed.startswith("teacher sees id-ada")


def test_while_a_job_is_not_known_to_be_done_no_page_is_held_against_it() -> None:
    pushed = platform()
    headers = bearer()
    pushed.call("PUT", "/groups/bulk", {"data": [{"id": "g"}]}, 202, {"jobId": "7"}, media_type=JSON, headers=headers)
    taught(pushed, "teacher", "id-ada")
    assert verdict_of("exchange.teachers-see-their-own", pushed) is Verdict.NOT_VERIFIED


def test_a_page_that_is_too_long_shows_nobody_to_be_absent() -> None:
    pushed = platform()
    taught(pushed, "x " * 300_000, "id-ada")
    assert verdict_of("exchange.teachers-see-their-own", pushed) is Verdict.NOT_VERIFIED


def test_json_of_any_depth_is_read_or_not() -> None:
    for depth in (1, 50, 900, 2000, 9000, 100_000):
        pushed = begun()
        body = '{"a":' * depth + "1" + "}" * depth
        kinds = (("Content-Type", "application/scim+json"),)
        request = Request("POST", f"{BASE}/Users", kinds, json.dumps({**group("g", "1A")})[:-1].encode() + b',"x":')
        request = Request(request.method, request.url, request.headers, request.body + body.encode() + b"}")
        pushed.exchange(SCHOOL, request, Response(400, kinds, body.encode()), KEYS[SCHOOL])
        assert Verdict.ERROR not in {one.verdict for one in run_checks(pushed.evidence())}
    assert pushed.now > NOW
