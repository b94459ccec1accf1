"""Certificates for programs: run.json, JUnit and SARIF keep their contracts, whatever vendors write into them."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from certificates import certificate, compliant, many, misconfigured
from lxml import etree

from testbed.model.certificate import Certificate
from testbed.model.verdict import RunRecord
from testbed.reports import certificate_json, certificate_junit, certificate_sarif, sarif

EVERY = [certificate(), compliant(), misconfigured(), many()]
CONTRACT = {"id", "title", "clause", "level", "expect", "observed", "user", "verdict", "reason", "twin"}
CERTIFICATE = {"vendor", "profile", "outcome", "why", "digest", "configuration", "calibration"}
RENDERERS = [certificate_json.render, certificate_junit.render, certificate_sarif.render]


@pytest.mark.parametrize("render", RENDERERS)
@pytest.mark.parametrize("one", EVERY)
def test_the_same_certificate_gives_the_same_text(one: Certificate, render: Callable[[Certificate], str]) -> None:
    text = render(one)
    assert text == render(one)
    assert not {"\x00", "\x1b"} & set(text)
    text.encode()


def test_run_json_keeps_its_contract(as_expected: RunRecord) -> None:
    said = json.loads(certificate_json.render(replace(certificate(), data=as_expected)))
    assert said["schema"] == "testbed.run/1"
    assert [scenario["id"] for scenario in said["scenarios"]] == ["login"]
    assert all(set(one) >= CONTRACT for one in said["cases"])
    assert set(said["certificate"]) >= CERTIFICATE
    assert said["certificate"]["profile"]["id"] == "skolfederation"
    assert said["certificate"]["outcome"] == "not compliant"
    stranger = next(one for one in said["cases"] if one["id"] == "saml-audience-two")
    assert (stranger["expect"], stranger["observed"], stranger["verdict"]) == ("reject", "other-user", "FAIL")
    assert said["summary"]["case_verdicts"]["SKIPPED"] == 1
    assert said["summary"]["exit_status"] == 1


def test_run_json_tells_what_was_learned_and_what_is_not_set_up() -> None:
    said = json.loads(certificate_json.render(misconfigured()))["certificate"]
    assert said["configuration"][0]["mend"].startswith("Name the address")
    assert "the same for both" in said["calibration"]["trouble"]
    slots = json.loads(certificate_json.render(certificate()))["certificate"]["calibration"]["slots"]
    assert slots[0] == {"place": "/user/id", "says": "eduPersonPrincipalName", "prefix": "", "suffix": ""}


def cases(one: Certificate) -> dict[str, Any]:
    root = etree.fromstring(certificate_junit.render(one).encode())
    return {case.get("name"): case for case in root.iter("testcase")}


def test_junit_fails_for_what_failed_and_errs_for_what_nobody_knows() -> None:
    told = cases(certificate())
    kinds = {name: [child.tag for child in case if child.tag != "properties"] for name, case in told.items()}
    assert kinds == {
        "outcome": ["failure"],
        "saml-audience-one": [],
        "saml-audience-two": ["failure"],
        "saml-audience-three": ["failure"],
        "saml-replay-again": ["system-out"],
        "saml-logout-unsigned": ["error"],
        "saml-bomb": ["error"],
        "saml-encrypted": ["skipped"],
    }


def test_junit_keeps_test_and_clause_on_failure_and_the_reason_of_a_skip() -> None:
    told = cases(certificate())
    failure = told["saml-audience-two"].find("failure")
    assert failure.get("message").startswith("saml-audience-two (SAML Core 2.5.1.4)")
    assert "reproduce: testbed certify reading.yaml --case saml-audience-two" in failure.text
    assert "no key to encrypt to" in told["saml-encrypted"].find("skipped").get("message")


def test_junit_is_green_for_the_compliant_and_red_where_nothing_could_be_tried(as_expected: RunRecord) -> None:
    green = etree.fromstring(certificate_junit.render(compliant()).encode())
    assert (green.get("failures"), green.get("errors"), green.get("tests")) == ("0", "0", "2")
    assert {name for name, case in cases(misconfigured()).items() if case.find("error") is not None} == {
        "outcome",
        "configuration-1",
        "calibration",
    }
    assert "as-expected" in cases(replace(compliant(), data=as_expected))


ALLOWED = {
    "log": {"$schema", "version", "runs"},
    "run": {"tool", "automationDetails", "invocations", "columnKind", "results"},
    "driver": {"name", "semanticVersion", "rules"},
    "rule": {"id", "shortDescription", "fullDescription", "help", "helpUri", "defaultConfiguration", "properties"},
    "result": {
        "ruleId", "ruleIndex", "level", "kind", "message", "locations", "partialFingerprints", "suppressions",
        "properties",
    },
    "invocation": {
        "executionSuccessful", "exitCode", "exitCodeDescription", "startTimeUtc", "endTimeUtc",
        "toolConfigurationNotifications", "toolExecutionNotifications", "properties",
    },
    "notification": {"descriptor", "level", "message", "associatedRule"},
}  # fmt: skip
"""Names that the schema of SARIF 2.1.0 has; it allows no others."""


def objects(document: Any) -> Iterator[tuple[str, Any]]:
    yield "log", document
    for run in document["runs"]:
        yield "run", run
        yield "driver", run["tool"]["driver"]
        yield from (("rule", rule) for rule in run["tool"]["driver"]["rules"])
        yield from (("result", result) for result in run["results"])
        for invocation in run["invocations"]:
            yield "invocation", invocation
            for kind in ("toolConfigurationNotifications", "toolExecutionNotifications"):
                yield from (("notification", one) for one in invocation.get(kind, ()))


def must_be_sarif(text: str) -> Any:
    document = json.loads(text)
    assert document["version"] == "2.1.0"
    for kind, one in objects(document):
        assert set(one) <= ALLOWED[kind], kind
    (run,) = document["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for rule in rules:
        assert rule["shortDescription"]["text"]
        assert rule["help"]["text"]
        assert rule.get("helpUri", "https://").startswith("https://")
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"error", "warning", "none"}
        assert (result["kind"] == "fail") == (result["level"] != "none")
        assert result["message"]["text"]
        (place,) = result["locations"]
        assert place["physicalLocation"]["artifactLocation"]["uri"].startswith("https://")
        assert result["partialFingerprints"]
    return run


@pytest.mark.parametrize("one", EVERY)
def test_sarif_has_what_its_schema_demands(one: Certificate, as_expected: RunRecord) -> None:
    must_be_sarif(certificate_sarif.render(one))
    must_be_sarif(certificate_sarif.render(replace(one, data=as_expected)))


def test_sarif_tells_rule_harm_mend_and_clause() -> None:
    run = must_be_sarif(certificate_sarif.render(certificate()))
    (rule,) = (rule for rule in run["tool"]["driver"]["rules"] if rule["id"] == "saml-audience-two")
    for part in ("as any teacher", "Compare Audience", "SAML Core 2.5.1.4 (MUST)", "CVE-2017-11427"):
        assert part in rule["help"]["text"]
    assert rule["helpUri"].endswith("saml-core-2.0-os.pdf")
    kinds = {result["ruleId"]: (result["level"], result["kind"]) for result in run["results"]}
    assert kinds == {
        "saml-audience-two": ("error", "fail"),
        "saml-audience-three": ("error", "fail"),
        "saml-replay-again": ("warning", "fail"),
        "saml-logout-unsigned": ("none", "open"),
        "saml-bomb": ("none", "open"),
    }
    (invocation,) = run["invocations"]
    (skipped,) = invocation["toolExecutionNotifications"]
    assert skipped["associatedRule"]["id"] == "saml-encrypted"


def test_sarif_says_of_one_matter_the_same_in_every_run() -> None:
    first, again = (json.loads(certificate_sarif.render(certificate(id=name)))["runs"][0] for name in ("a", "b"))
    prints = [[one["partialFingerprints"] for one in run["results"]] for run in (first, again)]
    assert prints[0] == prints[1]
    assert first["automationDetails"] == again["automationDetails"]


def test_sarif_tells_errors_of_configuration_apart() -> None:
    run = must_be_sarif(certificate_sarif.render(misconfigured()))
    assert run["results"] == []
    (invocation,) = run["invocations"]
    assert not invocation["executionSuccessful"]
    assert [one["descriptor"]["id"] for one in invocation["toolConfigurationNotifications"]] == [
        "configuration",
        "calibration",
    ]


def test_sarif_of_a_run_suppresses_what_its_scenario_expects(as_expected: RunRecord, surprising: RunRecord) -> None:
    (expected,) = must_be_sarif(sarif.render(as_expected))["results"]
    assert expected["suppressions"][0]["justification"] == "expected by the scenario login"
    run = must_be_sarif(sarif.render(surprising))
    assert run["results"][0]["suppressions"] == []
    assert run["results"][0]["properties"]["recipient"] == "tracker.test"
    assert run["invocations"][0]["toolExecutionNotifications"]


def test_a_finding_of_an_unknown_check_has_a_rule_all_the_same(as_expected: RunRecord) -> None:
    (judgement,) = as_expected.run.judgements
    (finding,) = judgement.findings
    odd = replace(judgement.results[0], findings=(replace(finding, check="data.from-another-version"),))
    run = replace(as_expected.run, judgements=(replace(judgement, results=(odd,)),))
    assert must_be_sarif(sarif.render(replace(as_expected, run=run)))["results"][0]["ruleIndex"] == 0
