"""The one way to read a signed message safely: verify it, then read the very octets that the signature covers.

Wrapping attacks live on the difference between what was verified and what is read. Here there is none: what the
caller gets back is parsed anew from the canonical octets whose digest the verified signature states.
"""

import base64
import copy
import hashlib
import hmac
from collections.abc import Sequence

import xmlsec
from lxml import etree

from sp_mocks.refusal import Refused
from sp_mocks.xmlnames import DS, ENVELOPED, EXC_C14N, NAMESPACES, RSA_SHA256

SIGNATURES = frozenset(
    {
        RSA_SHA256,
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512",
    }
)
DIGESTS = {
    "http://www.w3.org/2001/04/xmlenc#sha256": hashlib.sha256,
    "http://www.w3.org/2001/04/xmldsig-more#sha384": hashlib.sha384,
    "http://www.w3.org/2001/04/xmlenc#sha512": hashlib.sha512,
}
SIGNATURE = f"{{{DS}}}Signature"
ANY_ID = "//@*[translate(local-name(), 'id', 'ID') = 'ID']"


def parse(document: bytes) -> etree._Element:
    """The root of a document from outside: no DTD, no entities, no network. The caller limits its size.

    Raises:
        Refused: it is not well-formed, or has a document type declaration.
    """
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

    1. The signature has exactly the parts that SAML allows, and each algorithm is on the list.
    2. It is good under a key of the school.
    3. The octets are made again, without it; their digest is the one that it states.
    4. Those octets are parsed; nothing else of the message is left.

    Args:
        element: a Response or an Assertion that has a signature as a child.
        certificates: DER, from the school's metadata; keys in the message count for nothing.

    Raises:
        Refused: the signature is not good, covers something else, or uses what is not allowed.
    """
    signature = _only(element, "ds:Signature")
    info = _only(signature, "ds:SignedInfo")
    reference = _only(info, "ds:Reference")
    _must_be_plain(signature, info, reference)
    _must_refer_to(element, reference)
    if not any(_verifies(element, signature, der) for der in certificates):
        raise Refused("signature-not-good")
    octets = _octets(element, _prefixes(reference))
    stated = "".join((_only(reference, "ds:DigestValue").text or "").split())
    digest = base64.b64encode(DIGESTS[_algorithm(reference, "ds:DigestMethod")](octets).digest())
    if not hmac.compare_digest(digest, stated.encode("utf-8")):
        raise Refused("signature-covers-something-else")
    return parse(octets)


def _only(parent: etree._Element, path: str) -> etree._Element:
    found = parent.findall(path, NAMESPACES)
    if len(found) != 1:
        raise Refused("signature-not-plain")
    return found[0]


def _algorithm(parent: etree._Element, path: str) -> str:
    return str(_only(parent, path).get("Algorithm", ""))


def _must_be_plain(signature: etree._Element, info: etree._Element, reference: etree._Element) -> None:
    """Before anything of it is carried out: a transform can be a program."""
    odd = (etree.Comment, etree.ProcessingInstruction, etree.Entity, f"{{{DS}}}Object", f"{{{DS}}}Manifest")
    if next(signature.iter(*odd), None) is not None:
        raise Refused("signature-not-plain")
    if _algorithm(info, "ds:CanonicalizationMethod") != EXC_C14N:
        raise Refused("canonicalization-not-allowed")
    if _algorithm(info, "ds:SignatureMethod") not in SIGNATURES:
        raise Refused("signature-algorithm-not-allowed")
    if _algorithm(reference, "ds:DigestMethod") not in DIGESTS:
        raise Refused("digest-algorithm-not-allowed")
    transforms = reference.findall("ds:Transforms/ds:Transform", NAMESPACES)
    if [transform.get("Algorithm") for transform in transforms] != [ENVELOPED, EXC_C14N]:
        raise Refused("transforms-not-allowed")


def _must_refer_to(element: etree._Element, reference: etree._Element) -> None:
    identifier = element.get("ID", "")
    if not identifier or reference.get("URI") != f"#{identifier}":
        raise Refused("reference-to-something-else")
    # NOTE: in any name space and letter case, for libraries differ in what they take for an identifier.
    identifiers = element.xpath(ANY_ID)
    if len(set(identifiers)) != len(identifiers):
        raise Refused("identifier-not-unique")


def _prefixes(reference: etree._Element) -> list[str]:
    lists = reference.findall("ds:Transforms/ds:Transform/ec:InclusiveNamespaces", NAMESPACES)
    return [prefix for one in lists for prefix in one.get("PrefixList", "").split()]


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
    root = element.getroottree().getroot()
    clone = copy.deepcopy(root)
    same = clone if element is root else clone.xpath("//*[@ID = $id]", id=element.get("ID"))[0]
    _detach(same.find(SIGNATURE))
    try:
        octets: bytes = etree.tostring(
            same, method="c14n", exclusive=True, with_comments=False, inclusive_ns_prefixes=prefixes or None
        )
    except etree.C14NError as error:
        raise Refused("signature-covers-something-else") from error
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
