"""Apache with mod_auth_mellon, as Debian packages it, logs people in at the mock school."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from mellon import Mellon, mellon_lacks
from testbed.model.attributes import by_name
from testbed.model.written import Person

pytestmark = [
    pytest.mark.interop,
    pytest.mark.skipif(
        mellon_lacks(), reason="needs the Debian packages apache2, libapache2-mod-auth-mellon and openssl"
    ),
]
PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
KERBEROS = "urn:oasis:names:tc:SAML:2.0:ac:classes:Kerberos"
COOKIE = "mellon-cookie"
RETURN_TO = "/private/page?chapter=3&name=%C3%A5"
AGREED = ("eduPersonPrincipalName", "displayName", "sisSchoolUnitCode", "sisSchoolGrade")


def values(page: httpx.Response, saml_name: str) -> tuple[str, ...]:
    """An attribute's values, from the environment that mellon gives an application; Apache keeps letters and digits."""
    return tuple(re.findall(rf"^MELLON_{in_environment(saml_name)}_[0-9]+=(.*)$", page.text, re.MULTILINE))


def in_environment(saml_name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "_", saml_name)


def variable(page: httpx.Response, name: str) -> str:
    found = re.search(rf"^{name}=(.*)$", page.text, re.MULTILINE)
    assert found, page.text
    return found[1]


@pytest.fixture(scope="module")
def apache(make_apache: Callable[[str], Any]) -> Mellon:
    return Mellon(make_apache("mellon"))


@pytest.fixture(scope="module")
def agreement(apache: Mellon, write_agreement: Callable[..., Path]) -> Path:
    """mod_auth_mellon's metadata requests no attributes, so an agreement says what it may know."""
    return write_agreement(apache.folder, apache.entity_id, AGREED)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home") / "home"


@pytest.fixture(scope="module")
def school(apache: Mellon, agreement: Path, home: Path, start_school: Callable[..., Any]) -> Any:
    options = ("--vendor", str(apache.metadata), "--agreement", str(agreement))
    return start_school("--url", "http://127.0.0.1:0", *options, home=home)


@pytest.fixture
def mellon(apache: Mellon, school: Any) -> Callable[..., Mellon]:
    """Apache with these options of mellon, and what it trusts; the school's own metadata when nothing is said."""

    def configured(*options: str, trusts: bytes | None = None) -> Mellon:
        apache.configure(trusts or school.metadata, *options)
        return apache

    return configured


@pytest.fixture
def logged_in(mellon: Callable[..., Mellon], browser: Any, pupil: Person) -> Mellon:
    """The pupil is logged in to Apache."""
    apache = mellon()
    browser.visit(f"{apache.url}/private/")
    assert browser.log_in(pupil).status_code == 200
    return apache


def test_a_login_brings_the_agreed_attributes_and_nothing_else(
    mellon: Callable[..., Mellon], school: Any, browser: Any, pupil: Person, oid: Callable[[str], str]
) -> None:
    apache = mellon()
    browser.visit(f"{apache.url}{RETURN_TO}")
    assert browser.asked_to_log_in(), browser.page.text
    page = browser.log_in(pupil)
    assert page.status_code == 200, apache.errors()
    assert {name: values(page, oid(name)) for name in AGREED} == {name: pupil.values(name) for name in AGREED}
    assert variable(page, "REMOTE_USER") == variable(page, "MELLON_NAME_ID")
    set_ = set(re.findall(r"^MELLON_(urn_\w+)=", page.text, re.MULTILINE))
    assert {name for name in set_ if f"{name}_0" in set_} == {in_environment(oid(name)) for name in AGREED}
    assert "".join(pupil.values("norEduPersonNIN")) not in page.text


def test_the_request_goes_by_redirect_and_the_answer_by_post(logged_in: Mellon, school: Any, browser: Any) -> None:
    browser.http.cookies.clear()
    browser.visit(f"{logged_in.url}/private/")
    assert browser.messages == [("GET", "SAMLRequest")]
    assert f"GET {school.url}/saml/sso" in browser.hops
    sent = next(answer.request.url for answer in browser.page.history if answer.request.url.path == "/saml/sso")
    assert sent.params["SigAlg"].endswith("rsa-sha256")
    assert sent.params["Signature"]


def test_the_person_returns_to_the_page_that_was_asked_for(
    mellon: Callable[..., Mellon], browser: Any, pupil: Person
) -> None:
    apache = mellon()
    browser.visit(f"{apache.url}{RETURN_TO}")
    page = browser.log_in(pupil)
    assert ("POST", "SAMLResponse") in browser.messages
    assert f"POST {apache.url}/mellon/postResponse" in browser.hops
    assert str(page.url) == f"{apache.url}{RETURN_TO}"


def test_who_is_logged_in_at_the_school_is_not_asked_again(logged_in: Mellon, browser: Any, pupil: Person) -> None:
    browser.forget(COOKIE)
    page = browser.visit(f"{logged_in.url}/private/")
    assert ("POST", "SAMLResponse") in browser.messages
    assert page.status_code == 200
    assert not browser.asked_to_log_in()


def test_an_answer_signed_with_another_key_opens_no_session(
    mellon: Callable[..., Mellon],
    school: Any,
    browser: Any,
    pupil: Person,
    tmp_path: Path,
    run_testbed: Callable[..., subprocess.CompletedProcess[bytes]],
) -> None:
    other_keys = run_testbed(tmp_path / "other-home", "idp", "metadata", "--url", school.url)
    assert other_keys.returncode == 0, other_keys.stderr
    apache = mellon(trusts=other_keys.stdout)
    browser.visit(f"{apache.url}/private/")
    page = browser.log_in(pupil)
    assert page.status_code == 400
    assert str(page.url) == f"{apache.url}/mellon/postResponse"
    assert "ignature" in apache.errors().splitlines()[-1] + apache.errors().splitlines()[-2]
    browser.visit(f"{apache.url}/private/")
    assert "MELLON_NAME_ID" not in browser.page.text


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "set-text", "xpath": "//saml:Audience", "value": "http://127.0.0.1:1/somebody-else"},
        {"op": "set-attribute", "xpath": "//saml:Conditions", "name": "NotOnOrAfter", "value": "2020-01-01T00:00:00Z"},
        {
            "op": "set-attribute",
            "xpath": "//saml:SubjectConfirmationData",
            "name": "Recipient",
            "value": "http://127.0.0.1:1/somebody-else",
        },
    ],
    ids=["audience", "expired", "recipient"],
)
def test_a_spoiled_answer_opens_no_session(
    mellon: Callable[..., Mellon], school: Any, browser: Any, pupil: Person, operation: dict[str, str]
) -> None:
    apache = mellon()
    school.spoil(apache.entity_id, **operation)
    browser.visit(f"{apache.url}/private/")
    page = browser.log_in(pupil)
    assert page.status_code in (400, 403), apache.errors()
    assert "MELLON_NAME_ID" not in page.text


def test_a_passive_login_of_nobody_shows_no_login_page(mellon: Callable[..., Mellon], browser: Any) -> None:
    apache = mellon()
    page = browser.visit(
        f"{apache.url}/mellon/login?{urlencode({'ReturnTo': apache.url + '/open', 'IsPassive': 'true'})}"
    )
    assert ("POST", "SAMLResponse") in browser.messages
    assert not browser.asked_to_log_in()
    assert "NoPassive" in apache.errors()
    assert "MELLON_NAME_ID" not in page.text


def test_a_passive_login_of_somebody_logs_in(logged_in: Mellon, browser: Any, pupil: Person) -> None:
    browser.forget(COOKIE)
    back = {"ReturnTo": f"{logged_in.url}/private/", "IsPassive": "true"}
    page = browser.visit(f"{logged_in.url}/mellon/login?{urlencode(back)}")
    assert page.status_code == 200
    assert browser.messages == [("GET", "SAMLRequest"), ("POST", "SAMLResponse")]
    assert variable(page, "MELLON_NAME_ID")


def test_a_context_class_that_the_school_has_is_stated(
    mellon: Callable[..., Mellon], browser: Any, pupil: Person
) -> None:
    apache = mellon(f'MellonAuthnContextClassRef "{PASSWORD}"')
    browser.visit(f"{apache.url}/private/")
    assert browser.log_in(pupil).status_code == 200, apache.errors()


def test_a_context_class_that_the_school_lacks_is_refused_in_the_answer(
    mellon: Callable[..., Mellon], browser: Any
) -> None:
    apache = mellon(f'MellonAuthnContextClassRef "{KERBEROS}"')
    page = browser.visit(f"{apache.url}/private/")
    assert browser.messages == [("GET", "SAMLRequest"), ("POST", "SAMLResponse")]
    assert page.status_code in (401, 403), apache.errors()
    assert "NoAuthnContext" in apache.errors()


def test_the_name_is_new_each_time_for_a_vendor_that_asks_for_a_transient_one(
    mellon: Callable[..., Mellon], browser: Any, pupil: Person
) -> None:
    apache = mellon()
    names = set()
    for _ in range(2):
        browser.http.cookies.clear()
        browser.visit(f"{apache.url}/private/")
        names.add(variable(browser.log_in(pupil), "MELLON_NAME_ID"))
    assert len(names) == 2


def test_a_login_that_begins_at_the_school(
    mellon: Callable[..., Mellon], school: Any, browser: Any, pupil: Person
) -> None:
    apache = mellon()
    target = {"providerId": apache.entity_id, "target": f"{apache.url}{RETURN_TO}"}
    browser.visit(f"{school.url}/saml/unsolicited?{urlencode(target)}")
    page = browser.log_in(pupil)
    assert page.status_code == 200, apache.errors()
    assert str(page.url) == f"{apache.url}{RETURN_TO}"
    assert variable(page, "MELLON_NAME_ID")
    assert b"InResponseTo" not in browser.answer


@pytest.mark.xfail(reason="lasso 2.8.1, under mod_auth_mellon, knows no ECDSA", strict=True)
def test_a_school_that_signs_with_an_elliptic_curve(
    mellon: Callable[..., Mellon], agreement: Path, browser: Any, pupil: Person, start_school: Callable[..., Any]
) -> None:
    apache = mellon()
    vendor = ("--vendor", str(apache.metadata), "--agreement", str(agreement))
    school = start_school("--url", "http://127.0.0.1:0", "--signing", "ec", *vendor)
    mellon(trusts=school.metadata)
    browser.visit(f"{apache.url}/private/")
    assert browser.log_in(pupil).status_code == 200, apache.errors()
    assert b"ecdsa-sha256" in browser.answer


# --- logout, rollover and encryption -----------------------------------------------------------------------------


def test_a_logout_that_apache_starts_ends_the_session_at_the_school_too(
    logged_in: Mellon, school: Any, browser: Any
) -> None:
    back = urlencode({"ReturnTo": f"{logged_in.url}/goodbye"})
    page = browser.visit(f"{logged_in.url}/mellon/logout?{back}")
    assert str(page.url) == f"{logged_in.url}/goodbye", logged_in.errors()
    assert [name for _, name in browser.messages] == ["SAMLRequest", "SAMLResponse"]
    assert any(hop.endswith(f"{school.url}/saml/slo") for hop in browser.hops)
    browser.visit(f"{logged_in.url}/private/")
    assert browser.asked_to_log_in()


def test_a_logout_that_the_school_starts_ends_the_session_at_apache_too(
    logged_in: Mellon, school: Any, browser: Any
) -> None:
    browser.visit(f"{school.url}/logout")
    browser.submit("testbed-logout")
    assert f"GET {logged_in.url}/mellon/logout" in browser.hops, browser.hops
    assert browser.page.is_success, logged_in.errors()
    assert [name for _, name in browser.messages][-2:] == ["SAMLRequest", "SAMLResponse"]
    browser.visit(f"{logged_in.url}/private/")
    assert browser.asked_to_log_in()


def test_people_log_in_throughout_a_key_rollover(
    mellon: Callable[..., Mellon], school: Any, browser: Any, pupil: Person
) -> None:
    """Published before it is used, and used before the old one goes: nobody notices."""
    before = school.metadata

    def logs_in(trusted: bytes) -> int:
        apache = mellon(trusts=trusted)
        browser.http.cookies.clear()
        browser.visit(f"{apache.url}/private/")
        return int(browser.log_in(pupil).status_code)

    both = school.roll("announce")
    assert both.count(b"X509Certificate>") == 2 * before.count(b"X509Certificate>")
    assert (logs_in(before), logs_in(both)) == (200, 200)
    school.roll("switch")
    assert logs_in(both) == 200
    assert logs_in(before) == 400, "the old key alone must not verify what the new one signed"
    after = school.roll("retire")
    assert logs_in(after) == 200


def test_an_encrypted_assertion_is_read(
    mellon: Callable[..., Mellon],
    browser: Any,
    pupil: Person,
    start_school: Callable[..., Any],
    write_agreement: Callable[..., Path],
    tmp_path: Path,
) -> None:
    apache = mellon()
    agreement = write_agreement(tmp_path, apache.entity_id, AGREED, security={"encrypt_assertion": True})
    vendor = ("--vendor", str(apache.metadata), "--agreement", str(agreement))
    mellon(trusts=start_school("--url", "http://127.0.0.1:0", *vendor).metadata)
    browser.visit(f"{apache.url}/private/")
    page = browser.log_in(pupil)
    assert page.status_code == 200, apache.errors()
    assert {name: values(page, by_name()[name].saml) for name in AGREED} == {
        name: pupil.values(name) for name in AGREED
    }
    assert b"EncryptedAssertion" in browser.answer
    assert b"AttributeStatement" not in browser.answer
