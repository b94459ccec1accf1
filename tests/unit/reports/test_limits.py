"""What a capture cannot show is said, and by whom it was made decides what that is."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from testbed.model.verdict import CAPTURE, RunRecord
from testbed.model.wire import BROWSER
from testbed.reports.limits import BROWSERS, REGISTERED, REST, SERVERS, SESSIONS, cannot_be_seen


@pytest.fixture
def recorded_of(as_expected: RunRecord) -> Callable[..., RunRecord]:
    def made(*senders: str, captured: bool = True) -> RunRecord:
        (judgement,), (evidence,) = as_expected.run.judgements, as_expected.evidence.values()
        judgement = replace(judgement, play=replace(judgement.play, captured=captured))
        exchanges = tuple(replace(evidence.exchanges[0], sender=sender) for sender in senders)
        run = replace(as_expected.run, lab=CAPTURE, judgements=(judgement,))
        return replace(as_expected, run=run, evidence={"login": replace(evidence, exchanges=exchanges)})

    return made


def test_a_lab_sees_all(as_expected: RunRecord) -> None:
    assert cannot_be_seen(as_expected) == ()


def test_a_browser_does_not_see_servers(recorded_of: Callable[..., RunRecord]) -> None:
    assert cannot_be_seen(recorded_of(BROWSER)) == (SERVERS, REGISTERED, SESSIONS, REST)
    assert cannot_be_seen(recorded_of()) == (SERVERS, REGISTERED, SESSIONS, REST)


def test_a_server_does_not_see_browsers(recorded_of: Callable[..., RunRecord]) -> None:
    assert cannot_be_seen(recorded_of("app.test")) == (BROWSERS, SESSIONS, REST)


def test_a_journal_with_plays_of_its_own_saw_both_and_the_sessions(recorded_of: Callable[..., RunRecord]) -> None:
    assert cannot_be_seen(recorded_of(BROWSER, "app.test", captured=False)) == (REST,)
