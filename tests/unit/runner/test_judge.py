"""What cannot be seen of a play: an answer that never came, unless it was not waited for; a body that is a bomb."""

import gzip
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import html as lxml_html

from idp.people import generate
from testbed.interception.journal import Journal
from testbed.model.messages import Malformed
from testbed.model.verdict import RunRecord, Verdict
from testbed.model.wire import BROWSER, HUNG_UP, Headers, Pointer, Request, Response
from testbed.reports import html
from testbed.runner.catalogue import load_catalogue
from testbed.runner.folder import RunFolder
from testbed.runner.plan import Plan, plays_of
from testbed.wire.bodies import OUT_OF_BOUNDS

NOW = datetime(2026, 9, 1, 7, 0, tzinfo=UTC)
VENDOR = "lasning.test"


@pytest.mark.parametrize(
    ("sender", "error", "unreadable"),
    [
        (BROWSER, HUNG_UP, False),
        (BROWSER, "connection refused", True),
        ("idp.skola.test", HUNG_UP, True),
    ],
)
def test_whose_fault_it_is_that_no_answer_came(tmp_path: Path, sender: str, error: str, unreadable: bool) -> None:
    ask = Request("GET", f"https://{VENDOR}/favicon.ico")
    (judgement,) = judged(tmp_path, sender, ask, None, error).run.judgements
    assert (judgement.verdict is Verdict.ERROR) == unreadable
    assert (f"{VENDOR} gave no answer" in judgement.reason) == unreadable


def judged(tmp_path: Path, sender: str, request: Request, response: Response | None, error: str = "") -> RunRecord:
    """A play of the lab that is one exchange."""
    known, people = load_catalogue(), generate(1, 100).everybody
    (play,) = plays_of(known.named(["login-reading-service"]), known, people, 1)
    folder = RunFolder.make(tmp_path, "test", NOW)
    agreements = {play.agreement: known.agreement_text(play.agreement)}
    folder.keep_plan(Plan("test", "loopback", 1, {}, (play.id,)), people, agreements)
    with Journal(folder.journal, "loopback", lambda: NOW) as journal:
        journal.begin(play)
        journal.close(journal.open(sender, request), response, error)
        journal.end(play.id)
    return folder.judge(NOW)


GZIP, JSON = ("content-encoding", "gzip"), ("content-type", "application/json")
TRACKER = "https://tracker.test/collect"


@pytest.fixture(scope="module")
def bomb() -> bytes:
    """200 MB of zeros in 200 KB."""
    return gzip.compress(bytes(200_000_000))


@pytest.mark.parametrize(
    ("headers", "wrap"),
    [
        ((GZIP, JSON), bytes),
        ((), bytes),
        ((JSON,), lambda packed: b'{"log": "%s"}' % b64encode(packed)),
    ],
)
def test_a_bomb_in_the_journal_is_malformed_and_the_reader_is_told(
    tmp_path: Path, bomb: bytes, headers: Headers, wrap: Callable[[bytes], bytes]
) -> None:
    request = Request("POST", TRACKER, headers, wrap(bomb))
    record = judged(tmp_path, VENDOR, request, Response(200))
    (evidence,) = record.evidence.values()
    told = Malformed(Pointer(1, "request.body"), "body", OUT_OF_BOUNDS, "http")
    assert [message for message in evidence.messages if isinstance(message, Malformed)] == [told]
    (result,) = (one for one in record.run.judgements[0].results if one.check == "data.no-onward-transfer")
    assert (result.verdict, result.findings) == (Verdict.NOT_VERIFIED, ())
    said = lxml_html.fromstring(html.render(record)).xpath("//p[@class='bad']")
    lines = [" ".join(one.text_content().split()) for one in said]
    assert lines == [f"body (exchange 1, request.body): {OUT_OF_BOUNDS}"]


def test_a_bomb_on_a_page_is_malformed_and_accuses_nobody(tmp_path: Path, bomb: bytes) -> None:
    page = Response(200, (GZIP, ("content-type", "text/html")), bomb)
    record = judged(tmp_path, BROWSER, Request("GET", f"https://{VENDOR}/"), page)
    (evidence,) = record.evidence.values()
    assert Malformed(Pointer(1, "response.body"), "body", OUT_OF_BOUNDS, "http") in evidence.messages
    assert evidence.unreadable == ()
    small = judged(tmp_path, BROWSER, Request("GET", f"https://{VENDOR}/"), Response(200))
    assert results(record) == results(small)


def results(record: RunRecord) -> list[tuple[str, Verdict]]:
    return [(one.check, one.verdict) for one in record.run.judgements[0].results]
