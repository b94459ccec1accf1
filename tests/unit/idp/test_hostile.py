"""Whatever is sent to whichever endpoint: no failure of the school, and nobody led to an unregistered place."""

import base64
import zlib
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.types import Receive, Scope, Send

pytestmark = pytest.mark.anyio
OWN = {"", "idp.skola.test", "lasning.test"}
GET = ("/", "/error", "/saml/metadata", "/saml/sso", "/saml/unsolicited", "/saml/slo", "/login", "/logout")
POST = ("/saml/sso", "/saml/slo", "/saml/slo/soap", "/login", "/login/confirm", "/logout")
FIELDS = st.sampled_from(
    [
        "SAMLRequest",
        "SAMLResponse",
        "RelayState",
        "SigAlg",
        "Signature",
        "SAMLEncoding",
        "key",
        "person",
        "q",
        "lang",
        "providerId",
        "target",
    ]
)
FORM = "application/x-www-form-urlencoded"
KINDS = st.sampled_from([FORM, "text/xml", "application/json", "multipart/form-data; boundary=x", ""])


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """Bytes, XML of the protocol with something torn out or put in, or either of them packed as a binding packs it."""
    data = draw(st.binary(max_size=120))
    if draw(st.booleans()):
        root = draw(st.sampled_from(["AuthnRequest", "LogoutRequest", "LogoutResponse", "Response", "Artifact"]))
        xml = f"""<samlp:{root} xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0"
 xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" IssueInstant="2026-11-23T12:00:00Z">
<saml:Issuer>https://lasning.test/saml/metadata</saml:Issuer><saml:NameID>x</saml:NameID></samlp:{root}>""".encode()
        place = draw(st.integers(0, len(xml)))
        data = xml[:place] + data + xml[place + draw(st.integers(0, 40)) :]
    match draw(st.integers(0, 2)):
        case 0:
            return data
        case 1:
            return base64.b64encode(data)
        case _:
            compressor = zlib.compressobj(wbits=-15)
            return base64.b64encode(compressor.compress(data) + compressor.flush())


def must_be_ours(answer: Any) -> None:
    assert answer.status_code < 500, answer.text
    if "location" in answer.headers:
        assert urlsplit(answer.headers["location"]).hostname in (None, *OWN)
    assert "Traceback" not in answer.text


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(GET),
    fields=st.lists(st.tuples(FIELDS, spoilt()), max_size=4),
    raw=st.none() | st.binary(max_size=80),
)
async def test_no_query_makes_the_school_fail(lab: Any, path: str, fields: Any, raw: bytes | None) -> None:
    query = urlencode(fields) if raw is None else quote(raw, safe="%&=+")
    must_be_ours(await lab.browser.get(f"{path}?{query}"))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(POST),
    fields=st.lists(st.tuples(FIELDS, spoilt()), max_size=4),
    raw=st.none() | spoilt(),
    kind=KINDS,
)
async def test_no_form_makes_the_school_fail(lab: Any, path: str, fields: Any, raw: bytes | None, kind: str) -> None:
    body = urlencode(fields).encode() if raw is None else raw
    must_be_ours(await lab.browser.post(path, content=body, headers={"content-type": kind}))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(["cookie", "accept-language", "host", "content-length", "transfer-encoding", "referer"]),
    value=st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=60),
    path=st.sampled_from(GET),
)
async def test_no_header_makes_the_school_fail(lab: Any, name: str, value: str, path: str) -> None:
    must_be_ours(await lab.browser.get(path, headers={name: value}))


@pytest.mark.parametrize("path", sorted({*GET, *POST, "/saml", "/saml/", "/saml/sso/", "//evil.test/", "/nothing"}))
@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH", "HEAD"])
async def test_other_methods_and_places_get_a_page(lab: Any, path: str, method: str) -> None:
    must_be_ours(await lab.browser.request(method, f"https://idp.skola.test{path}"))


@pytest.mark.parametrize(
    ("method", "path"), [*(("GET", path) for path in GET), *(("POST", path) for path in POST)], ids=str
)
async def test_a_query_in_no_alphabet_makes_nothing_fail(lab: Any, method: str, path: str) -> None:
    async def with_octets(scope: Scope, receive: Receive, send: Send) -> None:
        await lab.school.app({**scope, "query_string": b"a=\xff"}, receive, send)

    transport = httpx.ASGITransport(with_octets)
    async with httpx.AsyncClient(transport=transport, base_url="https://idp.skola.test") as browser:
        must_be_ours(await browser.request(method, path, content=b"a", headers={"content-type": "text/xml"}))


@pytest.mark.parametrize("path", [path for path in POST if path != "/logout"])
async def test_a_body_of_ten_megabytes_is_refused_before_it_is_read_whole(lab: Any, path: str) -> None:
    """The page that logs out reads no body at all."""
    answer = await lab.browser.post(path, content=b"a=" + b"x" * 10_000_000, headers={"content-type": FORM})
    assert answer.status_code == 413
