"""Whatever is done to a signed message, what is read is what the school signed, or nothing is."""

import base64
import copy
import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from lxml import etree

from sp_mocks.consume import consume
from sp_mocks.profiles import PROFILES
from sp_mocks.refusal import Refused
from sp_mocks.signature import covered, parse
from sp_mocks.xmlnames import DS, EXC_C14N, NAMESPACES, SAML, SAMLP

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
PUPIL, OTHER = "nurul-tanud@skola.test", "lolek-mirad@skola.test"
XMLDSIG, MORE, XMLENC = DS, "http://www.w3.org/2001/04/xmldsig-more#", "http://www.w3.org/2001/04/xmlenc#"
ENVELOPED = f"{DS}enveloped-signature"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"


def assertion_of(root: etree._Element) -> etree._Element:
    return root.find("saml:Assertion", NAMESPACES)


def read(school: Any, root: etree._Element) -> etree._Element:
    """What a vendor reads of an assertion that came over the wire."""
    return covered(assertion_of(etree.fromstring(etree.tostring(root))), [school.certificate])


def code_of(school: Any, root: etree._Element) -> str:
    with pytest.raises(Refused) as refused:
        read(school, root)
    return refused.value.code


# --- what is honest -------------------------------------------------------------------------------------------------


def test_an_honest_assertion_is_read_without_its_signature(school: Any) -> None:
    found = read(school, school.signed())
    assert found.tag == f"{{{SAML}}}Assertion"
    assert PUPIL in found.xpath("string()")
    assert found.find("ds:Signature", NAMESPACES) is None
    assert found.getparent() is None


@pytest.mark.parametrize("algorithm", ["rsa-sha256", "rsa-sha384", "rsa-sha512"])
@pytest.mark.parametrize("digest", [f"{XMLENC}sha256", f"{MORE}sha384", f"{XMLENC}sha512"])
def test_the_algorithms_on_the_list_are_taken(school: Any, algorithm: str, digest: str) -> None:
    root = school.message()
    school.sign(assertion_of(root), algorithm=MORE + algorithm, digest=digest)
    assert PUPIL in read(school, root).xpath("string()")


@pytest.mark.parametrize(("curve", "algorithm"), [(ec.SECP256R1(), "ecdsa-sha256"), (ec.SECP384R1(), "ecdsa-sha384")])
def test_keys_on_curves_are_taken(school: Any, curve: ec.EllipticCurve, algorithm: str) -> None:
    elliptic = type(school)(ec.generate_private_key(curve), school.stranger)
    root = elliptic.message()
    elliptic.sign(assertion_of(root), algorithm=MORE + algorithm)
    assert PUPIL in read(elliptic, root).xpath("string()")


@pytest.mark.parametrize("prefixes", ["xs", "xs xsi", "xs samlp #default"])
def test_prefixes_that_the_signer_wants_kept_are_kept(school: Any, prefixes: str) -> None:
    root = school.message()
    school.sign(assertion_of(root), prefixes=prefixes)
    assert "xs" in read(school, root).nsmap


def test_any_of_the_school_s_keys_will_do(school: Any) -> None:
    stale = type(school)(school.stranger, school.key).certificate
    found = covered(assertion_of(school.signed()), [stale, b"no certificate", school.certificate])
    assert PUPIL in found.xpath("string()")


@pytest.mark.parametrize("place", [0, 1, 2])
def test_text_around_a_signature_stays_where_it_is(school: Any, place: int) -> None:
    root = school.message()
    assertion = assertion_of(root)
    assertion.text, assertion[0].tail = "\n one ", "\n two "
    school.sign(assertion)
    signature = assertion.find("ds:Signature", NAMESPACES)
    after, signature.tail = signature.tail, None
    assertion.remove(signature)
    assertion[0].tail = after or assertion[0].tail
    assertion.insert(place, signature)
    found = read(school, root)
    assert (found.text, found[0].tail) == ("\n one ", "\n two ")


# --- what is not ----------------------------------------------------------------------------------------------------

SIGNED_OTHERWISE = {
    "rsa-sha1": ({"algorithm": f"{XMLDSIG}rsa-sha1"}, "signature-algorithm-not-allowed"),
    "digest-sha1": ({"digest": f"{XMLDSIG}sha1"}, "digest-algorithm-not-allowed"),
    "hmac-with-the-certificate": ({"algorithm": f"{MORE}hmac-sha256"}, "signature-algorithm-not-allowed"),
    "no-transforms": ({"transforms": (ENVELOPED,)}, "transforms-not-allowed"),
    "one-transform-more": ({"transforms": (ENVELOPED, EXC_C14N, C14N)}, "transforms-not-allowed"),
    "transform-twice": ({"transforms": (ENVELOPED, EXC_C14N, EXC_C14N)}, "transforms-not-allowed"),
    "comments-kept": ({"transforms": (ENVELOPED, f"{EXC_C14N}WithComments")}, "transforms-not-allowed"),
    "inclusive-c14n": ({"transforms": (ENVELOPED, C14N)}, "transforms-not-allowed"),
    "signed-info-c14n": ({"method": C14N}, "canonicalization-not-allowed"),
    "whole-document": ({"uris": ("",)}, "reference-to-something-else"),
    "xpointer": ({"uris": ("#xpointer(id('_assertion-_request'))",)}, "reference-to-something-else"),
    "two-references": ({"uris": ("#_assertion-_request", "#_assertion-_request")}, "signature-not-plain"),
}


@pytest.mark.parametrize(("how", "code"), SIGNED_OTHERWISE.values(), ids=SIGNED_OTHERWISE)
def test_a_signature_made_otherwise_is_refused(school: Any, how: dict[str, Any], code: str) -> None:
    root = school.message()
    school.sign(assertion_of(root), **how)
    assert code_of(school, root) == code


def test_a_program_among_the_transforms_is_refused_before_it_runs(school: Any) -> None:
    root = school.signed()
    transforms = next(root.iter(f"{{{DS}}}Transforms"))
    etree.SubElement(transforms, f"{{{DS}}}Transform", Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116")
    assert code_of(school, root) == "transforms-not-allowed"


@pytest.mark.parametrize("embedded", [False, True])
def test_a_stranger_s_key_is_refused_also_when_the_message_brings_its_certificate(school: Any, embedded: bool) -> None:
    root = school.message()
    certificate = type(school)(school.stranger, school.key).certificate if embedded else b""
    school.sign(assertion_of(root), key=school.stranger, certificate=certificate)
    assert code_of(school, root) == "signature-not-good"


def test_the_school_s_certificate_beside_a_stranger_s_signature_changes_nothing(school: Any) -> None:
    root = school.message()
    school.sign(assertion_of(root), key=school.stranger, certificate=school.certificate)
    assert code_of(school, root) == "signature-not-good"


def _edit(root: etree._Element) -> None:
    next(root.iter(f"{{{SAML}}}AttributeValue")).text = OTHER


def _duplicate_id(root: etree._Element) -> None:
    root.set("ID", assertion_of(root).get("ID"))


def _duplicate_id_elsewhere(root: etree._Element) -> None:
    root.find("samlp:Status", NAMESPACES).set(f"{{{SAMLP}}}iD", assertion_of(root).get("ID"))


def _xml_id(root: etree._Element) -> None:
    root.set("{http://www.w3.org/XML/1998/namespace}id", assertion_of(root).get("ID"))


def _two_infos(root: etree._Element) -> None:
    info = next(root.iter(f"{{{DS}}}SignedInfo"))
    info.addnext(copy.deepcopy(info))


def _two_signatures(root: etree._Element) -> None:
    signature = assertion_of(root).find("ds:Signature", NAMESPACES)
    signature.addnext(copy.deepcopy(signature))


def _comment_in_digest(root: etree._Element) -> None:
    value = next(root.iter(f"{{{DS}}}DigestValue"))
    value.append(etree.Comment("x"))


def _object(root: etree._Element) -> None:
    etree.SubElement(next(root.iter(f"{{{DS}}}Signature")), f"{{{DS}}}Object")


def _no_id(root: etree._Element) -> None:
    del assertion_of(root).attrib["ID"]


def _other_reference(root: etree._Element) -> None:
    next(root.iter(f"{{{DS}}}Reference")).set("URI", "#_response")


def _digest_of_nothing(root: etree._Element) -> None:
    next(root.iter(f"{{{DS}}}DigestValue")).text = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


CHANGED_AFTERWARDS = {
    _edit: "signature-not-good",
    _duplicate_id: "identifier-not-unique",
    _duplicate_id_elsewhere: "identifier-not-unique",
    _xml_id: "identifier-not-unique",
    _two_infos: "signature-not-plain",
    _two_signatures: "signature-not-plain",
    _comment_in_digest: "signature-not-plain",
    _object: "signature-not-plain",
    _no_id: "reference-to-something-else",
    _other_reference: "reference-to-something-else",
    _digest_of_nothing: "signature-not-good",
}


@pytest.mark.parametrize(("change", "code"), CHANGED_AFTERWARDS.items(), ids=lambda one: getattr(one, "__name__", one))
def test_a_change_after_signing_is_noticed(school: Any, change: Any, code: str) -> None:
    root = school.signed()
    change(root)
    assert code_of(school, root) == code


def test_what_cannot_be_made_canonical_is_never_taken_for_nothing(school: Any) -> None:
    """A relative name space makes some libraries digest the empty string (CVE-2025-66568)."""
    octets = etree.tostring(school.signed())
    changed = octets.replace(b"<saml:Assertion ", b'<saml:Assertion xmlns:void="1" void:a="" ', 1)
    with pytest.raises(Refused) as refused:
        covered(assertion_of(parse(changed)), [school.certificate])
    assert refused.value.code in ("signature-not-good", "signature-covers-something-else")


def test_what_is_read_has_the_digest_that_was_signed_even_if_the_library_verified_something_else(
    school: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second line of defence: a signature library that can be fooled."""
    monkeypatch.setattr("sp_mocks.signature._verifies", lambda *_: True)
    root = school.signed()
    _edit(root)
    assert code_of(school, root) == "signature-covers-something-else"


@pytest.mark.parametrize("digest", ["", "å", "AAAA"])
def test_a_digest_that_is_none_is_refused(school: Any, monkeypatch: pytest.MonkeyPatch, digest: str) -> None:
    monkeypatch.setattr("sp_mocks.signature._verifies", lambda *_: True)
    root = school.signed()
    next(root.iter(f"{{{DS}}}DigestValue")).text = digest
    assert code_of(school, root) == "signature-covers-something-else"


def test_comments_do_not_cut_what_is_read(school: Any) -> None:
    """VU#475445: the signature stays good, for canonical octets hold no comments."""
    root = school.signed()
    value = next(root.iter(f"{{{SAML}}}AttributeValue"))
    value.text = "nurul"
    value.append(etree.Comment("cut here"))
    value[0].tail = "-tanud@skola.test"
    assert next(read(school, root).iter(f"{{{SAML}}}AttributeValue")).text == PUPIL


# --- wrapping -------------------------------------------------------------------------------------------------------


def places(tree: etree._Element) -> Iterator[tuple[int, int]]:
    """First and last place among the children of every element."""
    for number, element in enumerate(tree.iter(etree.Element)):
        yield from {(number, 0), (number, len(element))}


def put(tree: etree._Element, place: tuple[int, int], child: etree._Element) -> etree._Element:
    copied = copy.deepcopy(tree)
    list(copied.iter(etree.Element))[place[0]].insert(place[1], copy.deepcopy(child))
    return copied


def renamed(element: etree._Element) -> etree._Element:
    copied = copy.deepcopy(element)
    copied.set("ID", "_forged")
    return copied


def with_signature(forged: etree._Element, honest: etree._Element) -> etree._Element:
    """The forged element with the honest one's signature in the place where SAML has it."""
    copied = copy.deepcopy(forged)
    copied.find("saml:Issuer", NAMESPACES).addnext(copy.deepcopy(honest.find("ds:Signature", NAMESPACES)))
    return copied


def wrapped_assertions(honest: etree._Element, forge: Any) -> Iterator[etree._Element]:
    """XSW 3 to 8 and their relatives: the forged assertion in every place of the honest message, and the honest one
    in every place of a message that is forged, each with and without the signature and the honest ID."""
    signed = assertion_of(honest)
    forged_message = forge(honest)
    forged = assertion_of(forged_message)
    variants = [forged, renamed(forged), with_signature(forged, signed), with_signature(renamed(forged), signed)]
    for variant in variants:
        for place in places(honest):
            yield put(honest, place, variant)
        message = copy.deepcopy(forged_message)
        message.replace(assertion_of(message), copy.deepcopy(variant))
        for place in places(message):
            yield put(message, place, signed)


def wrapped_responses(honest: etree._Element, forge: Any) -> Iterator[etree._Element]:
    """XSW 1 and 2 and their relatives: the honest, signed Response in every place of a forged one."""
    forged = forge(honest)
    for variant in (forged, renamed(forged), with_signature(forged, honest), with_signature(renamed(forged), honest)):
        for place in places(variant):
            yield put(variant, place, honest)
        for place in places(honest):
            yield put(honest, place, variant)


@pytest.fixture
def signed_response(school: Any) -> etree._Element:
    root = school.message()
    school.sign(root)
    return root


def test_no_wrapping_makes_the_signature_vouch_for_someone_else(school: Any, signed_response: etree._Element) -> None:
    """Whichever signed element of whichever wrapped message one asks for, the forged person is not in what is read."""
    tried = 0
    messages = [*wrapped_assertions(school.signed(), school.forged), *wrapped_responses(signed_response, school.forged)]
    for message in messages:
        sent = parse(etree.tostring(message))
        for signature in sent.iter(f"{{{DS}}}Signature"):
            tried += 1
            try:
                found = covered(signature.getparent(), [school.certificate])
            except Refused:
                continue
            assert OTHER not in etree.tostring(found, encoding="unicode")
    assert tried > len(messages) > 400


def test_no_wrapped_message_opens_a_session(
    school: Any, signed_response: etree._Element, me: Any, decrypter: Any
) -> None:
    behaviour = PROFILES["reading-service"].behaviour
    for root in (school.signed(), signed_response):
        field = base64.b64encode(etree.tostring(root)).decode()
        assert consume(field, me, school.as_known(), behaviour, NOW, decrypter).user == PUPIL
    for message in (
        *wrapped_assertions(school.signed(), school.forged),
        *wrapped_responses(signed_response, school.forged),
    ):
        field = base64.b64encode(etree.tostring(message)).decode()
        with pytest.raises(Refused):
            consume(field, me, school.as_known(), behaviour, NOW, decrypter)


# --- documents ------------------------------------------------------------------------------------------------------

DOCUMENTS = {
    b"": "not-xml",
    b"not xml": "not-xml",
    b"<a>": "not-xml",
    b"<!DOCTYPE a><a/>": "document-type-declaration",
    b'<!DOCTYPE a SYSTEM "file:///etc/hostname"><a/>': "document-type-declaration",
    b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>': "document-type-declaration",
    b"<a>" * 300 + b"</a>" * 300: "not-xml",
}


@pytest.mark.parametrize(("document", "code"), DOCUMENTS.items(), ids=lambda one: str(one)[:40])
def test_documents_that_are_not_read(document: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        parse(document)
    assert refused.value.code == code
