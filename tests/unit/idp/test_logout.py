"""Single logout, from every side: who is told, by which way, and what the initiator is answered."""

import asyncio
import base64
import datetime as dt
import logging
import re
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

import httpx
import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

import idp.saml.back_channel
from idp.app import RelyingParty, School, SchoolConfig
from idp.keys import SchoolKeys, SigningKey
from idp.saml.signing import Signer
from testbed.model.forgery import MADE, Made
from testbed.wire.signatures import verify

pytestmark = pytest.mark.anyio
NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
SCHOOL = "https://idp.skola.test"
SLO, SOAP_SLO = f"{SCHOOL}/saml/slo", f"{SCHOOL}/saml/slo/soap"
BINDINGS = "urn:oasis:names:tc:SAML:2.0:bindings:"
NS = {
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "s": "http://schemas.xmlsoap.org/soap/envelope/",
}
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
FRONT, POST, BACK, NONE = "front.test", "post.test", "back.test", "none.test"


def entity(host: str) -> str:
    return f"https://{host}/saml/metadata"


def services(host: str) -> str:
    binding = {FRONT: "HTTP-Redirect", POST: "HTTP-POST", BACK: "SOAP"}.get(host)
    if binding is None:
        return ""
    where = f'Location="https://{host}/slo" ResponseLocation="https://{host}/slo-done"'
    return f'<md:SingleLogoutService Binding="{BINDINGS}{binding}" {where}/>'


@dataclass
class Round:
    """A school with four vendors: one for each way to be told of a logout, and one with none."""

    browser: httpx.AsyncClient
    control: httpx.AsyncClient
    vendor: Any
    key: SigningKey
    calls: list[tuple[str, bytes]] = field(default_factory=list)
    """What vendors' servers were sent."""
    answer: Callable[[bytes, Any], httpx.Response] | None = None
    names: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By host: NameID and SessionIndex of the last login."""

    async def order(self, host: str, **forgery: Any) -> None:
        """Have the next request to log out to this vendor forged."""
        whole = {"message": "logout-request"} | forgery
        body = {"order": "forge", "party": entity(host), "other": "elev-2", "forgery": whole}
        answer = await self.control.post("/orders", json=body)
        assert answer.status_code == 200, answer.text

    async def made(self) -> tuple[Made, ...]:
        """What was forged since the last call."""
        return MADE.validate_json((await self.control.get("/made")).content)

    async def log_in(self, host: str, person: str = "elev-1") -> None:
        vendor = replace(self.vendor, entity_id=entity(host))
        page = await self.browser.get(f"/saml/sso?{vendor.query(vendor.request(issuer=entity(host)))}")
        page = await self.browser.get(page.headers["location"])
        if "testbed-login" in page.text:
            login = re.search(r'name="key" value="([^"]+)"', page.text)[1]
            page = await self.browser.post("/login", data={"key": login, "person": person})
        response = posted(page, "SAMLResponse")
        self.names[host] = (
            response.findtext(".//saml:NameID", namespaces=NS),
            response.find(".//saml:AuthnStatement", NS).get("SessionIndex"),
        )

    def request(self, host: str, *, index: str | None = None, name: str | None = None, **more: str) -> bytes:
        """A LogoutRequest of the vendor about its last login, or whatever a test makes of it."""
        named, indexed = self.names.get(host, ("_nobody", ""))
        said = {
            "Version": "2.0",
            "ID": f"_out-{len(more)}-{host}",
            "Destination": SLO,
            "IssueInstant": "2026-11-23T12:00:00Z",
        } | more
        attributes = " ".join(f'{key}="{value}"' for key, value in said.items() if value)
        wanted = indexed if index is None else index
        return f"""<samlp:LogoutRequest xmlns:samlp="{NS["samlp"]}" xmlns:saml="{NS["saml"]}" {attributes}>
<saml:Issuer>{entity(host)}</saml:Issuer><saml:NameID>{named if name is None else name}</saml:NameID>
{f"<samlp:SessionIndex>{wanted}</samlp:SessionIndex>" if wanted else ""}</samlp:LogoutRequest>""".encode()

    def response(self, host: str, request: Any, status: str = SUCCESS, second: str = "") -> bytes:
        inner = f'<samlp:StatusCode Value="{second}"/>' if second else ""
        return f"""<samlp:LogoutResponse xmlns:samlp="{NS["samlp"]}" xmlns:saml="{NS["saml"]}" Version="2.0"
 ID="_a{host}" Destination="{SLO}" IssueInstant="2026-11-23T12:00:00Z" InResponseTo="{request.get("ID")}">
<saml:Issuer>{entity(host)}</saml:Issuer><samlp:Status><samlp:StatusCode Value="{status}">{inner}</samlp:StatusCode>
</samlp:Status></samlp:LogoutResponse>""".encode()

    def query(self, xml: bytes, state: str = "", name: str = "SAMLRequest", *, signed: bool = True) -> str:
        compressor = zlib.compressobj(wbits=-15)
        packed = base64.b64encode(compressor.compress(xml) + compressor.flush())
        query = urlencode({name: packed} | ({"RelayState": state} if state else {}))
        if not signed:
            return query
        query += f"&SigAlg={quote(RSA_SHA256, safe='')}"
        signature = self.vendor.key.sign(query.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{query}&{urlencode({'Signature': base64.b64encode(signature)})}"

    def signed(self, xml: bytes) -> Any:
        tree = etree.fromstring(xml)
        Signer(self.key).sign(tree)
        return tree

    async def logs_out(self, host: str, state: str = "") -> httpx.Response:
        return await self.browser.get(f"/saml/slo?{self.query(self.request(host), state)}")

    async def answers(self, asked: httpx.Response, host: str, **status: str) -> httpx.Response:
        """The vendor to which the browser was sent answers, by its own binding."""
        if host == POST:
            xml = self.signed(self.response(host, posted(asked, "SAMLRequest"), **status))
            encoded = base64.b64encode(etree.tostring(xml)).decode()
            form = {"SAMLResponse": encoded, "RelayState": value(asked, "RelayState")}
            return await self.browser.post("/saml/slo", data=form)
        fields = parse_qs(urlsplit(asked.headers["location"]).query)
        xml = self.response(host, redirected(asked, "SAMLRequest"), **status)
        return await self.browser.get(f"/saml/slo?{self.query(xml, fields['RelayState'][0], 'SAMLResponse')}")

    async def is_logged_in(self) -> bool:
        return "Ingen är inloggad" not in (await self.browser.get("/logout")).text


def value(page: httpx.Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


def posted(page: httpx.Response, name: str) -> Any:
    return etree.fromstring(base64.b64decode(value(page, name)))


def redirected(answer: httpx.Response, name: str) -> Any:
    assert answer.status_code == 303, answer.text
    fields = parse_qs(urlsplit(answer.headers["location"]).query)
    assert "Signature" in fields
    return etree.fromstring(zlib.decompress(base64.b64decode(fields[name][0]), -15))


def codes(message: Any) -> list[str]:
    return [code.get("Value").rpartition(":")[2] for code in message.iter(f"{{{NS['samlp']}}}StatusCode")]


def soap(message: Any) -> bytes:
    return f'<s:Envelope xmlns:s="{NS["s"]}"><s:Body>{etree.tostring(message).decode()}</s:Body></s:Envelope>'.encode()


@pytest.fixture(params=[1, 2], ids=["one worker", "two workers"])
def workers(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def open_round(  # noqa: PLR0917 - fixtures
    keys: SchoolKeys, config: SchoolConfig, vendor: Any, agreement: Any, workers: int, in_turn: Any, tmp_path: Path
) -> Any:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Round]:
        def answer(request: httpx.Request) -> httpx.Response:
            host = request.url.host
            if request.method == "GET":
                own = replace(vendor, entity_id=entity(host)).metadata().decode()
                own = own.replace("<md:AssertionConsumerService", services(host) + "<md:AssertionConsumerService", 1)
                return httpx.Response(200, text=own.replace("lasning.test/saml/acs", f"{host}/saml/acs"))
            lab.calls.append((host, request.content))
            asked = etree.fromstring(request.content).find(".//samlp:LogoutRequest", NS)
            if lab.answer:
                return lab.answer(request.content, asked)
            return httpx.Response(200, content=soap(lab.signed(lab.response(host, asked))))

        parties = tuple(RelyingParty(entity(h), entity(h), agreement, "agreement") for h in (FRONT, POST, BACK, NONE))
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
            state = tmp_path / "state" / "school.sqlite" if workers > 1 else None
            shared = replace(config, relying_parties=parties, state=state)
            schools = [School(shared, keys, http, lambda: NOW) for _ in range(workers)]
            transport = httpx.ASGITransport(in_turn([one.app for one in schools]))
            control = httpx.ASGITransport(in_turn([one.control for one in schools]))
            bearer = {"Authorization": f"Bearer {config.control_token}"}
            async with (
                httpx.AsyncClient(transport=transport, base_url=SCHOOL) as browser,
                httpx.AsyncClient(transport=control, base_url="http://control.localhost", headers=bearer) as controller,
            ):
                lab = Round(browser, controller, vendor, signing_key(vendor))
                yield lab

    return opened


def signing_key(vendor: Any) -> SigningKey:
    pem = vendor.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    certificate = etree.fromstring(vendor.metadata()).findtext(".//{*}X509Certificate")
    return SigningKey(vendor.key, pem, x509.load_der_x509_certificate(base64.b64decode(certificate)))


@pytest.fixture
async def lab(open_round: Any) -> AsyncIterator[Round]:
    async with open_round() as opened:
        yield opened


async def test_a_vendor_that_is_alone_is_answered_at_once(lab: Round, keys: SchoolKeys) -> None:
    await lab.log_in(FRONT)
    assert await lab.is_logged_in()
    answer = await lab.logs_out(FRONT, "r&s")
    assert answer.headers["location"].startswith(f"https://{FRONT}/slo-done?SAMLResponse=")
    assert parse_qs(urlsplit(answer.headers["location"]).query)["RelayState"] == ["r&s"]
    message = redirected(answer, "SAMLResponse")
    assert codes(message) == ["Success"]
    assert message.get("InResponseTo") == f"_out-0-{FRONT}"
    assert message.get("Destination") == f"https://{FRONT}/slo-done"
    assert 'skola_session=""' in answer.headers["set-cookie"]
    assert not await lab.is_logged_in()


async def test_everybody_else_is_told_by_the_way_that_they_offer(lab: Round, keys: SchoolKeys) -> None:
    for host in (FRONT, POST, BACK):
        await lab.log_in(host)
    asked = await lab.logs_out(FRONT)
    assert [host for host, _ in lab.calls] == [BACK]
    told = etree.fromstring(lab.calls[0][1]).find(".//samlp:LogoutRequest", NS)
    assert told.findtext("saml:NameID", namespaces=NS) == lab.names[BACK][0]
    assert told.find("saml:NameID", NS).get("SPNameQualifier") == entity(BACK), "as the login told it"
    assert told.findtext("samlp:SessionIndex", namespaces=NS) == lab.names[BACK][1]
    assert told.find("{http://www.w3.org/2000/09/xmldsig#}Signature") is not None
    message = posted(asked, "SAMLRequest")
    assert message.get("Destination") == f"https://{POST}/slo"
    assert message.findtext("saml:NameID", namespaces=NS) == lab.names[POST][0]
    assert message.find("saml:NameID", NS).get("SPNameQualifier") == entity(POST), "as the login told it"
    assert verify(etree.tostring(message), [keys.current.certificate_der]).ok
    home = await lab.answers(asked, POST)
    assert codes(redirected(home, "SAMLResponse")) == ["Success"]


@pytest.mark.parametrize("second", ["", "urn:oasis:names:tc:SAML:2.0:status:PartialLogout"])
async def test_a_vendor_that_fails_makes_the_logout_partial(lab: Round, second: str) -> None:
    for host in (FRONT, POST):
        await lab.log_in(host)
    status = SUCCESS if second else "urn:oasis:names:tc:SAML:2.0:status:Responder"
    home = await lab.answers(await lab.logs_out(FRONT), POST, status=status, second=second)
    assert codes(redirected(home, "SAMLResponse")) == ["Success", "PartialLogout"]


async def test_a_vendor_without_an_address_for_it_makes_the_logout_partial(lab: Round) -> None:
    for host in (FRONT, NONE):
        await lab.log_in(host)
    assert codes(redirected(await lab.logs_out(FRONT), "SAMLResponse")) == ["Success", "PartialLogout"]


async def test_from_the_schools_own_page(lab: Round) -> None:
    for host in (NONE, FRONT, BACK):
        await lab.log_in(host)
    page = await lab.browser.get("/logout?lang=en")
    assert 'id="testbed-logout"' in page.text
    assert "Reading app" in page.text
    asked = await lab.browser.post("/logout")
    assert redirected(asked, "SAMLRequest").get("Destination") == f"https://{FRONT}/slo"
    done = await lab.answers(asked, FRONT)
    assert done.status_code == 200
    assert "bara delvis utloggad" in done.text
    assert not await lab.is_logged_in()
    alone = await lab.browser.post("/logout")
    assert "Du är utloggad" in alone.text


async def test_from_a_vendors_server(lab: Round, keys: SchoolKeys) -> None:
    for host in (BACK, POST):
        await lab.log_in(host)
    body = soap(lab.signed(lab.request(BACK, Destination=SOAP_SLO)))
    answer = await lab.browser.post("/saml/slo/soap", content=body)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/xml")
    message = etree.fromstring(answer.content).find("s:Body/samlp:LogoutResponse", NS)
    assert codes(message) == ["Success", "PartialLogout"]
    assert verify(etree.tostring(message), [keys.current.certificate_der]).ok
    assert lab.calls == []
    assert not await lab.is_logged_in()


async def test_a_name_that_nobody_has_is_answered_so(lab: Round) -> None:
    await lab.log_in(FRONT)
    for request in (lab.request(FRONT, name="_stranger"), lab.request(FRONT, index="_other", Consent="urn:x")):
        answer = await lab.browser.get(f"/saml/slo?{lab.query(request)}")
        assert codes(redirected(answer, "SAMLResponse")) == ["Requester", "UnknownPrincipal"]
    assert await lab.is_logged_in()
    body = soap(lab.signed(lab.request(BACK, name="_stranger", Destination=SOAP_SLO)))
    answer = await lab.browser.post("/saml/slo/soap", content=body)
    assert codes(etree.fromstring(answer.content)) == ["Requester", "UnknownPrincipal"]


async def test_a_post_that_brings_no_cookie_takes_none(lab: Round) -> None:
    """The cookie does not come along from another site, and its session was not the one that was meant."""
    await lab.log_in(POST)
    held = lab.browser.cookies
    lab.browser.cookies = httpx.Cookies()
    stranger = etree.tostring(lab.signed(lab.request(POST, name="_stranger")))
    answer = await lab.browser.post("/saml/slo", data={"SAMLRequest": base64.b64encode(stranger).decode()})
    assert codes(posted(answer, "SAMLResponse")) == ["Requester", "UnknownPrincipal"]
    assert "set-cookie" not in answer.headers
    lab.browser.cookies = held
    assert await lab.is_logged_in()


async def test_a_cookie_of_a_session_that_is_over_is_taken(lab: Round) -> None:
    await lab.log_in(FRONT)
    answer = await lab.logs_out(FRONT)
    assert "skola_session=" in answer.headers["set-cookie"]
    assert "Max-Age=0" in answer.headers["set-cookie"]


async def test_without_an_index_every_session_of_the_name_ends(lab: Round) -> None:
    await lab.log_in(FRONT)
    answer = await lab.browser.get(f"/saml/slo?{lab.query(lab.request(FRONT, index=''))}")
    assert codes(redirected(answer, "SAMLResponse")) == ["Success"]
    assert not await lab.is_logged_in()


async def test_one_vendor_cannot_log_out_by_anothers_name(lab: Round) -> None:
    for host in (FRONT, POST):
        await lab.log_in(host)
    stolen = lab.request(FRONT, name=lab.names[POST][0], index=lab.names[POST][1])
    answer = await lab.browser.get(f"/saml/slo?{lab.query(stolen)}")
    assert codes(redirected(answer, "SAMLResponse")) == ["Requester", "UnknownPrincipal"]
    assert await lab.is_logged_in()


@pytest.mark.parametrize(
    "more",
    [
        {"Destination": "https://elsewhere.test/slo"},
        {"Destination": ""},
        {"NotOnOrAfter": "2026-11-23T11:59:59Z"},
        {"NotOnOrAfter": "tomorrow"},
        {"IssueInstant": "2026-11-23T10:00:00Z"},
        {"IssueInstant": ""},
        {"ID": ""},
        {"ID": "1 2"},
    ],
)
async def test_a_request_against_the_rules_changes_nothing(lab: Round, more: Any) -> None:
    await lab.log_in(FRONT)
    answer = await lab.browser.get(f"/saml/slo?{lab.query(lab.request(FRONT, **more))}")
    assert answer.status_code == 400
    assert await lab.is_logged_in()


async def test_an_unsigned_request_is_refused_by_every_way(lab: Round) -> None:
    await lab.log_in(FRONT)
    bare = lab.request(FRONT)
    answers = [
        await lab.browser.get(f"/saml/slo?{lab.query(bare, signed=False)}"),
        await lab.browser.post("/saml/slo", data={"SAMLRequest": base64.b64encode(bare).decode()}),
        await lab.browser.post("/saml/slo/soap", content=soap(etree.fromstring(bare))),
    ]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert "Fault" in answers[2].text
    assert await lab.is_logged_in()


async def test_a_request_works_once(lab: Round) -> None:
    await lab.log_in(FRONT)
    query = lab.query(lab.request(FRONT))
    assert (await lab.browser.get(f"/saml/slo?{query}")).status_code == 303
    assert (await lab.browser.get(f"/saml/slo?{query}")).status_code == 400


async def test_an_answer_must_be_awaited_and_by_who_was_asked(lab: Round) -> None:
    for host in (NONE, FRONT, POST):
        await lab.log_in(host)
    asked = await lab.browser.get(f"/saml/slo?{lab.query(lab.request(NONE))}")
    message = redirected(asked, "SAMLRequest")
    state = parse_qs(urlsplit(asked.headers["location"]).query)["RelayState"][0]
    other = lab.query(lab.response(POST, message), state, "SAMLResponse")
    assert (await lab.browser.get(f"/saml/slo?{other}")).status_code == 400
    late = lab.query(lab.response(FRONT, message), state, "SAMLResponse")
    assert (await lab.browser.get(f"/saml/slo?{late}")).status_code == 400
    lost = lab.query(lab.response(FRONT, message), "nowhere", "SAMLResponse")
    assert (await lab.browser.get(f"/saml/slo?{lost}")).status_code == 400


@pytest.mark.parametrize(
    "reply",
    [
        lambda lab, asked: httpx.Response(500),
        lambda lab, asked: httpx.Response(200, content=b"<a/>"),
        lambda lab, asked: httpx.Response(200, content=b"x" * 300_000),
        lambda lab, asked: httpx.Response(200, content=b'<!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>'),
        lambda lab, asked: httpx.Response(200, content=soap(lab.signed(lab.response(POST, asked)))),
        lambda lab, asked: httpx.Response(
            200, content=soap(lab.signed(lab.response(BACK, etree.Element("x", ID="_another"))))
        ),
    ],
)
async def test_a_server_that_answers_badly_has_not_logged_out(lab: Round, reply: Any) -> None:
    for host in (FRONT, BACK):
        await lab.log_in(host)
    lab.answer = lambda _, asked: reply(lab, asked)
    assert codes(redirected(await lab.logs_out(FRONT), "SAMLResponse")) == ["Success", "PartialLogout"]


async def test_a_server_that_cannot_be_reached_has_not_logged_out(lab: Round) -> None:
    for host in (FRONT, BACK):
        await lab.log_in(host)

    def gone(_: bytes, __: Any) -> httpx.Response:
        raise httpx.ConnectError("no route")

    lab.answer = gone
    assert codes(redirected(await lab.logs_out(FRONT), "SAMLResponse")) == ["Success", "PartialLogout"]


async def test_many_slow_servers_hold_nobody_up(lab: Round, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many a session has been to: those that are not done with in time have not logged out."""
    monkeypatch.setattr(idp.saml.back_channel, "ALL_S", 0.1)
    monkeypatch.setattr(idp.saml.back_channel, "AT_ONCE", 1)
    for host in (FRONT, BACK):
        await lab.log_in(host)

    def never(_: bytes, __: Any) -> httpx.Response:
        return httpx.Response(200, stream=Endless())

    lab.answer = never
    async with asyncio.timeout(idp.saml.back_channel.ANSWER_S / 2):
        answer = await lab.logs_out(FRONT)
    assert codes(redirected(answer, "SAMLResponse")) == ["Success", "PartialLogout"]


class Endless(httpx.AsyncByteStream):
    """A body that does not come."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        await asyncio.Event().wait()
        yield b""


async def test_the_log_names_the_person_and_no_name_id(lab: Round, caplog: pytest.LogCaptureFixture) -> None:
    for host in (FRONT, BACK):
        await lab.log_in(host)
    with caplog.at_level(logging.INFO, "idp"):
        await lab.logs_out(FRONT)
    assert "logout of elev-1, who was logged in to 2 vendors" in caplog.messages
    assert not any(name in message for message in caplog.messages for name, _ in lab.names.values())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=200), place=st.integers(0, 700))
async def test_no_logout_message_makes_the_school_fail(lab: Round, data: bytes, place: int) -> None:
    """The browser would raise whatever the school raises."""
    good = lab.request(FRONT)
    xml = good[:place] + data + good[place + len(data) :]
    answers = [
        await lab.browser.get(f"/saml/slo?{lab.query(xml)}"),
        await lab.browser.get(f"/saml/slo?{lab.query(xml, 'x', 'SAMLResponse')}"),
        await lab.browser.get(f"/saml/slo?{quote(data, safe='&=')}"),
        await lab.browser.post("/saml/slo", data={"SAMLRequest": base64.b64encode(xml).decode()}),
        await lab.browser.post("/saml/slo/soap", content=xml),
        await lab.browser.post("/saml/slo/soap", content=soap(etree.Element("x")).replace(b"<x/>", xml)),
    ]
    assert all(answer.status_code < 500 for answer in answers)
    assert not any(answer.is_redirect and FRONT not in answer.headers["location"] for answer in answers)


NAMES_OTHER = {"op": "set-text", "xpath": "//saml:NameID", "value": "{other:name-id}"}


async def test_a_forged_request_by_redirect_is_signed_beside_itself(lab: Round, keys: SchoolKeys) -> None:
    await lab.log_in(FRONT)
    await lab.order(FRONT, before=[NAMES_OTHER])
    asked = await lab.browser.post("/logout")
    message = redirected(asked, "SAMLRequest")
    (made,) = await lab.made()
    assert made.document.encode() == etree.tostring(message)
    assert message.findtext("saml:NameID", namespaces=NS) == made.other["name-id"][0]
    assert made.said == {"name-id": (lab.names[FRONT][0],)}
    assert signed_octets_are_good(asked, keys)


async def test_a_request_that_is_changed_once_it_is_signed_has_a_signature_of_another(
    lab: Round, keys: SchoolKeys
) -> None:
    await lab.log_in(FRONT)
    await lab.order(FRONT, after=[NAMES_OTHER])
    asked = await lab.browser.post("/logout")
    assert redirected(asked, "SAMLRequest").findtext("saml:NameID", namespaces=NS) != lab.names[FRONT][0]
    assert not signed_octets_are_good(asked, keys)


async def test_a_request_is_left_unsigned_or_signed_by_a_stranger(lab: Round, keys: SchoolKeys) -> None:
    await lab.log_in(FRONT)
    await lab.order(FRONT, covers=[])
    asked = await lab.browser.post("/logout")
    assert set(parse_qs(urlsplit(asked.headers["location"]).query)) == {"SAMLRequest", "RelayState"}
    await lab.log_in(FRONT)
    await lab.order(FRONT, key="stranger")
    assert not signed_octets_are_good(await lab.browser.post("/logout"), keys)


async def test_a_forged_request_goes_by_post_with_its_signature_inside(lab: Round, keys: SchoolKeys) -> None:
    await lab.log_in(POST)
    await lab.order(POST, covers=[], after=[NAMES_OTHER])
    message = posted(await lab.browser.post("/logout"), "SAMLRequest")
    assert message.find("{*}Signature") is None
    assert message.findtext("saml:NameID", namespaces=NS) == (await lab.made())[0].other["name-id"][0]
    await lab.log_in(POST)
    await lab.order(POST)
    document = etree.tostring(posted(await lab.browser.post("/logout"), "SAMLRequest"))
    assert verify(document, [keys.current.certificate_der]).ok


async def test_a_forged_request_goes_from_server_to_server(lab: Round) -> None:
    await lab.log_in(BACK)
    await lab.order(BACK, covers=[], before=[NAMES_OTHER])
    await lab.browser.post("/logout")
    (_, envelope) = lab.calls[-1]
    (made,) = await lab.made()
    assert made.document.encode() in envelope
    assert b"Signature" not in envelope


async def test_what_has_no_place_in_a_redirect_is_told(lab: Round) -> None:
    await lab.log_in(FRONT)
    await lab.order(FRONT, placed=[{"op": "remove", "xpath": "//ds:KeyInfo"}])
    page = await lab.browser.post("/logout")
    assert (page.status_code, "Redirect binding" in page.text) == (400, True)


def signed_octets_are_good(answer: httpx.Response, keys: SchoolKeys) -> bool:
    query, _, signature = urlsplit(answer.headers["location"]).query.partition("&Signature=")
    key = keys.current.certificate.public_key()
    try:
        key.verify(base64.b64decode(unquote(signature)), query.encode(), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True
