"""Signatures as careless vendors verify them: each step can be done wrongly, as ``Lax`` says."""

import base64
import binascii
import copy
import hmac
from collections.abc import Iterator, Sequence

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from sp_mocks.lax import Lax
from sp_mocks.refusal import Refused
from sp_mocks.signature import SIGNATURE, SIGNATURES
from sp_mocks.xmlnames import DS, ENVELOPED, EXC_C14N, NAMESPACES

MORE = "http://www.w3.org/2001/04/xmldsig-more#"
HASHES: dict[str, hashes.HashAlgorithm] = {
    "md5": hashes.MD5(),  # noqa: S303 - what a careless vendor takes
    "sha1": hashes.SHA1(),  # noqa: S303 - what a careless vendor takes
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
WEAK = ("md5", "sha1")
BITS = 8


def verified(signature: etree._Element, certificates: Sequence[bytes], lax: Lax) -> None:
    """Verify one signature, as carefully as the vendor is.

    Raises:
        Refused: it is not good.
    """
    infos = signature.findall("ds:SignedInfo", NAMESPACES)
    if not infos or (len(infos) > 1 and lax.signed_infos == "one"):
        raise Refused("signature-not-plain")
    if lax.signatures != "digest-alone" and not any(_value_is_good(one, signature, certificates, lax) for one in infos):
        raise Refused("signature-not-good")
    if lax.signatures != "value-alone":
        _must_cover(infos[-1 if lax.signed_infos == "last" else 0], signature, lax)


def _value_is_good(info: etree._Element, signature: etree._Element, certificates: Sequence[bytes], lax: Lax) -> bool:
    method = info.find("ds:SignatureMethod", NAMESPACES)
    uri = "" if method is None else method.get("Algorithm", "")
    octets = _written(info, lax)
    stated = _decoded(signature.findtext("ds:SignatureValue", "", NAMESPACES))
    if "#hmac-" in uri:
        return any(_code_is_good(method, octets, stated, one, lax) for one in certificates)
    if uri not in SIGNATURES and not (lax.weak_signatures and uri.endswith(WEAK)):
        raise Refused("signature-algorithm-not-allowed")
    name = uri.rpartition("-")[2]
    return any(_key_fits(der, octets, stated, HASHES[name]) for der in _trusted(signature, certificates, lax))


def _written(info: etree._Element, lax: Lax) -> bytes:
    try:
        octets: bytes = etree.tostring(info, method="c14n", exclusive=True, with_comments=False)
    except etree.C14NError as error:
        if lax.digests != "void":
            raise Refused("signature-not-good") from error
        alone = etree.fromstring(etree.tostring(info, with_tail=False))
        etree.cleanup_namespaces(alone)
        octets = etree.tostring(alone, method="c14n", exclusive=True, with_comments=False)
    return octets


def _trusted(signature: etree._Element, certificates: Sequence[bytes], lax: Lax) -> Iterator[bytes]:
    yield from certificates
    embedded = [_decoded(one.text or "") for one in signature.iter(f"{{{DS}}}X509Certificate")]
    match lax.keys:
        case "of-the-message":
            yield from embedded
        case "by-name":
            names = {x509.load_der_x509_certificate(der).subject for der in certificates}
            yield from (der for der in embedded if x509.load_der_x509_certificate(der).subject in names)
        case "by-key-name":
            if signature.find("ds:KeyInfo/ds:KeyName", NAMESPACES) is not None:
                yield from embedded


def _key_fits(certificate: bytes, octets: bytes, stated: bytes, algorithm: hashes.HashAlgorithm) -> bool:
    key = x509.load_der_x509_certificate(certificate).public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(stated, octets, padding.PKCS1v15(), algorithm)
            return True
        if isinstance(key, ec.EllipticCurvePublicKey):
            half = (key.key_size + 7) // BITS
            r, s = (int.from_bytes(part) for part in (stated[:half], stated[half:]))
            key.verify(encode_dss_signature(r, s), octets, ec.ECDSA(algorithm))
            return True
    except InvalidSignature:
        return False
    return False


def _code_is_good(method: etree._Element, octets: bytes, stated: bytes, certificate: bytes, lax: Lax) -> bool:
    """Whether an HMAC is, whose secret is the certificate that everyone can read."""
    if lax.secrets == "none":
        raise Refused("signature-algorithm-not-allowed")
    pem = x509.load_der_x509_certificate(certificate).public_bytes(Encoding.PEM)
    length = method.findtext("ds:HMACOutputLength", None, NAMESPACES)
    if (length is not None) != (lax.secrets == "cut-short"):
        return False
    name = method.get("Algorithm", "").rpartition("-")[2]
    for secret in (pem, certificate, base64.b64encode(certificate)):
        code = hmac.digest(secret, octets, name)
        if stated == (code if length is None else code[: int(length) // BITS]):
            return True
    return False


def _must_cover(info: etree._Element, signature: etree._Element, lax: Lax) -> None:
    references = info.findall("ds:Reference", NAMESPACES)
    around = signature.getparent()
    if not lax.any_reference and (len(references) != 1 or not _refers_to(references[0], around, lax)):
        raise Refused("reference-to-something-else")
    for reference in references:
        target = _target(reference, signature)
        if target is not None:
            _digest_must_fit(reference, target, signature, lax)
        elif not lax.any_reference:
            raise Refused("reference-to-something-else")


def _refers_to(reference: etree._Element, around: etree._Element, lax: Lax) -> bool:
    """Whether it is the element that the signature stands in; whoever reads another one anyhow does not mind."""
    return lax.reading != "covered" or reference.get("URI") == f"#{around.get('ID', '')}"


def _target(reference: etree._Element, signature: etree._Element) -> etree._Element | None:
    uri = reference.get("URI", "")
    root = signature.getroottree().getroot()
    if not uri:
        return root
    found = root.xpath("//*[@ID = $id]", id=uri.removeprefix("#"))
    # NOTE: whoever looks for it from the signature on finds the element around it first.
    return next((one for one in found if one in signature.iterancestors()), found[-1] if found else None)


def _digest_must_fit(reference: etree._Element, target: etree._Element, signature: etree._Element, lax: Lax) -> None:
    transforms = [one.get("Algorithm") for one in reference.findall("ds:Transforms/ds:Transform", NAMESPACES)]
    if transforms != [ENVELOPED, EXC_C14N]:
        if lax.any_transform:
            return
        raise Refused("transforms-not-allowed")
    method = reference.find("ds:DigestMethod", NAMESPACES)
    name = "" if method is None else method.get("Algorithm", "").rpartition("#")[2]
    if name not in HASHES or (name in WEAK and not lax.weak_digests):
        raise Refused("digest-algorithm-not-allowed")
    context = hashes.Hash(HASHES[name])
    context.update(_octets(target, signature, lax))
    made = context.finalize()
    empty = hashes.Hash(HASHES[name]).finalize()
    stated = _stated(reference, signature, lax)
    if made != stated and not (lax.digests == "void" and stated == empty):
        raise Refused("signature-covers-something-else")


def _stated(reference: etree._Element, signature: etree._Element, lax: Lax) -> bytes:
    value = reference.find("ds:DigestValue", NAMESPACES)
    if lax.digests == "anywhere":
        value = next(signature.getroottree().getroot().iter(f"{{{DS}}}DigestValue"))
    if value is None:
        raise Refused("signature-not-plain")
    if lax.digests == "comment" and len(value):
        return _decoded(value[0].text or "")
    return _decoded("".join([value.text or "", *(child.tail or "" for child in value)]))


def _octets(target: etree._Element, signature: etree._Element, lax: Lax) -> bytes:
    root = target.getroottree().getroot()
    clone = copy.deepcopy(root)
    same = dict(zip(root.iter(), clone.iter(), strict=True))
    inner = same[signature]
    if same[target] in inner.iterancestors():
        inner.getparent().remove(inner)
    else:
        for one in same[target].findall(SIGNATURE):
            same[target].remove(one)
    try:
        octets: bytes = etree.tostring(same[target], method="c14n", exclusive=True, with_comments=False)
    except etree.C14NError as error:
        if lax.digests == "void":
            return b""
        raise Refused("signature-covers-something-else") from error
    return octets


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused("not-base64") from error
