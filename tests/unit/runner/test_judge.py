"""An answer that never came makes a play unreadable, unless it was the person's browser that did not wait for it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from idp.people import generate
from testbed.interception.journal import Journal
from testbed.model.verdict import Verdict
from testbed.model.wire import BROWSER, HUNG_UP, Request
from testbed.runner.catalogue import load_catalogue
from testbed.runner.folder import RunFolder
from testbed.runner.plan import Plan, plays_of

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
    known, people = load_catalogue(), generate(1, 100).everybody
    (play,) = plays_of(known.named(["login-reading-service"]), known, people, 1)
    folder = RunFolder.make(tmp_path, "test", NOW)
    agreements = {play.agreement: known.agreement_text(play.agreement)}
    folder.keep_plan(Plan("test", "loopback", 1, {}, (play.id,)), people, agreements)
    with Journal(folder.journal, "loopback", lambda: NOW) as journal:
        journal.begin(play)
        journal.close(journal.open(sender, Request("GET", f"https://{VENDOR}/favicon.ico")), None, error)
        journal.end(play.id)
    (judgement,) = folder.judge(NOW).run.judgements
    assert (judgement.verdict is Verdict.ERROR) == unreadable
    assert (f"{VENDOR} gave no answer" in judgement.reason) == unreadable
