"""The same suite gives the same findings whatever carries the traffic, and judging again gives the same verdicts."""

import base64
import json
from collections import Counter
from datetime import UTC, datetime

import pytest

from testbed.model.verdict import RunRecord
from testbed.reports import run_json
from testbed.runner.folder import RunFolder

pytestmark = pytest.mark.lab


def findings(record: RunRecord) -> Counter[tuple[str, ...]]:
    return Counter(
        (j.play.id, f.check, f.vendor, f.attribute, f.person, f.sender, f.recipient, f.channel, f.form)
        for j in record.run.judgements
        for f in j.findings
    )


def test_loopback_and_inprocess_find_the_same(tour: RunRecord, loopback_tour: tuple[RunFolder, RunRecord]) -> None:
    assert findings(loopback_tour[1]) == findings(tour)
    assert findings(tour)


@pytest.mark.kill
def test_loopback_and_inprocess_find_the_same_in_the_zoo(zoo: RunRecord, loopback_zoo: RunRecord) -> None:
    assert findings(loopback_zoo) == findings(zoo)
    assert len({key[2] for key in findings(zoo)}) == len(zoo.run.judgements)


@pytest.mark.kill
def test_loopback_and_inprocess_find_the_same_in_the_exchange(
    exchange_in_turn: RunRecord, loopback_exchange: RunRecord
) -> None:
    assert findings(loopback_exchange) == findings(exchange_in_turn)
    assert findings(exchange_in_turn)


def test_the_journal_says_by_which_key_machines_proved_who_they_are(
    tour: RunRecord, loopback_tour: tuple[RunFolder, RunRecord]
) -> None:
    for record in (tour, loopback_tour[1]):
        keys: dict[tuple[str, str], set[str]] = {}
        for one in record.evidence["roster-class-lists"].exchanges:
            keys.setdefault((one.sender, one.receiver), set()).add(one.shown)
        (api,) = keys["klasslistan.test", "api.skola.test"]
        assert len(base64.b64decode(api)) == 32
        assert keys["klasslistan.test", "auth.federation.test"] == {api}
        assert keys["browser.test", "klasslistan.test"] == {""}
        assert keys["api.skola.test", "machines.federation.test"] == {""}


def test_the_verdict_of_every_check_is_the_same(tour: RunRecord, loopback_tour: tuple[RunFolder, RunRecord]) -> None:
    def verdicts(record: RunRecord) -> dict[tuple[str, str], str]:
        return {(j.play.id, r.check): r.verdict for j in record.run.judgements for r in j.results}

    assert verdicts(loopback_tour[1]) == verdicts(tour)


def test_the_tracker_s_https_call_is_in_the_journal_with_its_body(loopback_tour: tuple[RunFolder, RunRecord]) -> None:
    _, record = loopback_tour
    evidence = record.evidence["login-tracked-reading"]
    calls = [e for e in evidence.exchanges if e.receiver == "metrics.tracker.test"]
    assert len(calls) == 1
    assert calls[0].request.url.startswith("https://metrics.tracker.test/")
    assert calls[0].sender == "lasning-plus.test"
    assert json.loads(calls[0].request.body)["email"] == evidence.person.values("mail")[0]
    assert calls[0].response
    assert calls[0].response.status == 502


def test_judging_the_folder_again_gives_the_same_run(loopback_tour: tuple[RunFolder, RunRecord]) -> None:
    folder, record = loopback_tour
    again = folder.judge(datetime.now(UTC))
    first, second = (json.loads(run_json.render(one)) for one in (record, again))
    del first["finished"], second["finished"]
    assert first == second


def test_the_folder_and_all_in_it_is_the_owner_s_alone(loopback_tour: tuple[RunFolder, RunRecord]) -> None:
    folder, _ = loopback_tour
    assert not [path for path in (folder.path, *folder.path.rglob("*")) if path.stat().st_mode & 0o077]
