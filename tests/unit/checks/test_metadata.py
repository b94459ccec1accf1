"""The federation's rules as checks: whose metadata it is, how grave, and no pass without metadata."""

from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import pytest

from testbed.checks import metadata as family
from testbed.checks.core import registered, run_checks
from testbed.model.messages import Message, MetadataRemark, SamlMetadata
from testbed.model.verdict import Evidence, Play, Verdict
from testbed.model.wire import Pointer
from testbed.model.written import Bilingual, Scenario, Vendor
from testbed.wire.metadata_rules.federation import RULES

CHECKS = tuple(one for one in registered() if one.info.id.startswith("metadata."))
BOTH = Bilingual(sv="fel", en="wrong")
VENDOR = Vendor.model_validate(
    {
        "id": "reading",
        "name": "Läsappen",
        "protocol": "saml",
        "metadata": "https://app.test/saml/metadata",
        "login": "https://app.test/login",
        "probe": {"url": "https://app.test/me"},
    }
)
SCENARIO = Scenario.model_validate(
    {
        "id": "login",
        "title": {"sv": "S", "en": "S"},
        "flow": "login",
        "vendor": "reading",
        "expect": {"login": "accepted"},
    }
)


def remark(rule: str, role: Any, level: Any = "error") -> MetadataRemark:
    sections = {one.id: one.sections for one in RULES}[rule]
    return MetadataRemark(rule, role, sections.get(role, ""), level, "/md:EntityDescriptor", BOTH, BOTH)


def published(host: str, *remarks: MetadataRemark, idp: bool = False) -> SamlMetadata:
    where = Pointer(7, "response.body")
    entity_id = f"https://{host}/saml/metadata"
    return SamlMetadata(where, entity_id, idp, not idp, (), (), (), (), None, remarks, "<xml/>")


def results(*messages: Message, spoil: tuple[str, ...] = ()) -> dict[str, Any]:
    scenario = SCENARIO.model_copy(update={"spoil": spoil})
    play = Play("p", scenario, VENDOR, "elev-1", started=datetime(2026, 9, 1, tzinfo=UTC))
    evidence = Evidence(play, (), messages, (), MappingProxyType({}), None)
    return {result.check.removeprefix("metadata."): result for result in run_checks(evidence, CHECKS)}


def test_there_is_a_check_for_each_rule_under_the_same_name() -> None:
    assert {one.info.id.removeprefix("metadata.") for one in CHECKS} == {rule.id for rule in RULES}
    for one in CHECKS:
        (rule,) = (rule for rule in RULES if one.info.id == f"metadata.{rule.id}")
        assert one.info.clause == f"{family.PROFILE} {' and '.join(dict.fromkeys(rule.sections.values()))}"
        assert one.info.severity == ("MUST" if rule.enforced else "SHOULD")
        assert one.info.about == ("school" if list(rule.sections) == ["idp"] else "vendor")


@pytest.mark.parametrize(("rule", "role"), [(rule.id, role) for rule in RULES for role in rule.sections])
def test_a_remark_is_a_finding_about_the_one_whose_metadata_it_is(rule: str, role: Any) -> None:
    level = "error" if {one.id: one.enforced for one in RULES}[rule] else "warning"
    school = published("idp.skola.test", *([remark(rule, role, level)] if role == "idp" else []), idp=True)
    vendor = published("app.test", *([remark(rule, role, level)] if role == "sp" else []))
    found = results(school, vendor)
    (finding,) = found[rule].findings
    assert found[rule].verdict is (Verdict.FAIL if level == "error" else Verdict.WARNING)
    assert finding.sender == ("idp.skola.test" if role == "idp" else "app.test")
    assert finding.observed == f"https://{finding.sender}/saml/metadata: wrong"
    assert finding.clause.endswith({one.id: one.sections for one in RULES}[rule][role])
    assert finding.where
    assert (finding.where.exchange, finding.where.locator) == (7, "response.body/md:EntityDescriptor")
    assert finding.person == ""
    assert {r.verdict for name, r in found.items() if name != rule} == {Verdict.PASS}


def test_what_is_only_recommended_breaks_no_rule_that_is_enforced() -> None:
    school = published("idp.skola.test", remark("error-url-is-given", "idp", "warning"), idp=True)
    assert results(school)["error-url-is-given"].verdict is Verdict.PASS


def test_without_metadata_of_the_role_nothing_passes() -> None:
    assert {result.verdict for result in results().values()} == {Verdict.SKIPPED}
    found = results(published("idp.skola.test", idp=True))
    assert found["needs-are-declared"].verdict is Verdict.SKIPPED
    assert found["encryption-certificate-is-given"].reason == "no metadata of a party in the role sp was seen"
    assert found["error-url-is-given"].verdict is Verdict.PASS
    assert results(published("app.test"))["error-url-is-given"].verdict is Verdict.SKIPPED


def test_another_vendor_s_metadata_is_not_this_one_s_fault() -> None:
    other = published("other.test", remark("needs-are-declared", "sp"))
    assert results(published("app.test"), other)["needs-are-declared"].verdict is Verdict.PASS


def test_an_entity_in_both_roles_is_told_of_once() -> None:
    both = replace(published("app.test", remark("contacts-are-named", "sp"), idp=True), is_sp=True)
    assert len(results(both)["contacts-are-named"].findings) == 1
