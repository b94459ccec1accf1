"""Relying parties on python-jose, with the fault CVE-2024-33663 and without, log people in at the mock school."""

import base64
import hmac
import json
import subprocess
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from outside_services import JoseVersion, PythonJose, interpreter, python_jose_lacks
from testbed.model.written import Person
from waiting import DEADLINE_S

pytestmark = pytest.mark.interop
FORGER = "somebody who knows the public key"
DECODE = """
import sys
from jose import JOSEError, jwt
try:
    print(jwt.decode(sys.argv[1], sys.argv[2])["sub"])
except JOSEError as error:
    print(error)
"""
WAYS = [("3.3.0", "texts"), ("3.3.0", "jwks"), ("3.5.0", "texts"), ("3.5.0", "jwks")]


@pytest.fixture(scope="module", params=WAYS, ids="-".join)
def service(
    request: pytest.FixtureRequest,
    free_port: Callable[[], int],
    start_python_jose: Callable[..., PythonJose],
    start_school: Callable[..., Any],
) -> PythonJose:
    """A relying party, and a school that knows it."""
    version, keys = request.param
    started = start_python_jose(version, f"http://127.0.0.1:{free_port()}", keys)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PEER_SECRET", started.client_secret)
        start_school("--url", started.issuer, *started.registration("PEER_SECRET"))
    return started


def user(page: httpx.Response) -> Any:
    assert page.status_code == 200, page.text
    return page.json()["user"]


def with_secret(secret: str, claims: dict[str, str]) -> str:
    """A token of HS256."""

    def packed(content: bytes) -> str:
        return base64.urlsafe_b64encode(content).decode("ascii").rstrip("=")

    signed = ".".join(packed(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
    return f"{signed}.{packed(hmac.digest(secret.encode(), signed.encode(), 'sha256'))}"


def test_a_login_opens_a_session_for_the_person(service: PythonJose, browser: Any, pupil: Person) -> None:
    assert user(browser.visit(service.probe_url)) is None
    browser.visit(service.login_url)
    assert browser.asked_to_log_in(), browser.page.text
    known = user(browser.log_in(pupil))
    assert known["name"] == pupil.values("displayName")[0]
    assert known["iss"] == service.issuer
    assert known["sub"]
    assert str(browser.page.url) == service.probe_url


def test_a_logout_ends_the_session(service: PythonJose, browser: Any, pupil: Person) -> None:
    browser.visit(service.login_url)
    assert user(browser.log_in(pupil))
    assert user(browser.visit(service.logout_url)) is None


def test_an_answer_with_the_state_of_another_browser_opens_no_session(
    service: PythonJose, browser: Any, pupil: Person
) -> None:
    browser.visit(service.login_url)
    browser.forget("python-jose-session")
    assert browser.log_in(pupil).status_code == 403
    assert user(browser.visit(service.probe_url)) is None


@pytest.mark.parametrize(
    ("version", "said"), [("3.3.0", FORGER), ("3.5.0", "should not be used as an HMAC secret")], ids=["3.3.0", "3.5.0"]
)
def test_the_line_of_a_public_key_passes_for_a_secret_before_the_fault_was_mended(
    version: JoseVersion, said: str
) -> None:
    if lacking := python_jose_lacks(version):
        pytest.skip(lacking)
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    line = public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode("ascii")
    command = [str(interpreter(version)), "-W", "ignore", "-c", DECODE, with_secret(line, {"sub": FORGER}), line]
    done = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_S, check=True)
    assert said in done.stdout
