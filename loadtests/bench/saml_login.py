"""Whole logins by SAML, per CPU second of the identity provider: request, login page, choice of a person, response.

The school runs as a process of its own and is asked over loopback as a browser would ask it; only its CPU time counts,
not the client's. The peer is stock pysaml2 with the xmlsec1 program, doing the same two SAML steps (read the signed
request, make the signed response) with no web server around them at all, which is to its advantage. Not comparable:
published figures of products that verify a password, whose hash costs more than all of this.
"""

import base64
import json
import os
import re
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from itertools import count
from pathlib import Path
from urllib.parse import quote

import httpx
import psutil
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from idp.keys import SigningKey
from loadtests.bench.measure import LeftOut, Outcome, compared
from loadtests.bench.sign_response import ACS, ENTITY, PEER, PEER_PYTHON, needs

BENCH = "saml-login"
LOGINS, UNMEASURED = 300, 20
PEER_LOGINS = 40
WANTED = 150.0
"""Logins per CPU second that the project set itself."""
START_S = 60.0
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
HTTP_OK, SEE_OTHER = 200, 303


@dataclass(frozen=True, slots=True)
class Vendor:
    """Asks for logins, signed."""

    key: SigningKey
    sso: str

    def metadata(self) -> str:
        """With the key that signs requests."""
        return f"""<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{ENTITY}">
<md:SPSSODescriptor AuthnRequestsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
<md:KeyDescriptor><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>
{self.key.certificate_base64}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
<md:AssertionConsumerService index="1" Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="{ACS}"/>
<md:AttributeConsumingService index="1"><md:ServiceName xml:lang="en">Bench</md:ServiceName>
{"".join(_wanted(name) for name in ("1.3.6.1.4.1.5923.1.1.1.6", "2.5.4.42", "2.5.4.4", "1.2.752.194.10.2.4"))}
</md:AttributeConsumingService></md:SPSSODescriptor></md:EntityDescriptor>"""

    def query(self, number: int) -> str:
        """A signed request by the Redirect binding."""
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        xml = f"""<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" Version="2.0"
 ID="_bench-{number}" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" IssueInstant="{now}"
 Destination="{self.sso}"><saml:Issuer>{ENTITY}</saml:Issuer></samlp:AuthnRequest>"""
        compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        packed = base64.b64encode(compressor.compress(xml.encode()) + compressor.flush()).decode()
        query = f"SAMLRequest={quote(packed, safe='')}&RelayState=r&SigAlg={quote(RSA_SHA256, safe='')}"
        if not isinstance(self.key.private_key, rsa.RSAPrivateKey):
            raise TypeError("the benchmark's vendor signs with RSA")
        signature = self.key.private_key.sign(query.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{query}&Signature={quote(base64.b64encode(signature).decode(), safe='')}"


def _wanted(oid: str) -> str:
    return f'<md:RequestedAttribute Name="urn:oid:{oid}" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri"/>'


def saml_login() -> Iterator[Outcome]:
    """Beside the budget, then beside stock pysaml2."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o700)
        key = SigningKey.load_or_make(folder / "vendor.pem", "bench.test", datetime.now(UTC))
        ours = _ours(folder, key)
        yield compared(BENCH, ours, "logins/CPU s", ("budget", WANTED), "more")
        missing = next((what for what, there in needs() if not there), "")
        if missing:
            yield LeftOut(BENCH, f"stock pysaml2 needs {missing}")
            return
        yield compared(BENCH, ours, "logins/CPU s", ("stock pysaml2 with xmlsec1", _stock(folder, key)), "more")


def _ours(folder: Path, key: SigningKey) -> float:
    (folder / "vendor.xml").write_text(Vendor(key, "").metadata(), encoding="utf-8")
    command = [sys.executable, "-m", "testbed.cli", "idp", "serve", "--url", "http://127.0.0.1:0"]
    environment = {**os.environ, "TESTBED_HOME": str(folder / "home")}
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(
            [*command, "--vendor", str(folder / "vendor.xml")],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as school,
    ):
        try:
            first = school.stdout.readline() if school.stdout else ""
            found = re.search(r"serves at (http://127\.0\.0\.1:\d+)", first)
            if found is None:
                raise RuntimeError(f"the school did not come up: {first!r}")
            return _measured(psutil.Process(school.pid), Vendor(key, f"{found.group(1)}/saml/sso"))
        finally:
            school.terminate()


def _measured(school: psutil.Process, vendor: Vendor) -> float:
    with httpx.Client(trust_env=False, timeout=START_S) as browser:
        numbers = count()
        for _ in range(UNMEASURED):
            _log_in(browser, vendor, next(numbers))
        before = _cpu_s(school)
        for _ in range(LOGINS):
            _log_in(browser, vendor, next(numbers))
        return LOGINS / (_cpu_s(school) - before)


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _log_in(browser: httpx.Client, vendor: Vendor, number: int) -> None:
    """One whole login by a browser that nobody has logged in with before.

    Raises:
        RuntimeError: any step of it did not work: a login that failed must not count as a fast one.
    """
    browser.cookies.clear()
    answer = browser.get(f"{vendor.sso}?{vendor.query(number)}")
    page = browser.get(answer.url.join(answer.headers["location"])) if answer.status_code == SEE_OTHER else answer
    key = re.search(r'name="key" value="([^"]+)"', page.text)
    if page.status_code != HTTP_OK or key is None:
        raise RuntimeError(f"the login page did not come: {page.status_code}")
    form = {"key": unescape(key.group(1)), "person": f"elev-{number % 900 + 1:04d}"}
    done = browser.post(page.url.join("/login"), data=form)
    if 'name="SAMLResponse"' not in done.text:
        raise RuntimeError(f"nobody was logged in: {done.status_code}")


def _stock(folder: Path, key: SigningKey) -> float:
    """The peer's figure: logins of the same kind per CPU second, its child processes included."""
    vendor = Vendor(key, "https://idp.skola.test/saml/sso")
    (folder / "key.pem").write_bytes(key.pem)
    (folder / "key.pem").chmod(0o600)
    (folder / "cert.pem").write_bytes(key.certificate_pem)
    (folder / "sp.xml").write_text(vendor.metadata(), encoding="utf-8")
    requests = [vendor.query(number) for number in range(PEER_LOGINS + 1)]
    (folder / "requests.json").write_text(json.dumps(requests), encoding="utf-8")
    printed = subprocess.run(
        [str(PEER_PYTHON), str(PEER), "login", str(PEER_LOGINS), str(folder)],
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    ).stdout
    answer = json.loads(printed)
    return float(answer["done"]) / float(answer["cpu_s"])
