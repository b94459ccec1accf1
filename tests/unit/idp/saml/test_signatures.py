"""Signed requests: good ones pass, bad ones never do, whether or not a signature is required."""

import base64
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, quote, urlencode

import httpx
import pytest
import xmlsec
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from lxml import etree

pytestmark = pytest.mark.anyio
SHA1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
ECDSA = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
DS = "{http://www.w3.org/2000/09/xmldsig#}"


async def answered(lab: Any, query: str) -> int:
    return (await lab.browser.get(f"/saml/sso?{query}")).status_code


async def posted(lab: Any, xml: bytes) -> int:
    return (await lab.browser.post("/saml/sso", data={"SAMLRequest": base64.b64encode(xml).decode()})).status_code


@pytest.mark.parametrize("signs", [True, False])
async def test_a_good_redirect_signature_passes_with_its_octets_as_sent(open_lab: Any, signs: bool) -> None:
    async with open_lab(signs=signs) as lab:
        query = lab.vendor.signed_query(lab.vendor.request())
        assert "%3a" in query
        assert await answered(lab, query) == 303


async def test_ecdsa_is_verified(open_lab: Any) -> None:
    async with open_lab(key=ec.generate_private_key(ec.SECP256R1()), signs=True) as lab:
        query = lab.vendor.signed_query(lab.vendor.request(), algorithm=ECDSA)
        assert await answered(lab, query) == 303
        assert await answered(lab, query.replace("RelayState=state", "RelayState=other")) == 403


@pytest.mark.parametrize("signs", [True, False])
@pytest.mark.parametrize(
    "tamper",
    [
        lambda vendor, query: query.replace("RelayState=state", "RelayState=other"),
        lambda vendor, query: query.replace("RelayState=state&", ""),
        lambda vendor, query: query.replace("%3a", "%3A"),
        lambda vendor, query: query.partition("&Signature=")[0] + "&Signature=" + quote(base64.b64encode(b"x" * 256)),
        lambda vendor, query: query.partition("&Signature=")[0] + "&Signature=",
        lambda vendor, query: vendor.query(vendor.request(request_id="_other")) + query[query.index("&SigAlg") :],
    ],
)
async def test_a_tampered_redirect_signature_is_refused_even_where_none_is_required(
    open_lab: Any, signs: bool, tamper: Any
) -> None:
    async with open_lab(signs=signs) as lab:
        query = lab.vendor.signed_query(lab.vendor.request())
        assert tamper(lab.vendor, query) != query
        assert await answered(lab, tamper(lab.vendor, query)) == 403


async def test_the_signature_of_an_answer_does_not_vouch_for_a_request_beside_it(open_lab: Any) -> None:
    """Whoever has seen one signed logout answer of a vendor, in the address of a browser, would write its requests."""
    async with open_lab(signs=True) as lab:
        answer = lab.vendor.signed_query(b"<answer/>").replace("SAMLRequest=", "SAMLResponse=")
        body, _, _ = answer.partition("&Signature=")
        signature = lab.vendor.key.sign(body.encode(), padding.PKCS1v15(), hashes.SHA256())
        answer = f"{body}&{urlencode({'Signature': base64.b64encode(signature)})}"
        forged = lab.vendor.query(lab.vendor.request()).partition("&RelayState=")[0]
        assert await answered(lab, f"{answer}&{forged}") == 403


@pytest.mark.parametrize(("signed", "status"), [(True, 400), (False, 303)])
async def test_what_is_signed_says_where_it_is_sent(lab: Any, signed: bool, status: int) -> None:
    """SAML Bindings 3.4.5.2: else it could be caught elsewhere and brought here."""
    request = lab.vendor.request().replace(b'Destination="https://idp.skola.test/saml/sso"', b"")
    assert b"Destination" not in request
    assert await answered(lab, lab.vendor.signed_query(request) if signed else lab.vendor.query(request)) == status


async def test_weak_unknown_and_doubled_signature_fields_are_refused(lab: Any) -> None:
    good = lab.vendor.signed_query(lab.vendor.request())
    body = f"{lab.vendor.query(lab.vendor.request())}&SigAlg={quote(SHA1, safe='')}"
    weak = lab.vendor.key.sign(body.encode(), padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 - it must be refused
    assert await answered(lab, f"{body}&{urlencode({'Signature': base64.b64encode(weak)})}") == 400
    assert await answered(lab, good.replace("rsa-sha256", "hmac-sha256")) == 400
    assert await answered(lab, good + "&Signature=AAAA") == 400
    assert await answered(lab, good.partition("&Signature=")[0] + "&Signature=%21%21") == 400
    assert await answered(lab, good.partition("&Signature=")[0] + "&Signature=" + "A" * 5000) == 400


async def test_another_key_is_refused(open_lab: Any, vendor: Any) -> None:
    async with open_lab(key=rsa.generate_private_key(public_exponent=65537, key_size=2048)) as lab:
        assert await answered(lab, vendor.signed_query(vendor.request())) == 403


async def test_a_missing_signature_is_refused_where_the_metadata_promises_one(open_lab: Any) -> None:
    async with open_lab(signs=True) as lab:
        assert await answered(lab, lab.vendor.query(lab.vendor.request())) == 403
        assert await posted(lab, lab.vendor.request()) == 403


def with_certificate(vendor: Any, change: Callable[[bytes], bytes]) -> Callable[[], httpx.Response]:
    """Metadata whose certificates were changed so."""
    xml = vendor.metadata()
    for found in set(re.findall(rb"<ds:X509Certificate>\s*([^<]+?)\s*</ds:X509Certificate>", xml)):
        xml = xml.replace(found, base64.b64encode(change(base64.b64decode(found))))
    return lambda: httpx.Response(200, content=xml)


@pytest.mark.parametrize("signs", [True, False])
@pytest.mark.parametrize(
    "change",
    [
        lambda der: b"",
        lambda der: b"not a certificate",
        lambda der: der[:-20],
        lambda der: der.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x07", 1),
        lambda der: der.replace(b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01", b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x63"),
        lambda der: b"\x30\x84\xff\xff\xff\xff" + der,
    ],
)
async def test_hostile_certificates_in_the_metadata_make_no_signature_good_and_nothing_fail(
    open_lab: Any, vendor: Any, signs: bool, change: Any
) -> None:
    async with open_lab(metadata=with_certificate(replace(vendor, signs=signs), change)) as lab:
        assert await answered(lab, lab.vendor.signed_query(lab.vendor.request())) in (403, 502)
        assert await posted(lab, etree.tostring(signed(lab.vendor, lab.vendor.request()))) in (403, 502)


# --- enveloped, by POST -------------------------------------------------------------------------------------------


def signed(
    vendor: Any, xml: bytes, signature_method: Any = xmlsec.constants.TransformRsaSha256, reference: Any = None
) -> Any:
    root = etree.fromstring(xml)
    template = xmlsec.template.create(root, xmlsec.constants.TransformExclC14N, signature_method, ns="ds")
    uri = reference or f"#{root.get('ID')}"
    part = xmlsec.template.add_reference(template, xmlsec.constants.TransformSha256, uri=uri)
    xmlsec.template.add_transform(part, xmlsec.constants.TransformEnveloped)
    xmlsec.template.add_transform(part, xmlsec.constants.TransformExclC14N)
    root.insert(1, template)
    context = xmlsec.SignatureContext()
    pem = vendor.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    context.key = xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatPem)
    for element in root.iter():
        if isinstance(element.tag, str) and element.get("ID"):
            context.register_id(element, "ID")
    context.sign(template)
    return root


@pytest.mark.parametrize("signs", [True, False])
async def test_a_good_enveloped_signature_passes(open_lab: Any, signs: bool) -> None:
    async with open_lab(signs=signs) as lab:
        assert await posted(lab, etree.tostring(signed(lab.vendor, lab.vendor.request()))) == 303


def after(change: Any) -> Callable[[Any], bytes]:
    def tampered(vendor: Any) -> bytes:
        root = signed(vendor, vendor.request('ForceAuthn="false"'))
        change(root)
        return etree.tostring(root)

    return tampered


def wrapped(vendor: Any) -> bytes:
    """The signed request inside another one, which nobody signed."""
    inner = signed(vendor, vendor.request(content='<samlp:Extensions a="b"/>'))
    outer = etree.fromstring(vendor.request('ForceAuthn="true"', request_id="_outer"))
    signature = inner.find(f"{DS}Signature")
    outer.insert(1, signature)
    extensions = etree.SubElement(outer, "{urn:oasis:names:tc:SAML:2.0:protocol}Extensions")
    extensions.append(inner)
    return etree.tostring(outer)


def with_one_id_twice(vendor: Any) -> bytes:
    root = signed(vendor, vendor.request(content='<samlp:Extensions><a ID="_r1"/></samlp:Extensions>', request_id="_x"))
    root.set("ID", "_r1")
    return etree.tostring(root)


@pytest.mark.parametrize(
    "tampered",
    [
        after(lambda root: root.set("ForceAuthn", "true")),
        after(lambda root: root.append(root.find(f"{DS}Signature").__deepcopy__(None))),
        after(lambda root: root[0].append(root.find(f"{DS}Signature"))),
        after(lambda root: root.find(f".//{DS}Reference").set("URI", "")),
        after(lambda root: etree.SubElement(root.find(f"{DS}Signature"), f"{DS}Object")),
        lambda vendor: etree.tostring(signed(vendor, vendor.request(), xmlsec.constants.TransformRsaSha1)),
        wrapped,
        with_one_id_twice,
    ],
)
async def test_a_bad_enveloped_signature_is_refused_even_where_none_is_required(lab: Any, tampered: Any) -> None:
    assert await posted(lab, tampered(lab.vendor)) == 403


async def test_an_enveloped_signature_by_another_key_is_refused(open_lab: Any, vendor: Any) -> None:
    async with open_lab(key=rsa.generate_private_key(public_exponent=65537, key_size=2048)) as lab:
        assert await posted(lab, etree.tostring(signed(vendor, vendor.request()))) == 403


async def test_an_enveloped_signature_has_no_place_in_a_redirect(lab: Any) -> None:
    query = lab.vendor.query(etree.tostring(signed(lab.vendor, lab.vendor.request())))
    assert parse_qs(query)
    assert await answered(lab, query) == 400
