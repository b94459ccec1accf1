"""Services on samlify, with the fault CVE-2025-47949 and without, log people in at the mock school."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from outside_services import Samlify, SamlifyVersion
from testbed.model.written import Person

pytestmark = pytest.mark.interop


@pytest.fixture(scope="module", params=["2.9.1", "2.10"])
def pair(
    request: pytest.FixtureRequest,
    start_samlify: Callable[[SamlifyVersion], Samlify],
    start_school: Callable[..., Any],
) -> tuple[Samlify, Any]:
    """A service, and a school that knows it."""
    service = start_samlify(request.param)
    return service, start_school("--url", "http://127.0.0.1:0", "--vendor", service.entity_id)


@pytest.fixture
def service(pair: tuple[Samlify, Any]) -> Samlify:
    pair[0].trust(pair[1].metadata)
    return pair[0]


@pytest.fixture
def school(pair: tuple[Samlify, Any]) -> Any:
    return pair[1]


def user(page: httpx.Response) -> Any:
    assert page.status_code == 200, page.text
    return page.json()["user"]


def test_a_login_opens_a_session_for_the_person(
    service: Samlify, browser: Any, pupil: Person, oid: Callable[[str], str]
) -> None:
    assert user(browser.visit(service.probe_url)) is None
    browser.visit(service.login_url)
    assert browser.asked_to_log_in(), browser.page.text
    known = user(browser.log_in(pupil))
    assert known["nameID"]
    asked = ("eduPersonPrincipalName", "displayName")
    assert known["attributes"] == {oid(name): pupil.values(name)[0] for name in asked}
    assert browser.messages == [("GET", "SAMLRequest"), ("POST", "SAMLResponse")]
    assert str(browser.page.url) == service.probe_url


def test_a_logout_ends_the_session(service: Samlify, browser: Any, pupil: Person) -> None:
    browser.visit(service.login_url)
    assert user(browser.log_in(pupil))
    assert user(browser.visit(service.logout_url)) is None


def test_an_answer_signed_with_another_key_opens_no_session(
    service: Samlify,
    school: Any,
    browser: Any,
    pupil: Person,
    tmp_path: Path,
    run_testbed: Callable[..., subprocess.CompletedProcess[bytes]],
) -> None:
    service.trust(run_testbed(tmp_path / "other-home", "idp", "metadata", "--url", school.url).stdout)
    browser.visit(service.login_url)
    page = browser.log_in(pupil)
    assert page.status_code == 403
    assert page.json() == {"error": "ERROR_UNMATCH_CERTIFICATE_DECLARATION_IN_METADATA"}
    assert user(browser.visit(service.probe_url)) is None
