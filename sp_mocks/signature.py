"""The one way to read a signed message safely: verify, then read the very octets that the signature covers.

Wrapping attacks live on the difference between what was verified and what is read. Here there is none: what the
caller gets back is parsed anew from the canonical octets whose digest the verified signature states.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence

import xmlsec
from lxml import etree

from sp_mocks.refusal import Refused
from sp_mocks.xmlnames import DS, ENVELOPED, EXC_C14N, NAMESPACES

MAX_BYTES = 256 * 1024
SIGNATURES = {
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256": xmlsec.constants.TransformRsaSha256,
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384": xmlsec.constants.TransformRsaSha384,
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512": xmlsec.constants.TransformRsaSha512,
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256": xmlsec.constants.TransformEcdsaSha256,
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384": xmlsec.constants.TransformEcdsaSha384,
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512": xmlsec.constants.TransformEcdsaSha512,
}
DIGESTS = {
    "http://www.w3.org/2001/04/xmlenc#sha256": hashlib.sha256,
    "http://www.w3.org/2001/04/xmldsig-more#sha384": hashlib.sha384,
    "http://www.w3.org/2001/04/xmlenc#sha512": hashlib.sha512,
}


def parse(document: bytes) -> etree._Element:
    """The root of a document from outside: no DTD, no entities, no network, bounded.

    Raises:
        Refused: it is too large, not well-formed, or has a document type declaration.
    """
    if len(document) > MAX_BYTES:
        raise Refused("message-too-large")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Refused("not-xml") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise Refused("document-type-declaration")
    return root


def covered(element: etree._Element, certificates: Sequence[bytes]) -> etree._Element:
    """The element as its own signature covers it, parsed anew from those octets (SAML Core 5.4).

    Args:
        element: a Response or an Assertion that carries a signature.
        certificates: DER, from the school's metadata; keys in the message count for nothing.

    Raises:
        Refused: the signature is not good, covers something else, or uses what is not allowed.
    """
    signature = _only(element.findall("ds:Signature", NAMESPACES), "signature-count")
    info = _only(signature.findall("ds:SignedInfo", NAMESPACES), "signed-info-count")
    reference = _only(info.findall("ds:Reference", NAMESPACES), "reference-count")
    _must_be_plain(element, signature, info, reference)
    prefixes = _prefixes(reference)
    if not any(_verifies(element, signature, der) for der in certificates):
        raise Refused("signature-not-good")
    octets = _octets(element, prefixes)
    stated = _only(reference.findall("ds:DigestValue", NAMESPACES), "digest-count")
    digest = DIGESTS[_algorithm(reference, "ds:DigestMethod")](octets).digest()
    # NOTE: what xmlsec verified and what is read from here on are the same octets, or nothing is read.
    if len(stated) or not hmac.compare_digest(base64.b64encode(digest), "".join((stated.text or "").split()).encode()):
        raise Refused("signature-covers-something-else")
    return parse(octets)


def _only(found: list[etree._Element], code: str) -> etree._Element:
    if len(found) != 1:
        raise Refused(code)
    return found[0]


def _must_be_plain(
    element: etree._Element, signature: etree._Element, info: etree._Element, reference: etree._Element
) -> None:
    identifier = element.get("ID", "")
    if not identifier or reference.get("URI") != f"#{identifier}":
        raise Refused("reference-to-something-else")
    ids = element.getroottree().getroot().xpath("//@ID | //@Id | //@id | //@xml:id")
    if ids.count(identifier) != 1:
        raise Refused("identifier-not-unique")
    if signature.find("ds:Object", NAMESPACES) is not None:
        raise Refused("object-in-signature")
    if _algorithm(info, "ds:CanonicalizationMethod") != EXC_C14N:
        raise Refused("canonicalization-not-allowed")
    if _algorithm(info, "ds:SignatureMethod") not in SIGNATURES:
        raise Refused("signature-algorithm-not-allowed")
    if _algorithm(reference, "ds:DigestMethod") not in DIGESTS:
        raise Refused("digest-algorithm-not-allowed")
    transforms = [t.get("Algorithm") for t in reference.findall("ds:Transforms/ds:Transform", NAMESPACES)]
    if transforms != [ENVELOPED, EXC_C14N]:
        raise Refused("transforms-not-allowed")
    if any(isinstance(node, etree._Comment) for node in signature.iter(etree.Comment)):
        raise Refused("comment-in-signature")


def _algorithm(parent: etree._Element, path: str) -> str:
    return str(_only(parent.findall(path, NAMESPACES), "algorithm-count").get("Algorithm", ""))


def _prefixes(reference: etree._Element) -> list[str]:
    found = reference.findall(".//ec:InclusiveNamespaces", NAMESPACES)
    return found[0].get("PrefixList", "").split() if found else []


def _verifies(element: etree._Element, signature: etree._Element, certificate: bytes) -> bool:
    context = xmlsec.SignatureContext()
    try:
        context.key = xmlsec.Key.from_memory(certificate, xmlsec.constants.KeyDataFormatCertDer)
        context.register_id(element, "ID")
        context.verify(signature)
    except xmlsec.Error:
        return False
    return True


def _octets(element: etree._Element, prefixes: list[str]) -> bytes:
    """The element without its own signature, in exclusive canonical form without comments."""
    copy = etree.fromstring(etree.tostring(element.getroottree()), etree.XMLParser(resolve_entities=False))
    same = _only(copy.xpath("//*[@ID = $id]", id=element.get("ID")), "identifier-not-unique")
    signature = same.find(f"{{{DS}}}Signature")
    _detach(signature)
    octets: bytes = etree.tostring(
        same, method="c14n", exclusive=True, with_comments=False, inclusive_ns_prefixes=prefixes or None
    )
    return octets


def _detach(signature: etree._Element) -> None:
    """Remove an element and leave the text behind it, as the enveloped-signature transform does."""
    parent, tail = signature.getparent(), signature.tail or ""
    before = signature.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    signature.tail = None
    parent.remove(signature)
