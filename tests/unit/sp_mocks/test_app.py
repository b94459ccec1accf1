"""The service as a browser meets it: who gets a session, and who does not."""

import ast
import base64
import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from lxml import etree, html
from starlette.types import Receive, Scope, Send

from sp_mocks.app import VendorService
from sp_mocks.profiles import PROFILES
from sp_mocks.xmlnames import NAMESPACES, SAML, SAMLP

pytestmark = pytest.mark.anyio
PUPIL, OTHER = "nurul-tanud@skola.test", "lolek-mirad@skola.test"


def cookies(answer: httpx.Response) -> dict[str, str]:
    """Set-Cookie by name: the attributes, in lower case, joined by ``; ``."""
    pairs = [header.partition("=") for header in answer.headers.get_list("set-cookie")]
    return {name: rest.partition(";")[2].strip().lower() for name, _, rest in pairs}


# --- an honest login ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", PROFILES)
async def test_an_honest_login_opens_a_session_for_the_person(
    open_vendor: Any, school: Any, encryption: Any, profile: str
) -> None:
    async with open_vendor(profile) as vendor:
        assert await vendor.who() == ""
        landed = await vendor.deliver(school.fitting(profile, await vendor.begin(), encryption))
        assert (landed.status_code, landed.headers["location"]) == (303, "/me")
        assert await vendor.who() == ("q7xk2@skola.test" if profile == "encyclopedia" else PUPIL)
        assert (await vendor.browser.get("/start")).text.count("<li>") == 2
        await vendor.browser.get("/logout")
        assert await vendor.who() == ""


async def test_where_there_is_no_single_logout_the_person_is_told_what_remains(open_vendor: Any, school: Any) -> None:
    async with open_vendor("national-tests") as vendor:
        await vendor.deliver(school.signed(await vendor.begin()))
        out = await vendor.browser.get("/logout")
        assert out.status_code == 200
        assert "Du kan fortfarande vara inloggad i skolan." in out.text
        for path in ("/saml/slo", "/saml/slo/soap"):
            assert (await vendor.browser.post(path)).status_code == 404
        assert (await vendor.browser.get("/saml/slo")).status_code == 404


@pytest.mark.parametrize("profile", PROFILES)
async def test_the_request_is_as_the_profile_has_it(open_vendor: Any, profile: str) -> None:
    behaviour = PROFILES[profile].behaviour
    async with open_vendor(profile) as vendor:
        answer = await vendor.browser.get("/login")
        query = parse_qs(urlsplit(answer.headers["location"]).query)
        assert ("Signature" in query) == behaviour.signs_requests
        assert len(query["RelayState"][0]) <= 80
        again = parse_qs(urlsplit((await vendor.browser.get("/login")).headers["location"]).query)
        assert again["RelayState"] != query["RelayState"]
        assert await vendor.begin() != await vendor.begin()


async def test_the_probe_shows_what_the_profile_needs_and_nothing_else(vendor: Any, school: Any) -> None:
    said = {"givenName": "Åsa", "sn": "Öster", "norEduPersonNIN": "201201012384", "mail": "a@skola.test"}
    await vendor.deliver(school.signed(await vendor.begin(), **said))
    page = html.fromstring((await vendor.browser.get("/me")).text)
    assert [th.text for th in page.findall(".//tbody//th")] == [
        "eduPersonPrincipalName",
        "sisSchoolUnitCode",
        "givenName",
        "mail",
    ]
    assert "Öster" not in page.text_content()
    assert "Hej Åsa!" in (await vendor.browser.get("/start")).text


async def test_a_pupil_without_a_name_is_served_as_well(open_vendor: Any, school: Any) -> None:
    async with open_vendor("learning-material") as vendor:
        await vendor.deliver(school.signed(await vendor.begin()))
        start = await vendor.browser.get("/start")
        assert start.status_code == 200
        assert "Dina läromedel" in start.text
        assert "Hej" not in start.text


async def test_two_windows_of_one_browser_can_both_log_in(vendor: Any, school: Any) -> None:
    first, second = await vendor.begin(), await vendor.begin()
    for request in (first, second):
        assert (await vendor.deliver(school.signed(request))).status_code == 303
        assert await vendor.who() == PUPIL


async def test_the_pages_speak_english_too(vendor: Any) -> None:
    assert "Log in with your school" in (await vendor.browser.get("/?lang=en")).text
    assert "Logga in med din skola" in (await vendor.browser.get("/")).text
    assert "Nobody is logged in." in (await vendor.browser.get("/me", headers={"Accept-Language": "en"})).text


async def test_metadata_is_served(vendor: Any) -> None:
    answer = await vendor.browser.get("/saml/metadata")
    assert answer.headers["content-type"] == "application/samlmetadata+xml"
    assert etree.fromstring(answer.content).get("entityID") == "https://lasning.test/saml/metadata"


async def test_the_picture_comes_from_a_host_that_learns_nothing(vendor: Any, school: Any) -> None:
    await vendor.deliver(school.signed(await vendor.begin()))
    start = await vendor.browser.get("/start")
    assert '<img src="https://cdn.lasning.test/omslag.svg"' in start.text
    assert start.headers["referrer-policy"] == "same-origin"
    assert "https://cdn.lasning.test" in start.headers["content-security-policy"]
    picture = await vendor.browser.get("https://cdn.lasning.test/omslag.svg")
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert etree.fromstring(picture.content).tag.endswith("}svg")
    assert (await vendor.browser.get("https://cdn.lasning.test/me")).status_code == 404
    assert (await vendor.browser.get("/omslag.svg")).status_code == 404


# --- cookies --------------------------------------------------------------------------------------------------------


async def test_cookies_are_kept_from_scripts_and_other_sites(vendor: Any, school: Any) -> None:
    begun = cookies(await vendor.browser.get("/login"))
    assert set(begun) == {"__Host-login"}
    assert {"httponly", "secure", "samesite=none", "path=/"} <= set(begun["__Host-login"].split("; "))
    landed = cookies(await vendor.deliver(school.signed(await vendor.begin())))
    assert set(landed) == {"__Host-session"}
    assert {"httponly", "secure", "samesite=lax", "path=/"} <= set(landed["__Host-session"].split("; "))


async def test_a_session_that_was_planted_does_not_become_the_person_s(vendor: Any, school: Any) -> None:
    planted = "x" * 43
    vendor.browser.cookies.set("__Host-session", planted, domain="lasning.test", path="/")
    request = await vendor.begin()
    answer = await vendor.deliver(school.signed(request))
    assert planted not in answer.headers["set-cookie"]
    async with vendor.another_browser() as attacker:
        attacker.cookies.set("__Host-session", planted)
        assert "Ingen är inloggad" in (await attacker.get("/me")).text


async def test_the_session_before_ends_with_a_new_login(vendor: Any, school: Any) -> None:
    await vendor.deliver(school.signed(await vendor.begin()))
    before = vendor.browser.cookies["__Host-session"]
    await vendor.deliver(school.signed(await vendor.begin()))
    assert vendor.browser.cookies["__Host-session"] != before
    async with vendor.another_browser() as attacker:
        attacker.cookies.set("__Host-session", before)
        assert "Ingen är inloggad" in (await attacker.get("/me")).text


# --- what opens no session ------------------------------------------------------------------------------------------


async def must_refuse(
    vendor: Any, message: etree._Element, code: str, browser: httpx.AsyncClient | None = None
) -> None:
    answer = await vendor.deliver(message, browser)
    assert answer.status_code == 403
    assert f"<code>{code}</code>" in answer.text
    assert PUPIL not in answer.text
    assert OTHER not in answer.text
    assert "set-cookie" not in answer.headers
    assert await vendor.who() == ""


async def test_an_answer_is_used_once(vendor: Any, school: Any) -> None:
    message = school.signed(await vendor.begin())
    assert (await vendor.deliver(message)).status_code == 303
    await vendor.browser.get("/logout")
    await must_refuse(vendor, message, "used-before")
    async with vendor.another_browser() as other:
        await must_refuse(vendor, message, "used-before", other)


async def test_a_request_is_answered_once(vendor: Any, school: Any) -> None:
    request = await vendor.begin()
    assert (await vendor.deliver(school.signed(request))).status_code == 303
    await vendor.browser.get("/logout")

    def another_assertion(root: etree._Element) -> None:
        root.find("saml:Assertion", NAMESPACES).set("ID", "_another")

    await must_refuse(vendor, school.signed(request, another_assertion), "not-asked-for-by-this-browser")


async def test_an_answer_to_another_browser_s_request_is_refused(vendor: Any, school: Any) -> None:
    """Login CSRF: a pupil must not work in the attacker's account."""
    async with vendor.another_browser() as attacker:
        message = school.signed(await vendor.begin(attacker))
        await vendor.begin()
        await must_refuse(vendor, message, "not-asked-for-by-this-browser")
        assert (await vendor.deliver(message, attacker)).status_code == 303


@pytest.mark.parametrize("answers", ["_unknown", ""])
async def test_an_answer_that_nobody_asked_for_is_refused(vendor: Any, school: Any, answers: str) -> None:
    await vendor.begin()
    await must_refuse(vendor, school.signed(answers), "not-asked-for-by-this-browser")


async def test_an_answer_that_names_no_request_is_refused(vendor: Any, school: Any) -> None:
    def unsolicited(root: etree._Element) -> None:
        for element in (root, next(root.iter(f"{{{SAML}}}SubjectConfirmationData"))):
            del element.attrib["InResponseTo"]

    await must_refuse(vendor, school.signed(await vendor.begin(), unsolicited), "not-asked-for-by-this-browser")


async def test_a_browser_that_was_away_too_long_begins_again(vendor: Any, school: Any) -> None:
    request = await vendor.begin()
    vendor.now += dt.timedelta(minutes=4)
    assert (await vendor.deliver(school.signed(request))).status_code == 303
    await vendor.browser.get("/logout")
    message = school.signed(await vendor.begin())
    vendor.now += dt.timedelta(minutes=3)
    await must_refuse(vendor, message, "expired")


async def test_a_refusal_does_not_spend_the_request(vendor: Any, school: Any) -> None:
    request = await vendor.begin()
    await must_refuse(vendor, school.message(request), "not-signed")
    assert (await vendor.deliver(school.signed(request))).status_code == 303
    assert await vendor.who() == PUPIL


def authenticated(seconds: int) -> Callable[[etree._Element], object]:
    moment = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC) + dt.timedelta(seconds=seconds)
    return lambda root: next(root.iter(f"{{{SAML}}}AuthnStatement")).set(
        "AuthnInstant", moment.isoformat().replace("+00:00", "Z")
    )


async def test_where_a_fresh_login_was_asked_for_an_old_one_is_refused(open_vendor: Any, school: Any) -> None:
    async with open_vendor("national-tests") as tests:
        message = school.signed(await tests.begin(), authenticated(-61))
        await must_refuse(tests, message, "stale-authentication")
        await tests.deliver(school.signed(await tests.begin(), authenticated(-60)))
        assert await tests.who() == PUPIL
    async with open_vendor("reading-service") as reading:
        await reading.deliver(school.signed(await reading.begin(), authenticated(-3600)))
        assert await reading.who() == PUPIL


def _no_signature(school: Any, request: str) -> etree._Element:
    return school.message(request)


def _stranger(school: Any, request: str) -> etree._Element:
    root = school.message(request)
    school.sign(root.find("saml:Assertion", NAMESPACES), key=school.stranger, certificate=school.certificate)
    return root


def _edited(school: Any, request: str) -> etree._Element:
    root = school.signed(request)
    next(root.iter(f"{{{SAML}}}AttributeValue")).text = OTHER
    return root


def _other_audience(school: Any, request: str) -> etree._Element:
    return school.signed(request, lambda root: setattr(next(root.iter(f"{{{SAML}}}Audience")), "text", "urn:other"))


def _forged_before(school: Any, request: str) -> etree._Element:
    root = school.signed(request)
    assertion = root.find("saml:Assertion", NAMESPACES)
    assertion.addprevious(school.forged(root).find("saml:Assertion", NAMESPACES))
    return root


DELIVERED = {
    _no_signature: "not-signed",
    _stranger: "signature-not-good",
    _edited: "signature-not-good",
    _other_audience: "audience",
    _forged_before: "assertion-count",
}


@pytest.mark.parametrize(("make", "code"), DELIVERED.items(), ids=lambda one: getattr(one, "__name__", one))
async def test_a_bad_message_opens_no_session_and_leaves_none_but_the_person_s_own(
    vendor: Any, school: Any, make: Any, code: str
) -> None:
    await must_refuse(vendor, make(school, await vendor.begin()), code)
    await vendor.deliver(school.signed(await vendor.begin()))
    assert (await vendor.deliver(make(school, await vendor.begin()))).status_code == 403
    assert await vendor.who() == PUPIL


async def test_a_refusal_tells_the_log_why_and_about_nobody(
    vendor: Any, school: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="sp_mocks"):
        await vendor.deliver(_edited(school, await vendor.begin()))
        await vendor.deliver(school.signed(await vendor.begin()))
    assert "lasning: refused /saml/acs: signature-not-good" in caplog.text
    assert "lasning: a person logged in" in caplog.text
    assert PUPIL not in caplog.text
    assert OTHER not in caplog.text


@pytest.mark.parametrize("path", ["/saml/acs", "/saml/slo", "/login"])
async def test_a_query_in_no_alphabet_is_refused_like_any_other(vendor: Any, path: str) -> None:
    async def with_octets(scope: Scope, receive: Receive, send: Send) -> None:
        await vendor.service.app({**scope, "query_string": b"entityID=\xff"}, receive, send)

    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(with_octets), base_url="https://lasning.test"
    ) as browser:
        answer = await browser.request("GET" if path == "/login" else "POST", path)
    assert answer.status_code < 500, answer.text


@pytest.mark.parametrize("signed", [True, False])
async def test_what_the_school_says_of_a_failure_is_shown_as_text_if_the_school_signed_it(
    vendor: Any, school: Any, signed: bool
) -> None:
    """Anyone can post an unsigned failure, and would have their words shown as the school's."""
    root = school.message(await vendor.begin())
    status = root.find("samlp:Status", NAMESPACES)
    status[0].set("Value", "urn:oasis:names:tc:SAML:2.0:status:Responder")
    etree.SubElement(status, f"{{{SAMLP}}}StatusMessage").text = "<script>alert(1)</script>"
    if signed:
        school.sign(root)
    answer = await vendor.deliver(root)
    assert answer.status_code == 403
    assert "Skolan loggade inte in dig." in answer.text
    assert ("&lt;script&gt;alert(1)" in answer.text) is signed
    assert "<script" not in answer.text
    assert await vendor.who() == ""


def unasked(message: etree._Element) -> None:
    for element in (message, next(message.iter(f"{{{SAML}}}SubjectConfirmationData"))):
        del element.attrib["InResponseTo"]


@pytest.mark.parametrize(
    ("relay_state", "place"),
    [
        ("/start", "/start"),
        ("", "/me"),
        ("//evil.test", "/me"),
        ("https://evil.test/", "/me"),
        ("/\\evil.test", "/me"),
        ("/start\n", "/me"),
        ("start", "/me"),
    ],
)
async def test_a_login_may_begin_at_school_where_the_vendor_takes_that(
    open_vendor: Any, school: Any, relay_state: str, place: str
) -> None:
    async with open_vendor("learning-material") as vendor:
        message = school.signed("_from-school", unasked)
        field = base64.b64encode(etree.tostring(message)).decode()
        answer = await vendor.browser.post("/saml/acs", data={"SAMLResponse": field, "RelayState": relay_state})
        assert (answer.status_code, answer.headers["location"]) == (303, place)
        assert await vendor.who() == PUPIL
        await vendor.browser.get("/logout")
        await must_refuse(vendor, message, "used-before")


async def test_a_login_that_answers_another_browser_is_refused_also_by_those(open_vendor: Any, school: Any) -> None:
    async with open_vendor("learning-material") as vendor:
        await must_refuse(vendor, school.signed("_nobody-asked"), "not-asked-for-by-this-browser")


@pytest.mark.parametrize("relay_state", ["https://evil.test/", "javascript:alert(1)", "x" * 5000])
async def test_the_relay_state_leads_nowhere(vendor: Any, school: Any, relay_state: str) -> None:
    field = base64.b64encode(etree.tostring(school.signed(await vendor.begin()))).decode()
    answer = await vendor.browser.post("/saml/acs", data={"SAMLResponse": field, "RelayState": relay_state})
    assert answer.headers["location"] == "/me"
    assert await vendor.who() == PUPIL


# --- what else can go wrong -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/login", "/saml/acs"])
async def test_a_school_that_cannot_be_reached_is_told_in_words(config: Any, keys: Any, path: str) -> None:
    def nobody(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nobody is there")

    now = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
    async with httpx.AsyncClient(transport=httpx.MockTransport(nobody)) as http:
        service = VendorService(config, keys, http, lambda: now)
        transport = httpx.ASGITransport(service.app)
        async with httpx.AsyncClient(transport=transport, base_url=config.base_url) as browser:
            sent = browser.get(path) if path == "/login" else browser.post(path, data={"SAMLResponse": "x"})
            answer = await sent
    assert answer.status_code == 502
    assert "school-metadata-not-had" in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("GET", "/saml/acs", 405), ("POST", "/login", 405), ("GET", "/partner.gif", 404)],
)
async def test_other_addresses_get_a_page_that_says_so(vendor: Any, method: str, path: str, status: int) -> None:
    answer = await vendor.browser.request(method, path)
    assert answer.status_code == status
    assert "Det gick inte" in answer.text
    assert "no-store" in answer.headers["cache-control"]
    assert ("allow" in answer.headers) == (status == 405)


MISTAKES = {
    "profile": ({"profile": "nothing"}, "no profile is called 'nothing': national-tests"),
    "fault": ({"fault": "nothing"}, "no fault is called 'nothing': takes-more"),
    "no host for pictures": ({"hosts": ("lasning.test",)}, "hosts lack cdn.lasning.test"),
    "not its own host": ({"hosts": ("cdn.lasning.test", "x.test")}, "hosts lack lasning.test"),
}


@pytest.mark.parametrize(("changes", "words"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_in_the_configuration_is_named(config: Any, keys: Any, changes: Any, words: str) -> None:
    http = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(500)))
    with pytest.raises(ValueError, match=words):
        VendorService(replace(config, **changes), keys, http, lambda: dt.datetime.now(dt.UTC))


def test_no_module_makes_its_own_way_to_the_network() -> None:
    makers = {"AsyncClient", "Client", "get", "post", "request", "stream", "put"}
    for module in files("sp_mocks").iterdir():
        if not module.name.endswith(".py"):
            continue
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
                assert not {"socket", "ssl", "subprocess", "requests", "urllib.request", "http.client"} & set(names)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                of_httpx = isinstance(node.func.value, ast.Name) and node.func.value.id == "httpx"
                assert not (of_httpx and node.func.attr in makers), f"{module.name}:{node.lineno}"
