"""A vendor's own key: made by itself at first use, in a folder that its owner alone can read."""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

RSA_BITS = 2048
VALID_FOR = timedelta(days=3652)
FILE = "saml.pem"
OTHERS = 0o077


@dataclass(frozen=True, repr=False)
class VendorKeys:
    """The key for signing requests and, in metadata, for encryption to this vendor. Loaded once in a process."""

    private_key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def certificate_der(self) -> bytes:
        """The certificate as DER."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @classmethod
    def load_or_make(cls, folder: Path, common_name: str, now: datetime) -> "VendorKeys":
        """The key in ``folder``, made first where it is missing.

        Raises:
            ValueError: the file is open to others or damaged; says which and what to do.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / FILE
        if not path.exists():
            _create(path, _fresh(common_name, now))
        if path.stat().st_mode & OTHERS:
            raise ValueError(f"{path} holds a key and is open to others: run 'chmod 600 {path}'")
        pem = path.read_bytes()
        try:
            # NOTE: the check of the key's arithmetic takes 40 ms each time, and we made it ourselves.
            key = serialization.load_pem_private_key(pem, None, unsafe_skip_rsa_key_validation=True)
            certificate = x509.load_pem_x509_certificate(pem)
        except ValueError as error:
            raise ValueError(f"{path} is damaged: remove it, and a new one is made") from error
        if not isinstance(key, rsa.RSAPrivateKey):
            raise ValueError(f"{path} holds no RSA key: remove it, and a new one is made")
        return cls(key, certificate)


def _fresh(common_name: str, now: datetime) -> bytes:
    key = rsa.generate_private_key(65537, RSA_BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"TEST {common_name}"[:64])])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + VALID_FOR)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)


def _create(path: Path, content: bytes) -> None:
    """Of two processes that start at once, the first one's key stays."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
