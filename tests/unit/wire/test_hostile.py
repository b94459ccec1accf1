"""Whatever a participant sends is read, or is a Malformed message: never an exception, never without bounds."""

import base64
import gzip
import zlib
from datetime import UTC, datetime
from urllib.parse import urlencode

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from testbed.model.messages import Malformed
from testbed.model.wire import Exchange, Request, Response
from testbed.wire.bodies import MAX_DECODED, decoded
from testbed.wire.forms import read_page
from testbed.wire.saml import messages
from testbed.wire.signatures import algorithms, verify

NOW = datetime(2026, 9, 1, tzinfo=UTC)
FORM = (("content-type", "application/x-www-form-urlencoded"),)
BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>'


def posted(body: bytes, url: str = "https://app.test/acs") -> Exchange:
    return Exchange(1, "p", "browser.test", "app.test", Request("POST", url, FORM, body), None, NOW, 1.0)


def response_of(document: bytes) -> Exchange:
    return posted(urlencode({"SAMLResponse": base64.b64encode(document).decode()}).encode())


@given(st.binary(max_size=2000))
def test_any_octets_as_a_response_are_malformed(octets: bytes) -> None:
    (message,) = messages(response_of(octets)) or (None,)
    assert message is None or isinstance(message, Malformed)


@given(st.text(max_size=500))
def test_any_query_is_read_or_malformed(text: str) -> None:
    for url in (f"https://app.test/sso?SAMLRequest={text}", f"https://app.test/?{text}", text):
        exchange = Exchange(1, "p", "browser.test", "app.test", Request("GET", url), None, NOW, 1.0)
        assert all(isinstance(message, Malformed) for message in messages(exchange))


@pytest.mark.parametrize(
    "document",
    [
        BOMB,
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>',
        b"<" * 100_000,
        b"<a>" * 50_000,
        b"<samlp:Response xmlns:samlp='urn:oasis:names:tc:SAML:2.0:protocol'>",
        b"\x00",
    ],
)
def test_hostile_documents_are_malformed(document: bytes) -> None:
    (message,) = messages(response_of(document))
    assert isinstance(message, Malformed)
    assert message.reason
    assert not verify(document, ()).ok
    assert algorithms(document) == ()


def test_an_inflating_request_is_cut_off() -> None:
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = deflate.compress(b"<" * 50_000_000) + deflate.flush()
    query = urlencode({"SAMLRequest": base64.b64encode(bomb).decode()})
    exchange = Exchange(
        1, "p", "browser.test", "idp.test", Request("GET", f"https://idp.test/sso?{query}"), None, NOW, 1.0
    )
    (message,) = messages(exchange)
    assert isinstance(message, Malformed)


@pytest.mark.parametrize(
    ("coding", "encode"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress), ("zstd", zstandard.compress)],
)
def test_codings_are_undone_within_bounds(coding: str, encode: object) -> None:
    headers = (("content-encoding", coding),)
    assert decoded(headers, encode(b"elev-0001")) == b"elev-0001"  # type: ignore[operator]
    bomb = encode(bytes(MAX_DECODED * 2))  # type: ignore[operator]
    assert len(decoded(headers, bomb)) == MAX_DECODED
    assert decoded(headers, b"not coded at all") == b"not coded at all"


@given(st.binary(max_size=2000), st.sampled_from(["text/html", "text/html; charset=x-unknown", "application/json", ""]))
def test_any_body_is_a_page(body: bytes, kind: str) -> None:
    page = read_page("https://app.test/", Response(200, (("content-type", kind),), body))
    assert page.status == 200


def test_a_page_gives_its_forms_and_what_it_makes_a_browser_fetch() -> None:
    text = (
        "<base href='https://cdn.test/x/'><p>Hej &aring;</p><script src='s.js'></script><img src='//t.test/p.gif'>"
        "<form method=post action='/acs'><input name=a value='1'><input name=b value='2' disabled></form>"
        "<script>document.forms[0].submit()</script>"
    )
    page = read_page("https://app.test/", Response(200, (("content-type", "text/html; charset=utf-8"),), text.encode()))
    assert "Hej å" in page.text
    assert [resource.url for resource in page.resources] == ["https://cdn.test/x/s.js", "https://t.test/p.gif"]
    (form,) = page.forms
    assert form.action == "https://cdn.test/acs"
    assert ("a", "1") in tuple(form.fields)


def test_a_large_hostile_page_is_read_in_bounded_time() -> None:
    body = b"<form><input name=a>" * 50_000
    page = read_page("https://app.test/", Response(200, (("content-type", "text/html"),), body))
    assert page.status == 200
