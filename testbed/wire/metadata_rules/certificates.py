"""Certificates in metadata: containers for keys, read without trust in what they say of themselves."""

import base64
import binascii
from collections.abc import Iterator

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree

from testbed.model.written import Bilingual
from testbed.wire.metadata_rules.core import Problem, Subject, find_all, place, said
from testbed.wire.xml import text_of

LEAST_RSA_BITS = 2048
WEAK_DIGESTS = frozenset({"md5", "sha1"})
PATH = "ds:KeyInfo/ds:X509Data/ds:X509Certificate"


def elements(descriptor: etree._Element, *uses: str | None) -> Iterator[etree._Element]:
    """The certificates that a role's keys hold, of keys with these uses; without any, of all keys."""
    for key in find_all(descriptor, "md:KeyDescriptor"):
        if not uses or key.get("use") in uses:
            yield from find_all(key, PATH)


def read(element: etree._Element) -> x509.Certificate | None:
    """The certificate, None when there is none that can be read."""
    try:
        octets = base64.b64decode("".join(text_of(element).split()), validate=True)
        return x509.load_der_x509_certificate(octets)
    except (binascii.Error, ValueError, x509.InvalidVersion):
        # NOTE: a version that does not exist is an exception of its own, and no ValueError.
        return None


def certificates(subject: Subject) -> Iterator[Problem]:
    """Every certificate can be read, holds a strong key and is signed with a digest that is not broken.

    One whose time has passed is only noted: in metadata it is a container for a key, and its dates bind nobody (SAML
    V2.0 Metadata Interoperability Profile 2.6.1). Some products refuse it all the same.
    """
    for element in elements(subject.descriptor):
        certificate = read(element)
        if certificate is None:
            yield Problem(
                place(element),
                Bilingual(en="The certificate cannot be read.", sv="Certifikatet går inte att läsa."),
                Bilingual(
                    en="Put in the certificate as base64 of DER, without the BEGIN and END lines.",
                    sv="Lägg in certifikatet som base64 av DER, utan raderna BEGIN och END.",
                ),
            )
            continue
        yield from _key(element, certificate)
        yield from _signature(element, certificate)
        yield from _dates(element, certificate, subject)


def _key(element: etree._Element, certificate: x509.Certificate) -> Iterator[Problem]:
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        yield Problem(
            place(element),
            Bilingual(
                en=f"The key in the certificate cannot be used ({said(str(error))}).",
                sv=f"Nyckeln i certifikatet går inte att använda ({said(str(error))}).",
            ),
            _NEW_KEY,
        )
        return
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < LEAST_RSA_BITS:
        yield Problem(
            place(element),
            Bilingual(
                en=f"The RSA key has {key.key_size} bits: others can find out the private key.",
                sv=f"RSA-nyckeln har {key.key_size} bitar: andra kan räkna ut den privata nyckeln.",
            ),
            _NEW_KEY,
        )


_NEW_KEY = Bilingual(
    en=f"Make a new key: RSA with at least {LEAST_RSA_BITS} bits (3072 recommended), or EC on P-256.",
    sv=f"Gör en ny nyckel: RSA med minst {LEAST_RSA_BITS} bitar (3072 rekommenderas), eller EC på P-256.",
)


def _signature(element: etree._Element, certificate: x509.Certificate) -> Iterator[Problem]:
    try:
        digest = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return
    if digest is not None and digest.name in WEAK_DIGESTS:
        yield Problem(
            place(element),
            Bilingual(
                en=f"The certificate is signed with {digest.name.upper()}, which is broken; some products refuse it.",
                sv=f"Certifikatet är undertecknat med {digest.name.upper()}, som är knäckt; vissa produkter vägrar.",
            ),
            Bilingual(
                en="Sign the certificate again with SHA-256; the key may stay.",
                sv="Underteckna certifikatet på nytt med SHA-256; nyckeln kan vara kvar.",
            ),
        )


def _dates(element: etree._Element, certificate: x509.Certificate, subject: Subject) -> Iterator[Problem]:
    if certificate.not_valid_after_utc < subject.now:
        ended = f"{certificate.not_valid_after_utc:%Y-%m-%d}"
        yield Problem(
            place(element),
            Bilingual(
                en=f"The certificate ended on {ended}. The key still counts, but some products refuse it.",
                sv=f"Certifikatet upphörde {ended}. Nyckeln gäller ändå, men vissa produkter vägrar.",
            ),
            Bilingual(
                en="Put in a new certificate for the same key, or roll the key.",
                sv="Lägg in ett nytt certifikat för samma nyckel, eller byt nyckel.",
            ),
            "note",
        )
