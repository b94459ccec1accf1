"""Endpoints: https, with a binding that can carry what comes in, each with a number of its own."""

from collections.abc import Callable
from typing import Any

import pytest

ACS = "md:SPSSODescriptor/md:AssertionConsumerService"
SSO = "md:IDPSSODescriptor/md:SingleSignOnService"
SP, IDP = "/md:EntityDescriptor/md:SPSSODescriptor", "/md:EntityDescriptor/md:IDPSSODescriptor"
BINDINGS = "urn:oasis:names:tc:SAML:2.0:bindings:"
type Change = Callable[[Any], Any]


def only(entity: Any) -> list[tuple[str, str]]:
    said = entity.said()
    assert {rule for _, rule, _ in said} <= {"endpoints-are-sound"}
    return [(level, place) for level, _, place in said]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda e: e.without(ACS), SP),
        (lambda e: e.with_(ACS, Binding=None), f"{SP}/md:AssertionConsumerService"),
        (lambda e: e.with_(ACS, Location=None), f"{SP}/md:AssertionConsumerService"),
        (lambda e: e.with_(ACS, Location=""), f"{SP}/md:AssertionConsumerService/@Location"),
        (lambda e: e.with_(ACS, Location="http://a.test/acs"), f"{SP}/md:AssertionConsumerService/@Location"),
        (lambda e: e.with_(ACS, Location="/saml/acs"), f"{SP}/md:AssertionConsumerService/@Location"),
        (lambda e: e.with_(ACS, Location="https:///acs"), f"{SP}/md:AssertionConsumerService/@Location"),
        (lambda e: e.with_(ACS, Location="https://[a/acs"), f"{SP}/md:AssertionConsumerService/@Location"),
        (lambda e: e.with_(ACS, Location="https://a.test/a b"), f"{SP}/md:AssertionConsumerService/@Location"),
        (lambda e: e.with_(ACS, index=None), f"{SP}/md:AssertionConsumerService"),
        (lambda e: e.with_(ACS, index="-1"), f"{SP}/md:AssertionConsumerService/@index"),
        (lambda e: e.with_(ACS, index="first"), f"{SP}/md:AssertionConsumerService/@index"),
        (lambda e: e.with_(ACS, index="65536"), f"{SP}/md:AssertionConsumerService/@index"),
        (lambda e: e.with_(ACS, index="9" * 5000), f"{SP}/md:AssertionConsumerService/@index"),
        (lambda e: e.copied(ACS), f"{SP}/md:AssertionConsumerService[2]/@index"),
        (
            lambda e: e.with_("md:SPSSODescriptor/md:SingleLogoutService", Location="http://a.test/slo"),
            f"{SP}/md:SingleLogoutService/@Location",
        ),
        (
            lambda e: e.with_("md:SPSSODescriptor/md:SingleLogoutService", ResponseLocation="http://a.test/slo"),
            f"{SP}/md:SingleLogoutService/@ResponseLocation",
        ),
    ],
)
def test_a_service_s_endpoint_is_broken(service: Any, change: Change, place: str) -> None:
    found = only(change(service))
    assert ("error", place) in found
    assert {where for level, where in found if level == "error"} == {place}


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda e: e.without(SSO), IDP),
        (lambda e: e.with_(SSO, Binding=""), f"{IDP}/md:SingleSignOnService[1]"),
        (lambda e: e.with_(SSO, Location="http://a.test"), f"{IDP}/md:SingleSignOnService[1]/@Location"),
    ],
)
def test_a_school_s_endpoint_is_broken(school: Any, change: Change, place: str) -> None:
    assert only(change(school)) == [("error", place)]


def test_assertions_cannot_come_by_redirect(service: Any) -> None:
    service.with_(ACS, Binding=BINDINGS + "HTTP-Redirect")
    assert only(service) == [("error", f"{SP}/md:AssertionConsumerService/@Binding"), ("warning", SP)]


def test_a_consumer_by_artifact_alone_is_warned_of_and_one_beside_post_is_not(service: Any) -> None:
    service.copied(ACS, index="1", Binding=BINDINGS + "HTTP-Artifact")
    assert only(service) == []
    service.with_(ACS, Binding=BINDINGS + "PAOS")
    assert only(service) == [("warning", SP)]


def test_schools_may_be_asked_by_redirect(school: Any) -> None:
    assert any(e.get("Binding").endswith("HTTP-Redirect") for e in school.at(SSO))
    assert only(school) == []
