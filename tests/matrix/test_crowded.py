"""Vendors that do not keep apart those who come at once: a load notices each of them, and nobody else does.

That nothing shows when one person comes at a time is for ``test_two_sided.py``.
"""

import asyncio
from collections import Counter
from datetime import UTC, datetime

import pytest
from load_lab import Loaded, load_lab

from sp_mocks.crowded import CROWDED_FAULTS, NO_OTHER
from testbed.model.load import LoadRun, Outcome, Profile, Record
from testbed.model.verdict import Verdict
from testbed.runner.load_columns import load_data
from testbed.runner.load_verdict import report_of

pytestmark = pytest.mark.lab
MIXING, QUEUEING, SOUND = "crowded-tests", "queued-tests", "national-tests"
MANY = 20


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """Sixty pupils within three seconds."""
    wanted = [("login", name, MANY) for name in (MIXING, QUEUEING, SOUND)]
    return asyncio.run(load_lab(tmp_path_factory.mktemp("crowd"), wanted, 3.0, share=0.2))


def of(crowd: Loaded, vendor: str) -> list[Record]:
    return [record for record in crowd.records if record.vendor == vendor]


def test_those_who_are_kept_apart_each_see_themselves(crowd: Loaded) -> None:
    assert Counter(record.outcome for record in of(crowd, SOUND)) == {Outcome.RIGHT: MANY}
    assert [record for record in of(crowd, SOUND) if record.shown or record.leaked] == []


def test_whoever_is_mixed_up_is_seen_in_the_session_of_another(crowd: Loaded) -> None:
    """Twenty within three seconds, each written down for a quarter of one: most meet somebody."""
    mixed = [record for record in of(crowd, MIXING) if record.outcome is Outcome.OTHER]
    assert len(mixed) >= MANY // 2
    mine = {record.person for record in of(crowd, MIXING)}
    for record in mixed:
        assert set(record.shown) <= mine - {record.person}
        assert record.leaked == ()


def test_whoever_stands_on_a_page_of_failure_is_seen_there(crowd: Loaded) -> None:
    leaks = [record for record in of(crowd, QUEUEING) if record.leaked]
    assert leaks
    for record in leaks:
        assert record.outcome is Outcome.OTHER
        assert record.leaked == record.shown
        assert any(request.status == 503 for request in record.requests)


def test_what_was_intercepted_is_judged_alike(crowd: Loaded) -> None:
    assert crowd.judged is not None
    found = {j.play.id: {finding.check for finding in j.findings} for j in crowd.judged.run.judgements}
    assert len(found) == 12
    for record in (one for one in crowd.records if one.intercepted):
        checks = found[f"login-{record.number}"]
        if record.vendor == SOUND:
            assert checks == set()
        elif record.vendor == MIXING:
            assert ("session.is-the-persons" in checks) == (record.outcome is Outcome.OTHER)


@pytest.mark.parametrize("vendor", [MIXING, QUEUEING, SOUND])
def test_the_load_fails_by_what_the_fault_declares_and_a_vendor_that_does_well_passes(
    crowd: Loaded, vendor: str
) -> None:
    records = tuple(of(crowd, vendor))
    profile = Profile.model_validate(
        {
            "id": "a-test",
            "title": {"sv": "x", "en": "x"},
            "description": {"sv": "x", "en": "x"},
            "waves": [{"within_s": 3, "people": MANY}],
            "mix": [{"vendor": vendor}],
        }
    )
    now = datetime.now(UTC)
    run = LoadRun(
        id="x", started=now, finished=now, lab="loopback", seed=1, profile=profile, vendors={vendor: vendor}, cores=2,
        arrivals=MANY, records=records,
    )  # fmt: skip
    report = report_of(load_data(run))
    (said,) = [result for result in report.verdict.results if result.check == NO_OTHER]
    assert said.verdict is (Verdict.PASS if vendor == SOUND else Verdict.FAIL)
    assert bool(report.verdict.findings) == (vendor != SOUND)
    assert {finding.check for finding in report.verdict.findings} <= {NO_OTHER}


def test_both_faults_are_met_here() -> None:
    assert {fault.breaks for fault in CROWDED_FAULTS.values()} == {frozenset({NO_OTHER})}
    assert len(CROWDED_FAULTS) == len({MIXING, QUEUEING})
