"""What is noticed of a case when others run already, and what one case that goes wrong costs the others."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from certificates import case, result

from testbed.certify import engine
from testbed.certify.desk import Desk, Observation
from testbed.certify.profiles import load_profiles
from testbed.model.calls import Call
from testbed.model.case import Case
from testbed.model.certificate import CaseResult, Observed
from testbed.model.verdict import Verdict
from testbed.runner.catalogue import project_folder

pytestmark = pytest.mark.anyio
STRICT = load_profiles([project_folder()])["strict"]


class Listener:
    url = "http://localhost:1"

    def __init__(self, *paths: str) -> None:
        self.paths: Sequence[str] = paths

    def calls(self) -> list[Call]:
        paths, self.paths = self.paths, ()
        return [Call("GET", path, 404, own=path.endswith("/seen")) for path in paths]


class Progress:
    def cases(self, count: int) -> None:
        """Nobody looks."""

    def done(self, result: CaseResult) -> None:
        """Nobody looks."""


def run_of(listener: Listener) -> engine._Run:
    async def clear() -> None:
        """Nothing waits."""

    desk: Any = SimpleNamespace(world=SimpleNamespace(listener=listener), clear=clear)
    return engine._Run(desk, STRICT, "testbed certify", Progress())


def test_a_fetch_that_comes_when_other_cases_run_is_held_against_its_own() -> None:
    run = run_of(Listener("/saml-external-dtd-12ab/dtd", "/saml-external-key-34cd/seen"))
    run.addresses = {"/saml-external-dtd-12ab": "saml-external-dtd", "/saml-external-key-34cd": "saml-external-key"}
    run._listen()
    passed = [result(case(id=name), Verdict.PASS) for name in ("saml-external-dtd", "saml-external-key")]
    late, other = (run._fetched_late(one) for one in passed)
    assert (late.verdict, late.observed) == (Verdict.FAIL, Observed.FETCHED)
    assert other == passed[1]


@pytest.mark.parametrize(
    ("verdict", "observed", "expected"),
    [
        (Verdict.PASS, Observed.NO_SESSION, Verdict.NOT_VERIFIED),
        (Verdict.FAIL, Observed.OTHER_USER, Verdict.FAIL),
        (Verdict.FAIL, Observed.SESSION, Verdict.FAIL),
        (Verdict.FAIL, Observed.FETCHED, Verdict.FAIL),
        (Verdict.WARNING, Observed.NO_SESSION, Verdict.NOT_VERIFIED),
        (Verdict.FAIL, Observed.NO_SESSION, Verdict.NOT_VERIFIED),
    ],
)
def test_of_a_vendor_that_lets_nobody_in_only_whom_it_let_in_is_told(
    verdict: Verdict, observed: Observed, expected: Verdict
) -> None:
    found = engine._without_twin(result(case(), verdict, observed=observed))
    assert (found.verdict, found.twin) == (expected, "failed")


@pytest.mark.parametrize(
    ("verdict", "observed"),
    [
        (Verdict.PASS, Observed.NO_SESSION),
        (Verdict.NOT_VERIFIED, Observed.UNCLEAR),
        (Verdict.FAIL, Observed.ERROR),
    ],
)
def test_a_vendor_that_a_bomb_keeps_from_letting_anybody_in_fails(verdict: Verdict, observed: Observed) -> None:
    found = engine._without_twin(result(case(manner="exhaustion"), verdict, observed=observed))
    assert (found.verdict, found.observed) == (Verdict.FAIL, Observed.ERROR)


async def test_a_case_that_goes_wrong_in_a_way_nobody_thought_of_is_an_error_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def wrong(_: Desk, __: Case, ___: str) -> Observation:
        raise KeyError("x")

    monkeypatch.setattr(engine, "MANNERS", {"login": wrong})
    found = await run_of(Listener())._one(case())
    assert (found.verdict, found.observed) == (Verdict.ERROR, Observed.NOT_RUN)
    assert "KeyError" in found.reason.en
