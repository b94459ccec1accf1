"""The school's keys: made by itself at first use, kept in a folder that its owner alone can read."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from testbed.model.private import create_private, must_be_private, read_private

KEY_FILE = "saml-signing.pem"
SECRET_FILE = "pairwise-secret"  # noqa: S105 - the name of a file, not a secret
RSA_BITS = 2048
VALID_FOR = timedelta(days=3652)
"""Ten years: a certificate in metadata is a container for a key, and a lab must not stop one morning."""
SECRET_BYTES = 32


@dataclass(frozen=True, repr=False)
class SchoolKeys:
    """The signing key with its certificate, and the secret behind pairwise identifiers.

    Loading an RSA key costs 40 ms: do it once in a process and pass this object on.
    """

    signing_key: rsa.RSAPrivateKey
    signing_key_pem: bytes
    """PKCS #8, for libraries that take no key object."""
    certificate: x509.Certificate
    pairwise_secret: bytes

    @property
    def certificate_pem(self) -> bytes:
        """The certificate as PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def certificate_der(self) -> bytes:
        """The certificate as DER."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @classmethod
    def load_or_make(cls, folder: Path, common_name: str, now: datetime) -> "SchoolKeys":
        """The keys in ``folder``, made first where they are missing.

        Of two processes that start at once both end up with the same keys.

        Raises:
            ValueError: the folder or a file in it is open to others, or a file is damaged; says which and what to do.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        must_be_private(folder)
        key_file, secret_file = folder / KEY_FILE, folder / SECRET_FILE
        if not key_file.exists():
            create_private(key_file, _fresh_key_and_certificate(common_name, now))
        if not secret_file.exists():
            create_private(secret_file, secrets.token_bytes(SECRET_BYTES))
        secret = read_private(secret_file)
        if len(secret) != SECRET_BYTES:
            raise ValueError(f"{secret_file}: is damaged. To mend it: remove it, and a new one is made")
        return cls._from_pem(key_file, secret)

    @classmethod
    def _from_pem(cls, path: Path, secret: bytes) -> "SchoolKeys":
        pem = read_private(path)
        try:
            key = serialization.load_pem_private_key(pem, password=None)
            certificate = x509.load_pem_x509_certificate(pem)
        except (ValueError, TypeError) as error:
            raise ValueError(
                f"{path}: is not a key with its certificate. To mend it: remove it, and a new one is made"
            ) from error
        if not isinstance(key, rsa.RSAPrivateKey) or key.public_key() != certificate.public_key():
            raise ValueError(f"{path}: key and certificate do not belong together. To mend it: remove the file")
        return cls(key, _private_pem(key), certificate, secret)


def _fresh_key_and_certificate(common_name: str, now: datetime) -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "TEST school, trust nowhere else"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
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


def _private_pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
