"""Apache with mod_auth_openidc, as Debian packages it, logs people in at the mock school."""

import base64
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import yaml
from openidc import SCOPE, Openidc, as_client

from idp.people import generate
from testbed.model.assurance import SKOLFEDERATION_TWO_FACTORS
from testbed.model.attributes import by_name
from testbed.model.pages import LOGOUT_FORM, STEP_UP_FORM
from testbed.model.written import Person

pytestmark = pytest.mark.interop
SECRET = "a secret that Apache brings along"
WRONG = "another secret"
COOKIE = "mod_auth_openidc_session"
RETURN_TO = "/private/page?chapter=3&name=%C3%A5"
AGREED = ("eduPersonPrincipalName", "displayName", "sisSchoolUnitCode", "sisSchoolGrade")
PROTOCOL = {"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash", "azp"}
"""What an ID token may hold when nobody asked for more."""
CLIENTS: dict[str, dict[str, Any]] = {
    "apache-post": {"token_endpoint_auth_method": "client_secret_post", "id_token_signed_response_alg": "ES256"},
    "apache-key": {"token_endpoint_auth_method": "private_key_jwt"},
    "apache-frames": {"token_endpoint_auth_method": "none"},
}


def variable(page: httpx.Response, name: str) -> str:
    found = re.search(rf"^{name}=(.*)$", page.text, re.MULTILINE)
    assert found, page.text
    return found[1]


def claim(page: httpx.Response, attribute: str) -> str:
    """A claim, from the environment that the module gives an application; Apache keeps letters and digits."""
    return variable(page, f"OIDC_CLAIM_{re.sub(r'[^A-Za-z0-9]', '_', by_name()[attribute].oidc)}")


def token_header(page: httpx.Response) -> dict[str, Any]:
    head = variable(page, "OIDC_id_token").partition(".")[0]
    said: dict[str, Any] = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    return said


def authorization_requests(browser: Any) -> list[httpx.URL]:
    return [one.request.url for one in browser.page.history if one.request.url.path == "/oidc/authorize"]


@pytest.fixture(scope="module")
def server(make_apache: Callable[[str], Any]) -> Openidc:
    return Openidc(make_apache("openidc"))


@pytest.fixture(scope="module")
def options(server: Openidc, write_agreement: Callable[..., Path]) -> tuple[str, ...]:
    """What ``testbed idp serve`` is told of Apache: one client by options, the others by files, and an agreement."""
    told = ["--client-id", "apache", "--client-secret-env", "APACHE_SECRET", "--redirect-uri", server.redirect_uri]
    told += ["--post-logout-redirect-uri", server.goodbye]
    told += ["--backchannel-logout-uri", f"{server.redirect_uri}?logout=backchannel", "--scope", SCOPE]
    for name, changes in CLIENTS.items():
        file = server.folder / f"{name}.yaml"
        file.write_text(yaml.safe_dump(server.registered(name, **changes)), encoding="utf-8")
        told += ["--client", str(file)]
    names = ["apache", *CLIENTS]
    agreement = write_agreement(
        server.folder,
        server.url,
        AGREED,
        processor={"name": "V", "client_ids": names, "hosts": ["127.0.0.1"]},
        data=[
            {"subjects": ["pupil"], "required": list(AGREED)},
            {"subjects": ["teacher"], "optional": ["eduPersonPrincipalName"]},
        ],
    )
    return (*told, "--agreement", str(agreement))


@pytest.fixture(scope="module")
def school(options: tuple[str, ...], start_school: Callable[..., Any]) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("APACHE_SECRET", SECRET)
        return start_school("--url", "http://127.0.0.1:0", *options)


@pytest.fixture
def apache(server: Openidc, school: Any) -> Openidc:
    server.configure(*as_client(school.url, "apache", f'OIDCClientSecret "{SECRET}"'))
    return server


@pytest.fixture
def logged_in(apache: Openidc, browser: Any, pupil: Person) -> Openidc:
    """The pupil is logged in to Apache."""
    browser.visit(f"{apache.url}/private/")
    assert browser.log_in(pupil).status_code == 200, apache.errors()
    return apache


# --- logging in --------------------------------------------------------------------------------------------------


def test_a_login_brings_the_agreed_claims_and_nothing_else(logged_in: Openidc, browser: Any, pupil: Person) -> None:
    page = browser.page
    assert {name: claim(page, name) for name in AGREED} == {name: ",".join(pupil.values(name)) for name in AGREED}
    userinfo = json.loads(variable(page, "OIDC_userinfo_json"))
    assert set(userinfo) == {"sub", *(by_name()[name].oidc for name in AGREED)}
    token = json.loads(variable(page, "OIDC_id_token_payload"))
    assert set(token) <= PROTOCOL
    assert userinfo["sub"] == token["sub"]
    assert variable(page, "REMOTE_USER").startswith(token["sub"])
    assert "".join(pupil.values("norEduPersonNIN")) not in page.text


def test_the_request_has_state_nonce_and_a_challenge_and_the_answer_a_code(apache: Openidc, browser: Any) -> None:
    browser.visit(f"{apache.url}/private/")
    [asked] = authorization_requests(browser)
    assert {name: asked.params[name] for name in ("response_type", "code_challenge_method", "client_id")} == {
        "response_type": "code",
        "code_challenge_method": "S256",
        "client_id": "apache",
    }
    assert all(asked.params[name] for name in ("state", "nonce", "code_challenge"))


def test_the_answer_names_the_school(logged_in: Openidc, school: Any, browser: Any) -> None:
    answer = next(one.request.url for one in browser.page.history if one.request.url.path == "/private/redirect")
    assert set(answer.params) == {"code", "state", "iss"}
    assert answer.params["iss"] == school.url


def test_the_person_returns_to_the_page_that_was_asked_for(apache: Openidc, browser: Any, pupil: Person) -> None:
    browser.visit(f"{apache.url}{RETURN_TO}")
    page = browser.log_in(pupil)
    assert str(page.url) == f"{apache.url}{RETURN_TO}"


def test_who_is_logged_in_at_the_school_is_not_asked_again(logged_in: Openidc, browser: Any) -> None:
    before = json.loads(variable(browser.page, "OIDC_id_token_payload"))
    browser.forget(COOKIE)
    page = browser.visit(f"{logged_in.url}/private/")
    assert not browser.asked_to_log_in()
    after = json.loads(variable(page, "OIDC_id_token_payload"))
    assert [after[name] for name in ("sub", "sid", "auth_time")] == [
        before[name] for name in ("sub", "sid", "auth_time")
    ]
    assert after["nonce"] != before["nonce"]


@pytest.mark.parametrize(
    ("client_id", "algorithm", "own"),
    [
        ("apache", "RS256", (f'OIDCClientSecret "{SECRET}"', "OIDCProviderTokenEndpointAuth client_secret_basic")),
        ("apache-post", "ES256", ('OIDCClientSecret "{secret}"', "OIDCProviderTokenEndpointAuth client_secret_post")),
        (
            "apache-key",
            "RS256",
            (
                "OIDCPublicKeyFiles apache#{folder}/own.pem",
                "OIDCPrivateKeyFiles apache#{folder}/own.key",
                "OIDCProviderTokenEndpointAuth private_key_jwt",
            ),
        ),
        ("apache-frames", "RS256", ("OIDCProviderTokenEndpointAuth none",)),
    ],
    ids=["basic", "post-ES256", "private-key", "public"],
)
def test_a_login_by_each_way_to_prove_who_apache_is(
    *,
    server: Openidc,
    school: Any,
    browser: Any,
    pupil: Person,
    client_id: str,
    algorithm: str,
    own: tuple[str, ...],
) -> None:
    filled = [one.format(folder=server.folder, secret=kept_secret(school, client_id)) for one in own]
    server.configure(*as_client(school.url, client_id, *filled, f"OIDCIDTokenSignedResponseAlg {algorithm}"))
    browser.visit(f"{server.url}/private/")
    page = browser.log_in(pupil)
    assert page.status_code == 200, server.errors()[-3000:]
    assert token_header(page)["alg"] == algorithm
    assert claim(page, "displayName") == pupil.values("displayName")[0]


def kept_secret(school: Any, client_id: str) -> str:
    """Of a client that a file registered; the school made it and says where it is."""
    found = re.search(rf"secret +of {client_id} in (.+)$", school.said(), re.MULTILINE)
    return Path(found[1]).read_text(encoding="ascii") if found else ""


def test_prompt_none_for_nobody_shows_no_login_page(server: Openidc, school: Any, browser: Any) -> None:
    server.configure(
        *as_client(school.url, "apache", f'OIDCClientSecret "{SECRET}"'),
        on_path='OIDCPathAuthRequestParams "prompt=none"',
    )
    page = browser.visit(f"{server.url}/private/")
    assert page.url.path == "/private/redirect"
    assert page.url.params["error"] == "login_required"
    assert not browser.asked_to_log_in()
    assert "OIDC_CLAIM" not in page.text


def test_prompt_none_for_somebody_logs_in(logged_in: Openidc, school: Any, browser: Any) -> None:
    browser.forget(COOKIE)
    logged_in.configure(
        *as_client(school.url, "apache", f'OIDCClientSecret "{SECRET}"'),
        on_path='OIDCPathAuthRequestParams "prompt=none"',
    )
    page = browser.visit(f"{logged_in.url}/private/")
    assert authorization_requests(browser)[0].params["prompt"] == "none"
    assert page.status_code == 200
    assert variable(page, "OIDC_CLAIM_sub")


def test_acr_values_make_the_school_ask_for_a_second_factor(server: Openidc, school: Any, browser: Any) -> None:
    teacher = next(
        person
        for person in generate(1).people.values()
        if person.role == "teacher"
        and person.school == "skola"
        and not person.protected
        and SKOLFEDERATION_TWO_FACTORS in person.values("eduPersonAssurance")
    )
    wanted = urlencode({"acr_values": SKOLFEDERATION_TWO_FACTORS})
    server.configure(
        *as_client(school.url, "apache", f'OIDCClientSecret "{SECRET}"'),
        on_path=f'OIDCPathAuthRequestParams "{wanted}"',
    )
    browser.visit(f"{server.url}/private/")
    browser.log_in(teacher)
    page = browser.submit(STEP_UP_FORM)
    assert page.status_code == 200, server.errors()[-3000:]
    assert variable(page, "OIDC_CLAIM_acr") == SKOLFEDERATION_TWO_FACTORS


# --- what must be refused ----------------------------------------------------------------------------------------


def test_a_wrong_secret_opens_no_session(server: Openidc, school: Any, browser: Any, pupil: Person) -> None:
    server.configure(*as_client(school.url, "apache", f'OIDCClientSecret "{WRONG}"'))
    browser.visit(f"{server.url}/private/")
    page = browser.log_in(pupil)
    assert page.url.path == "/private/redirect"
    assert "OIDC_CLAIM" not in page.text
    assert "invalid_client" in server.errors()


@pytest.mark.parametrize("changed", ["nothing", "issuer", "keys"])
def test_an_id_token_of_another_issuer_or_by_another_key_opens_no_session(
    *,
    server: Openidc,
    school: Any,
    browser: Any,
    pupil: Person,
    tmp_path: Path,
    run_testbed: Callable[..., Any],
    changed: str,
) -> None:
    """Apache is told the school's discovery document with one change; the one without any is the positive twin."""
    other = run_testbed(tmp_path / "other-home", "idp", "jwks")
    assert other.returncode == 0, other.stderr
    published = server.folder / "htdocs"
    (published / "other-keys.json").write_bytes(other.stdout)
    told = httpx.get(f"{school.url}/.well-known/openid-configuration", trust_env=False).raise_for_status().json()
    told |= {
        "nothing": {},
        "issuer": {"issuer": "http://127.0.0.1:1"},
        "keys": {"jwks_uri": f"{server.url}/other-keys.json"},
    }[changed]
    (published / f"{changed}.json").write_text(json.dumps(told), encoding="utf-8")
    server.configure(
        f"OIDCProviderMetadataURL {server.url}/{changed}.json", "OIDCClientID apache", f'OIDCClientSecret "{SECRET}"'
    )
    browser.visit(f"{server.url}/private/")
    page = browser.log_in(pupil)
    assert page.url.path == ("/private/" if changed == "nothing" else "/private/redirect"), server.errors()[-3000:]
    assert ("OIDC_CLAIM" in page.text) is (changed == "nothing")


def test_a_code_is_worth_nothing_a_second_time(logged_in: Openidc, school: Any, browser: Any) -> None:
    """The answer is played again, as from somebody's browser history."""
    answer = next(one.request.url for one in browser.page.history if one.request.url.path == "/private/redirect")
    browser.http.cookies.clear()
    page = browser.visit(str(answer))
    assert "OIDC_CLAIM" not in page.text
    assert page.status_code >= 400 or browser.asked_to_log_in()
    again = httpx.post(
        f"{school.url}/oidc/token",
        data={
            "grant_type": "authorization_code",
            "code": answer.params["code"],
            "redirect_uri": logged_in.redirect_uri,
        },
        auth=("apache", SECRET),
        trust_env=False,
    )
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


# --- logout and rollover -----------------------------------------------------------------------------------------


def test_a_logout_that_apache_starts_ends_the_session_at_the_school_too(logged_in: Openidc, browser: Any) -> None:
    page = browser.visit(f"{logged_in.redirect_uri}?{urlencode({'logout': logged_in.goodbye})}")
    if browser.page.url.path != "/goodbye":
        page = browser.submit(LOGOUT_FORM)
    assert str(page.url).partition("?")[0] == logged_in.goodbye, page.text
    browser.visit(f"{logged_in.url}/private/")
    assert browser.asked_to_log_in()


def test_a_logout_at_the_school_reaches_apache_by_the_back_channel(
    logged_in: Openidc, school: Any, browser: Any
) -> None:
    browser.visit(f"{school.url}/logout")
    browser.submit(LOGOUT_FORM)
    assert browser.page.is_success
    assert not any(hop.endswith("/private/redirect") for hop in browser.hops)
    browser.visit(f"{logged_in.url}/private/")
    assert browser.asked_to_log_in(), logged_in.errors()[-3000:]


def test_a_logout_at_the_school_reaches_apache_by_frames(
    server: Openidc, school: Any, browser: Any, pupil: Person
) -> None:
    server.configure(*as_client(school.url, "apache-frames", "OIDCProviderTokenEndpointAuth none"))
    browser.visit(f"{server.url}/private/")
    assert browser.log_in(pupil).status_code == 200
    browser.visit(f"{school.url}/logout")
    browser.submit(LOGOUT_FORM)
    told = browser.open_frames()
    assert [url.copy_with(query=None) for url in told] == [httpx.URL(server.redirect_uri)]
    assert told[0].params["iss"] == school.url
    assert told[0].params["sid"]
    browser.visit(f"{server.url}/private/")
    assert browser.asked_to_log_in(), server.errors()[-3000:]


def test_people_log_in_throughout_a_key_rollover(apache: Openidc, school: Any, browser: Any, pupil: Person) -> None:
    """The module reads the keys again when it meets one that it does not know: nobody has to reload it."""
    kids = []
    for step in ("before", "announce", "switch", "retire"):
        if step != "before":
            school.roll(step)
        browser.http.cookies.clear()
        browser.visit(f"{apache.url}/private/")
        page = browser.log_in(pupil)
        assert page.status_code == 200, apache.errors()[-3000:]
        kids.append(token_header(page)["kid"])
    assert kids[0] == kids[1] != kids[2] == kids[3]


def test_two_workers_serve_as_one_school(
    server: Openidc, options: tuple[str, ...], start_school: Callable[..., Any], browser: Any, pupil: Person
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("APACHE_SECRET", SECRET)
        school = start_school("--url", "http://127.0.0.1:0", *options, "--workers", "2")
    server.configure(*as_client(school.url, "apache", f'OIDCClientSecret "{SECRET}"'))
    for _ in range(4):
        browser.http.cookies.clear()
        browser.visit(f"{server.url}/private/")
        assert browser.log_in(pupil).status_code == 200, server.errors()[-3000:]
    browser.visit(f"{school.url}/logout")
    browser.submit(LOGOUT_FORM)
    browser.visit(f"{server.url}/private/")
    assert browser.asked_to_log_in()
