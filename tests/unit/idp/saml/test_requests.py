"""Requests that must be refused: with a page, never with a redirect or a post, and never by failing."""

import base64
from typing import Any

import pytest

pytestmark = pytest.mark.anyio
ACS = "https://lasning.test/saml/acs"


async def refused(lab: Any, query: str, words: str = "", status: int = 400) -> Any:
    answer = await lab.browser.get(f"/saml/sso?{query}")
    assert answer.status_code == status, answer.text
    assert "SAMLResponse" not in answer.text
    assert "Traceback" not in answer.text
    assert words in answer.text
    return answer


@pytest.mark.parametrize(
    "url", ["https://evil.test/acs", "javascript:alert(1)", f"{ACS}/", "https://lasning.test/other"]
)
async def test_an_address_outside_the_metadata_gets_nothing(lab: Any, url: str) -> None:
    request = lab.vendor.request(f'AssertionConsumerServiceURL="{url}"')
    answer = await refused(lab, lab.vendor.query(request), "metadata")
    assert url not in answer.text
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    "attributes",
    ['AssertionConsumerServiceIndex="7"', 'ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"'],
)
async def test_an_index_or_binding_outside_the_metadata_gets_nothing(lab: Any, attributes: str) -> None:
    await refused(lab, lab.vendor.query(lab.vendor.request(attributes)))


async def test_an_unknown_issuer_is_told_so(lab: Any) -> None:
    request = lab.vendor.request(issuer="https://stranger.test/metadata")
    await refused(lab, lab.vendor.query(request), "känner inte tjänsten")
    assert lab.fetched == []


DOCTYPE = b'<!DOCTYPE a [<!ENTITY b "bb">]>'


@pytest.mark.parametrize(
    ("xml", "words"),
    [
        (b"", "has no SAMLRequest"),
        (b"not xml", "not well-formed"),
        (DOCTYPE + b"<a>&b;</a>", "DOCTYPE"),
        (b"<a/>", "not an AuthnRequest"),
        (b"<a" * 1000 + b">", "not well-formed"),
        (b"<a>" * 5000 + b"</a>" * 5000, "not well-formed"),
        ("<a/>".encode("utf-16"), "not an AuthnRequest"),
    ],
)
async def test_what_is_no_request_is_refused_by_either_binding(lab: Any, xml: bytes, words: str) -> None:
    if xml:
        await refused(lab, lab.vendor.query(xml), words)
    answer = await lab.browser.post("/saml/sso", data={"SAMLRequest": base64.b64encode(xml).decode()})
    assert answer.status_code == 400
    assert words in answer.text


async def test_a_doctype_before_a_good_request_is_refused(lab: Any) -> None:
    await refused(lab, lab.vendor.query(DOCTYPE + lab.vendor.request()), "DOCTYPE")


async def test_a_deflate_bomb_is_refused_while_it_is_small(lab: Any) -> None:
    await refused(lab, lab.vendor.query(b"<a>" + b" " * 10_000_000 + b"</a>"), "too large")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("SAMLRequest=", 400),
        ("SAMLRequest=%FF", 400),
        ("SAMLRequest=!!!", 400),
        ("SAMLRequest=AAAA", 400),
        ("SAMLRequest=fVLLTsMw", 400),
        ("SAMLRequest=AA&SAMLRequest=AA", 400),
        ("&".join(["a=b"] * 60), 400),
        ("SAMLRequest=" + "A" * 50_000, 414),
    ],
)
async def test_bad_queries_are_refused(lab: Any, query: str, status: Any) -> None:
    await refused(lab, query, status=status)


@pytest.mark.parametrize(
    "change",
    [
        ('Version="2.0"', 'Version="1.1"'),
        ('Version="2.0"', ""),
        ("2026-11-23T12:00:00Z", "yesterday"),
        ("/saml/sso", "/elsewhere"),
        ('ID="_r1"', ""),
        ('ID="_r1"', 'ID="1 2"'),
        ("https://lasning.test/saml/metadata", ""),
        ("<saml:Issuer>https://lasning.test/saml/metadata</saml:Issuer>", ""),
    ],
)
async def test_a_request_against_the_rules_is_refused(lab: Any, change: Any) -> None:
    good = lab.vendor.request(request_id="_r1")
    xml = good.decode().replace(*change).encode()
    assert xml != good
    await refused(lab, lab.vendor.query(xml))


async def test_a_comment_cannot_split_the_issuer(lab: Any) -> None:
    xml = lab.vendor.request(issuer="https://lasning.test/saml/metadata<!-- -->.evil.test")
    await refused(lab, lab.vendor.query(xml))


async def test_odd_encodings_and_relay_states_are_refused(lab: Any) -> None:
    query = lab.vendor.query(lab.vendor.request())
    await refused(lab, query + "&SAMLEncoding=urn%3Aother", "SAMLEncoding")
    await refused(lab, lab.vendor.query(lab.vendor.request(), "x" * 3000), "RelayState")


async def test_two_issuers_or_two_ways_to_name_the_consumer_are_refused(lab: Any) -> None:
    other = "<saml:Issuer>https://other.test</saml:Issuer>"
    await refused(lab, lab.vendor.query(lab.vendor.request(content=other)))
    both = f'AssertionConsumerServiceURL="{ACS}" AssertionConsumerServiceIndex="0"'
    await refused(lab, lab.vendor.query(lab.vendor.request(both)), "both by URL and by index")
