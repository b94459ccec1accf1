"""A service that uses python3-saml, in strict mode, logs people in at the mock school."""

import datetime as dt
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from testbed.model.messages import NAMEID_PERSISTENT
from testbed.model.written import Person

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-interop" / "bin" / "python"
APP = Path(__file__).parent / "peers" / "python3_saml_app.py"
pytestmark = [
    pytest.mark.interop,
    pytest.mark.skipif(not PYTHON.is_file(), reason="needs python3-saml in .venv-interop: make interop"),
]
REQUESTED = ("eduPersonPrincipalName", "displayName", "sisSchoolUnitCode")
PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
NAME_URI = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"


class Service:
    """The service's settings, and the process that runs it."""

    def __init__(self, folder: Path, port: int, requested: list[dict[str, Any]]) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.entity_id = f"{self.url}/metadata"
        self.trusted = folder / "idp.xml"
        self.process: Any = None
        self._file, self._port = folder / "service.json", port
        certificate, key = key_pair()
        self._settings: dict[str, Any] = {
            "strict": True,
            "debug": True,
            "sp": {
                "entityId": self.entity_id,
                "assertionConsumerService": {"url": f"{self.url}/acs", "binding": POST},
                "singleLogoutService": {"url": f"{self.url}/sls", "binding": REDIRECT},
                "attributeConsumingService": {
                    "serviceName": "Läsappen",
                    "serviceDescription": "TEST",
                    "requestedAttributes": requested,
                },
                "NameIDFormat": NAMEID_PERSISTENT,
                "x509cert": certificate,
                "privateKey": key,
            },
            "security": {
                "authnRequestsSigned": True,
                "logoutRequestSigned": True,
                "logoutResponseSigned": True,
                "signMetadata": False,
                "wantMessagesSigned": False,
                "wantAssertionsSigned": True,
                "wantAssertionsEncrypted": False,
                "wantNameId": True,
                "wantAttributeStatement": True,
                "requestedAuthnContext": [PASSWORD],
                "failOnAuthnContextMismatch": True,
                "rejectDeprecatedAlgorithm": True,
                "signatureAlgorithm": RSA_SHA256,
                "digestAlgorithm": SHA256,
            },
        }

    def start(self, start_process: Callable[..., Any], idp_metadata: bytes, **changes: dict[str, Any]) -> None:
        """Run it, with these changes to the groups of its settings."""
        self.trusted.write_bytes(idp_metadata)
        settings = {**self._settings, **{name: self._settings[name] | change for name, change in changes.items()}}
        told = {"port": self._port, "settings": settings, "idp_metadata": str(self.trusted)}
        self._file.write_text(json.dumps(told), encoding="utf-8")
        command = [str(PYTHON), str(APP), str(self._file)]
        self.process = start_process(command, self._file.with_name("service.log"))
        self.process.wait_until(self._answers)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/metadata", trust_env=False).is_success
        except httpx.HTTPError:
            return False


def key_pair() -> tuple[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "TEST service")]), dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + dt.timedelta(days=1))
    certificate = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate.decode(), private.decode()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home") / "home"


@pytest.fixture(scope="module")
def make_service(
    tmp_path_factory: pytest.TempPathFactory,
    free_port: Callable[[], int],
    start_process: Callable[..., Any],
    run_testbed: Callable[..., subprocess.CompletedProcess[bytes]],
    start_school: Callable[..., Any],
    oid: Callable[[str], str],
) -> Any:
    """A service and its school, set up in the order that the guide for vendors gives."""
    services = []

    def make(
        home: Path, *signing: str, agreement: Callable[[str], Path] | None = None, **changes: dict[str, Any]
    ) -> tuple[Service, Any]:
        url = f"http://127.0.0.1:{free_port()}"
        metadata = run_testbed(home, "idp", "metadata", "--url", url, *signing)
        assert metadata.returncode == 0, metadata.stderr
        requested = [
            {"name": oid(name), "friendlyName": name, "isRequired": True, "nameFormat": NAME_URI} for name in REQUESTED
        ]
        service = Service(tmp_path_factory.mktemp("service"), free_port(), requested)
        service.start(start_process, metadata.stdout, **changes)
        services.append(service)
        options = [*signing, *(("--agreement", str(agreement(service.entity_id))) if agreement else ())]
        return service, start_school("--url", url, "--vendor", service.entity_id, *options, home=home)

    yield make
    for service in services:
        service.process.end()


@pytest.fixture(scope="module")
def pair(make_service: Callable[..., tuple[Service, Any]], home: Path) -> tuple[Service, Any]:
    return make_service(home)


@pytest.fixture
def service(pair: tuple[Service, Any]) -> Service:
    pair[0].trusted.write_bytes(pair[1].metadata)
    return pair[0]


@pytest.fixture
def school(pair: tuple[Service, Any]) -> Any:
    return pair[1]


def user(page: httpx.Response) -> dict[str, Any]:
    assert page.status_code == 200, page.text
    return dict(page.json())


def test_a_login_brings_the_requested_attributes_by_their_names(
    service: Service, browser: Any, pupil: Person, oid: Callable[[str], str]
) -> None:
    browser.visit(f"{service.url}/login")
    assert browser.asked_to_log_in(), browser.page.text
    known = user(browser.log_in(pupil))
    expected = {name: list(pupil.values(name)) for name in REQUESTED}
    assert known["attributes"] == {oid(name): values for name, values in expected.items()}
    assert known["friendly"] == expected
    assert known["contexts"] == [PASSWORD]
    assert known["session_index"]
    assert known["sp_name_qualifier"] == service.entity_id
    assert browser.messages == [("GET", "SAMLRequest"), ("POST", "SAMLResponse")]


def test_what_the_command_writes_is_what_the_school_serves(
    school: Any, home: Path, run_testbed: Callable[..., subprocess.CompletedProcess[bytes]]
) -> None:
    written = run_testbed(home, "idp", "metadata", "--url", school.url)
    stamp = re.compile(rb' (ID|validUntil)="[^"]*"')
    assert stamp.sub(b"", written.stdout.strip()) == stamp.sub(b"", school.metadata.strip())


def test_the_person_returns_to_the_page_that_was_asked_for(service: Service, browser: Any, pupil: Person) -> None:
    target = f"{service.url}/me?chapter=3&name=%C3%A5"
    browser.visit(f"{service.url}/login?{urlencode({'next': target})}")
    assert str(browser.log_in(pupil).url) == target


def test_a_login_that_begins_at_the_school(service: Service, school: Any, browser: Any, pupil: Person) -> None:
    target = f"{service.url}/me?from=school"
    browser.visit(f"{school.url}/saml/unsolicited?{urlencode({'providerId': service.entity_id, 'target': target})}")
    page = browser.log_in(pupil)
    assert user(page)["friendly"]["displayName"] == list(pupil.values("displayName"))
    assert str(page.url) == target
    assert browser.messages == [("POST", "SAMLResponse")]
    assert b"InResponseTo" not in browser.answer


def test_a_persistent_name_stays(service: Service, browser: Any, pupil: Person) -> None:
    names = set()
    for _ in range(2):
        browser.http.cookies.clear()
        browser.visit(f"{service.url}/login")
        known = user(browser.log_in(pupil))
        assert known["name_id_format"] == NAMEID_PERSISTENT
        names.add(known["name_id"])
    assert len(names) == 1


def test_a_login_by_force_asks_again_and_another_does_not(service: Service, browser: Any, pupil: Person) -> None:
    browser.visit(f"{service.url}/login")
    browser.log_in(pupil)
    browser.visit(f"{service.url}/login")
    assert not browser.asked_to_log_in()
    user(browser.page)
    browser.visit(f"{service.url}/login?force")
    assert browser.asked_to_log_in()
    user(browser.log_in(pupil))


def test_a_passive_login_of_nobody_is_answered_without_a_page(service: Service, browser: Any) -> None:
    page = browser.visit(f"{service.url}/login?passive")
    assert browser.messages == [("GET", "SAMLRequest"), ("POST", "SAMLResponse")]
    assert page.status_code == 403
    assert "not Success" in page.json()["reason"]
    assert b"status:NoPassive" in browser.answer


def test_a_passive_login_of_somebody_logs_in(service: Service, browser: Any, pupil: Person) -> None:
    browser.visit(f"{service.url}/login")
    browser.log_in(pupil)
    browser.forget("python3-saml-session")
    assert user(browser.visit(f"{service.url}/login?passive"))["attributes"]


def test_an_answer_signed_with_another_key_opens_no_session(
    service: Service,
    school: Any,
    browser: Any,
    pupil: Person,
    tmp_path: Path,
    run_testbed: Callable[..., subprocess.CompletedProcess[bytes]],
) -> None:
    other_keys = run_testbed(tmp_path / "other-home", "idp", "metadata", "--url", school.url)
    service.trusted.write_bytes(other_keys.stdout)
    browser.visit(f"{service.url}/login")
    page = browser.log_in(pupil)
    assert page.status_code == 403
    assert "Signature validation failed" in page.json()["reason"]
    assert browser.visit(f"{service.url}/me").status_code == 401


@pytest.mark.parametrize(
    ("operation", "said"),
    [
        (
            {"op": "set-text", "xpath": "//saml:Audience", "value": "http://127.0.0.1:1/somebody-else"},
            "not a valid audience",
        ),
        (
            {
                "op": "set-attribute",
                "xpath": "//saml:Conditions",
                "name": "NotOnOrAfter",
                "value": "2020-01-01T00:00:00Z",
            },
            "expired",
        ),
        (
            {"op": "set-text", "xpath": "//saml:Assertion/saml:Issuer", "value": "http://127.0.0.1:1/other-school"},
            "Invalid issuer",
        ),
        (
            {
                "op": "set-attribute",
                "xpath": "//saml:SubjectConfirmationData",
                "name": "InResponseTo",
                "value": "_another-request",
            },
            "valid SubjectConfirmation was not found",
        ),
    ],
    ids=["audience", "expired", "issuer", "another-request"],
)
def test_a_spoiled_answer_is_refused_for_what_was_spoiled(
    service: Service, school: Any, browser: Any, pupil: Person, operation: dict[str, str], said: str
) -> None:
    school.spoil(service.entity_id, **operation)
    browser.visit(f"{service.url}/login")
    page = browser.log_in(pupil)
    assert page.status_code == 403, page.text
    assert said in page.json()["reason"]
    assert browser.visit(f"{service.url}/me").status_code == 401


# --- logout, rollover and encryption -----------------------------------------------------------------------------


def test_a_logout_that_the_service_starts_ends_the_session_at_the_school_too(
    service: Service, school: Any, browser: Any, pupil: Person
) -> None:
    browser.visit(f"{service.url}/login")
    browser.log_in(pupil)
    page = browser.visit(f"{service.url}/logout")
    assert str(page.url) == f"{service.url}/me", page.text
    assert page.status_code == 401
    assert [name for _, name in browser.messages] == ["SAMLRequest", "SAMLResponse"]
    assert any(hop.endswith(f"{school.url}/saml/slo") for hop in browser.hops)
    browser.visit(f"{service.url}/login")
    assert browser.asked_to_log_in()


def test_a_logout_that_the_school_starts_ends_the_session_at_the_service_too(
    service: Service, school: Any, browser: Any, pupil: Person
) -> None:
    browser.visit(f"{service.url}/login")
    browser.log_in(pupil)
    browser.visit(f"{school.url}/logout")
    browser.submit("testbed-logout")
    assert f"GET {service.url}/sls" in browser.hops
    assert [name for _, name in browser.messages][-2:] == ["SAMLRequest", "SAMLResponse"]
    assert browser.visit(f"{service.url}/me").status_code == 401
    browser.visit(f"{service.url}/login")
    assert browser.asked_to_log_in()


def test_people_log_in_throughout_a_key_rollover(
    make_service: Callable[..., tuple[Service, Any]], tmp_path: Path, browser: Any, pupil: Person
) -> None:
    """Published before it is used, and used before the old one goes: nobody notices."""
    service, school = make_service(tmp_path / "home")
    before = school.metadata

    def logs_in(trusted: bytes) -> int:
        service.trusted.write_bytes(trusted)
        browser.http.cookies.clear()
        browser.visit(f"{service.url}/login")
        return int(browser.log_in(pupil).status_code)

    both = school.roll("announce")
    assert (logs_in(before), logs_in(both)) == (200, 200)
    school.roll("switch")
    assert logs_in(both) == 200
    assert logs_in(before) == 403, "the old key alone must not verify what the new one signed"
    assert logs_in(school.roll("retire")) == 200


def test_an_encrypted_assertion_is_read_by_a_service_that_takes_no_other(
    make_service: Callable[..., tuple[Service, Any]],
    tmp_path: Path,
    browser: Any,
    pupil: Person,
    write_agreement: Callable[..., Path],
) -> None:
    service, _ = make_service(
        tmp_path / "home",
        agreement=lambda entity_id: write_agreement(
            tmp_path, entity_id, REQUESTED, security={"encrypt_assertion": True}
        ),
        security={"wantAssertionsEncrypted": True},
    )
    browser.visit(f"{service.url}/login")
    known = user(browser.log_in(pupil))
    assert known["friendly"] == {name: list(pupil.values(name)) for name in REQUESTED}
    assert b"EncryptedAssertion" in browser.answer
    assert b"AttributeStatement" not in browser.answer
    assert pupil.values("displayName")[0].encode() not in browser.answer


def test_a_school_that_signs_with_an_elliptic_curve(
    make_service: Callable[..., tuple[Service, Any]], tmp_path: Path, browser: Any, pupil: Person
) -> None:
    service, _ = make_service(tmp_path / "home", "--signing", "ec")
    browser.visit(f"{service.url}/login")
    assert user(browser.log_in(pupil))["friendly"]["displayName"] == list(pupil.values("displayName"))
    assert b"ecdsa-sha256" in browser.answer
