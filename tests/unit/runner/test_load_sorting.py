"""The recording of a load, sorted by flow, as a journal that was written line by line."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from testbed.interception.journal import Journal
from testbed.interception.recorded import JournalCorrupt, read
from testbed.model.verdict import Play
from testbed.model.wire import BROWSER, Request, Response
from testbed.model.written import Bilingual, Expect, Person, Scenario
from testbed.privacy.people import PeopleIndex
from testbed.runner import load_sorting
from testbed.runner.catalogue import load_catalogue
from testbed.runner.load_sorting import Facts, Sorted, of_plays, sort_out
from testbed.runner.load_threads import Span

BEGAN = datetime(2026, 3, 2, 8, tzinfo=UTC)
MATHS = load_catalogue().vendors["maths-app"]
HOST, SCHOOL, TRACKER = "rakneresan.test", "idp.skola.test", "tracker.test"
FORM = (("content-type", "application/x-www-form-urlencoded"),)
JSON = (("content-type", "application/json"),)
PEOPLE = [
    Person.model_validate({"id": name, "role": "pupil", "attributes": {"mail": f"{name}.berg@elev.skola.test"}})
    for name in ("ada", "bosse", "cecilia")
]


def play(number: int, person: str) -> Play:
    titles = Bilingual(sv="x", en="x")
    scenario = Scenario(id="x", title=titles, flow="login", vendor="maths-app", expect=Expect(login="accepted"))
    return Play(f"login-{number}", scenario, MATHS, person, started=BEGAN, finished=BEGAN + timedelta(seconds=9))


PLAYS = {one.id: one for one in (play(1, "ada"), play(2, "bosse"))}
SPANS = [
    Span(name, frozenset({HOST}), person, BEGAN, BEGAN + timedelta(seconds=9))
    for name, person in (("login-1", "ada"), ("login-2", "bosse"), ("", "cecilia"))
]


def posted(url: str, body: str, headers: Iterable[tuple[str, str]] = JSON) -> Request:
    return Request("POST", url, tuple(headers), body.encode())


def redeemed(journal: Journal, code: str) -> None:
    number = journal.open(
        HOST, posted(f"https://{SCHOOL}/oidc/token", f"grant_type=authorization_code&code={code}", FORM)
    )
    journal.close(number, Response(200, JSON, f'{{"access_token": "of-{code}", "token_type": "Bearer"}}'.encode()))


def callback(journal: Journal, name: str, code: str) -> None:
    number = journal.open(BROWSER, Request("GET", f"https://{HOST}/oidc/callback?code={code}&state=s"), play=name)
    redeemed(journal, code)
    journal.close(number, Response(303))


def told(journal: Journal, text: str) -> None:
    journal.close(journal.open(HOST, posted(f"https://{TRACKER}/collect", text)), Response(204))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Two flows that were intercepted, one that was not, and what a server tells a tracker of all three."""
    file = tmp_path / "exchanges.jsonl"
    with Journal(file, "loopback", lambda: BEGAN + timedelta(seconds=3)) as journal:
        published = Response(200, JSON, b'{"keys": [{"kty": "RSA", "kid": "1", "n": "AQAB", "e": "AQAB"}]}')
        for _ in range(3):
            journal.close(journal.open(HOST, Request("GET", f"https://{SCHOOL}/oidc/jwks")), published)
        callback(journal, "login-1", "code-a")
        callback(journal, "login-2", "code-b")
        redeemed(journal, "code-x")
        journal.close(journal.open(BROWSER, Request("GET", f"https://{HOST}/me")), Response(200))
        for person in PEOPLE:
            told(journal, f'{{"email": "{person.values("mail")[0]}"}}')
        told(journal, '{"event": "login"}')
    return file


def sort(path: Path) -> Sorted:
    return sort_out(path, Facts(PLAYS, SPANS, PeopleIndex.of(PEOPLE), {}))


def test_each_exchange_is_its_plays_and_what_was_of_others_is_counted(path: Path) -> None:
    out = sort(path)
    places = [(one.play, one.receiver) for one in out.recorded.exchanges]
    assert sorted(places) == sorted(
        [("", SCHOOL), *((name, host) for name in PLAYS for host in (HOST, SCHOOL, TRACKER))]
    )
    assert [one.number for one in out.recorded.exchanges] == sorted(one.number for one in out.recorded.exchanges)
    assert out.recorded.plays == tuple(PLAYS.values())
    assert out.left_out == (
        f"1 call of {BROWSER} to {HOST}: of flows that were not intercepted",
        f"1 call of {HOST} to {SCHOOL}: of flows that were not intercepted",
        f"1 call of {HOST} to {TRACKER} carry data of people whose flows were not intercepted, "
        "or who were there more than once",
        f"1 call of {HOST} to {TRACKER} carry nothing by which it could be told whose they are",
    )
    assert out.unsearched == ()


def test_what_is_too_much_to_be_searched_is_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_sorting, "MOST_SEARCHED", 1)
    out = sort(path)
    assert out.unsearched == ("3 calls of servers, which are more than are looked at: nobody knows what they hold",)
    monkeypatch.setattr(load_sorting, "MOST_SEARCHED", 100)
    monkeypatch.setattr(load_sorting, "MOST_OCTETS", 0)
    assert sort(path).unsearched[0].startswith("4 calls")


def test_a_last_line_that_was_cut_costs_itself_and_any_other_is_named(path: Path) -> None:
    whole = sort(path)
    with path.open("ab") as file:
        file.write(b'{"kind": "exch')
    assert sort(path).recorded == whole.recorded
    assert [one.number for one in of_plays(path, frozenset({"login-1"}))]
    lines = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join([lines[0], b"[1]", *lines[1:]]))
    with pytest.raises(JournalCorrupt, match="line 2"):
        sort(path)
    path.write_bytes(b"\n".join([lines[0], b'{"kind": "exchange", "play": "login-1"}', *lines[1:]]))
    with pytest.raises(JournalCorrupt, match="line 2"):
        sort(path)


def test_what_is_no_journal_is_none(tmp_path: Path) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_bytes(b"")
    with pytest.raises(JournalCorrupt, match="does not begin"):
        sort(empty)


def test_the_journal_itself_stays_readable(path: Path) -> None:
    assert len(read(path).exchanges) == 13
