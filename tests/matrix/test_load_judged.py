"""Flows of a load that were intercepted are judged as plays are, and come to the same as when each is alone."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from load_lab import Loaded, load_lab

from testbed.lab.open import LabName
from testbed.model.load import FLOW_HEADER, Outcome
from testbed.model.messages import SamlMetadata
from testbed.model.oidc_messages import KeySet, ProviderMetadata
from testbed.model.verdict import Evidence, RunRecord, Verdict
from testbed.model.wire import Exchange
from testbed.wire.messages import messages

pytestmark = pytest.mark.lab
SAML, OIDC = "national-tests", "maths-app"
EXPECTED = "session.received-what-was-expected"
ONCE = (SamlMetadata, ProviderMetadata, KeySet)
"""What is fetched once, by whoever comes first."""


@pytest.fixture(scope="module")
def all_of_them(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """Twenty within two seconds, every one intercepted."""
    wanted = [("login", SAML, 10), ("login", OIDC, 10)]
    return asyncio.run(load_lab(tmp_path_factory.mktemp("all"), wanted, 2.0, share=1.0))


@pytest.fixture(scope="module")
def some_of_them(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """Sixty within five seconds, of vendors whose servers call the school in each way, a fifth of them intercepted."""
    wanted = [
        ("login", OIDC, 15),
        ("login", "news-for-schools", 15),
        ("login", "learning-material", 15),
        ("logout-from-vendor", "tracked-news", 15),
    ]
    return asyncio.run(load_lab(tmp_path_factory.mktemp("some"), wanted, 5.0, share=0.2))


def judged(loaded: Loaded) -> RunRecord:
    assert loaded.judged is not None
    return loaded.judged


def calls(evidence: Evidence) -> Counter[tuple[str, str, str, int]]:
    return Counter(map(_call, _but_what_is_fetched_once(evidence.exchanges)))


def _call(exchange: Exchange) -> tuple[str, str, str, int]:
    status = exchange.response.status if exchange.response else 0
    return exchange.sender, exchange.request.method, exchange.receiver + exchange.request.parts.path, status


def _but_what_is_fetched_once(exchanges: Iterable[Exchange]) -> Iterable[Exchange]:
    return (one for one in exchanges if not any(isinstance(message, ONCE) for message in messages(one)))


def test_everybody_is_right_and_every_play_passes(all_of_them: Loaded) -> None:
    assert Counter(record.outcome for record in all_of_them.records) == {Outcome.RIGHT: 20}
    run = judged(all_of_them).run
    assert {j.play.id for j in run.judgements} == {f"login-{record.number}" for record in all_of_them.records}
    assert [(j.play.id, j.reason, j.findings) for j in run.judgements if j.verdict is not Verdict.PASS] == []
    assert (run.problems, run.unreadable, run.left_out, run.exit_status) == ((), (), (), 0)


def test_each_play_has_what_a_play_alone_has(all_of_them: Loaded, player: Any) -> None:
    scenarios = player.catalogue.named([f"login-{SAML}", f"login-{OIDC}"])
    alone = player.play(scenarios, LabName.LOOPBACK)[1].evidence
    for play, evidence in judged(all_of_them).evidence.items():
        lone = alone[f"login-{evidence.play.vendor.id}"]
        assert calls(evidence) == calls(lone), play
        assert len(evidence.releases) == len(lone.releases) > 0
        assert {r.person for r in evidence.releases} == {evidence.play.person}


def test_the_same_checks_are_made_and_say_the_same(all_of_them: Loaded, player: Any) -> None:
    scenarios = player.catalogue.named([f"login-{SAML}", f"login-{OIDC}"])
    alone = {j.play.vendor.id: j for j in player.play(scenarios, LabName.LOOPBACK)[1].run.judgements}
    for judgement in judged(all_of_them).run.judgements:
        said = {result.check: result.verdict for result in judgement.results}
        lone = {result.check: result.verdict for result in alone[judgement.play.vendor.id].results}
        # NOTE: a scenario may say what a vendor is to receive; of a load the agreement alone says so.
        assert said == {**lone, EXPECTED: Verdict.SKIPPED}, judgement.play.id


def test_the_folder_is_judged_again_to_the_same(all_of_them: Loaded) -> None:
    run = judged(all_of_them).run
    again = all_of_them.folder.judge(run.finished).run
    assert again.judgements == run.judgements
    assert FLOW_HEADER not in all_of_them.folder.journal.read_text(encoding="utf-8")


def test_of_a_share_each_is_judged_and_what_was_of_others_is_counted(some_of_them: Loaded) -> None:
    intercepted = [record for record in some_of_them.records if record.intercepted]
    assert Counter((one.flow, one.vendor) for one in intercepted) == {
        ("login", OIDC): 3,
        ("login", "news-for-schools"): 3,
        ("login", "learning-material"): 3,
        ("logout-from-vendor", "tracked-news"): 3,
    }
    run = judged(some_of_them).run
    assert {j.play.id for j in run.judgements} == {f"{one.flow}-{one.number}" for one in intercepted}
    sound = [j for j in run.judgements if j.play.vendor.id != "tracked-news"]
    assert [(j.play.id, j.reason, j.findings) for j in sound if j.verdict is not Verdict.PASS] == []
    school = "to idp.skola.test: of flows that were not intercepted"
    assert {f"24 calls of {one} {school}" for one in ("rakneresan.test", "skolnytt.test")} <= set(run.left_out)
    (tracked,) = [line for line in run.left_out if "metrics.tracker.test" in line]
    assert tracked.startswith("12 calls of klassnytt.test to metrics.tracker.test carry data of people whose flows")


def test_what_a_server_passes_on_is_found_in_the_flow_of_whom_it_is_about(some_of_them: Loaded) -> None:
    tracked = [j for j in judged(some_of_them).run.judgements if j.play.vendor.id == "tracked-news"]
    assert len(tracked) == 3
    for judgement in tracked:
        found = [(finding.check, finding.person) for finding in judgement.findings]
        assert found == [("data.no-onward-transfer", judgement.play.person)]


@pytest.mark.parametrize(
    ("vendor", "noticed"),
    [
        ("class-lists", frozenset()),
        ("copying-lists", frozenset({"exchange.changes-are-enough"})),
        ("forwarding-lists", frozenset({"data.no-onward-transfer"})),
        ("grading-lists", frozenset({"data.requested-within-agreement"})),
    ],
)
def test_rosters_that_are_exchanged_at_once_are_judged_together(
    tmp_path: Path, vendor: str, noticed: frozenset[str]
) -> None:
    """Six within a second, half of them recorded: what the service asks for and passes on is seen, whoever asked."""
    loaded = asyncio.run(load_lab(tmp_path, [("roster", vendor, 6)], 1.0, share=0.5))
    run = judged(loaded).run
    first, *others = run.judgements
    assert {finding.check for finding in first.findings} == noticed
    assert (first.verdict is Verdict.PASS) == (not noticed)
    assert {one.verdict for one in others} == {Verdict.SKIPPED}
    assert all(f"judged together as {first.play.id}" in one.reason for one in others)
    assert (len(others), run.left_out, run.problems) == (2, (), ())
    assert loaded.folder.judge(run.finished).run.judgements == run.judgements
