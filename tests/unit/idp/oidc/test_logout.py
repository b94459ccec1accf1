"""A session ends: begun by a vendor of either protocol or by the person, told to all in their own way."""

import base64
import re
import zlib
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import httpx
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree

pytestmark = pytest.mark.anyio
ISSUER = "https://idp.skola.test"
AFTER = "https://lasning.test/oidc/logged-out"
OTHER = "https://annan.test/oidc/callback"
BACK_CHANNEL = "https://lasning.test/oidc/backchannel-logout"
NOT_DONE = "These services could not log you out"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
NS = {"saml": "urn:oasis:names:tc:SAML:2.0:assertion", "samlp": "urn:oasis:names:tc:SAML:2.0:protocol"}
EVENT = "http://schemas.openid.net/event/backchannel-logout"


@pytest.fixture(params=[1, 2], ids=["one worker", "two workers"])
def workers(request: pytest.FixtureRequest) -> int:
    return int(request.param)


async def other_vendor(lab: Any) -> dict[str, Any]:
    """The same browser, logged in at a vendor that is told by a frame."""
    back = await lab.log_in("other", redirect_uri=OTHER)
    answer = await lab.redeem(back["code"], client_id="other", redirect_uri=OTHER)
    return dict(answer.json())


async def end(lab: Any, **fields: str) -> httpx.Response:
    return await lab.browser.get(f"/oidc/logout?{urlencode(fields)}")


async def nobody_is_logged_in(lab: Any) -> bool:
    return 'id="testbed-login"' in (await lab.ask()).text


async def test_a_vendor_logs_out_and_is_sent_back(oidc: Any) -> None:
    tokens = await oidc.tokens()
    answer = await end(
        oidc, id_token_hint=tokens["id_token"], post_logout_redirect_uri=AFTER, state="å&", client_id="reading"
    )
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{AFTER}?state=%C3%A5%26"
    assert oidc.posted == []
    assert (await oidc.userinfo(tokens["access_token"])).status_code == 401
    assert await nobody_is_logged_in(oidc)


async def test_by_form_and_with_a_hint_that_is_long_over(oidc: Any) -> None:
    tokens = await oidc.tokens()
    oidc.now += timedelta(hours=6)
    fields = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": AFTER}
    cookies = dict(oidc.browser.cookies)
    oidc.browser.cookies.clear()
    answer = await oidc.browser.post("/oidc/logout", data=fields)
    assert answer.headers["location"] == AFTER
    for name, value in cookies.items():
        oidc.browser.cookies.set(name, value, domain="idp.skola.test")
    assert await nobody_is_logged_in(oidc)


async def test_without_an_address_the_school_says_that_it_is_done(oidc: Any) -> None:
    tokens = await oidc.tokens()
    answer = await end(oidc, id_token_hint=tokens["id_token"])
    assert answer.status_code == 200
    assert "utloggad" in answer.text


@pytest.mark.parametrize("fields", [{}, {"client_id": "reading"}, {"client_id": "reading", "state": "x"}])
async def test_without_a_hint_the_person_is_asked(oidc: Any, fields: Any) -> None:
    await oidc.tokens()
    answer = await end(oidc, post_logout_redirect_uri=AFTER, **fields) if fields else await end(oidc)
    assert (answer.status_code, answer.headers["location"]) == (303, "/logout")
    assert not await nobody_is_logged_in(oidc)


async def test_a_hint_of_somebody_else_logs_nobody_out_unasked(oidc: Any) -> None:
    old = await oidc.tokens()
    await oidc.log_in(person="larare-2", prompt="login")
    answer = await end(oidc, id_token_hint=old["id_token"], post_logout_redirect_uri=AFTER)
    assert answer.headers["location"] == "/logout"
    assert not await nobody_is_logged_in(oidc)


async def test_whoever_is_logged_out_already_is_sent_back(oidc: Any) -> None:
    tokens = await oidc.tokens()
    for _ in range(2):
        answer = await end(oidc, id_token_hint=tokens["id_token"], post_logout_redirect_uri=AFTER)
        assert answer.headers["location"] == AFTER


@pytest.mark.parametrize(
    "fields",
    [
        {"post_logout_redirect_uri": "https://evil.test/"},
        {"post_logout_redirect_uri": f"{AFTER}/"},
        {"post_logout_redirect_uri": AFTER, "client_id": "elliptic"},
        {"post_logout_redirect_uri": AFTER, "client_id": "nobody"},
        {"post_logout_redirect_uri": AFTER, "state": "s" * 5000},
        {"client_id": "elliptic"},
        {"id_token_hint": "a.b.c"},
        {"id_token_hint": ["a", "b"]},
    ],
)
async def test_nobody_is_sent_to_an_unregistered_place(oidc: Any, fields: Any) -> None:
    tokens = await oidc.tokens()
    query = urlencode({"id_token_hint": tokens["id_token"]} | fields, doseq=True)
    answer = await oidc.browser.get(f"/oidc/logout?{query}")
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert not await nobody_is_logged_in(oidc)


async def test_an_address_without_any_client_is_refused(oidc: Any) -> None:
    answer = await end(oidc, post_logout_redirect_uri=AFTER)
    assert answer.status_code == 400


async def test_the_others_are_told_by_their_servers_and_by_frames(oidc: Any) -> None:
    reading, other = await oidc.tokens(), await other_vendor(oidc)
    page = await oidc.browser.post("/logout")
    [(address, fields)] = oidc.posted
    assert address == BACK_CHANNEL
    token = await oidc.read(fields["logout_token"])
    login = (await oidc.read(reading["id_token"])).claims
    assert token.header["typ"] == "logout+jwt"
    assert {name: token.claims[name] for name in ("iss", "aud", "sub", "sid", "events")} == {
        "iss": ISSUER,
        "aud": "reading",
        "sub": login["sub"],
        "sid": login["sid"],
        "events": {EVENT: {}},
    }
    assert token.claims["exp"] - token.claims["iat"] <= 120
    assert "nonce" not in token.claims
    frame = unescape(re.search(r'<iframe[^>]*src="([^"]+)"', page.text)[1])  # type: ignore[index]
    assert frame.startswith("https://annan.test/oidc/frontchannel-logout?x=1&")
    told = parse_qs(urlsplit(frame).query)
    assert told["iss"] == [ISSUER]
    assert told["sid"] == [(await oidc.read(other["id_token"])).claims["sid"]]
    for tokens in (reading, other):
        assert (await oidc.userinfo(tokens["access_token"])).status_code == 401


async def test_a_vendor_that_began_the_logout_is_sent_back_after_the_frames(oidc: Any) -> None:
    tokens = await oidc.tokens()
    await other_vendor(oidc)
    page = await end(oidc, id_token_hint=tokens["id_token"], post_logout_redirect_uri=AFTER)
    assert oidc.posted == []
    key = re.search(r"/logout/done\?key=([^\"&]+)", unescape(page.text)) or re.search(
        r'name="key" value="([^"]+)"', page.text
    )
    assert key, page.text
    done = await oidc.browser.get(f"/logout/done?key={key[1]}")
    assert done.headers["location"] == AFTER


@pytest.mark.parametrize("status", [200, 204])
async def test_statuses_that_say_that_it_is_done(oidc: Any, status: int) -> None:
    oidc.answers[BACK_CHANNEL] = httpx.Response(status)
    await oidc.tokens()
    page = (await oidc.browser.post("/logout?lang=en")).text
    assert "Läsappen" in page
    assert NOT_DONE not in page


async def test_a_vendor_that_does_not_do_it_is_named(oidc: Any) -> None:
    await oidc.tokens()
    oidc.answers[BACK_CHANNEL] = httpx.Response(400, json={"error": "invalid_request"})
    page = (await oidc.browser.post("/logout?lang=en")).text
    assert "Läsappen" in page
    assert NOT_DONE in page


async def test_two_logins_in_one_session_are_one_session_at_the_vendor(oidc: Any) -> None:
    tokens = [await oidc.tokens() for _ in range(2)]
    sids = {(await oidc.read(one["id_token"])).claims["sid"] for one in tokens}
    assert len(sids) == 1
    await oidc.browser.post("/logout")
    assert len(oidc.posted) == 1


async def test_a_code_that_waits_ends_with_the_session_and_a_refresh_token_does_not(oidc: Any) -> None:
    kept = await oidc.tokens(scope="openid offline_access")
    back = await oidc.log_in()
    await oidc.browser.post("/logout")
    assert (await oidc.redeem(back["code"])).json()["error"] == "invalid_grant"
    assert (await oidc.refresh(kept["refresh_token"])).status_code == 200


SAML_SLO = "https://lasning.test/saml/slo"


def saml_query(vendor: Any, field: str, xml: str, state: str = "") -> str:
    """A signed message by the Redirect binding."""
    compressor = zlib.compressobj(wbits=-15)
    packed = base64.b64encode(compressor.compress(xml.encode()) + compressor.flush())
    algorithm = quote("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", safe="")
    query = f"{urlencode({field: packed} | ({'RelayState': state} if state else {}))}&SigAlg={algorithm}"
    signature = vendor.key.sign(query.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{query}&{urlencode({'Signature': base64.b64encode(signature)})}"


def saml_message(url: str, field: str) -> Any:
    """A message of the school by the Redirect binding."""
    packed = parse_qs(urlsplit(url).query)[field][0]
    return etree.fromstring(zlib.decompress(base64.b64decode(packed), wbits=-15))


async def saml_login(lab: Any, vendor: Any) -> Any:
    """The same browser, logged in at a vendor of SAML that can log out; its assertion."""
    service = f'<md:SingleLogoutService Binding="{REDIRECT}" Location="{SAML_SLO}"/>'
    able = replace(vendor, consumers=service + vendor.consumers)
    lab.answers["https://lasning.test/saml/metadata"] = httpx.Response(200, content=able.metadata())
    answer = await lab.browser.get(f"/saml/sso?{vendor.query(vendor.request())}")
    page = await lab.browser.get(answer.headers["location"])
    found = re.search(r'name="SAMLResponse" value="([^"]+)"', page.text)
    assert found, page.text
    return etree.fromstring(base64.b64decode(found[1]))


async def test_a_vendor_of_saml_logs_out_those_of_openid_connect(oidc: Any, vendor: Any) -> None:
    tokens = await oidc.tokens()
    response = await saml_login(oidc, vendor)
    name = response.findtext(".//saml:NameID", namespaces=NS)
    index = response.find(".//saml:AuthnStatement", NS).get("SessionIndex")
    request = f"""<samlp:LogoutRequest xmlns:samlp="{NS["samlp"]}" xmlns:saml="{NS["saml"]}" ID="_out" Version="2.0"
 IssueInstant="2026-11-23T12:00:00Z" Destination="{ISSUER}/saml/slo"><saml:Issuer>{vendor.entity_id}</saml:Issuer>
<saml:NameID>{name}</saml:NameID><samlp:SessionIndex>{index}</samlp:SessionIndex></samlp:LogoutRequest>"""
    answer = await oidc.browser.get(f"/saml/slo?{saml_query(vendor, 'SAMLRequest', request, 'r')}")
    assert answer.headers["location"].startswith(f"{SAML_SLO}?SAMLResponse=")
    [status] = saml_message(answer.headers["location"], "SAMLResponse").iterfind(".//samlp:StatusCode", NS)
    assert status.get("Value").endswith(":Success")
    assert [address for address, _ in oidc.posted] == [BACK_CHANNEL]
    assert (await oidc.userinfo(tokens["access_token"])).status_code == 401
    assert await nobody_is_logged_in(oidc)


async def test_a_vendor_of_openid_connect_logs_out_those_of_saml(oidc: Any, vendor: Any) -> None:
    tokens = await oidc.tokens()
    response = await saml_login(oidc, vendor)
    asked = await end(oidc, id_token_hint=tokens["id_token"], post_logout_redirect_uri=AFTER, state="s")
    location = asked.headers["location"]
    assert location.startswith(f"{SAML_SLO}?SAMLRequest=")
    request = saml_message(location, "SAMLRequest")
    assert request.findtext("saml:NameID", namespaces=NS) == response.findtext(".//saml:NameID", namespaces=NS)
    answer = f"""<samlp:LogoutResponse xmlns:samlp="{NS["samlp"]}" xmlns:saml="{NS["saml"]}" Version="2.0" ID="_a"
 Destination="{ISSUER}/saml/slo" IssueInstant="2026-11-23T12:00:00Z" InResponseTo="{request.get("ID")}">
<saml:Issuer>{vendor.entity_id}</saml:Issuer><samlp:Status>
<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status></samlp:LogoutResponse>"""
    state = parse_qs(urlsplit(location).query)["RelayState"][0]
    done = await oidc.browser.get(f"/saml/slo?{saml_query(vendor, 'SAMLResponse', answer, state)}")
    assert done.headers["location"] == f"{AFTER}?state=s"
    assert await nobody_is_logged_in(oidc)


async def test_a_person_has_other_names_by_saml(oidc: Any, vendor: Any) -> None:
    tokens = await oidc.tokens()
    sub = (await oidc.read(tokens["id_token"])).claims["sub"]
    assert sub not in etree.tostring(await saml_login(oidc, vendor), encoding="unicode")
