"""The school's keys: made by itself at first use, kept in a folder that its owner alone can read."""

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from testbed.model.private import create_private, must_be_private, read_private

type PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
type KeyKind = Literal["rsa", "ec"]
"""RSA with 2048 bits, or the curve P-256: what Sweden Connect's deployment profile asks of everyone."""
type KeySlot = Literal["current", "coming"]
type KeyStage = Literal["before", "announced", "switched", "retired", "announced-back", "switched-back"]
"""How far the school is with the change from its current key to the coming one, or, at the next change, back: a school
of the laboratory has two keys, which take turns."""

FIRST_STAGE: KeyStage = "before"
KEY_FILES: dict[tuple[KeyKind, KeySlot], str] = {
    ("rsa", "current"): "saml-signing.pem",
    ("rsa", "coming"): "saml-signing-coming.pem",
    ("ec", "current"): "saml-signing-ec.pem",
    ("ec", "coming"): "saml-signing-ec-coming.pem",
}
SECRET_FILE = "pairwise-secret"  # noqa: S105 - the name of a file, not a secret
RSA_BITS = 2048
VALID_FOR = timedelta(days=3652)
"""Ten years: a certificate in metadata is a container for a key, and a lab must not stop one morning."""
SECRET_BYTES = 32
MAX_COMMON_NAME = 64

_PUBLISHED: dict[KeyStage, tuple[KeySlot, ...]] = {
    "before": ("current",),
    "announced": ("current", "coming"),
    "switched": ("coming", "current"),
    "retired": ("coming",),
    "announced-back": ("coming", "current"),
    "switched-back": ("current", "coming"),
}


def published(stage: KeyStage) -> tuple[KeySlot, ...]:
    """The keys that stand in the metadata, the one that signs first.

    A vendor must know the coming key before anything is signed with it, and keep the old one for what is under way:
    so both are published before the switch and for a while after it.
    """
    return _PUBLISHED[stage]


def signer(stage: KeyStage) -> KeySlot:
    """The key that signs."""
    return _PUBLISHED[stage][0]


@dataclass(frozen=True, repr=False)
class SigningKey:
    """A key that signs, with its certificate.

    Loading one costs time: do it once in a process and pass this object on.
    """

    private_key: PrivateKey
    pem: bytes
    """PKCS #8, for libraries that take no key object."""
    certificate: x509.Certificate

    @property
    def kind(self) -> KeyKind:
        """Which algorithms it signs with."""
        return "rsa" if isinstance(self.private_key, rsa.RSAPrivateKey) else "ec"

    @property
    def certificate_pem(self) -> bytes:
        """The certificate as PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def certificate_der(self) -> bytes:
        """The certificate as DER."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def certificate_base64(self) -> str:
        """The certificate as an ``X509Certificate`` element holds it."""
        return base64.b64encode(self.certificate_der).decode("ascii")

    @classmethod
    def load_or_make(cls, path: Path, common_name: str, now: datetime, kind: KeyKind = "rsa") -> "SigningKey":
        """The key in this file, made first where it is missing.

        Of two processes that start at once both end up with the same key. The folder must be there.

        Raises:
            ValueError: the file is open to others, damaged, or holds another kind of key; says which and what to do.
        """
        if not path.exists():
            create_private(path, _fresh_key_and_certificate(common_name, now, kind))
        key = cls._from_pem(path)
        if key.kind != kind:
            raise ValueError(f"{path}: holds a key of kind {key.kind}, not {kind}. To mend it: remove the file")
        return key

    @classmethod
    def _from_pem(cls, path: Path) -> "SigningKey":
        pem = read_private(path)
        try:
            # NOTE: a full check of an RSA key's arithmetic takes 40 ms; what we wrote ourselves is held against its
            # certificate instead.
            key = serialization.load_pem_private_key(pem, None, unsafe_skip_rsa_key_validation=True)
            certificate = x509.load_pem_x509_certificate(pem)
        except (ValueError, TypeError) as error:
            raise ValueError(
                f"{path}: is not a key with its certificate. To mend it: remove it, and a new one is made"
            ) from error
        if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) or (
            key.public_key() != certificate.public_key()
        ):
            raise ValueError(f"{path}: key and certificate do not belong together. To mend it: remove the file")
        return cls(key, _private_pem(key), certificate)


@dataclass(frozen=True, repr=False)
class SchoolKeys:
    """A school's signing keys, the one in use and the one to come, and the secret behind pairwise identifiers."""

    current: SigningKey
    pairwise_secret: bytes
    folder: Path
    common_name: str
    made: datetime
    """When these keys were asked for; a coming key that is missing is stamped with it."""

    @cached_property
    def coming(self) -> SigningKey:
        """The key that takes over. Most labs never change theirs, so it is made or loaded when it is first needed.

        Raises:
            ValueError: its file is open to others or damaged; says which and what to do.
        """
        path = self.folder / KEY_FILES[self.current.kind, "coming"]
        return SigningKey.load_or_make(path, self.common_name, self.made, self.current.kind)

    def key(self, slot: KeySlot) -> SigningKey:
        """The key in this place."""
        return self.current if slot == "current" else self.coming

    def published(self, stage: KeyStage) -> tuple[SigningKey, ...]:
        """The keys that stand in the metadata, the one that signs first."""
        return tuple(self.key(slot) for slot in published(stage))

    @classmethod
    def load_or_make(cls, folder: Path, common_name: str, now: datetime, kind: KeyKind = "rsa") -> "SchoolKeys":
        """The keys in ``folder``, made first where they are missing.

        Of two processes that start at once both end up with the same keys.

        Raises:
            ValueError: the folder or a file in it is open to others, or a file is damaged; says which and what to do.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        must_be_private(folder)
        secret_file = folder / SECRET_FILE
        current = SigningKey.load_or_make(folder / KEY_FILES[kind, "current"], common_name, now, kind)
        if not secret_file.exists():
            create_private(secret_file, secrets.token_bytes(SECRET_BYTES))
        secret = read_private(secret_file)
        if len(secret) != SECRET_BYTES:
            raise ValueError(f"{secret_file}: is damaged. To mend it: remove it, and a new one is made")
        return cls(current, secret, folder, common_name, now)


def _fresh_key_and_certificate(common_name: str, now: datetime, kind: KeyKind) -> bytes:
    key: PrivateKey
    if kind == "rsa":
        key = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    else:
        key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "TEST school, trust nowhere else"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name[:MAX_COMMON_NAME]),
        ]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + VALID_FOR)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return _private_pem(key) + certificate.public_bytes(serialization.Encoding.PEM)


def _private_pem(key: PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
