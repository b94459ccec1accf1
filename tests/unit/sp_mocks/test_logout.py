"""Single logout as school and browser meet it: started on either side, by either channel."""

import base64
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Never
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from lxml import etree
from saml2 import samlp
from saml2.validate import valid_instance
from saml2.xml.schema import validate

from sp_mocks.posted import from_envelope, in_envelope
from sp_mocks.redirect import must_be_signed, pack, unpack
from sp_mocks.signature import covered
from sp_mocks.xmlnames import NAMESPACES, SAML, SAMLP

from .conftest import BASE, OTHER, PUPIL, SCHOOL, SLO, MockSchool, OpenVendor, find, instant

pytestmark = pytest.mark.anyio
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
PARTIAL = "urn:oasis:names:tc:SAML:2.0:status:PartialLogout"
RESPONDER = "urn:oasis:names:tc:SAML:2.0:status:Responder"
VENDOR = f"{BASE}/saml/metadata"


@dataclass(frozen=True)
class _Signer:
    """A school's key, as those take it who sign queries."""

    private_key: Any


def demand(place: str = f"{BASE}/saml/slo", name: str = f"_{PUPIL}", index: str = "_s1", **stated: str) -> bytes:
    """A LogoutRequest, not signed."""
    attributes = {
        "ID": "_demand",
        "Version": "2.0",
        "IssueInstant": instant(),
        "Destination": place,
        "NotOnOrAfter": instant(300),
        **stated,
    }
    written = " ".join(f'{key}="{value}"' for key, value in attributes.items() if value)
    indexes = f"<samlp:SessionIndex>{index}</samlp:SessionIndex>" if index else ""
    return f"""<samlp:LogoutRequest xmlns:samlp="{SAMLP}" xmlns:saml="{SAML}" {written}>
<saml:Issuer>{SCHOOL}</saml:Issuer><saml:NameID Format="{TRANSIENT}">{name}</saml:NameID>{indexes}
</samlp:LogoutRequest>""".encode()


def answer(to: str, place: str | None = f"{BASE}/saml/slo", status: str = SUCCESS, second: str = "") -> bytes:
    """A LogoutResponse, not signed."""
    inner = f'<samlp:StatusCode Value="{second}"/>' if second else ""
    destination = f' Destination="{place}"' if place else ""
    return f"""<samlp:LogoutResponse xmlns:samlp="{SAMLP}" xmlns:saml="{SAML}" ID="_answer" Version="2.0"
 IssueInstant="{instant()}" InResponseTo="{to}"{destination}><saml:Issuer>{SCHOOL}</saml:Issuer><samlp:Status>
<samlp:StatusCode Value="{status}">{inner}</samlp:StatusCode></samlp:Status></samlp:LogoutResponse>""".encode()


def by_redirect(school: MockSchool, message: bytes, field: str = "SAMLRequest", key: Any = None) -> str:
    url = pack(f"{BASE}/saml/slo", field, message, "state", _Signer(key or school.key))  # type: ignore[arg-type]
    return url.removeprefix(BASE)


def signed(school: MockSchool, message: bytes, key: Any = None) -> etree._Element:
    root = etree.fromstring(message)
    school.sign(root, key=key)
    return root


async def log_in(vendor: OpenVendor, school: MockSchool, index: str = "_s1", hide: Any = None) -> None:
    def change(message: etree._Element) -> None:
        find(message, "saml:Assertion/saml:AuthnStatement").set("SessionIndex", index)

    message = school.signed(await vendor.begin(), change)
    await vendor.deliver(hide(message) if hide else message)
    assert await vendor.who() == PUPIL


def the_message(location: str, field: str) -> etree._Element:
    received = unpack(urlsplit(location).query.encode())
    assert received.field == field
    return etree.fromstring(received.xml)


# --- started at the vendor ------------------------------------------------------------------------------------------


async def test_logging_out_here_ends_the_session_and_asks_the_school(vendor: Any, school: Any, keys: Any) -> None:
    await log_in(vendor, school)
    out = await vendor.browser.get("/logout")
    assert out.status_code == 302
    assert out.headers["cache-control"] == "no-store"
    location = out.headers["location"]
    assert location.startswith(f"{SLO}?SAMLRequest=")
    must_be_signed(unpack(urlsplit(location).query.encode()), (keys.certificate_der,))
    root = the_message(location, "SAMLRequest")
    assert valid_instance(samlp.logout_request_from_string(etree.tostring(root)))
    validate(etree.tostring(root).decode())
    assert (root.get("Destination"), root.get("NotOnOrAfter")) == (SLO, "2026-11-23T12:05:00Z")
    assert find(root, "saml:Issuer").text == VENDOR
    assert (find(root, "saml:NameID").text, find(root, "saml:NameID").get("Format")) == (f"_{PUPIL}", TRANSIENT)
    assert find(root, "samlp:SessionIndex").text == "_s1"
    assert await vendor.who() == ""


@pytest.mark.parametrize(
    ("status", "second", "words"),
    [
        (SUCCESS, "", "de andra tjänster"),
        (SUCCESS, PARTIAL, "men inte överallt"),
        (RESPONDER, PARTIAL, "men inte överallt"),
        (RESPONDER, "", "men inte överallt"),
    ],
)
@pytest.mark.parametrize("binding", ["redirect", "post"])
async def test_the_answer_says_plainly_how_far_it_reached(
    vendor: Any, school: Any, binding: str, status: str, second: str, words: str
) -> None:
    await log_in(vendor, school)
    request = the_message((await vendor.browser.get("/logout")).headers["location"], "SAMLRequest").get("ID")
    message = answer(request, status=status, second=second)
    if binding == "redirect":
        page = await vendor.browser.get(by_redirect(school, message, "SAMLResponse"))
    else:
        page = await post(vendor, signed(school, message), "SAMLResponse")
    assert page.status_code == 200
    assert words in page.text
    again = await vendor.browser.get(by_redirect(school, message, "SAMLResponse"))
    assert "logout-not-asked-for" in again.text


async def post(vendor: OpenVendor, message: etree._Element, field: str = "SAMLRequest") -> httpx.Response:
    encoded = base64.b64encode(etree.tostring(message)).decode()
    return await vendor.browser.post("/saml/slo", data={field: encoded, "RelayState": "state"})


async def test_nobody_is_told_that_they_are_logged_out_everywhere_by_a_forger(vendor: Any, school: Any) -> None:
    await log_in(vendor, school)
    request = the_message((await vendor.browser.get("/logout")).headers["location"], "SAMLRequest").get("ID")
    forged = await vendor.browser.get(by_redirect(school, answer(request), "SAMLResponse", school.stranger))
    assert (forged.status_code, "signature-not-good" in forged.text) == (403, True)
    assert "Utloggningen gick inte" in forged.text
    unsigned = await vendor.browser.get(pack("/saml/slo", "SAMLResponse", answer(request), "", None))
    assert "not-signed" in unsigned.text
    elsewhere = by_redirect(school, answer(request, "https://other.test/slo"), "SAMLResponse")
    assert "<code>destination</code>" in (await vendor.browser.get(elsewhere)).text
    good = await vendor.browser.get(by_redirect(school, answer(request), "SAMLResponse"))
    assert "de andra tjänster" in good.text


async def test_whoever_is_not_logged_in_here_is_only_told_so(vendor: Any) -> None:
    out = await vendor.browser.get("/logout")
    assert out.status_code == 200
    assert "Du är utloggad härifrån." in out.text


# --- started at the school, by the browser --------------------------------------------------------------------------


@pytest.mark.parametrize("binding", ["redirect", "post"])
@pytest.mark.parametrize("index", ["_s1", ""])
async def test_the_school_ends_the_session_by_the_browser(
    vendor: Any, school: Any, keys: Any, binding: str, index: str
) -> None:
    await log_in(vendor, school)
    message = demand(index=index)
    if binding == "redirect":
        back = await vendor.browser.get(by_redirect(school, message))
    else:
        back = await post(vendor, signed(school, message))
    assert await vendor.who() == ""
    assert back.status_code == 302
    location = back.headers["location"]
    assert location.startswith(f"{SLO}/answers?SAMLResponse=")
    assert parse_qs(urlsplit(location).query)["RelayState"] == ["state"]
    must_be_signed(unpack(urlsplit(location).query.encode()), (keys.certificate_der,))
    root = the_message(location, "SAMLResponse")
    validate(etree.tostring(root).decode())
    assert (root.get("InResponseTo"), root.get("Destination")) == ("_demand", f"{SLO}/answers")
    assert find(root, "samlp:Status/samlp:StatusCode").get("Value") == SUCCESS


async def test_other_sessions_stay(vendor: Any, school: Any) -> None:
    await log_in(vendor, school)
    for other in (
        demand(index="_s2"),
        demand(name=f"_{OTHER}", ID="_d2"),
        demand(ID="_d3").replace(TRANSIENT.encode(), b"urn:other"),
        demand(ID="_d4").replace(b"<saml:NameID ", b'<saml:NameID SPNameQualifier="https://other.test" '),
    ):
        back = await vendor.browser.get(by_redirect(school, other))
        assert back.status_code == 302, back.text
        assert await vendor.who() == PUPIL
    stated = f'<saml:NameID SPNameQualifier="{VENDOR}" NameQualifier="{SCHOOL}" '.encode()
    await vendor.browser.get(by_redirect(school, demand(ID="_d5").replace(b"<saml:NameID ", stated)))
    assert await vendor.who() == ""


async def test_all_sessions_of_the_person_end_when_no_index_is_named(vendor: Any, school: Any) -> None:
    await log_in(vendor, school)
    async with vendor.another_browser() as second:
        message = school.signed(await vendor.begin(second))
        await vendor.deliver(message, second)
        assert PUPIL in (await second.get("/me")).text
        await vendor.browser.get(by_redirect(school, demand(index="")))
        assert "Ingen är inloggad" in (await second.get("/me")).text
    assert await vendor.who() == ""


type Make = Callable[[MockSchool], str]
HOSTILE: dict[str, tuple[Make, str]] = {
    "not signed": (lambda _: pack("/saml/slo", "SAMLRequest", demand(), "", None), "not-signed"),
    "by a stranger": (lambda school: by_redirect(school, demand(), key=school.stranger), "signature-not-good"),
    "to another": (lambda school: by_redirect(school, demand("https://other.test/slo")), "destination"),
    "to nobody": (lambda school: by_redirect(school, demand("")), "destination"),
    "from another": (
        lambda school: by_redirect(school, demand().replace(SCHOOL.encode(), b"https://evil.test")),
        "issuer",
    ),
    "too old": (lambda school: by_redirect(school, demand(IssueInstant=instant(-601))), "expired"),
    "over": (lambda school: by_redirect(school, demand(NotOnOrAfter=instant(-61))), "expired"),
    "from the future": (lambda school: by_redirect(school, demand(IssueInstant=instant(61))), "not-valid-yet"),
    "of another version": (lambda school: by_redirect(school, demand(Version="1.1")), "version"),
    "of nobody": (
        lambda school: by_redirect(school, demand().replace(b"saml:NameID", b"saml:Other")),
        "no-name-to-log-out",
    ),
    "a login": (
        lambda school: by_redirect(school, demand().replace(b"LogoutRequest", b"AuthnRequest")),
        "not-a-logout-message",
    ),
    "signed inside": (
        lambda school: by_redirect(school, etree.tostring(signed(school, demand()))),
        "signature-out-of-place",
    ),
    "with a DTD": (lambda school: by_redirect(school, b"<!DOCTYPE x>" + demand()), "document-type-declaration"),
    "with a long relay state": (
        lambda school: pack("/saml/slo", "SAMLRequest", demand(), "x" * 600, _Signer(school.key)),  # type: ignore[arg-type]
        "message-too-large",
    ),
}


@pytest.mark.parametrize(("make", "code"), HOSTILE.values(), ids=HOSTILE)
async def test_a_hostile_request_logs_nobody_out(vendor: Any, school: Any, make: Make, code: str) -> None:
    await log_in(vendor, school)
    page = await vendor.browser.get(make(school))
    assert (page.status_code, f"<code>{code}</code>" in page.text) == (403, True), page.text
    assert "Ingen har loggats ut av det." in page.text
    assert await vendor.who() == PUPIL


async def test_a_posted_request_is_read_only_as_far_as_it_is_signed(vendor: Any, school: Any) -> None:
    await log_in(vendor, school)
    for message, code in (
        (etree.fromstring(demand()), "not-signed"),
        (signed(school, demand(), school.stranger), "signature-not-good"),
    ):
        assert code in (await post(vendor, message)).text
    wrapped = etree.fromstring(demand(name=f"_{PUPIL}", ID="_evil"))
    wrapped.append(signed(school, demand(name=f"_{OTHER}")))
    assert (await post(vendor, wrapped)).status_code == 403
    assert await vendor.who() == PUPIL


async def test_a_request_is_obeyed_once(vendor: Any, school: Any) -> None:
    url = by_redirect(school, demand())
    assert (await vendor.browser.get(url)).status_code == 302
    await log_in(vendor, school)
    assert "used-before" in (await vendor.browser.get(url)).text
    assert await vendor.who() == PUPIL


async def test_a_request_is_obeyed_once_by_a_clock_that_runs_ahead_too(vendor: Any, school: Any) -> None:
    url = by_redirect(school, demand(IssueInstant=instant(59), NotOnOrAfter=""))
    assert (await vendor.browser.get(url)).status_code == 302
    vendor.now += dt.timedelta(minutes=10, seconds=30)
    assert "used-before" in (await vendor.browser.get(url)).text


# --- from server to server ------------------------------------------------------------------------------------------

SOAP = {"Content-Type": "text/xml; charset=utf-8"}


async def ask(vendor: OpenVendor, message: etree._Element) -> httpx.Response:
    return await vendor.browser.post("/saml/slo/soap", content=in_envelope(message), headers=SOAP)


@pytest.mark.parametrize("place", [f"{BASE}/saml/slo/soap", ""])
async def test_the_school_s_server_ends_the_session(
    open_vendor: Any, school: Any, keys: Any, encryption: Any, place: str
) -> None:
    async with open_vendor("support-plans") as vendor:
        await log_in(vendor, school, hide=encryption.hide)
        back = await ask(vendor, signed(school, demand(place)))
        assert back.status_code == 200
        assert back.headers["content-type"].startswith("text/xml")
        root = covered(from_envelope(back.content), (keys.certificate_der,))
        assert (root.tag, root.get("InResponseTo")) == (f"{{{SAMLP}}}LogoutResponse", "_demand")
        assert await vendor.who() == ""


async def test_a_hostile_envelope_logs_nobody_out(open_vendor: Any, school: Any, encryption: Any) -> None:
    async with open_vendor("support-plans") as vendor:
        await log_in(vendor, school, hide=encryption.hide)
        place = f"{BASE}/saml/slo/soap"
        for message in (
            etree.fromstring(demand(place)),
            signed(school, demand(place), school.stranger),
            signed(school, demand("https://other.test/")),
            signed(school, answer("_x", place)),
        ):
            assert (await ask(vendor, message)).status_code == 403
        for body in (b"", b"<x/>", b"<!DOCTYPE x>" + in_envelope(signed(school, demand(place)))):
            answered = await vendor.browser.post("/saml/slo/soap", content=body, headers=SOAP)
            assert answered.status_code == 403
        plain = await vendor.browser.post("/saml/slo/soap", content=b"x", headers={"Content-Type": "text/plain"})
        assert "not-soap" in plain.text
        assert await vendor.who() == PUPIL


def nowhere() -> Never:
    """As httpx does for an address that is none, and with an exception that is not one of its errors."""
    raise httpx.InvalidURL("invalid port")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda school, to: signed(school, answer(to, None)), "de andra tjänster"),
        (lambda school, to: signed(school, answer(to, None, second=PARTIAL)), "men inte överallt"),
        (lambda school, to: signed(school, answer(to, None), school.stranger), "men inte överallt"),
        (lambda school, to: etree.fromstring(answer(to, None)), "men inte överallt"),
        (lambda school, _: signed(school, answer("_other", None)), "men inte överallt"),
        (lambda _, __: None, "men inte överallt"),
        (lambda _, __: nowhere(), "men inte överallt"),
    ],
)
async def test_a_vendor_without_front_channel_asks_the_school_s_server(
    open_vendor: Any, school: Any, keys: Any, encryption: Any, make: Any, words: str
) -> None:
    asked: list[etree._Element] = []

    def reply(request: httpx.Request) -> httpx.Response:
        assert str(request.url) == f"{SLO}/soap"
        asked.append(covered(from_envelope(request.content), (keys.certificate_der,)))
        message = make(school, asked[-1].get("ID"))
        return httpx.Response(502) if message is None else httpx.Response(200, content=in_envelope(message))

    async with open_vendor("support-plans", answer=reply) as vendor:
        await log_in(vendor, school, hide=encryption.hide)
        page = await vendor.browser.get("/logout")
        assert words in page.text
        assert await vendor.who() == ""
    (request,) = asked
    assert find(request, "samlp:SessionIndex").text == "_s1"


# --- faults ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [None, "keeps-session-after-front-channel-logout"])
async def test_keeps_session_after_front_channel_logout_though_it_answers_otherwise(
    open_vendor: Any, school: Any, fault: str | None
) -> None:
    async with open_vendor("learning-material", fault) as vendor:
        await log_in(vendor, school)
        back = await vendor.browser.get(by_redirect(school, demand()))
        root = the_message(back.headers["location"], "SAMLResponse")
        assert find(root, "samlp:Status/samlp:StatusCode").get("Value") == SUCCESS
        assert await vendor.who() == (PUPIL if fault else "")


@pytest.mark.parametrize("fault", [None, "keeps-session-after-back-channel-logout"])
async def test_keeps_session_after_back_channel_logout_though_it_answers_otherwise(
    open_vendor: Any, school: Any, encryption: Any, fault: str | None
) -> None:
    async with open_vendor("support-plans", fault) as vendor:
        await log_in(vendor, school, hide=encryption.hide)
        back = await ask(vendor, signed(school, demand(f"{BASE}/saml/slo/soap")))
        assert find(from_envelope(back.content), "samlp:Status/samlp:StatusCode").get("Value") == SUCCESS
        assert await vendor.who() == (PUPIL if fault else "")


async def test_signs_no_logout_signs_neither_request_nor_answer(open_vendor: Any, school: Any) -> None:
    async with open_vendor(fault="signs-no-logout") as vendor:
        await log_in(vendor, school)
        asked = (await vendor.browser.get("/logout")).headers["location"]
        answered = (await vendor.browser.get(by_redirect(school, demand()))).headers["location"]
        for location in (asked, answered):
            fields = parse_qs(urlsplit(location).query)
            assert not {"Signature", "SigAlg"} & set(fields)
            assert (
                etree.fromstring(unpack(urlsplit(location).query.encode()).xml).find("ds:Signature", NAMESPACES) is None
            )
