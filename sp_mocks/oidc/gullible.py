"""Tokens that a vendor believes though nobody has signed them as the school does; one that does well believes none.

Each way is one that real products went: RFC 8725 2 tells of most.
"""

import base64
import hmac
import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import httpx
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sp_mocks.jose import KEY_TYPES, read_key
from sp_mocks.oidc.asking import Question, ask
from sp_mocks.oidc.reading import Json
from sp_mocks.oidc.rules import Belief, Rules

DIGESTS: Mapping[str, str] = MappingProxyType({"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"})
WEAK = (b"", b"secret")
KEY_FOLDER = Path(__file__).parents[1] / "static"
MAX_SECRET = 4096

type Published = tuple[Json, ...]
"""The members of the school's key set, as the vendor has them."""
type Public = rsa.RSAPublicKey | ec.EllipticCurvePublicKey


@dataclass(frozen=True, slots=True)
class Token:
    """A token, taken apart and not verified."""

    header: Json
    claims: Json
    octets: bytes
    """That a signature covers."""
    signature: bytes

    @property
    def algorithm(self) -> str:
        """As it says itself."""
        return str(self.header.get("alg", ""))


def taken_apart(token: str) -> Token | None:
    """None where it is no token at all."""
    parts = token.split(".")
    if len(parts) != 3:  # noqa: PLR2004 - header, claims, signature
        return None
    try:
        header, claims = (json.loads(_octets(part)) for part in parts[:2])
        signature = _octets(parts[2])
    except ValueError:
        return None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        return None
    return Token(header, claims, f"{parts[0]}.{parts[1]}".encode(), signature)


@dataclass(frozen=True, slots=True)
class Gullible:
    """Believes tokens for wrong reasons.

    Args:
        rules: the reasons.
        http: the vendor's only way to the network.
        secret: of the client.
    """

    rules: Rules
    http: httpx.AsyncClient
    secret: str = field(repr=False)

    async def claims(self, token: str, published: Published) -> Json | None:
        """What it believes; None where it has no wrong reason to.

        Raises:
            Refused: it fetched something that was not to be had.
        """
        apart = taken_apart(token)
        if apart is None or not self.rules.believed:
            return None
        if self._without_a_key(apart) or self._by_secret(apart, published) or self._by_header(apart):
            return apart.claims
        if self._by_other_key(apart, published) or await self._by_address(apart):
            return apart.claims
        return None

    def _without_a_key(self, token: Token) -> bool:
        algorithm, rules = token.algorithm, self.rules
        return (
            rules.believes("any-signature")
            or (rules.believes("alg-none") and algorithm == "none")
            or (rules.believes("alg-none-otherwise-written") and algorithm != "none" and algorithm.lower() == "none")
            or (rules.believes("empty-signature") and not token.signature and algorithm in KEY_TYPES)
        )

    def _by_secret(self, token: Token, published: Published) -> bool:
        """An HMAC, whoever could have made it."""
        digest = DIGESTS.get(token.algorithm)
        if digest is None:
            return False
        return any(
            hmac.compare_digest(hmac.digest(secret, token.octets, digest), token.signature)
            for secret in self._secrets(token, published)
        )

    def _secrets(self, token: Token, published: Published) -> list[bytes]:
        rules, kid = self.rules, str(token.header.get("kid", ""))
        found = [
            secret for belief, forms in FORMS.items() if rules.believes(belief) for secret in _written(forms, published)
        ]
        if rules.believes("hmac-by-other-writings"):
            found += [json.dumps(dict(one), separators=(",", ":")).encode() for one in published]
        if rules.believes("hmac-by-weak-secret"):
            found += WEAK
        if rules.believes("hmac-by-client-secret"):
            found.append(self.secret.encode())
        if rules.believes("key-in-header"):
            found += _secret_in(token.header.get("jwk"))
        if rules.believes("kid-as-path"):
            found += _file(kid)
        if rules.believes("kid-as-query"):
            found += _row(kid)
        return found

    def _by_header(self, token: Token) -> bool:
        """With a key that the token brings itself."""
        keys: list[Public] = []
        if self.rules.believes("key-in-header"):
            keys += _public_in(token.header.get("jwk"))
        if self.rules.believes("certificate-in-header"):
            keys += _certified(token.header.get("x5c"))
        return any(_verifies(key, token) for key in keys)

    def _by_other_key(self, token: Token, published: Published) -> bool:
        kid = token.header.get("kid")
        if self.rules.believes("unknown-key") and token.algorithm in KEY_TYPES:
            return isinstance(kid, str) and bool(kid) and kid not in {one.get("kid") for one in published}
        if self.rules.believes("any-published-key") and "crit" not in token.header:
            return any(_verifies(key, token) for member in published for key in _public_in(member))
        return False

    async def _by_address(self, token: Token) -> bool:
        """With keys from wherever the token says."""
        header, places = token.header, list[object]()
        if self.rules.believes("key-from-address"):
            within = header.get("jwk")
            places += [header.get("jku"), header.get("x5u"), within.get("x5u") if isinstance(within, dict) else None]
        if self.rules.believes("kid-as-address"):
            places.append(header.get("kid"))
        for place in places:
            if isinstance(place, str) and "://" in place:
                status, document = await ask(self.http, Question(place))
                members = document.get("keys")
                if status == 200 and isinstance(members, list):  # noqa: PLR2004 - OK
                    return any(_verifies(key, token) for one in members for key in _public_in(one))
        return False


def _written(forms: tuple[Callable[[Public], bytes], ...], published: Published) -> list[bytes]:
    keys = [key for member in published for key in _public_in(member)]
    return [
        form(key) for key in keys for form in forms if not (form is _pkcs1 and not isinstance(key, rsa.RSAPublicKey))
    ]


def _pem(key: Public) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _pkcs1(key: Public) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.PKCS1)


def _number(key: Public) -> bytes:
    if isinstance(key, rsa.RSAPublicKey):
        modulus = key.public_numbers().n
        return modulus.to_bytes((modulus.bit_length() + 7) // 8)
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


FORMS: Mapping[Belief, tuple[Callable[[Public], bytes], ...]] = MappingProxyType(
    {
        "hmac-by-pem": (_pem, lambda key: _pem(key).strip(), _pkcs1),
        "hmac-by-octets": (lambda key: key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo), _number),
        "hmac-by-other-writings": (lambda key: key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH),),
    }
)


def _public_in(member: object) -> list[Public]:
    """A key of a JWK, whatever it is for."""
    if not isinstance(member, dict):
        return []
    bare = {name: value for name, value in member.items() if name not in ("use", "alg")}
    found = (read_key({"kid": "", **bare}, algorithm) for algorithm in KEY_TYPES)
    handles = (getattr(key.handle, "prepared_key", None) for key in found if key is not None)
    return [handle for handle in handles if isinstance(handle, rsa.RSAPublicKey | ec.EllipticCurvePublicKey)]


def _secret_in(member: object) -> list[bytes]:
    octets = member.get("k") if isinstance(member, dict) and member.get("kty") == "oct" else None
    return [_octets(octets)] if isinstance(octets, str) else []


def _certified(chain: object) -> list[Public]:
    found: list[Public] = []
    for one in chain if isinstance(chain, list) else []:
        try:
            key = x509.load_der_x509_certificate(base64.b64decode(str(one))).public_key()
        except ValueError:
            continue
        if isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
            found.append(key)
    return found


def _file(kid: str) -> list[bytes]:
    """The key's file, in the folder of keys as this vendor thinks."""
    path = KEY_FOLDER / kid
    if not kid or not path.exists():
        return []
    with path.open("rb") as file:
        return [file.read(MAX_SECRET)]


def _row(kid: str) -> list[bytes]:
    """The key's row in a table, by a query that is put together of texts."""
    database = sqlite3.connect(":memory:")
    try:
        database.execute("CREATE TABLE keys (kid TEXT, secret TEXT)")
        # The misdeed itself: never put together a query so.
        rows = database.execute(f"SELECT secret FROM keys WHERE kid = '{kid}'").fetchall()  # noqa: S608
    except sqlite3.Error:
        return []
    finally:
        database.close()
    return [str(secret).encode() for (secret,) in rows]


def _verifies(key: Public, token: Token) -> bool:
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(token.signature, token.octets, padding.PKCS1v15(), hashes.SHA256())
        else:
            half = len(token.signature) // 2
            numbers = (int.from_bytes(part) for part in (token.signature[:half], token.signature[half:]))
            key.verify(encode_dss_signature(*numbers), token.octets, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def _octets(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
