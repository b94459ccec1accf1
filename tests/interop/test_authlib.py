"""A service that uses Authlib, by its integration with requests, logs people in at the mock school."""

import json
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import pytest
import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from idp.people import generate
from testbed.model.assurance import SKOLFEDERATION_TWO_FACTORS
from testbed.model.pages import STEP_UP_FORM
from testbed.model.written import Person

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-interop" / "bin" / "python"
APP = Path(__file__).parent / "peers" / "authlib_app.py"
pytestmark = [
    pytest.mark.interop,
    pytest.mark.skipif(not PYTHON.is_file(), reason="needs Authlib in .venv-interop: make interop"),
]
ALL = "openid profile email eduperson school civic offline_access"
AGREED = ("eduPersonPrincipalName", "displayName", "givenName", "sisSchoolUnitCode")
PROTOCOL = {"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash", "azp"}
"""What an ID token may hold when nobody asked for more."""
UNIT = "https://id.testbed.example/claims/school_unit_code"
WANTED = {
    "authlib-basic": {"token_endpoint_auth_method": "client_secret_basic"},
    "authlib-post": {"token_endpoint_auth_method": "client_secret_post", "id_token_signed_response_alg": "ES256"},
    "authlib-key": {"token_endpoint_auth_method": "private_key_jwt"},
    "authlib-public": {"token_endpoint_auth_method": "none", "subject_type": "public"},
}


class Service:
    """The service's settings, and the process that runs it."""

    def __init__(self, folder: Path, port: int, issuer: str) -> None:
        self.url, self.issuer = f"http://127.0.0.1:{port}", issuer
        self._folder, self._port, self._process = folder, port, None

    def client(self, client_id: str, **changes: object) -> dict[str, Any]:
        """How it is registered at the school."""
        document: dict[str, Any] = {
            "client_id": client_id,
            "redirect_uris": [f"{self.url}/callback"],
            "scopes": ALL.split(),
            "post_logout_redirect_uris": [f"{self.url}/logged-out"],
            "backchannel_logout_uri": f"{self.url}/backchannel-logout",
            **changes,
        }
        if document["token_endpoint_auth_method"] == "private_key_jwt":
            document["jwks_uri"] = f"{self.url}/jwks.json"
        return document

    def start(self, start_process: Callable[..., Any], client: Mapping[str, Any] | None = None) -> None:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        told = {"port": self._port, "issuer": self.issuer, "key": key.decode(), "client": client or {}}
        file = self._folder / "service.json"
        file.write_text(json.dumps(told), encoding="utf-8")
        environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
        command = [str(PYTHON), "-W", "ignore", str(APP), str(file)]
        self._process = start_process(command, self._folder / "service.log", environment)
        self._process.wait_until(self._answers)

    def end(self) -> None:
        if self._process is not None:
            self._process.end()

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/jwks.json", trust_env=False).is_success
        except httpx.HTTPError:
            return False


@pytest.fixture(scope="module")
def services(
    tmp_path_factory: pytest.TempPathFactory,
    free_port: Callable[[], int],
    start_process: Callable[..., Any],
    start_school: Callable[..., Any],
    write_agreement: Callable[..., Path],
) -> Any:
    """A service for each way to prove who it is, one that is not registered yet, and their school (by the name "")."""
    folder, url = tmp_path_factory.mktemp("authlib"), f"http://127.0.0.1:{free_port()}"
    made: dict[str, Any] = {}
    options: list[str] = []
    for name in (*WANTED, "unregistered"):
        (folder / name).mkdir()
        made[name] = Service(folder / name, free_port(), url)
        if name in WANTED:
            client = folder / f"{name}.yaml"
            client.write_text(yaml.safe_dump(made[name].client(name, **WANTED[name])), encoding="utf-8")
            options += ["--client", str(client)]
    agreement = write_agreement(
        folder,
        url,
        AGREED,
        processor={"name": "V", "client_ids": list(WANTED), "hosts": ["127.0.0.1"]},
        data=[
            {"subjects": ["pupil"], "required": list(AGREED)},
            {"subjects": ["teacher"], "optional": ["eduPersonPrincipalName"]},
        ],
    )
    school = start_school("--url", url, *options, "--agreement", str(agreement))
    secrets = {name: Path(file).read_text(encoding="ascii") for name, file in secret_files(school.said()).items()}
    assert set(secrets) == {"authlib-basic", "authlib-post"}
    for name, service in made.items():
        wanted = WANTED.get(name, {})
        algorithm = wanted.get("id_token_signed_response_alg", "RS256")
        client = {"client_id": name, "client_secret": secrets.get(name, ""), "algorithm": algorithm, **wanted}
        service.start(start_process, client if wanted else None)
    yield made | {"": school}
    for service in made.values():
        service.end()


def secret_files(said: str) -> dict[str, str]:
    return dict(re.findall(r"^ +secret +of (\S+) in (.+)$", said, re.MULTILINE))


@pytest.fixture
def service(services: dict[str, Any]) -> Service:
    return services["authlib-basic"]


@pytest.fixture
def school(services: dict[str, Any]) -> Any:
    return services[""]


def login(service: Service, **query: str) -> str:
    return f"{service.url}/login?{urlencode({'scope': ALL, **query})}"


def user(page: httpx.Response) -> dict[str, Any]:
    assert page.status_code == 200, page.text
    known: dict[str, Any] = page.json()
    return known


@pytest.fixture
def logged_in(service: Service, browser: Any, pupil: Person) -> dict[str, Any]:
    """Who the pupil is to the service that proves itself by HTTP Basic."""
    browser.visit(login(service))
    return user(browser.log_in(pupil))


# --- logging in --------------------------------------------------------------------------------------------------


def test_userinfo_brings_what_is_agreed_and_the_id_token_nothing_of_it(
    logged_in: dict[str, Any], pupil: Person
) -> None:
    token, info = logged_in["id_token"], logged_in["userinfo"]
    assert info == {
        "sub": token["sub"],
        "eduperson_principal_name": pupil.values("eduPersonPrincipalName")[0],
        "name": pupil.values("displayName")[0],
        "given_name": pupil.values("givenName")[0],
        UNIT: info[UNIT],
    }
    assert info[UNIT] in (list(pupil.values("sisSchoolUnitCode")), pupil.values("sisSchoolUnitCode")[0])
    assert set(token) <= {
        "iss",
        "sub",
        "aud",
        "exp",
        "iat",
        "auth_time",
        "nonce",
        "acr",
        "amr",
        "sid",
        "at_hash",
        "azp",
    }
    assert "".join(pupil.values("norEduPersonNIN")) not in json.dumps(logged_in)


@pytest.mark.parametrize("name", sorted(WANTED))
def test_a_login_by_each_way_to_prove_who_the_service_is(
    services: dict[str, Any], browser: Any, pupil: Person, name: str
) -> None:
    browser.visit(login(services[name]))
    known = user(browser.log_in(pupil))
    assert known["id_token"]["aud"] in (name, [name])
    assert known["header"]["alg"] == WANTED[name].get("id_token_signed_response_alg", "RS256")
    assert known["header"]["kid"]


def test_the_answer_names_the_school(services: dict[str, Any], service: Service, browser: Any, pupil: Person) -> None:
    """RFC 9207: the service refuses an answer that names nobody or somebody else."""
    browser.visit(login(service))
    browser.log_in(pupil)
    callback = next(one.request.url for one in browser.page.history if one.request.url.path == "/callback")
    assert callback.params["iss"] == service.issuer
    assert set(callback.params) == {"code", "state", "iss"}


def test_who_is_logged_in_at_the_school_is_not_asked_again(
    logged_in: dict[str, Any], services: dict[str, Any], browser: Any
) -> None:
    known = user(browser.visit(login(services["authlib-post"])))
    assert known["userinfo"]["name"] == logged_in["userinfo"]["name"]
    assert not browser.asked_to_log_in()


def test_prompt_none_for_nobody_shows_no_page_and_for_somebody_logs_in(
    service: Service, browser: Any, pupil: Person
) -> None:
    page = browser.visit(login(service, prompt="none"))
    assert (page.status_code, page.json()["reason"].partition(":")[0]) == (403, "login_required")
    browser.visit(login(service))
    browser.log_in(pupil)
    before = user(browser.page)["id_token"]
    again = user(browser.visit(login(service, prompt="none")))["id_token"]
    assert (again["sub"], again["sid"], again["auth_time"]) == (before["sub"], before["sid"], before["auth_time"])


@pytest.mark.parametrize("asked", [{"prompt": "login"}, {"max_age": "0"}], ids=["prompt-login", "max-age"])
def test_a_new_login_is_asked_for(
    logged_in: dict[str, Any], service: Service, browser: Any, pupil: Person, asked: dict[str, str]
) -> None:
    browser.visit(login(service, **asked))
    assert browser.asked_to_log_in()
    assert user(browser.log_in(pupil))["id_token"]["auth_time"] >= logged_in["id_token"]["auth_time"]


def test_the_claims_parameter_asks_for_a_claim_in_the_id_token(service: Service, browser: Any, pupil: Person) -> None:
    wanted = {"id_token": {"given_name": {"essential": True}, "email": None}, "userinfo": {"name": None}}
    browser.visit(login(service, scope="openid", claims=json.dumps(wanted)))
    known = user(browser.log_in(pupil))
    assert known["id_token"]["given_name"] == pupil.values("givenName")[0]
    assert "email" not in known["id_token"], "the agreement does not speak of it"
    assert known["userinfo"] == {"sub": known["id_token"]["sub"], "name": pupil.values("displayName")[0]}


def test_a_stronger_login_is_asked_for_by_acr_values(service: Service, browser: Any) -> None:
    teacher = next(
        person
        for person in generate(1).people.values()
        if person.role == "teacher"
        and person.school == "skola"
        and not person.protected
        and SKOLFEDERATION_TWO_FACTORS in person.values("eduPersonAssurance")
    )
    browser.visit(login(service))
    assert user(browser.log_in(teacher))["id_token"]["acr"] != SKOLFEDERATION_TWO_FACTORS
    browser.visit(login(service, acr_values=SKOLFEDERATION_TWO_FACTORS))
    known = user(browser.submit(STEP_UP_FORM))
    assert known["id_token"]["acr"] == SKOLFEDERATION_TWO_FACTORS
    again = user(browser.visit(login(service, acr_values=SKOLFEDERATION_TWO_FACTORS)))
    assert again["id_token"]["acr"] == SKOLFEDERATION_TWO_FACTORS, "a session that is strong stays so"


def test_a_pupil_with_protected_identity_is_let_in_without_a_name(service: Service, browser: Any) -> None:
    hidden = next(
        person
        for person in generate(1).people.values()
        if person.role == "pupil" and person.protected and person.school == "skola"
    )
    browser.visit(login(service))
    known = user(browser.log_in(hidden))
    assert not {"name", "given_name", "email"} & set(known["userinfo"])
    for value in (*hidden.values("displayName"), *hidden.values("givenName")):
        assert value not in json.dumps(known, ensure_ascii=False)


# --- tokens ------------------------------------------------------------------------------------------------------


def test_a_refresh_token_is_renewed_with_each_use_and_the_old_one_ends_the_family(
    logged_in: dict[str, Any], service: Service, browser: Any
) -> None:
    """RFC 9700, 4.14.2: who uses the old one again may be a thief, so that the new one is worth nothing either."""
    for _ in range(2):
        fresh = browser.visit(f"{service.url}/refresh")
        assert (fresh.status_code, fresh.json()) == (200, {"rotated": True, "renewed": True})
    stolen = browser.visit(f"{service.url}/refresh?old")
    assert (stolen.status_code, stolen.json()["error"]) == (403, "invalid_grant")
    after = browser.visit(f"{service.url}/refresh")
    assert (after.status_code, after.json()["error"]) == (403, "invalid_grant")


def test_a_token_is_active_until_it_is_revoked(logged_in: dict[str, Any], service: Service, browser: Any) -> None:
    said = browser.visit(f"{service.url}/introspect?which=access_token").json()
    assert said["active"] is True
    assert (said["client_id"], said["sub"]) == ("authlib-basic", logged_in["id_token"]["sub"])
    assert browser.visit(f"{service.url}/userinfo").json()["said"] == logged_in["userinfo"]
    assert browser.visit(f"{service.url}/revoke?which=access_token").status_code == 200
    assert browser.visit(f"{service.url}/introspect?which=access_token").json() == {"active": False}
    refused = browser.visit(f"{service.url}/userinfo")
    assert refused.status_code == 401
    assert 'error="invalid_token"' in refused.json()["challenge"]


def test_a_service_learns_nothing_of_a_token_of_another(
    logged_in: dict[str, Any], services: dict[str, Any], service: Service, browser: Any
) -> None:
    assert browser.visit(f"{service.url}/introspect?token=never-issued").json() == {"active": False}


# --- registering itself ------------------------------------------------------------------------------------------


def test_a_service_that_registers_itself_logs_people_in(services: dict[str, Any], browser: Any, pupil: Person) -> None:
    service = services["unregistered"]
    document = service.client("", token_endpoint_auth_method="client_secret_basic")
    wanted = {name: value for name, value in document.items() if name not in ("client_id", "scopes")}
    wanted |= {"scope": ALL, "client_name": "Läsappen", "grant_types": ["authorization_code", "refresh_token"]}
    answer = httpx.post(f"{service.url}/register", data={"metadata": json.dumps(wanted)}, trust_env=False, timeout=30)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["redirect_uris"] == [f"{service.url}/callback"]
    assert told["client_secret_expires_at"] > told["client_id_issued_at"]
    assert set(told["scope"].split(" ")) == {"openid", "profile", "email", "offline_access"}, "no agreement gives more"
    browser.visit(login(service, scope=told["scope"]))
    known = user(browser.log_in(pupil))
    assert known["id_token"]["aud"] in (told["client_id"], [told["client_id"]])
    assert known["userinfo"]["sub"] == known["id_token"]["sub"]
    assert not {"eduperson_principal_name", UNIT} & set(known["userinfo"])


# --- logging out -------------------------------------------------------------------------------------------------


def test_a_logout_that_the_service_starts_ends_the_session_at_the_school_too(
    logged_in: dict[str, Any], service: Service, browser: Any
) -> None:
    page = browser.visit(f"{service.url}/logout")
    if str(page.url).startswith(service.issuer):
        page = browser.submit("testbed-logout")
    assert str(page.url).partition("?")[0] == f"{service.url}/logged-out", page.text
    assert page.json() == {"same_state": True}
    browser.visit(login(service))
    assert browser.asked_to_log_in()


def test_after_a_logout_nobody_is_sent_to_a_place_that_is_not_registered(
    logged_in: dict[str, Any], service: Service, browser: Any
) -> None:
    page = browser.visit(f"{service.url}/logout?{urlencode({'back': 'http://127.0.0.1:1/elsewhere'})}")
    assert urlsplit(str(page.url)).netloc == urlsplit(service.issuer).netloc
    assert all("127.0.0.1:1/" not in hop for hop in browser.hops)


def test_a_logout_at_the_school_ends_the_session_at_every_service_by_the_back_channel(
    logged_in: dict[str, Any], services: dict[str, Any], service: Service, school: Any, browser: Any
) -> None:
    other = services["authlib-post"]
    user(browser.visit(login(other)))
    browser.visit(f"{school.url}/logout")
    browser.submit("testbed-logout")
    assert browser.page.is_success
    assert [browser.visit(f"{one.url}/me").status_code for one in (service, other)] == [401, 401]


def test_people_log_in_throughout_a_key_rollover(
    service: Service, school: Any, services: dict[str, Any], browser: Any, pupil: Person
) -> None:
    kids = []
    for step in ("announce", "switch", "retire"):
        school.roll(step)
        for name in ("authlib-basic", "authlib-post"):
            browser.http.cookies.clear()
            browser.visit(login(services[name]))
            kids.append(user(browser.log_in(pupil))["header"]["kid"])
    assert kids[0] != kids[1], "the curve has a key of its own"
    assert kids[0:2] != kids[2:4] == kids[4:6]
