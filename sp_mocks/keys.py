"""A vendor's own key: made by itself at first use, in a folder that its owner alone can read."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from testbed.model.private import create_private, must_be_private, read_private

KEY_FILE = "saml.pem"
RSA_BITS = 2048
VALID_FOR = timedelta(days=3652)
"""Ten years: a certificate in metadata is a container for a key, and a lab must not stop one morning."""
MAX_COMMON_NAME = 64


@dataclass(frozen=True, repr=False)
class VendorKeys:
    """The key that signs requests and that the school may encrypt to. Load it once in a process."""

    private_key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def certificate_der(self) -> bytes:
        """The certificate as DER."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @classmethod
    def load_or_make(cls, folder: Path, common_name: str, now: datetime) -> "VendorKeys":
        """The key in ``folder``, made first where it is missing.

        Of two processes that start at once both end up with the same key.

        Raises:
            ValueError: the folder or the file is open to others, or damaged; says which and what to do.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        must_be_private(folder)
        path = folder / KEY_FILE
        if not path.exists():
            create_private(path, _fresh(common_name, now))
        return cls._from_pem(path)

    @classmethod
    def _from_pem(cls, path: Path) -> "VendorKeys":
        pem = read_private(path)
        try:
            # NOTE: a full check of the key's arithmetic takes 40 ms for each vendor; what we wrote ourselves is held
            # against its certificate instead.
            key = serialization.load_pem_private_key(pem, None, unsafe_skip_rsa_key_validation=True)
            certificate = x509.load_pem_x509_certificate(pem)
        except (ValueError, TypeError) as error:
            raise ValueError(f"{path}: is damaged. To mend it: remove it, and a new one is made") from error
        if not isinstance(key, rsa.RSAPrivateKey) or key.public_key() != certificate.public_key():
            raise ValueError(f"{path}: key and certificate do not belong together. To mend it: remove the file")
        return cls(key, certificate)


def _fresh(common_name: str, now: datetime) -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "TEST vendor, trust nowhere else"),
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
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)
