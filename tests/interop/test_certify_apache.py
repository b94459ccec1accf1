"""``testbed certify`` on Apache's modules, as Debian packages them: no false alarm, and what is found is argued."""

import json
import subprocess
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import yaml
from lxml import etree
from openidc import Openidc, as_client

from mellon import Mellon, mellon_lacks

pytestmark = pytest.mark.interop
AGREED = ("eduPersonPrincipalName", "givenName", "sn", "displayName", "mail")
DEADLINE_S = 1200.0
"""Of one product; lasso makes its server anew for every request, which takes long where others work too."""
SECRET = "a secret that Apache brings along"
type Run = Callable[..., subprocess.CompletedProcess[bytes]]
type Cases = dict[str, dict[str, Any]]

LENIENT = "takes what the clause rules out for the sender; whom the assertion names is right all the same"
MELLON = {
    "saml-attributes-not-asked-for": (
        "It hands every attribute to the application, which has to choose (GDPR 5(1)(c))."
    ),
    "saml-audience-missing": f"Without AudienceRestriction it takes any: {LENIENT} (Profiles 4.1.4.2).",
    "saml-condition-none": f"Without Conditions too: {LENIENT} (Profiles 4.1.4.2).",
    "saml-confirmation-time-missing": f"A bearer confirmation without an end has none: {LENIENT} (Profiles 4.1.4.2).",
    "saml-confirmation-time-beginning-past": f"It reads NotBefore, which bearers must not have: {LENIENT} (4.1.4.2).",
    "saml-confirmation-missing": f"It demands no confirmation at all: {LENIENT} (Profiles 4.1.4.2).",
    "saml-confirmation-without-data": f"Nor what is in it: {LENIENT} (Profiles 4.1.4.2).",
    "saml-confirmation-*-of-two": "It takes one SubjectConfirmation and refuses two; any one is enough (Core 2.4.1).",
    "saml-destination-missing": (
        "A signed response must say where it goes, and is to be held to that (Bindings 3.5.5.2)."
    ),
    "saml-envelope-*": (
        "It looks neither at Version nor at ID, IssueInstant and AuthnStatement, which the schema demands and 4.1.3 "
        "of Core holds against the version (Core 2.3.3, 3.2.2 and 4.1.3; Profiles 4.1.4.2)."
    ),
    "saml-login-age-*": (
        "It passes over an AuthnInstant that is missing or no time; the schema demands one (Core 2.7.2)."
    ),
    "saml-logout-expired": "A request to log out that has ended ends a session all the same (Core 3.7.1).",
    "saml-logout-old": "So does one of yesterday that says nothing of its end: who kept one can log the pupil out.",
    "saml-logout-other-destination": (
        "It logs out by a request to somebody else, which must be discarded (Core 3.2.1)."
    ),
    "saml-other-schools-key-answers-another": (
        "Any school that it trusts may answer a request to another: it keeps no record of whom it asked."
    ),
    "saml-recipient-missing": "It compares Recipient only where there is one (Profiles 4.1.4.2 and 4.1.4.3).",
    "saml-reference-two": "lasso takes a signature with two references; one is the rule (Core 5.4.2).",
    "saml-replay-after-logout": (
        "It knows a used assertion by the session that it opened, and forgets it with that: after a logout the same "
        "response logs in once more (Profiles 4.1.4.5)."
    ),
    "saml-request-unknown*": "It keeps no record of its requests and compares InResponseTo with nothing (4.1.4.3).",
    "saml-request-missing-in-confirmation": "For the same reason (Profiles 4.1.4.2).",
    "saml-request-empty": "For the same reason (Profiles 4.1.4.3).",
    "saml-request-other-browser": "For the same reason an answer opens a session in whatever browser brings it.",
    "saml-response-issuer-missing": (
        "lasso needs the Issuer of the response, which may be left out (Profiles 4.1.4.2)."
    ),
    "saml-same-name-*": (
        "It hands the name on, and beside it whose it is (MELLON_IDP), and leaves it to the application to tell "
        "schools apart (Kantara IIP-SP12)."
    ),
    "saml-scope-*": "It does not know shibmd:Scope: what stands behind the @ is the application's to look at.",
    "saml-session-end-*": "A SessionNotOnOrAfter that is no time counts as none (Core 2.7.2 and 1.3.3).",
    "saml-session-cookie-for-scripts": "Its cookie has no HttpOnly until MellonSecureCookie says so (ASVS 3.4.2).",
    "saml-weak-algorithm-*-sha1": "lasso takes SHA-1 by default (Kantara IIP-ALG).",
    "saml-written-form-cdata-in-attributes": (
        "An attribute's value ends where a CDATA section begins: with an account that is named as another's and "
        "something more, one logs in as the other. The signature covers the same text either way (Core 1.3.1; "
        "Canonical XML 2.1)."
    ),
}
"""What is found of mod_auth_mellon, and why it is true."""
OPENIDC = {
    "oidc-access-token-hash-list": "It reads an at_hash that is no text as if there were none (Core 3.1.3.8).",
    "oidc-answer-issuer-missing": (
        "The school says that it names itself in answers, and the module does not miss it (RFC 9207, 2.4)."
    ),
    "oidc-audience-several": (
        "It takes a token for others besides as long as it is among them; audiences that are not trusted must lead to"
        " a refusal (Core 3.1.3.7, step 3)."
    ),
    "oidc-audience-several-and-asked": "The same, though azp names it (Core 3.1.3.7, step 3).",
    "oidc-authorized-party-list": (
        "It reads an azp that is no text as if there were none (Core 3.1.3.7, steps 4 and 5)."
    ),
    "oidc-critical-header-*": (
        "Its library passes over crit: what it does not know must not be taken (RFC 7515, 4.1.11)."
    ),
    "oidc-issuer-slash": (
        "It takes an issuer with a slash more or less for the same; it must be exact (Core 3.1.3.7, 2)."
    ),
    "oidc-logout-token-issued-missing": "It does not demand iat (Back-Channel Logout 2.4 and 2.6).",
    "oidc-logout-token-end-missing": "Nor exp (Back-Channel Logout 2.4).",
    "oidc-logout-token-unnamed": "Nor jti (Back-Channel Logout 2.4).",
    "oidc-logout-token-person-alone": "It finds sessions by sid alone where the ID token had one (2.7).",
    "oidc-logout-replayed": "Not verified: for the same reason the token, which is about a person, ends no session.",
    "oidc-minimal-unasked-*": "It hands every claim to the application, which has to choose (GDPR 5(1)(c)).",
    "oidc-not-before-*": "It does not look at nbf (RFC 7519, 4.1.5).",
    "oidc-signature-other-algorithm": (
        "It takes any algorithm of a published key until OIDCIDTokenSignedResponseAlg names one (Core 3.1.3.7, step 7)."
    ),
    "oidc-subject-empty": (
        "Not verified: an empty sub opens the protected page, and nothing on it names anybody (Core 2)."
    ),
    "oidc-token-type-*": "It does not look at typ, by which a token of another kind is told (RFC 8725, 3.11).",
}
"""What is found of mod_auth_openidc, and why it is true."""


def certified(run_testbed: Run, home: Path, out: Path, *arguments: str) -> Cases:
    """Each case by its id."""
    done = run_testbed(home, "certify", *arguments, "--out", str(out), deadline_s=DEADLINE_S)
    assert done.returncode in (0, 1), done.stdout.decode() + done.stderr.decode()
    folder = max(out.iterdir())
    lines = (folder / "cases.jsonl").read_text(encoding="utf-8").split("\n")
    return {case["case"]["id"]: case for case in map(json.loads, filter(None, lines))}


def of(cases: Cases, *verdicts: str) -> dict[str, str]:
    """Cases of these verdicts, with the reason."""
    return {
        name: f"{case['verdict']}: {case['reason']['en']}"
        for name, case in cases.items()
        if case["verdict"] in verdicts
    }


def hold(cases: Cases, argued: Mapping[str, str], passed: int) -> None:
    """What is found is argued, what is argued is found, and a good share passed."""
    found = of(cases, "FAIL", "WARNING", "ERROR", "NOT_VERIFIED")
    assert {name: why for name, why in found.items() if not any(fnmatchcase(name, one) for one in argued)} == {}
    assert [one for one in argued if not any(fnmatchcase(name, one) for name in found)] == []
    assert of(cases, "ERROR") == {}
    assert all(why.partition(": ")[2] for why in of(cases, "NOT_VERIFIED", "SKIPPED").values())
    assert len(of(cases, "PASS")) >= passed


@pytest.mark.kill
@pytest.mark.skipif(mellon_lacks(), reason="needs the Debian packages apache2, libapache2-mod-auth-mellon and openssl")
def test_mellon(
    make_apache: Callable[[str], Any],
    free_port: Callable[[], int],
    run_testbed: Run,
    write_agreement: Callable[..., Path],
    tmp_path: Path,
) -> None:
    home, school = tmp_path / "home", f"http://127.0.0.1:{free_port()}"
    mellon = Mellon(make_apache("mellon"))
    both = etree.fromstring(run_testbed(home, "idp", "metadata", "--all", "--url", school).stdout)
    first, second = (etree.tostring(one) for one in both)
    (mellon.folder / "second.xml").write_bytes(second)
    mellon.configure(first, f"MellonIdPMetadataFile {mellon.folder}/second.xml")
    protected = f"{mellon.url}/private/"
    vendor = tmp_path / "mellon.yaml"
    described = {
        "id": "mellon",
        "name": "mod_auth_mellon",
        "protocol": "saml",
        "metadata": mellon.entity_id,
        "login": f"{mellon.url}/mellon/login?{urlencode({'ReturnTo': protected, 'IdP': f'{school}/saml/metadata'})}",
        "probe": {"url": protected},
        "logout": f"{mellon.url}/mellon/logout?ReturnTo={mellon.url}/",
        "unsolicited": True,
        "trusts_second_school": True,
        "clock_skew_s": 60,
    }
    vendor.write_text(yaml.safe_dump(described), encoding="utf-8")
    agreement = write_agreement(
        tmp_path, mellon.entity_id, AGREED, data=[{"subjects": ["pupil", "teacher"], "optional": list(AGREED)}]
    )
    cases = certified(
        run_testbed, home, tmp_path / "runs", str(vendor), "--agreement", str(agreement), "--idp-url", school
    )
    hold(cases, MELLON, passed=220)


@pytest.fixture
def openidc(make_apache: Callable[[str], Any]) -> Openidc:
    return Openidc(make_apache("openidc"))


def test_openidc(
    openidc: Openidc,
    free_port: Callable[[], int],
    run_testbed: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    school = f"http://127.0.0.1:{free_port()}"
    openidc.configure(*as_client(school, "apache", f'OIDCClientSecret "{SECRET}"'))
    monkeypatch.setenv("APACHE_SECRET", SECRET)
    protected = f"{openidc.url}/private/"
    cases = certified(
        run_testbed,
        tmp_path / "home",
        tmp_path / "runs",
        *("--oidc", "--login", protected, "--probe", protected),
        *("--client-id", "apache", "--client-secret-env", "APACHE_SECRET", "--redirect-uri", openidc.redirect_uri),
        *("--logout", f"{openidc.redirect_uri}?{urlencode({'logout': openidc.goodbye})}"),
        *("--post-logout-redirect-uri", openidc.goodbye),
        *("--backchannel-logout-uri", f"{openidc.redirect_uri}?logout=backchannel"),
        *("--idp-url", school),
    )
    hold(cases, OPENIDC, passed=175)
