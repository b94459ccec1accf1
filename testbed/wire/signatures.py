"""Signatures judged by signxml: the library that judges is not the one that signs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import InvalidInput, SignXMLException
from signxml.verifier import SignatureConfiguration, XMLVerifier

from testbed.wire.xml import DS, MAX_BYTES, SAML, Unreadable, parse

ACCEPTED = SignatureConfiguration(
    location="./",
    expect_references=1,
    signature_methods=frozenset(
        {
            SignatureMethod.RSA_SHA256,
            SignatureMethod.RSA_SHA384,
            SignatureMethod.RSA_SHA512,
            SignatureMethod.SHA256_RSA_MGF1,
            SignatureMethod.ECDSA_SHA256,
            SignatureMethod.ECDSA_SHA384,
            SignatureMethod.ECDSA_SHA512,
        }
    ),
    digest_algorithms=frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512}),
)
"""SHA-256 and better (Sweden Connect's algorithms; SHA-1 is broken for signatures)."""


@dataclass(frozen=True, slots=True)
class SignatureReading:
    """What a signature is worth under the keys that an issuer has published."""

    ok: bool
    covers: Literal["response", "assertion", ""]
    """What the good signature covers."""
    reason: str = ""
    """Why it is not good."""


def algorithms(document: bytes) -> tuple[str, ...]:
    """Every signature and digest algorithm that the document's signatures name."""
    try:
        root = parse(document, 2 * MAX_BYTES)
    except Unreadable:
        return ()
    named = [
        element.get("Algorithm", "")
        for signature in root.iter(f"{{{DS}}}Signature")
        for element in signature.iter(f"{{{DS}}}SignatureMethod", f"{{{DS}}}DigestMethod")
    ]
    return tuple(dict.fromkeys(named))


def verify(document: bytes, certificates: Sequence[bytes], opened: bytes = b"") -> SignatureReading:
    """Whether the response, or each of its assertions, is signed by one of the certificates (SAML Core 5.4).

    A signature over the response covers assertions as they were sent, encrypted; one over an assertion was made before
    it was encrypted.

    Args:
        document: the response's octets.
        certificates: DER, from the issuer's metadata; keys in the message itself count for nothing.
        opened: the same with decrypted assertions in place, b"" where none came encrypted.
    """
    try:
        root = parse(document)
        if root.find(f"{{{DS}}}Signature") is not None:
            return _verified(root, root, certificates, "response")
        if opened:
            root = parse(opened, 2 * MAX_BYTES)
    except Unreadable as error:
        return SignatureReading(False, "", f"the document {error}")
    assertions = list(root.iter(f"{{{SAML}}}Assertion"))
    if not assertions:
        return SignatureReading(False, "", "there is neither a signature nor an assertion that could bear one")
    for assertion in assertions:
        reading = _verified(root, assertion, certificates, "assertion")
        if not reading.ok:
            return reading
    return reading


def _verified(
    root: etree._Element, element: etree._Element, keys: Sequence[bytes], what: Literal["response", "assertion"]
) -> SignatureReading:
    if element.find(f"{{{DS}}}Signature") is None:
        return SignatureReading(False, "", f"the {what} carries no signature")
    if len(root.xpath("//@ID[. = $id]", id=element.get("ID", ""))) != 1:
        return SignatureReading(False, "", f"the ID of the {what} does not stand exactly once")
    reasons = []
    for der in keys:
        try:
            certificate = x509.load_der_x509_certificate(der)
            # NOTE: a certificate in metadata is a container for a key, and its dates count for nothing (SAML V2.0
            # Metadata Interoperability Profile 2.6.1); by the machine's clock a verdict would change with the day.
            config = replace(ACCEPTED, verification_time=certificate.not_valid_before_utc)
            result = XMLVerifier().verify(
                etree.tostring(element), x509_cert=certificate, expect_config=config, id_attribute="ID"
            )
        except (SignXMLException, InvalidInput, ValueError, UnsupportedAlgorithm, x509.InvalidVersion) as error:
            reasons.append(f"{type(error).__name__}: {str(error)[:200]}")
            continue
        signed = result[0] if isinstance(result, list) else result
        covered = signed.signed_xml
        if covered is not None and covered.tag == element.tag and covered.get("ID") == element.get("ID"):
            return SignatureReading(True, what)
        reasons.append("the signature covers something else")
    return SignatureReading(False, "", "; ".join(dict.fromkeys(reasons)) or "the issuer's metadata names no key")
