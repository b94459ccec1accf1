"""Messages as careless vendors read them: what is verified and what is read need not be the same (``Lax``)."""

import copy
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from sp_mocks.decrypt import ASSERTION, ENCRYPTED, Decrypter
from sp_mocks.lax import Lax
from sp_mocks.refusal import Refused
from sp_mocks.signature import SIGNATURE
from sp_mocks.unsafe_signature import verified
from sp_mocks.xmlnames import NAMESPACES, SAML

CDATA = re.compile(rb"<!\[CDATA\[.*?\]\]>", re.DOTALL)
ENTITY = re.compile(rb"&(?!amp;|lt;|gt;|quot;|apos;|#)[^;]{1,50};")
EXTENSIONS = re.compile(rb"<samlp:Extensions>.*</samlp:Extensions>", re.DOTALL)
STATEMENT, SUBJECT = f"{{{SAML}}}AttributeStatement", f"{{{SAML}}}Subject"
RAW_DEFLATE = -15
IDS = "//*[@*[translate(local-name(), 'id', 'ID') = 'ID'] = $id]"
NAMED = "//*[local-name() = 'Assertion']"


@dataclass(frozen=True, slots=True)
class Trusted:
    """What a careless vendor verifies with."""

    certificates: Sequence[bytes]
    decrypter: Decrypter
    lax: Lax


def unpacked(document: bytes, lax: Lax) -> bytes:
    """The document, of whatever size and packing, where the vendor does not mind."""
    if lax.bombs != "sizes":
        return document
    if not document.lstrip().startswith(b"<"):
        document = zlib.decompress(document, RAW_DEFLATE)
    # NOTE: no parser of ours takes elements as deep as those of a bomb, so what holds them is left out.
    return EXTENSIONS.sub(b"", document)


def parse_carelessly(document: bytes, lax: Lax) -> etree._Element:
    """The root, with a document type declaration where the vendor takes one; nothing is fetched, and nothing grows.

    Raises:
        Refused: it is not well-formed.
    """
    parser = etree.XMLParser(resolve_entities="internal", no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Refused("not-xml") from error
    taken = lax.doctypes != "refused" or lax.reading == "entities"
    if root.getroottree().docinfo.internalDTD is not None and not taken:
        raise Refused("document-type-declaration")
    return root


def read_carelessly(root: etree._Element, document: bytes, with_: Trusted) -> tuple[etree._Element, etree._Element]:
    """The response and the assertion that the vendor goes by.

    Raises:
        Refused: even such a vendor minds.
    """
    lax = with_.lax
    whole = _opened(root, with_.decrypter)
    signatures = list(whole.iter(SIGNATURE))
    if lax.signatures != "ignored":
        _must_be_signed(whole, signatures, with_)
    seen = _as_seen(whole, document, lax)
    assertion = _chosen(seen, signatures, lax)
    return seen, _with_parts(seen, _merged(seen, assertion, lax), lax)


def _opened(root: etree._Element, decrypter: Decrypter) -> etree._Element:
    whole = copy.deepcopy(root)
    for encrypted in list(whole.iter(ENCRYPTED)):
        encrypted.getparent().replace(encrypted, decrypter.inside(encrypted))
    return (
        etree.fromstring(etree.tostring(whole.getroottree())) if next(root.iter(ENCRYPTED), None) is not None else root
    )


def _must_be_signed(root: etree._Element, signatures: Sequence[etree._Element], with_: Trusted) -> None:
    lax = with_.lax
    if not signatures:
        if lax.signatures == "if-there":
            return
        raise Refused("not-signed")
    refused: list[Refused] = []
    for signature in signatures:
        try:
            verified(signature, with_.certificates, lax)
        except Refused as error:
            refused.append(error)
    one_is_enough = lax.signatures == "any-good" or lax.reading != "covered" or lax.merges != "no"
    if refused and (not one_is_enough or len(refused) == len(signatures)):
        raise refused[0]
    if not one_is_enough and lax.parts == "within":
        _must_be_plain(root, signatures)


def _must_be_plain(root: etree._Element, signatures: Sequence[etree._Element]) -> None:
    """The only assertion is signed, by itself or with the response."""
    found = list(root.iter(ASSERTION))
    if len(found) != 1 or found[0].getparent() is not root:
        raise Refused("assertion-count")
    if {one.getparent() for one in signatures}.isdisjoint({root, found[0]}):
        raise Refused("not-signed")


def _as_seen(root: etree._Element, document: bytes, lax: Lax) -> etree._Element:
    """The message as another of the vendor's readers sees it."""
    if lax.texts == "without-cdata":
        return parse_carelessly(CDATA.sub(b"", document), lax)
    if lax.doctypes == "dropped":
        return parse_carelessly(ENTITY.sub(b"", document), lax)
    return root


def _chosen(root: etree._Element, signatures: Sequence[etree._Element], lax: Lax) -> etree._Element:
    identifier = ""
    for signature in signatures[:1]:
        reference = signature.find("ds:SignedInfo/ds:Reference", NAMESPACES)
        identifier = "" if reference is None else reference.get("URI", "").removeprefix("#")
    own = root.findall(ASSERTION)
    every = {
        "covered": own,
        "first-child": own,
        "last-child": own[::-1],
        "first": list(root.iter(ASSERTION)),
        "last": list(root.iter(ASSERTION))[::-1],
        "any-id": root.xpath(IDS, id=identifier),
        "any-name": root.xpath(NAMED),
        "entities": root.xpath("//*[@ID = $id]", id=identifier),
    }[lax.reading]
    found = [one for one in every if etree.QName(one).localname == "Assertion"]
    if not found:
        raise Refused("assertion-count")
    return _in_own_names(found[0])


def _in_own_names(assertion: etree._Element) -> etree._Element:
    """The assertion, in the name space of SAML where it is of another."""
    namespace = etree.QName(assertion).namespace
    if namespace == SAML:
        return assertion
    clone = copy.deepcopy(assertion)
    for element in clone.iter("*"):
        if etree.QName(element).namespace == namespace:
            element.tag = etree.QName(SAML, etree.QName(element).localname)
    return clone


def _merged(root: etree._Element, assertion: etree._Element, lax: Lax) -> etree._Element:
    """With the attributes of every assertion, of each name the first or the last."""
    if lax.merges == "no":
        return assertion
    said = [one for one in root.iter(ASSERTION) if one.find("saml:AuthnStatement", NAMESPACES) is not None]
    clone = copy.deepcopy(said[0] if said else assertion)
    statement = clone.find("saml:AttributeStatement", NAMESPACES)
    every = [
        one for a in root.iter(ASSERTION) for one in a.iterfind("saml:AttributeStatement/saml:Attribute", NAMESPACES)
    ]
    if lax.merges == "first":
        every.reverse()
    chosen = {one.get("Name"): one for one in every}
    statement[:] = [copy.deepcopy(one) for one in chosen.values()]
    return clone


def _with_parts(root: etree._Element, assertion: etree._Element, lax: Lax) -> etree._Element:
    """With the subject and the attributes that stand first or last in the whole message."""
    if lax.parts == "within":
        return assertion
    clone = copy.deepcopy(assertion)
    for tag in (SUBJECT, STATEMENT):
        found = list(root.iter(tag))
        own = clone.find(tag)
        if found and own is not None:
            clone.replace(own, copy.deepcopy(found[0 if lax.parts == "first" else -1]))
    return clone
