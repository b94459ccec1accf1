"""Fetches of rosters in which something stands that is easily passed over."""

import base64
import gzip
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from pushing import NEIGHBOUR, ROSTER, SCHOOL, VENDOR, Pushing

from testbed.checks.core import run_checks
from testbed.model.verdict import Result, Verdict
from testbed.model.wire import BROWSER, Headers, Request, Response

TOKEN = "a-token-that-opens-the-data-of-a-school"
ADA = {"id": "id-ada", "displayName": "Ada Lind", "eduPersonPrincipalNames": ["ada@skola.test"]}


def fetching(**exchange: object) -> Pushing:
    seen = Pushing("ss12000")
    seen.agreement["controller"]["hosts"] = [SCHOOL, NEIGHBOUR]
    seen.vendor["exchange"] = {"entity_id": f"https://{VENDOR}", "roster": ROSTER, **exchange}
    return seen


def fetch(
    seen: Pushing,
    path: str,
    answer: object,
    *,
    host: str = SCHOOL,
    status: int = 200,
    body: bytes = b"",
    token: str = TOKEN,
) -> None:
    request = Request(
        "POST" if body else "GET", f"https://{host}/v2{path}", (("Authorization", f"Bearer {token}"),), body
    )
    kinds = (("Content-Type", "application/json"),)
    seen.exchange(VENDOR, request, Response(status, kinds, json.dumps(answer).encode()))


def whole(*people: Mapping[str, object]) -> dict[str, object]:
    return {"data": list(people), "pageToken": None}


def result_of(check: str, seen: Pushing) -> Result:
    (result,) = [one for one in run_checks(seen.evidence()) if one.check == check]
    return result


def test_a_lookup_that_failed_is_not_made_good_by_one_of_somebody_else() -> None:
    seen = fetching()
    fetch(seen, "/persons/lookup", {}, status=500, body=b'{"ids":["id-ada"]}')
    fetch(seen, "/persons/lookup", [ADA], body=b'{"ids":["id-bodil"]}')
    assert len(result_of("exchange.roster-is-fetched", seen).findings) == 1
    fetch(seen, "/persons/lookup", [ADA], body=b'{"ids":["id-ada"]}')
    assert result_of("exchange.roster-is-fetched", seen).verdict is Verdict.PASS


def test_a_path_with_escapes_is_the_same_path() -> None:
    seen = fetching()
    fetch(seen, "/%70ersons", whole(ADA))
    assert result_of("exchange.roster-is-fetched", seen).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("url", "headers", "body"),
    [
        ("https://elsewhere.test/", (), TOKEN.encode()),
        ("https://elsewhere.test/", (("Content-Encoding", "gzip"),), gzip.compress(TOKEN.encode(), mtime=0)),
        (f"https://elsewhere.test/?t={TOKEN.replace('-', '%2D')}", (), b""),
        ("https://elsewhere.test/", (), f"t={TOKEN.replace('-', '%2d')}".encode()),
        ("https://elsewhere.test/", (("X-Token", TOKEN),), b""),
    ],
)
def test_a_token_is_seen_however_it_is_written(url: str, headers: Headers, body: bytes) -> None:
    seen = fetching()
    fetch(seen, "/persons", whole(ADA))
    seen.exchange(VENDOR, Request("POST", url, headers, body), Response(204))
    assert result_of("exchange.token-goes-to-the-school-alone", seen).verdict is Verdict.FAIL


def test_stars_that_a_recorder_puts_in_place_of_tokens_are_no_token() -> None:
    seen = fetching()
    fetch(seen, "/persons", whole(ADA), token="***")
    seen.exchange(VENDOR, Request("POST", "https://elsewhere.test/", (("Authorization", "***"),)), Response(204))
    assert result_of("exchange.token-goes-to-the-school-alone", seen).verdict is Verdict.SKIPPED


@pytest.mark.parametrize("leaving", [SCHOOL, NEIGHBOUR])
def test_whom_another_school_still_has_is_not_gone(leaving: str) -> None:
    seen = fetching()
    for host in (SCHOOL, NEIGHBOUR):
        fetch(seen, "/persons", whole(ADA), host=host)
    fetch(seen, "/deletedEntities", {"data": {"persons": ["id-ada"]}}, host=leaving)
    seen.look(["id-ada"])
    assert result_of("data.deleted-persons-forgotten", seen).verdict is not Verdict.FAIL
    fetch(
        seen,
        "/deletedEntities",
        {"data": {"persons": ["id-ada"]}},
        host={SCHOOL: NEIGHBOUR, NEIGHBOUR: SCHOOL}[leaving],
    )
    seen.look(["id-ada"])
    assert result_of("data.deleted-persons-forgotten", seen).verdict is Verdict.FAIL


def test_every_schools_page_must_be_seen_and_to_its_end() -> None:
    pages = {host: f"https://{VENDOR}/of/{host}" for host in (SCHOOL, NEIGHBOUR)}
    seen = fetching(rosters=pages)
    fetch(seen, "/persons", whole(ADA))

    def look(host: str, text: str) -> None:
        page = Response(
            200, (("Content-Type", "text/html; charset=utf-8"),), f"<html><body>{text}</body></html>".encode()
        )
        seen.exchange(BROWSER, Request("GET", pages[host]), page)

    look(SCHOOL, "id-ada")
    assert NEIGHBOUR in result_of("exchange.rosters-apart", seen).reason
    look(NEIGHBOUR, "nobody")
    assert result_of("exchange.rosters-apart", seen).verdict is Verdict.PASS
    look(NEIGHBOUR, "x " * 150_000 + "id-ada")
    assert result_of("exchange.rosters-apart", seen).verdict is Verdict.NOT_VERIFIED
    look(NEIGHBOUR, "id-ada")
    assert result_of("exchange.rosters-apart", seen).verdict is Verdict.FAIL


def test_the_last_notice_is_the_one_that_must_be_heeded() -> None:
    seen = fetching()
    notice = Request(
        "POST",
        f"https://{VENDOR}/webhook",
        (("Authorization", f"Bearer {TOKEN}"),),
        json.dumps({"modifiedEntites": ["Person"]}).encode(),
    )
    fetch(seen, "/persons", whole(ADA))
    seen.exchange(SCHOOL, notice, Response(204))
    fetch(seen, "/persons?meta.modified.after=2026-09-01T07:00:00Z", whole())
    assert result_of("exchange.fetches-when-told", seen).verdict is Verdict.PASS
    seen.exchange(SCHOOL, notice, Response(204))
    assert len(result_of("exchange.fetches-when-told", seen).findings) == 1
    fetch(seen, "/persons?meta.modified.after=2026-09-01T07:00:00Z", whole())
    assert result_of("exchange.fetches-when-told", seen).verdict is Verdict.PASS


AUTHENTIC = "exchange.webhook-is-authentic"
HOOK = f"https://{VENDOR}/webhook"
OPENS = {"requested_access": [{"type": "ss12000-client", "locations": [HOOK]}], "exp": 4_000_000_000}


def jwt(**claims: object) -> str:
    header, body = ({"alg": "ES256"}, {**OPENS, **claims})
    parts = (base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in (header, body))
    return f"{'.'.join(parts)}.c2ln"


def noticed(seen: Pushing, token: str, status: int = 204, path: str = "/a") -> None:
    headers = (("Authorization", f"Bearer {token}"),) if token else ()
    body = json.dumps({"modifiedEntites": ["Person"]}).encode()
    seen.exchange(SCHOOL, Request("POST", f"{HOOK}{path}", headers, body), Response(status))


@pytest.mark.parametrize(
    ("token", "verdict"),
    [
        (jwt(), Verdict.SKIPPED),
        (jwt(exp=1_000_000_000), Verdict.FAIL),
        (jwt(nbf=3_900_000_000), Verdict.FAIL),
        (jwt(requested_access=[{"type": "ss12000-api", "locations": [HOOK]}]), Verdict.FAIL),
        (jwt(requested_access=[{"type": "ss12000-client", "locations": [f"{HOOK}s"]}]), Verdict.FAIL),
        (jwt(requested_access=[{"type": "ss12000-client", "locations": ["https://[", "", 7]}]), Verdict.FAIL),
        (jwt(requested_access={}), Verdict.NOT_VERIFIED),
        ("***", Verdict.NOT_VERIFIED),
        ("a.b.c", Verdict.NOT_VERIFIED),
        ("", Verdict.FAIL),
    ],
)
def test_whose_a_notice_is_that_was_taken(token: str, verdict: Verdict) -> None:
    seen = fetching()
    noticed(seen, token)
    assert result_of(AUTHENTIC, seen).verdict is verdict


def test_a_token_that_nobody_can_read_was_refused_and_nothing_is_in_doubt() -> None:
    seen = fetching()
    noticed(seen, "***", status=403)
    assert result_of(AUTHENTIC, seen).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ("", "", Verdict.FAIL),
        ("notice", "", Verdict.PASS),
        ("", "notice", Verdict.PASS),
        ("", "button", Verdict.PASS),
    ],
)
def test_a_fetch_counts_where_nothing_else_was_a_reason_for_it(before: str, after: str, verdict: Verdict) -> None:
    def reason(kind: str) -> None:
        if kind == "notice":
            noticed(seen, jwt())
        elif kind:
            seen.exchange(BROWSER, Request("POST", f"https://{VENDOR}/sync"), Response(303))

    seen = fetching()
    fetch(seen, "/persons", whole(ADA))
    reason(before)
    noticed(seen, "", status=403)
    reason(after)
    fetch(seen, "/persons?meta.modified.after=2026-09-01T07:00:00Z", whole())
    assert result_of(AUTHENTIC, seen).verdict is verdict


def test_of_a_vendor_that_fetches_by_itself_nobody_knows_why_it_does() -> None:
    seen = fetching(fetch={"every_s": 60})
    noticed(seen, "", status=403)
    fetch(seen, "/persons", whole(ADA))
    assert result_of(AUTHENTIC, seen).verdict is Verdict.PASS


def told_to_wait(seen: Pushing, path: str = "/persons") -> None:
    """A call that is told to wait for three seconds, and answered after two."""
    fetch(seen, path, {}, status=429)
    made = seen.exchanges[-1]
    assert made.response is not None
    answer = replace(made.response, headers=(*made.response.headers, ("X-RateLimit-Reset", "3")))
    seen.exchanges[-1] = replace(made, response=answer, duration_ms=2000.0)


def test_what_was_on_its_way_did_not_ask_again() -> None:
    seen = fetching()
    told_to_wait(seen)
    fetch(seen, "/groups", whole())
    seen.now += timedelta(seconds=5)
    fetch(seen, "/persons", whole(ADA))
    assert result_of("exchange.waits-when-told", seen).verdict is Verdict.PASS


def test_a_call_that_comes_too_early_is_heard_though_another_was_on_its_way() -> None:
    seen = fetching()
    told_to_wait(seen)
    fetch(seen, "/groups", whole())
    seen.now += timedelta(seconds=1)
    fetch(seen, "/persons", whole(ADA))
    (finding,) = result_of("exchange.waits-when-told", seen).findings
    assert "1 times" in finding.observed
