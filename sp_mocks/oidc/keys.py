"""A client's own key: made by itself at first use, in a folder that its owner alone can read."""

import base64
import json
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sp_mocks.jose import Signer
from testbed.model.private import create_private, must_be_private, read_private

KEY_FILE = "oidc.pem"
COORDINATE_BYTES = 32


@dataclass(frozen=True, repr=False)
class ClientKeys:
    """The key (P-256) that a client proves itself with. Load it once in a process."""

    private_key: ec.EllipticCurvePrivateKey

    @classmethod
    def load_or_make(cls, folder: Path) -> "ClientKeys":
        """The key in ``folder``, made first where it is missing.

        Raises:
            ValueError: the folder or the file is open to others, or damaged; says which and what to do.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        must_be_private(folder)
        path = folder / KEY_FILE
        if not path.exists():
            create_private(path, _fresh())
        try:
            key = serialization.load_pem_private_key(read_private(path), None)
        except (ValueError, TypeError) as error:
            raise ValueError(f"{path}: is damaged. To mend it: remove it, and a new one is made") from error
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
            raise ValueError(f"{path}: is no key of the curve P-256. To mend it: remove it, and a new one is made")
        return cls(key)

    @cached_property
    def signer(self) -> Signer:
        """Signs with it."""
        return Signer(self.private_key, self.jwk["kid"])

    @cached_property
    def jwk(self) -> dict[str, str]:
        """The public key as it is published, named by its thumbprint (RFC 7517, RFC 7638)."""
        numbers = self.private_key.public_key().public_numbers()
        plain = {"crv": "P-256", "kty": "EC", "x": _encoded(numbers.x), "y": _encoded(numbers.y)}
        thumbprint = sha256(json.dumps(plain, separators=(",", ":"), sort_keys=True).encode("ascii")).digest()
        return {**plain, "kid": _base64url(thumbprint), "use": "sig", "alg": "ES256"}


def _fresh() -> bytes:
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _encoded(coordinate: int) -> str:
    return _base64url(coordinate.to_bytes(COORDINATE_BYTES, "big"))


def _base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")
