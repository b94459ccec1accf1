"""Signatures of tokens judged by joserfc: the library that judges is not the one that signs."""

import base64
import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from testbed.model.oidc_messages import Envelope, KeySet, PublishedKey
from testbed.wire.objects import object_of
from testbed.wire.tokens import MAX_HEADER, MAX_TOKEN
from testbed.wire.xml import Unreadable

SIGNED_WITH = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""All that a school may sign with: never ``none``, and never a secret that vendor and school share (RFC 8725, 3.1)."""
_KINDS = {"RS": "RSA", "PS": "RSA", "ES": "EC"}


@dataclass(frozen=True, slots=True)
class TokenReading:
    """What a token's signature is worth under the keys that its issuer has published."""

    ok: bool
    reason: str = ""
    """Why it is not good."""


def verify(envelope: Envelope, algorithms: Collection[str], keys: Sequence[PublishedKey]) -> TokenReading:
    """Whether a token is signed by one of the keys with one of the algorithms (OpenID Connect Core 3.1.3.7, 6 and 7).

    Args:
        envelope: of the token.
        algorithms: that it may be signed with; none but :data:`SIGNED_WITH` ever counts.
        keys: that the issuer has published.
    """
    algorithm = envelope.algorithm
    if algorithm not in SIGNED_WITH:
        return TokenReading(ok=False, reason=f"is signed with {algorithm or 'no algorithm'!r}, which proves nothing")
    if algorithm not in algorithms:
        return TokenReading(ok=False, reason=f"is signed with {algorithm}, not with {' or '.join(sorted(algorithms))}")
    fitting = [key for key in keys if key.type == _KINDS[algorithm[:2]]]
    if envelope.key_id:
        fitting = [key for key in fitting if key.key_id == envelope.key_id]
        if not fitting:
            return TokenReading(ok=False, reason="names a key that its issuer has not published")
    elif len(fitting) > 1:
        return TokenReading(ok=False, reason="names no key, and its issuer has published several (Core 10.1)")
    reasons = [_refusal(envelope, algorithm, key) for key in fitting]
    if not reasons:
        return TokenReading(ok=False, reason=f"is signed with {algorithm}, and its issuer has published no such key")
    return TokenReading(ok="" in reasons, reason="" if "" in reasons else reasons[0])


class _Registry(jws.JWSRegistry):
    """The bounds are ours: they were kept when the token was read."""

    max_header_length = MAX_HEADER
    max_payload_length = MAX_TOKEN


def _refusal(envelope: Envelope, algorithm: str, published: PublishedKey) -> str:
    """Why this key does not verify the token, "" when it does."""
    registry = _Registry(algorithms=[algorithm], strict_check_header=False)
    try:
        key = _imported(published)
        jws.deserialize_compact(envelope.compact, key, algorithms=[algorithm], registry=registry)
    except (JoseError, Unreadable, ValueError, TypeError, OverflowError) as error:
        # NOTE: a broken key of a key set comes out of cryptography as any of these.
        said = error.description if isinstance(error, JoseError) and error.description else str(error)
        return f"carries no good signature of the key that it names ({said or type(error).__name__})"[:300]
    return ""


def _imported(published: PublishedKey) -> RSAKey | ECKey:
    members: dict[str, Any] = dict(object_of(published.jwk.encode()))
    return RSAKey.import_key(members) if published.type == "RSA" else ECKey.import_key(members)


def keys_at(published: Sequence[KeySet], exchange: int) -> Iterator[PublishedKey]:
    """The keys that verify a token of this exchange.

    They are those that were published last before it; and where a vendor looked anew because it met a key that it did
    not know, those that it found then.
    """
    before = [one for one in published if one.where.exchange <= exchange]
    after = [one for one in published if one.where.exchange > exchange]
    latest = max(before, key=lambda one: one.where.exchange, default=None)
    following = min(after, key=lambda one: one.where.exchange, default=None)
    known: set[str] = set()
    for key_set in (latest, following):
        for key in key_set.keys if key_set else ():
            if key.jwk not in known:
                known.add(key.jwk)
                yield key


def half_hash(value: str, algorithm: str) -> str:
    """What at_hash must be for this access token (OpenID Connect Core 3.1.3.6); "" where the algorithm has no hash."""
    digest = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}.get(algorithm[-3:])
    if digest is None:
        return ""
    whole = digest(value.encode()).digest()
    return base64.urlsafe_b64encode(whole[: len(whole) // 2]).rstrip(b"=").decode()


def challenge_of(verifier: str) -> str:
    """What the verifier's challenge must be by S256 (RFC 7636, 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
