"""Whether pupils of whom a vendor has data use its service: on a roster that was really fetched, with logins added."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from testbed.checks.core import run_checks
from testbed.model.messages import Assertion, SamlResponse
from testbed.model.privacy import PLAIN, Channel, Disclosure
from testbed.model.verdict import Evidence, Result, RunRecord, Verdict
from testbed.model.wire import BROWSER, Exchange, Pointer, Request, Response

ROSTER = "roster-class-lists"
VENDOR, SCHOOL = "klasslistan.test", "idp.skola.test"
ACS = f"https://{VENDOR}/acs"


def pupils_of(evidence: Evidence) -> list[str]:
    """Those whom the vendor was told of."""
    told = {one.person for one in evidence.disclosures if one.channel is Channel.SS12000}
    return sorted(name for name in told if name in evidence.people and evidence.people[name].role == "pupil")


def logged_in(evidence: Evidence, persons: Sequence[str], *, days: int = 30, unnamed: int = 0) -> Evidence:
    """The same recording, and after so many days the logins of these persons, and of so many of whom nothing tells
    who they are."""
    first = evidence.exchanges[-1]
    exchanges, messages, told = list(evidence.exchanges), list(evidence.messages), list(evidence.disclosures)
    for place, person in enumerate([*persons, *[""] * unnamed], start=1):
        number, at = first.number + place, first.started + timedelta(days=days)
        exchanges.append(Exchange(number, first.play, BROWSER, VENDOR, Request("POST", ACS), Response(303), at, 1.0))
        messages.append(response(number, f"account-{place}"))
        if person:
            value = evidence.people[person].values("eduPersonPrincipalName")[0]
            where = Pointer(number, "request.body:SAMLResponse//saml:Attribute[1]")
            attribute = "eduPersonPrincipalName"
            told.append(
                Disclosure(attribute, person, value, SCHOOL, VENDOR, Channel.SAML, PLAIN, where, at, encrypted=True)
            )
    return replace(evidence, exchanges=tuple(exchanges), messages=tuple(messages), disclosures=tuple(told))


def response(number: int, name_id: str) -> SamlResponse:
    where = Pointer(number, "request.body:SAMLResponse")
    assertion = Assertion(
        where, "_a", f"https://{SCHOOL}", name_id, "", (), None, None, (), (), "", None, "", (), signed=True
    )
    return SamlResponse(where, "_1", f"https://{SCHOOL}", ACS, ACS, "", "", None, (assertion,), 0, True, "", b"", "")


def judged(evidence: Evidence) -> Result:
    (result,) = [one for one in run_checks(evidence) if one.check == "data.persons-are-used"]
    return result


@pytest.fixture
def roster(exchange: RunRecord) -> Evidence:
    return exchange.evidence[ROSTER]


def test_a_service_that_most_pupils_use_passes(roster: Evidence) -> None:
    pupils = pupils_of(roster)
    assert len(pupils) > 10
    assert judged(logged_in(roster, pupils[: len(pupils) // 2 + 1])).verdict is Verdict.PASS


def test_a_service_that_few_pupils_use_is_a_warning_with_its_numbers(roster: Evidence) -> None:
    pupils = pupils_of(roster)
    # NOTE: whoever logs in twice is one pupil, and whoever is on no roster none of them.
    result = judged(logged_in(roster, [pupils[0], pupils[0], pupils[1], "personal-0001"]))
    assert result.verdict is Verdict.WARNING
    assert result.findings[0].observed == f"2 of {len(pupils)} pupils fetched have logged in, in 30 days"


def test_accounts_that_tell_nobody_may_be_pupils(roster: Evidence) -> None:
    pupils = pupils_of(roster)
    assert judged(logged_in(roster, pupils[:1], unnamed=len(pupils))).verdict is Verdict.NOT_VERIFIED
    (finding,) = judged(logged_in(roster, pupils[:1], unnamed=1)).findings
    assert finding.observed.startswith(f"2 of {len(pupils)} pupils")


def test_without_logins_or_time_there_is_nothing_to_say(roster: Evidence) -> None:
    pupils = pupils_of(roster)
    assert judged(roster).verdict is Verdict.SKIPPED
    assert judged(logged_in(roster, pupils[:1], days=3)).verdict is Verdict.SKIPPED
    logins = replace(logged_in(roster, pupils[:1]), disclosures=())
    assert judged(logins).verdict is Verdict.SKIPPED
