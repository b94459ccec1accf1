"""Our own warnings: never an error, heard for the traps that lock people out in silence."""

from datetime import UTC, datetime
from typing import Any

import pytest

from testbed.wire.metadata_rules.ours import RULES

IDP = "/md:EntityDescriptor/md:IDPSSODescriptor"
SCOPE = "md:IDPSSODescriptor/md:Extensions/shibmd:Scope"


def test_none_is_the_federation_s_and_each_names_its_source() -> None:
    assert all(rule.ours and rule.enforced is None and rule.source for rule in RULES)
    assert {rule.level(datetime(2100, 1, 1, tzinfo=UTC).date()) for rule in RULES} == {"warning"}


def test_assurance_under_the_role_is_ignored_by_others(school: Any) -> None:
    attributes = school.at("md:Extensions/mdattr:EntityAttributes")[0]
    school.at("md:IDPSSODescriptor/md:Extensions")[0].append(attributes)
    place = f"{IDP}/md:Extensions/mdattr:EntityAttributes/saml:Attribute"
    assert school.said() == [("warning", "assurance-is-in-the-right-place", place)]


def test_other_attributes_may_stand_under_the_role(school: Any) -> None:
    school.with_(".//saml:Attribute", Name="http://macedir.org/entity-category-support")
    school.at("md:IDPSSODescriptor/md:Extensions")[0].append(school.at("md:Extensions/mdattr:EntityAttributes")[0])
    assert school.said() == []


@pytest.mark.parametrize("text", [None, " "])
def test_no_scope(school: Any, text: str | None) -> None:
    place = IDP
    if text is None:
        school.without(SCOPE)
    else:
        school.text(SCOPE, text)
        place = f"{IDP}/md:Extensions/shibmd:Scope"
    assert school.said() == [("warning", "scope-is-given", place)]


def test_a_scope_in_the_wrong_place(school: Any) -> None:
    school.at("md:Extensions")[0].append(school.at(SCOPE)[0])
    assert school.said() == [("warning", "scope-is-given", "/md:EntityDescriptor/md:Extensions/shibmd:Scope")]


@pytest.mark.parametrize("value", ["true", "1"])
def test_a_scope_that_is_a_pattern(school: Any, value: str) -> None:
    school.with_(SCOPE, regexp=value)
    assert school.said() == [("warning", "scope-is-given", f"{IDP}/md:Extensions/shibmd:Scope/@regexp")]


@pytest.mark.parametrize("until", ["2026-08-31T23:59:59Z", "2026-09-01T00:00:00Z", "tomorrow", "2027-01-01", ""])
@pytest.mark.parametrize("path", [".", "md:IDPSSODescriptor"])
def test_validity(school: Any, until: str, path: str) -> None:
    place = "/md:EntityDescriptor" if path == "." else IDP
    school.with_(path, validUntil=until)
    assert school.said() == [("warning", "metadata-is-valid-now", f"{place}/@validUntil")]


def test_a_time_to_come_is_well(school: Any) -> None:
    assert school.with_(".", validUntil="2026-09-02T00:00:00Z").said() == []
