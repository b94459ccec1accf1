"""Every check of rosters that schools send is proven both ways: silent on a vendor that does well, heard when one thing
of what happened is another."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from pushing import (
    BASE,
    JSON,
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

from testbed.checks.core import registered, run_checks
from testbed.checks.sent import RECEIVES
from testbed.model.orders import PushRoster, SetAgreement
from testbed.model.verdict import Result, Verdict
from testbed.model.wire import BROWSER, Request, Response
from testbed.model.written import Agreement

COLUMN = "sisSchoolCourseStudent"
type Happening = Callable[[Pushing], None]


PROVEN = frozenset(
    {
        "exchange.push-is-taken",
        "exchange.stranger-is-refused",
        "exchange.schools-apart",
        "exchange.answers-name-nobody",
        "exchange.lists-are-reduced",
        "exchange.references-are-not-followed",
        "exchange.held-as-sent",
        "exchange.teachers-see-their-own",
    }
)


def test_every_check_of_vendors_that_are_sent_rosters_is_proven_here() -> None:
    assert {one.info.id for one in registered() if RECEIVES in one.needs} == PROVEN


def result_of(check: str, pushed: Pushing) -> Result:
    (result,) = [one for one in run_checks(pushed.evidence()) if one.check == check]
    return result


def begun(protocol: str = "scim", *named: str, ttl: int = 0) -> Pushing:
    pushed = Pushing(protocol)
    pushed.register(*(named or (SCHOOL, NEIGHBOUR)), ttl=ttl)
    return pushed


def sent(pushed: Pushing) -> None:
    """Two pupils in one class, taken in by a vendor that does well."""
    pushed.call("POST", "/SchoolUnits", unit("unit-1", UNIT))
    pushed.call("POST", "/Users", user("ada", **enrolled("unit-1")))
    pushed.call("POST", "/Users", user("bodil", **enrolled("unit-1")))
    pushed.call("POST", "/StudentGroups", group("g-1", "1A", "ada", "bodil"))


def looked(pushed: Pushing, **rows: str) -> None:
    pushed.look({f"id-{name}": tuple(filter(None, cell.split(","))) for name, cell in rows.items()}, column=COLUMN)


BOTH = {"ada": "1A", "bodil": "1A"}

# --- what the school sends is taken ---------------------------------------------------------------------------------

TAKEN = "exchange.push-is-taken"


def replaced_after_a_conflict(pushed: Pushing) -> None:
    pushed.call("POST", "/Users", user("ada"), 409, {"detail": "there already"})
    pushed.call("PUT", "/Users/id-ada", user("ada"))


def told_to_wait(pushed: Pushing) -> None:
    pushed.call("POST", "/Users", user("ada"), 429)
    pushed.call("POST", "/Users", user("ada"))


def deleted_what_was_not_there(pushed: Pushing) -> None:
    pushed.call("DELETE", "/Users/id-ada", None, 404, {"detail": "there is no such user"})


def created_where_it_was_lost(pushed: Pushing) -> None:
    pushed.call("PUT", "/Users/id-ada", user("ada"), 404)
    pushed.call("POST", "/Users", user("ada"))


@pytest.mark.parametrize(
    "happening", [sent, replaced_after_a_conflict, told_to_wait, deleted_what_was_not_there, created_where_it_was_lost]
)
def test_a_vendor_that_takes_everything_passes(happening: Happening) -> None:
    pushed = begun()
    happening(pushed)
    result = result_of(TAKEN, pushed)
    assert (result.verdict, result.findings) == (Verdict.PASS, ())


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/Users", 400),
        ("POST", "/Users", 200),
        ("POST", "/Users", 429),
        ("PUT", "/Users/id-ada", 500),
        ("PUT", "/Users/id-ada", 201),
        ("DELETE", "/Users/id-ada", 500),
    ],
)
def test_a_vendor_that_does_not_take_something_is_heard(method: str, path: str, status: int) -> None:
    pushed = begun()
    sent(pushed)
    pushed.call(method, path, None if method == "DELETE" else user("ada"), status)
    result = result_of(TAKEN, pushed)
    assert result.verdict is Verdict.FAIL
    assert [(one.sender, one.recipient) for one in result.findings] == [(SCHOOL, VENDOR)]
    assert str(status) in result.findings[0].observed


def test_no_answer_is_not_taken() -> None:
    pushed = begun()
    sent(pushed)
    request = Request("PUT", f"{BASE}/Users/id-ada", (("Content-Type", "application/scim+json"),), b"{}")
    pushed.exchange(SCHOOL, request, None, "school-key")
    assert result_of(TAKEN, pushed).verdict is Verdict.FAIL


def test_what_was_there_already_and_was_not_replaced_is_not_the_vendor_s_fault() -> None:
    pushed = begun()
    pushed.call("POST", "/Users", user("ada"), 409)
    assert result_of(TAKEN, pushed).verdict is Verdict.NOT_VERIFIED


def test_what_a_stranger_sends_need_not_be_taken() -> None:
    pushed = begun()
    sent(pushed)
    pushed.call("POST", "/Users", user("ada"), 401, sender=STRANGER)
    assert result_of(TAKEN, pushed).verdict is Verdict.PASS


def test_a_school_that_sends_nothing_proves_nothing() -> None:
    pushed = begun()
    pushed.call("GET", "/Users", None, 200, {"Resources": []})
    assert result_of(TAKEN, pushed).verdict is Verdict.SKIPPED


def test_a_school_that_is_told_to_send_and_of_which_nothing_comes_proves_nothing() -> None:
    pushed = begun()
    assert result_of(TAKEN, pushed).verdict is Verdict.SKIPPED
    pushed.order(PushRoster(party="https://somebody-else.test"))
    assert result_of(TAKEN, pushed).verdict is Verdict.SKIPPED
    pushed.order(PushRoster(party=f"https://{VENDOR}"))
    assert result_of(TAKEN, pushed).verdict is Verdict.NOT_VERIFIED
    pushed.look([])
    assert result_of(TAKEN, pushed).verdict is Verdict.NOT_VERIFIED
    pushed.look(["id-ada"])
    assert result_of(TAKEN, pushed).verdict is Verdict.SKIPPED


BEARER = (("Authorization", f"Bearer {jwt(**token())}"),)


def record(name: str) -> dict[str, Any]:
    names = {"givenName": name.capitalize(), "familyName": "Lind", "eduPersonPrincipalNames": [f"{name}@skola.test"]}
    return {"id": f"id-{name}", "civicNo": {"value": "201203142384", "nationality": "SE"}, **names}


def bulk(pushed: Pushing, *names: str, status: int = 202, method: str = "POST", path: str = "bulk") -> None:
    data: list[Any] = [f"id-{name}" if path == "bulk/delete" else record(name) for name in names]
    answer = {"jobId": f"job-{len(pushed.exchanges)}", "message": "Tack"} if status == 202 else [{"id": "5020"}]
    body = {"data": data}
    pushed.call(method, f"/persons/{path}", body, status, answer, headers=BEARER, media_type=JSON)


def job(pushed: Pushing, **states: str) -> None:
    """How the job stands that was begun last."""
    last = max(number for number, one in enumerate(pushed.exchanges) if one.request.method != "GET")
    responses = [{"id": f"id-{name}", "response": {"status": state}} for name, state in states.items()]
    path = f"/persons/bulk/jobs/job-{last}"
    pushed.call("GET", path, None, 200, {"jobId": "x", "responses": responses}, headers=BEARER, media_type=JSON)


@pytest.mark.parametrize(
    ("states", "verdict"),
    [
        ([{"ada": "Pending"}, {"ada": "Success"}], Verdict.PASS),
        ([{"ada": "Warning"}], Verdict.PASS),
        ([{"ada": "Error"}], Verdict.FAIL),
        ([{"ada": "Pending"}], Verdict.NOT_VERIFIED),
        ([{"ada": "TemporaryError"}], Verdict.NOT_VERIFIED),
        ([], Verdict.NOT_VERIFIED),
    ],
)
def test_what_became_of_a_job_counts(states: list[dict[str, str]], verdict: Verdict) -> None:
    pushed = begun("provisioning")
    bulk(pushed, "ada")
    for one in states:
        job(pushed, **one)
    assert result_of(TAKEN, pushed).verdict is verdict


def test_a_person_without_what_the_protocol_demands_may_be_sent_back() -> None:
    pushed = begun("provisioning")
    incomplete = {name: value for name, value in record("ada").items() if name != "civicNo"}
    body = {"data": [incomplete]}
    pushed.call("POST", "/persons/bulk", body, 202, {"jobId": "job-1"}, headers=BEARER, media_type=JSON)
    job(pushed, ada="Error")
    assert result_of(TAKEN, pushed).verdict is Verdict.PASS
    pushed.call("POST", "/persons/bulk", {"data": "unreadable"}, 500, [], headers=BEARER, media_type=JSON)
    assert result_of(TAKEN, pushed).verdict is Verdict.FAIL


def test_a_bulk_that_was_too_large_is_heard_once_and_made_good_by_smaller_ones() -> None:
    pushed = begun("provisioning")
    bulk(pushed, "ada", "bodil", status=413)
    (finding,) = result_of(TAKEN, pushed).findings
    assert "2 records" in finding.observed
    for name in ("ada", "bodil"):
        bulk(pushed, name)
        job(pushed, **{name: "Success"})
    assert result_of(TAKEN, pushed).verdict is Verdict.PASS


# --- strangers ------------------------------------------------------------------------------------------------------

STRANGERS = "exchange.stranger-is-refused"


@pytest.mark.parametrize(("status", "verdict"), [(401, Verdict.PASS), (403, Verdict.PASS), (503, Verdict.NOT_VERIFIED)])
@pytest.mark.parametrize("shown", ["stranger-key", ""])
def test_a_stranger_is_turned_away(status: int, verdict: Verdict, shown: str) -> None:
    pushed = begun()
    sent(pushed)
    pushed.call("GET", "/Users", None, status, {"detail": "who are you"}, sender=STRANGER, shown=shown)
    assert result_of(STRANGERS, pushed).verdict is verdict


@pytest.mark.parametrize("status", [200, 404, 500])
@pytest.mark.parametrize("shown", ["stranger-key", ""])
def test_a_stranger_who_gets_in_is_heard(status: int, shown: str) -> None:
    pushed = begun()
    sent(pushed)
    pushed.call("GET", "/Users", None, status, {"Resources": []}, sender=STRANGER, shown=shown)
    (finding,) = result_of(STRANGERS, pushed).findings
    assert finding.sender == STRANGER


def test_a_stranger_who_is_told_something_is_heard() -> None:
    pushed = begun()
    sent(pushed)
    pushed.call("POST", "/Users", user("ada"), 403, {"detail": "Ada Lind is not yours"}, sender=STRANGER)
    assert [(one.attribute, one.person) for one in result_of(STRANGERS, pushed).findings] == [("displayName", "ada")]


def test_a_connection_that_was_refused_is_a_refusal() -> None:
    pushed = begun()
    sent(pushed)
    accept = (("Accept", "application/scim+json"),)
    pushed.exchange(STRANGER, Request("GET", f"{BASE}/Users", accept), None, "stranger-key")
    assert result_of(STRANGERS, pushed).verdict is Verdict.PASS


def test_a_school_whose_key_was_withdrawn_is_a_stranger_once_nobody_may_keep_the_register() -> None:
    pushed = begun(ttl=5)
    sent(pushed)
    pushed.register(NEIGHBOUR, ttl=5)
    pushed.call("GET", "/Users", None, 200, {"Resources": []})
    assert result_of(STRANGERS, pushed).verdict is Verdict.NOT_VERIFIED
    pushed.now += timedelta(seconds=10)
    pushed.call("GET", "/Users", None, 403, {"detail": "no"})
    assert result_of(STRANGERS, pushed).findings == ()
    pushed.call("GET", "/Users", None, 200, {"Resources": []})
    assert result_of(STRANGERS, pushed).verdict is Verdict.FAIL


def test_without_a_register_nobody_can_be_called_a_stranger() -> None:
    pushed = Pushing()
    sent(pushed)
    pushed.call("GET", "/Users", None, 200, {"Resources": []}, sender=STRANGER)
    assert result_of(STRANGERS, pushed).verdict is Verdict.NOT_VERIFIED
    assert result_of(TAKEN, pushed).verdict is Verdict.PASS


def test_where_no_keys_were_seen_the_host_tells() -> None:
    pushed = begun()
    pushed.call("GET", "/Users", None, 200, {"Resources": []}, shown="")
    assert result_of(STRANGERS, pushed).verdict is Verdict.SKIPPED
    pushed.call("GET", "/Users", None, 200, {"Resources": []}, shown="", sender=STRANGER)
    assert result_of(STRANGERS, pushed).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    "shown",
    [
        "",
        "x.y.z",
        jwt(**token(ends=NOW - timedelta(hours=1))),
        jwt(**token(opens="https://another.test/v1")),
        jwt(**token(entity=f"https://{NEIGHBOUR}")),
        jwt(entity_id=f"https://{SCHOOL}"),
    ],
    ids=["none", "no-token", "ended", "for-another", "of-another", "never-ends"],
)
def test_a_token_that_is_not_good_makes_a_stranger(shown: str) -> None:
    headers = (("Authorization", f"Bearer {shown}"),) if shown else ()
    for status, verdict in ((403, Verdict.PASS), (200, Verdict.FAIL)):
        pushed = begun("provisioning")
        bulk(pushed, "ada")
        pushed.call("GET", "/persons", None, status, {"data": []}, headers=headers, media_type=JSON)
        assert result_of(STRANGERS, pushed).verdict is verdict


# --- schools apart, messages, lists, addresses ----------------------------------------------------------------------

APART, NAMELESS = "exchange.schools-apart", "exchange.answers-name-nobody"
REDUCED, ADDRESSES = "exchange.lists-are-reduced", "exchange.references-are-not-followed"


def two_schools(pushed: Pushing, *told: str) -> None:
    sent(pushed)
    pushed.call("POST", "/Users", user("cilla"), sender=NEIGHBOUR)
    pushed.call("GET", "/Users", None, 200, {"Resources": [{"id": one} for one in told]}, sender=NEIGHBOUR)


def test_a_school_is_told_of_its_own_alone() -> None:
    pushed = begun()
    two_schools(pushed, "id-cilla", "id-of-nobody")
    assert result_of(APART, pushed).verdict is Verdict.PASS


def test_a_school_that_is_told_of_another_s_is_heard() -> None:
    pushed = begun()
    two_schools(pushed, "id-cilla", "id-ada")
    (finding,) = result_of(APART, pushed).findings
    assert "id-ada" in finding.observed
    assert finding.recipient == NEIGHBOUR


def test_one_school_alone_and_nothing_told_prove_nothing() -> None:
    pushed = begun()
    sent(pushed)
    assert result_of(APART, pushed).verdict is Verdict.SKIPPED
    two_schools(pushed)
    assert result_of(APART, pushed).verdict is Verdict.SKIPPED


@pytest.mark.parametrize(
    ("status", "answer", "heard"),
    [
        (409, {"detail": "the user id-ada is there already"}, False),
        (409, {"detail": "the user ada@skola.test is there already"}, True),
        (201, {**user("ada"), "id": "id-ada", "warnings": ["Ada Lind has no class"]}, True),
        (201, {**user("ada"), "id": "id-ada", "warnings": ["no class"]}, False),
    ],
)
def test_messages_name_nobody(status: int, answer: object, heard: bool) -> None:
    pushed = begun()
    pushed.call("POST", "/Users", user("ada"), status, answer)
    result = result_of(NAMELESS, pushed)
    assert result.verdict is (Verdict.FAIL if heard else Verdict.PASS)
    assert [one.person for one in result.findings] == (["ada"] if heard else [])


def test_messages_of_jobs_name_nobody() -> None:
    pushed = begun("provisioning")
    bulk(pushed, "ada")
    entries = [{"id": "9004", "message": "Posten finns redan (Ada Lind)"}]
    said = {"responses": [{"id": "id-ada", "response": {"status": "Error", "errors": entries}}]}
    pushed.call("GET", "/persons/bulk/jobs/job-1", None, 200, said, headers=BEARER, media_type=JSON)
    assert [one.person for one in result_of(NAMELESS, pushed).findings] == ["ada"]


@pytest.mark.parametrize(("more", "verdict"), [((), Verdict.PASS), (("enrolments", "emails"), Verdict.FAIL)])
def test_lists_tell_what_is_needed(more: tuple[str, ...], verdict: Verdict) -> None:
    pushed = begun("provisioning")
    told = {**record("ada"), "meta": {}, "provisioningStatus": True, **{name: [1] for name in more}}
    pushed.call("GET", "/persons", None, 200, {"data": [told]}, headers=BEARER, media_type=JSON)
    result = result_of(REDUCED, pushed)
    assert result.verdict is verdict
    assert all("emails, enrolments" in one.observed for one in result.findings)


def test_egil_knows_no_reduced_lists() -> None:
    pushed = begun()
    pushed.call("GET", "/Users", None, 200, {"Resources": [user("ada")]})
    assert result_of(REDUCED, pushed).verdict is Verdict.SKIPPED


@pytest.mark.parametrize("url", [f"{BASE}/SchoolUnits/unit-1", "https://inside.test/admin"])
def test_a_server_that_goes_where_a_reference_points_is_heard(url: str) -> None:
    pushed = begun()
    photo = {"photos": [{"value": "https://inside.test/admin#x"}]}
    pushed.call("POST", "/Users", user("ada", **enrolled("unit-1"), **photo))
    assert result_of(ADDRESSES, pushed).verdict is Verdict.PASS
    pushed.exchange(VENDOR, Request("GET", "https://machines.test/x"), Response(200))
    assert result_of(ADDRESSES, pushed).verdict is Verdict.PASS
    pushed.exchange(VENDOR, Request("GET", url), Response(404))
    assert [one.sender for one in result_of(ADDRESSES, pushed).findings] == ([VENDOR])


def test_where_no_address_was_sent_none_can_be_followed() -> None:
    pushed = begun()
    pushed.call("POST", "/Users", user("ada"))
    assert result_of(ADDRESSES, pushed).verdict is Verdict.SKIPPED


# --- what is held ---------------------------------------------------------------------------------------------------

HELD, FORGOTTEN = "exchange.held-as-sent", "data.deleted-persons-forgotten"


def test_a_vendor_that_holds_what_it_was_sent_passes() -> None:
    pushed = begun()
    sent(pushed)
    looked(pushed, **BOTH)
    assert result_of(HELD, pushed).verdict is Verdict.PASS


def moved_to_another_class(pushed: Pushing) -> None:
    pushed.call("POST", "/StudentGroups", group("g-2", "1B"))
    pushed.call("PUT", "/StudentGroups/g-1", group("g-1", "1A", "ada"))
    pushed.call("PUT", "/StudentGroups/g-2", group("g-2", "1B", "bodil"))


@pytest.mark.parametrize(
    ("rows", "heard"),
    [
        ({"ada": "1A", "bodil": "1B"}, ""),
        ({"ada": "1A", "bodil": "1A"}, "bodil"),
        ({"ada": "1A", "bodil": "1A,1B"}, "bodil"),
        ({"ada": "", "bodil": "1B"}, "ada"),
        ({"bodil": "1B"}, "ada"),
        ({"ada": "1A,a group of long ago", "bodil": "1B"}, ""),
    ],
)
def test_whoever_is_missing_or_in_another_group_is_heard(rows: dict[str, str], heard: str) -> None:
    pushed = begun()
    sent(pushed)
    looked(pushed, **BOTH)
    moved_to_another_class(pushed)
    looked(pushed, **rows)
    result = result_of(HELD, pushed)
    assert [one.person for one in result.findings] == ([heard] if heard else [])
    assert result.verdict is (Verdict.FAIL if heard else Verdict.PASS)


def test_each_look_is_held_against_what_had_been_sent_by_then() -> None:
    pushed = begun()
    pushed.call("POST", "/Users", user("ada"))
    pushed.look(["id-ada"])
    pushed.call("POST", "/Users", user("bodil"))
    pushed.look(["id-ada", "id-bodil"])
    pushed.call("DELETE", "/Users/id-ada")
    pushed.look(["id-bodil"])
    assert result_of(HELD, pushed).verdict is Verdict.PASS


@pytest.mark.parametrize("opened", [True, False])
def test_all_pages_are_opened_or_nothing_is_said(opened: bool) -> None:
    pushed = begun()
    sent(pushed)
    pushed.look(["id-ada"], following=True)
    if opened:
        pushed.look(["id-bodil"], page=2)
    assert result_of(HELD, pushed).verdict is (Verdict.PASS if opened else Verdict.NOT_VERIFIED)


def test_nobody_is_blamed_where_nobody_looked() -> None:
    pushed = begun()
    pushed.look([])
    sent(pushed)
    assert result_of(HELD, pushed).verdict is Verdict.NOT_VERIFIED


def test_a_page_of_one_school_says_nothing_of_another_s() -> None:
    pushed = begun()
    sent(pushed)
    pushed.call("POST", "/Users", user("cilla"), sender=NEIGHBOUR)
    pushed.look(["id-ada", "id-bodil"], school=SCHOOL)
    assert result_of(HELD, pushed).verdict is Verdict.PASS
    pushed.look(["id-ada", "id-bodil"])
    assert len(result_of(HELD, pushed).findings) == 1


def test_what_was_not_taken_need_not_be_held() -> None:
    pushed = begun()
    sent(pushed)
    pushed.call("POST", "/Users", user("cilla"), 400)
    looked(pushed, **BOTH)
    assert result_of(HELD, pushed).verdict is Verdict.PASS


@pytest.mark.parametrize(("status", "rows", "verdict"), [
    (204, {"bodil": "1A"}, Verdict.PASS),
    (404, {"bodil": "1A"}, Verdict.PASS),
    (204, BOTH, Verdict.FAIL),
    (404, BOTH, Verdict.FAIL),
    (500, BOTH, Verdict.SKIPPED),
])  # fmt: skip
def test_whoever_was_deleted_is_no_longer_shown(status: int, rows: dict[str, str], verdict: Verdict) -> None:
    pushed = begun()
    sent(pushed)
    looked(pushed, **BOTH)
    pushed.call("DELETE", "/Users/id-ada", None, status)
    looked(pushed, **rows)
    result = result_of(FORGOTTEN, pushed)
    assert result.verdict is verdict
    assert all("id-ada" in one.observed and one.recipient == VENDOR for one in result.findings)


def test_whoever_comes_back_is_shown_again() -> None:
    pushed = begun()
    sent(pushed)
    pushed.call("DELETE", "/Users/id-ada")
    pushed.call("POST", "/Users", user("ada"))
    looked(pushed, **BOTH)
    assert result_of(FORGOTTEN, pushed).verdict is Verdict.SKIPPED


def test_a_job_that_deletes_counts_once_it_is_done() -> None:
    pushed = begun("provisioning")
    bulk(pushed, "ada", "bodil")
    job(pushed, ada="Success", bodil="Success")
    bulk(pushed, "ada", path="bulk/delete")
    job(pushed, ada="Success")
    pushed.look(["id-bodil"])
    assert result_of(FORGOTTEN, pushed).verdict is Verdict.PASS
    pushed.look(["id-ada", "id-bodil"])
    assert result_of(FORGOTTEN, pushed).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("until", "retention", "rows", "verdict"),
    [
        (date(2026, 8, 1), 0, {}, Verdict.PASS),
        (date(2026, 8, 1), 0, {"bodil": "1A"}, Verdict.FAIL),
        (date(2026, 8, 1), 60, {"bodil": "1A"}, Verdict.SKIPPED),
        (date(2027, 8, 1), 0, {"bodil": "1A"}, Verdict.SKIPPED),
    ],
)
def test_when_the_agreement_has_ended_nobody_is_left(
    until: date, retention: int, rows: dict[str, str], verdict: Verdict
) -> None:
    pushed = begun()
    sent(pushed)
    looked(pushed, **BOTH)
    changed = {**pushed.agreement, "valid": {"from": "2026-01-01", "until": str(until)}, "retention_days": retention}
    pushed.order(SetAgreement(party=f"https://{VENDOR}", agreement=Agreement.model_validate(changed)))
    pushed.call("GET", "/Users", None, 200, {"Resources": []})
    looked(pushed, **rows)
    assert result_of(FORGOTTEN, pushed).verdict is verdict


# --- what teachers see ------------------------------------------------------------------------------------------------

RESULTS = "exchange.teachers-see-their-own"


def taught(pushed: Pushing, *, all_of_it: bool = True) -> None:
    """Tea teaches Ada's class; Bodil and Cilla are in another."""
    bulk(pushed, "ada", "bodil", "tea")
    job(pushed, ada="Success", bodil="Success", tea="Success")
    others: list[tuple[str, list[dict[str, object]]]] = [
        ("duties", [{"id": "d-1", "person": {"id": "id-tea"}}]),
        ("groups", [{"id": "g-1", "groupMemberships": [{"person": {"id": "id-ada"}}]}]),
        ("groups", [{"id": "g-2", "groupMemberships": [{"person": {"id": "id-bodil"}}]}]),
        ("activities", [{"id": "a-1", "groups": [{"id": "g-1"}], "teachers": [{"duty": {"id": "d-1"}}]}]),
    ]
    for kind, data in others if all_of_it else others[-1:]:
        pushed.call("POST", f"/{kind}/bulk", {"data": data}, 200, {"message": "ok"}, headers=BEARER, media_type=JSON)


def results(pushed: Pushing, teacher: str, *pupils: str) -> None:
    pushed.vendor["exchange"]["results"] = f"https://{VENDOR}/results"
    html = "".join(f"<li>{one}</li>" for one in pupils)
    answer = Response(200, (("Content-Type", "text/html"),), f"<ul>{html}</ul>".encode())
    pushed.exchange(BROWSER, Request("GET", f"https://{VENDOR}/results/{teacher}"), answer)


@pytest.mark.parametrize(
    ("shown", "heard"), [(("id-ada", "id-of-nobody"), []), (("id-ada", "id-bodil"), ["bodil"]), ((), [])]
)
def test_a_teacher_sees_the_pupils_of_their_own_activities(shown: tuple[str, ...], heard: list[str]) -> None:
    pushed = begun("provisioning")
    taught(pushed)
    assert result_of(RESULTS, pushed).verdict is Verdict.SKIPPED
    results(pushed, "id-tea", *shown)
    result = result_of(RESULTS, pushed)
    assert [one.person for one in result.findings] == heard
    assert result.verdict is (Verdict.FAIL if heard else Verdict.PASS)


def test_of_a_teacher_who_was_sent_before_nothing_is_said() -> None:
    pushed = begun("provisioning")
    taught(pushed)
    results(pushed, "id-of-another-teacher", "id-ada")
    assert result_of(RESULTS, pushed).verdict is Verdict.SKIPPED


# --- whom the data is of --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "check", "attribute"),
    [
        ("cilla", "data.rows-within-agreement", "eduPersonPrincipalName"),
        ("tea", "data.rows-within-agreement", "eduPersonPrincipalName"),
        ("disa", "data.protected-identity-withheld", "givenName"),
    ],
)
def test_somebody_whom_the_agreement_does_not_cover_is_heard(name: str, check: str, attribute: str) -> None:
    pushed = begun()
    sent(pushed)
    assert result_of(check, pushed).verdict is Verdict.PASS
    pushed.call("POST", "/Users", user(name))
    assert (attribute, name) in {(one.attribute, one.person) for one in result_of(check, pushed).findings}


def test_an_attribute_too_many_is_heard_record_by_record() -> None:
    pushed = begun()
    pushed.agreement["data"][0]["optional"] = []
    sent(pushed)
    found = result_of("data.released-within-agreement", pushed).findings
    assert {(one.attribute, one.person, one.channel) for one in found} == {
        (attribute, person, "scim") for attribute in ("sisSchoolGrade", COLUMN) for person in ("ada", "bodil")
    }


def test_an_agreement_that_is_over_is_heard() -> None:
    pushed = begun()
    pushed.agreement["valid"] = {"from": "2025-01-01", "until": "2026-06-30"}
    sent(pushed)
    assert result_of("data.agreement-in-force", pushed).verdict is Verdict.FAIL


def test_what_the_vendor_passes_on_is_heard() -> None:
    pushed = begun()
    sent(pushed)
    assert result_of("data.no-onward-transfer", pushed).verdict is Verdict.PASS
    pushed.exchange(VENDOR, Request("POST", "https://counting.test/p", (), b'{"name": "Ada Lind"}'), Response(204))
    assert [one.person for one in result_of("data.no-onward-transfer", pushed).findings] == ["ada"]


def test_without_evidence_nothing_passes() -> None:
    for pushed in (Pushing(), begun()):
        passed = [r.check for r in run_checks(pushed.evidence()) if r.verdict is Verdict.PASS]
        assert [name for name in passed if name.startswith(("exchange.", "data."))] == []


def test_a_vendor_that_is_sent_nothing_is_not_judged_by_what_looks_like_it() -> None:
    pushed = begun()
    sent(pushed)
    looked(pushed)
    pushed.vendor |= {"protocol": "ss12000"}
    del pushed.vendor["exchange"]["receives"]
    verdicts = {result_of(check, pushed).verdict for check in (TAKEN, STRANGERS, APART, NAMELESS, HELD, FORGOTTEN)}
    assert verdicts == {Verdict.SKIPPED}
