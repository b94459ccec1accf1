"""Signatures of forged messages: their digests and values, by whatever algorithms and transforms they name.

The xmlsec library refuses what nobody should use, and writes over what is to stay; here both are wanted. What is signed
is read from the signature itself, as a verifier does (XML Signature 3.2).
"""

import base64
import copy
from collections.abc import Sequence

from lxml import etree

from idp.saml.algorithms import digest
from idp.saml.names import DS
from idp.saml.seals import Seal

SIGNATURE = f"{{{DS}}}Signature"
ENVELOPED = f"{DS}enveloped-signature"
XPATH, XSLT = "http://www.w3.org/TR/1999/REC-xpath-19991116", "http://www.w3.org/TR/1999/REC-xslt-19991116"
C14N, C14N_COMMENTS = (
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
)
EXC_C14N, EXC_C14N_COMMENTS = (
    "http://www.w3.org/2001/10/xml-exc-c14n#",
    "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
)
CANONICAL = (C14N, C14N_COMMENTS, EXC_C14N, EXC_C14N_COMMENTS)
NAMES = {"ds": DS, "ec": EXC_C14N}
BITS_PER_OCTET = 8


def seal(signature: etree._Element, with_: Seal) -> None:
    """Write the digest of every Reference and the value of the signature, where there is none yet.

    Raises:
        ValueError: the signature lacks a part, refers to nothing, or names what cannot be computed.
    """
    info = _first(signature, "ds:SignedInfo")
    for reference in info.findall("ds:Reference", NAMES):
        value = _first(reference, "ds:DigestValue")
        if not (value.text or "").strip() and not len(value):
            value.text = digest_of(reference)
    value = _first(signature, "ds:SignatureValue")
    if (value.text or "").strip():
        return
    method = _first(info, "ds:SignatureMethod")
    octets = _canonical(info, _first(info, "ds:CanonicalizationMethod"))
    made = with_.sign(octets, method.get("Algorithm", ""))
    length = method.findtext("ds:HMACOutputLength", None, NAMES)
    value.text = _base64(made if length is None else made[: int(length) // BITS_PER_OCTET])


def digest_of(reference: etree._Element) -> str:
    """The digest of what a Reference refers to, after its transforms, in base64.

    Raises:
        ValueError: it refers to nothing, or names what cannot be computed.
    """
    algorithm = _first(reference, "ds:DigestMethod").get("Algorithm", "")
    return _base64(digest(algorithm, _transformed(reference)))


def _transformed(reference: etree._Element) -> bytes:
    root = reference.getroottree().getroot()
    target = _target(root, reference)
    signature = next(reference.iterancestors(SIGNATURE), None)
    clone = copy.deepcopy(root)
    # NOTE: what stands above the target belongs to its canonical form, so the whole document is copied.
    same = dict(zip(root.iter(), clone.iter(), strict=True))
    target, signature = same[target], same.get(signature)
    for transform in reference.findall("ds:Transforms/ds:Transform", NAMES):
        match transform.get("Algorithm", ""):
            case algorithm if algorithm == ENVELOPED:
                if signature is not None:
                    detach(signature)
            case algorithm if algorithm == XPATH:
                _filter(target, transform)
            case algorithm if algorithm == XSLT:
                return _styled(target, transform)
            case algorithm if algorithm in CANONICAL:
                return _canonical(target, transform)
            case algorithm:
                raise ValueError(f"the transform {algorithm!r} cannot be computed here")
    return _canonical(target, None)


def _target(root: etree._Element, reference: etree._Element) -> etree._Element:
    """What a Reference points at: the signed element around it if that has the ID, else the first that has it."""
    uri = reference.get("URI", "")
    if uri == "":
        return root
    identifier = uri.removeprefix("#")
    around = [element for element in reference.iterancestors() if element.get("ID") == identifier]
    found = around or root.xpath("//*[@ID = $id]", id=identifier)
    if not uri.startswith("#") or not found:
        raise ValueError(f"the reference {uri!r} points at nothing in the message")
    return found[0]


def _canonical(element: etree._Element, method: etree._Element | None) -> bytes:
    algorithm = C14N if method is None else method.get("Algorithm", "")
    if algorithm not in CANONICAL:
        raise ValueError(f"the canonicalization {algorithm!r} cannot be computed here")
    try:
        octets: bytes = etree.tostring(
            element,
            method="c14n",
            exclusive=algorithm in (EXC_C14N, EXC_C14N_COMMENTS),
            with_comments=algorithm in (C14N_COMMENTS, EXC_C14N_COMMENTS),
            inclusive_ns_prefixes=_prefixes(method) or None,
        )
    except etree.C14NError as error:
        raise ValueError(f"the message has no canonical form: {error}") from error
    return octets


def _prefixes(method: etree._Element | None) -> Sequence[str]:
    lists = [] if method is None else method.findall("ec:InclusiveNamespaces", NAMES)
    return [prefix for one in lists for prefix in one.get("PrefixList", "").split()]


def _filter(target: etree._Element, transform: etree._Element) -> None:
    """The XPath transform: an element for which the expression is false is not signed, nor is what it holds."""
    expression = _first(transform, "ds:XPath")
    names = {prefix: uri for prefix, uri in expression.nsmap.items() if prefix}
    try:
        keep = etree.XPath(f"boolean({expression.text or ''})", namespaces=names)
        dropped = [element for element in target.iterdescendants("*") if not keep(element)]
    except etree.XPathError as error:
        raise ValueError(f"the XPath of a transform cannot be evaluated: {error}") from error
    for element in dropped:
        if element.getparent() is not None:
            detach(element)


def _styled(target: etree._Element, transform: etree._Element) -> bytes:
    stylesheet = next(iter(transform), None)
    if stylesheet is None:
        raise ValueError("the XSLT transform has no stylesheet")
    try:
        style = etree.XSLT(copy.deepcopy(stylesheet), access_control=etree.XSLTAccessControl.DENY_ALL)
        return bytes(style(copy.deepcopy(target)))
    except etree.XSLTError as error:
        raise ValueError(f"the stylesheet of a transform cannot be carried out: {error}") from error


def detach(element: etree._Element) -> None:
    """Remove an element and leave the text behind it."""
    parent, tail = element.getparent(), element.tail or ""
    before = element.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    element.tail = None
    parent.remove(element)


def _first(parent: etree._Element, path: str) -> etree._Element:
    found = parent.find(path, NAMES)
    if found is None:
        raise ValueError(f"a signature lacks its {path.partition(':')[2]}")
    return found


def _base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode("ascii")
