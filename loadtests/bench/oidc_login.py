"""Whole logins by OpenID Connect, per CPU second of the identity provider.

A login is the authorization request, the login page, the choice of a person, the code for tokens, and the claims from
the userinfo endpoint: five requests and one signature. The school runs as a process of its own and is asked over
loopback as a browser and a vendor's server would ask it; only its CPU time counts, not theirs. Beside the budget that
the project set itself stands the bare cost of the signature, by the key that made it and by an elliptic one: what a
provider could do that did nothing else.

Not comparable: Keycloak's sizing guide counts 15 logins with a password for each second and vCPU. Such a login verifies
a password, and the hash of it (Argon2 or PBKDF2) is made to cost more than all of this; it also keeps its sessions in a
database that survives the machine. The laboratory's people have no passwords, and its sessions end with it.
"""

import base64
import hashlib
import re
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from itertools import count
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import psutil
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from idp.keys import SigningKey
from loadtests.bench.measure import Outcome, compared, per_cpu_second
from loadtests.bench.oidc_school import CLIENT, REDIRECT_URI, SCOPES, SECRET

BENCH = "oidc-login"
LOGINS, UNMEASURED = 400, 20
WANTED = 250.0
"""Logins per CPU second that the project set itself."""
START_S, END_S = 60.0, 20.0
HTTP_OK, SEE_OTHER = 200, 303


def oidc_login() -> Iterator[Outcome]:
    """Beside the budget, then beside the bare cost of its signatures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o700)
        ours = _ours(folder)
        yield compared(BENCH, ours, "logins/CPU s", ("budget", WANTED), "more")
        now = datetime.now(UTC)
        for kind, peer in (("rsa", "bare RS256 signatures"), ("ec", "bare ES256 signatures")):
            key = SigningKey.load_or_make(folder / f"{kind}.pem", "bench", now, "rsa" if kind == "rsa" else "ec")
            yield compared(BENCH, ours, "logins/CPU s", (peer, _signatures(key)), "more")


def _signatures(key: SigningKey) -> float:
    """Of a message as long as an ID token, per CPU second."""
    message, private = b"x" * 512, key.private_key
    if isinstance(private, rsa.RSAPrivateKey):
        return per_cpu_second(lambda: private.sign(message, padding.PKCS1v15(), hashes.SHA256()))
    return per_cpu_second(lambda: private.sign(message, ec.ECDSA(hashes.SHA256())))


def _ours(folder: Path) -> float:
    with subprocess.Popen(
        [sys.executable, "-m", "loadtests.bench.oidc_school", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as school:
        try:
            first = school.stdout.readline() if school.stdout else ""
            found = re.search(r"serves at (http://127\.0\.0\.1:\d+)", first)
            if found is None:
                raise RuntimeError(f"the school did not come up: {first!r}")
            return _measured(psutil.Process(school.pid), found.group(1))
        finally:
            if school.stdin:
                school.stdin.close()
            school.wait(END_S)


def _measured(school: psutil.Process, url: str) -> float:
    with (
        httpx.Client(trust_env=False, timeout=START_S, base_url=url) as browser,
        httpx.Client(trust_env=False, timeout=START_S, base_url=url) as vendor,
    ):
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


def _log_in(browser: httpx.Client, vendor: httpx.Client, number: int) -> None:
    """One whole login by a browser that nobody has logged in with before.

    Raises:
        RuntimeError: any step of it did not work: a login that failed must not count as a fast one.
    """
    browser.cookies.clear()
    verifier = secrets.token_urlsafe(32)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "client_id": CLIENT,
        "redirect_uri": REDIRECT_URI,
        "response_type": "code",
        "scope": " ".join(SCOPES),
        "state": f"s{number}",
        "nonce": f"n{number}",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    answer = browser.get(f"/oidc/authorize?{urlencode(query)}")
    page = browser.get(answer.headers["location"]) if answer.status_code == SEE_OTHER else answer
    key = re.search(r'name="key" value="([^"]+)"', page.text)
    if page.status_code != HTTP_OK or key is None:
        raise RuntimeError(f"the login page did not come: {page.status_code}")
    done = browser.post("/login", data={"key": unescape(key.group(1)), "person": f"elev-{number % 900 + 1:04d}"})
    back = parse_qs(urlsplit(done.headers.get("location", "")).query)
    if back.get("state") != [f"s{number}"] or "code" not in back:
        raise RuntimeError(f"nobody was logged in: {done.status_code}")
    _redeem(vendor, back["code"][0], verifier)


def _redeem(vendor: httpx.Client, code: str, verifier: str) -> None:
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT_URI,
        "code_verifier": verifier,
    }
    tokens = vendor.post("/oidc/token", data=fields, auth=(CLIENT, SECRET))
    if tokens.status_code != HTTP_OK or "id_token" not in tokens.json():
        raise RuntimeError(f"no tokens came: {tokens.status_code}")
    bearer = {"Authorization": f"Bearer {tokens.json()['access_token']}"}
    claims = vendor.get("/oidc/userinfo", headers=bearer)
    if claims.status_code != HTTP_OK or "sub" not in claims.json():
        raise RuntimeError(f"no claims came: {claims.status_code}")
