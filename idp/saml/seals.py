"""What forged messages are signed with: the school's keys, keys that nobody knows, another school's, and secrets."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from idp.keys import RSA_BITS, VALID_FOR, KeySlot, KeyStage, PrivateKey, SchoolKeys, SigningKey, signer
from idp.saml import algorithms
from testbed.model.forgery import SamlKey

NO_SECOND = "no second school lends its key here: this lab has none, so nothing can be signed with it"


class Seal(Protocol):
    """Signs octets."""

    @property
    def algorithm(self) -> str:
        """The signature algorithm that it uses where nothing else is asked for."""

    @property
    def certificate(self) -> str:
        """What a KeyInfo says of it, in base64."""

    def sign(self, octets: bytes, algorithm: str) -> bytes:
        """A signature by this algorithm.

        Raises:
            ValueError: it does not sign by it.
        """

    def sign_octets(self, octets: bytes) -> bytes:
        """A signature by its own algorithm."""


@dataclass(frozen=True, repr=False)
class KeySeal:
    """A private key."""

    key: PrivateKey
    certificate: str

    @classmethod
    def of(cls, key: SigningKey) -> "KeySeal":
        """A school's key."""
        return cls(key.private_key, key.certificate_base64)

    @property
    def algorithm(self) -> str:
        """See :class:`Seal`."""
        return algorithms.signature_uri("rsa" if isinstance(self.key, rsa.RSAPrivateKey) else "ec", "sha256")

    def sign(self, octets: bytes, algorithm: str) -> bytes:
        """See :class:`Seal`."""
        return algorithms.sign(self.key, algorithm, octets)

    def sign_octets(self, octets: bytes) -> bytes:
        """See :class:`Seal`."""
        return self.sign(octets, self.algorithm)


@dataclass(frozen=True, repr=False)
class SecretSeal:
    """A secret that is none: octets of the certificate that the school publishes."""

    secret: bytes
    certificate: str
    algorithm: str = algorithms.signature_uri("hmac", "sha256")

    def sign(self, octets: bytes, algorithm: str) -> bytes:
        """See :class:`Seal`."""
        return algorithms.authenticate(self.secret, algorithm, octets)

    def sign_octets(self, octets: bytes) -> bytes:
        """See :class:`Seal`."""
        return self.sign(octets, self.algorithm)


class Seals:
    """All that a school can sign forged messages with, each made when it is first needed.

    Args:
        keys: the school's.
        now: when the keys that nobody knows are made.
        second: the dishonest school's key, None where a lab has no such school.
    """

    def __init__(self, keys: SchoolKeys, now: Callable[[], datetime], second: Callable[[], SigningKey] | None) -> None:
        self._keys, self._now, self._second = keys, now, second

    def at(self, name: SamlKey, stage: KeyStage) -> Seal:
        """What signs under this name, at this stage of the school's rollover.

        Raises:
            ValueError: this lab has no such key.
        """
        own = self._keys.key(signer(stage))
        secrets = {
            "secret-pem": own.certificate_pem,
            "secret-der": own.certificate_der,
            "secret-base64": own.certificate_base64.encode("ascii"),
        }
        if name in secrets:
            return SecretSeal(secrets[name], own.certificate_base64)
        match name:
            case "stranger":
                return self._stranger
            case "clone":
                return self._clone
            case "second":
                return KeySeal.of(self._lent())
            case "coming":
                return KeySeal.of(self._keys.key(_other(signer(stage))))
        return KeySeal.of(own)

    def check(self, name: SamlKey) -> None:
        """Whether there will be such a key.

        Raises:
            ValueError: this lab has none.
        """
        if name == "second" and self._second is None:
            raise ValueError(NO_SECOND)

    def _lent(self) -> SigningKey:
        if self._second is None:
            raise ValueError(NO_SECOND)
        return self._second()

    @cached_property
    def _stranger(self) -> KeySeal:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "nobody.test")])
        return self._fresh(name, x509.random_serial_number())

    @cached_property
    def _clone(self) -> KeySeal:
        certificate = self._keys.current.certificate
        return self._fresh(certificate.subject, certificate.serial_number)

    def _fresh(self, name: x509.Name, serial: int) -> KeySeal:
        """A new key of the school's own kind, with a certificate that it signed itself."""
        key: PrivateKey
        if self._keys.current.kind == "rsa":
            key = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
        else:
            key = ec.generate_private_key(ec.SECP256R1())
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        builder = builder.serial_number(serial).not_valid_before(self._now() - timedelta(days=1))
        certificate = builder.not_valid_after(self._now() + VALID_FOR).sign(key, hashes.SHA256())
        return KeySeal(key, base64.b64encode(certificate.public_bytes(Encoding.DER)).decode("ascii"))


def _other(slot: KeySlot) -> KeySlot:
    return "coming" if slot == "current" else "current"
