"""The keys that the school signs tokens with: its own for OpenID Connect, an RSA and an EC one in each place.

The same order that rolls the keys of SAML rolls these, stage by stage.
"""

from types import MappingProxyType
from typing import get_args

from idp.keys import KeyKind, KeySlot, KeyStage, SchoolKeys, SigningKey, published, signer
from idp.oidc.jose import KINDS, Claims, Signer, read_header, signer_of, verified
from idp.oidc.names import LOGOUT_TOKEN_TYPE, Algorithm

FILES = MappingProxyType(
    {
        ("rsa", "current"): "oidc-signing.pem",
        ("rsa", "coming"): "oidc-signing-coming.pem",
        ("ec", "current"): "oidc-signing-ec.pem",
        ("ec", "coming"): "oidc-signing-ec-coming.pem",
    }
)
STRANGERS = MappingProxyType({"rsa": "oidc-stranger.pem", "ec": "oidc-stranger-ec.pem"})
"""Of keys that are published nowhere and sign forged tokens alone."""
SLOTS: tuple[KeySlot, ...] = get_args(KeySlot.__value__)


class TokenKeys:
    """Each key is made or loaded when it is first needed, and then kept.

    Args:
        school: whose folder they lie in.
    """

    def __init__(self, school: SchoolKeys) -> None:
        self._school = school
        self._loaded: dict[str, tuple[SigningKey, Signer]] = {}

    def signer(self, algorithm: Algorithm, stage: KeyStage) -> Signer:
        """The key that signs with this algorithm.

        Raises:
            ValueError: its file is open to others or damaged; says which and what to do.
        """
        return self._key(KINDS[algorithm], signer(stage))

    def published(self, stage: KeyStage) -> tuple[Signer, ...]:
        """The keys of the JWK Set, those that sign first."""
        return tuple(self._key(kind, slot) for slot in published(stage) for kind in KINDS.values())

    def read_id_token(self, token: str, issuer: str) -> Claims:
        """The claims of an ID token that this school has signed with any of its keys, however long ago.

        Raises:
            ValueError: it is none.
        """
        header = read_header(token)
        if header.typ == LOGOUT_TOKEN_TYPE:
            raise ValueError("is no ID token")
        own = (self._key(KINDS[header.algorithm], slot) for slot in SLOTS)
        key = next((one for one in own if one.kid == header.kid), None)
        if key is None:
            raise ValueError("is signed by nobody here")
        claims = verified(token, key.verifying, key.algorithm)
        if claims.get("iss") != issuer:
            raise ValueError("is of another issuer")
        return claims

    def signing(self, algorithm: Algorithm, stage: KeyStage) -> SigningKey:
        """As :meth:`signer`, the pair of keys itself."""
        return self._pair(FILES[KINDS[algorithm], signer(stage)], KINDS[algorithm])[0]

    def coming(self, algorithm: Algorithm, stage: KeyStage) -> SigningKey:
        """The pair of keys that does not sign now, and will at the next change."""
        slot = next(one for one in SLOTS if one != signer(stage))
        return self._pair(FILES[KINDS[algorithm], slot], KINDS[algorithm])[0]

    def stranger(self, algorithm: Algorithm) -> SigningKey:
        """A pair of keys that no vendor has any reason to trust."""
        return self._pair(STRANGERS[KINDS[algorithm]], KINDS[algorithm])[0]

    def _key(self, kind: KeyKind, slot: KeySlot) -> Signer:
        return self._pair(FILES[kind, slot], kind)[1]

    def _pair(self, file: str, kind: KeyKind) -> tuple[SigningKey, Signer]:
        found = self._loaded.get(file)
        if found is None:
            school = self._school
            key = SigningKey.load_or_make(school.folder / file, school.common_name, school.made, kind)
            found = self._loaded[file] = (key, signer_of(key))
        return found
