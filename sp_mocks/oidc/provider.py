"""What a vendor knows of the school as an OpenID provider: its endpoints and its keys, fetched and kept for a while.

The vendor is told the issuer and nothing else; the rest stands in the discovery document (OpenID Connect Discovery 4).
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx

from sp_mocks.jose import KEY_TYPES, Algorithm, PublicKey, read_header, read_key, verified_claims
from sp_mocks.oidc.asking import HTTP_OK, Question, ask
from sp_mocks.oidc.gullible import Gullible, Token, taken_apart
from sp_mocks.oidc.reading import Json, text_in, texts_in
from sp_mocks.oidc.rules import NO_RULES, Rules
from sp_mocks.refusal import Refused

WELL_KNOWN = "/.well-known/openid-configuration"
FRESH_FOR = timedelta(hours=1)
VAIN_FETCH = timedelta(minutes=1)
"""How long after a fetch that did not bring the key the next is made: nobody can make a vendor fetch at will."""
MAX_KEYS = 20
FAILED_FETCH = timedelta(seconds=1)
"""The same after one that brought nothing, for the school could not be reached."""
KNOWN_METADATA = re.compile(r"issuer|[a-z_]+_(endpoint|supported|uri|registration)")
KNOWN_CLAIMS = frozenset(
    {
        "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash", "jti", "events",
        "nbf", "email",
    }
)  # fmt: skip
KNOWN_HEADERS = frozenset({"alg", "kid", "typ", "crit", "jwk", "jku", "x5u", "x5c", "sub"})
KNOWN_MEMBERS = frozenset({"kty", "kid", "use", "alg", "n", "e", "crv", "x", "y"})
ADDRESS = re.compile(r"https://[a-z0-9.-]+(:[0-9]{1,5})?(/[^\s#]*)?")


@dataclass(frozen=True, slots=True)
class Provider:
    """A school's discovery document, as far as a vendor needs it."""

    issuer: str
    authorization: str
    token: str
    userinfo: str
    keys: str
    end_session: str
    """"" when there is none."""
    states_issuer: bool
    """Its answers name it (RFC 9207)."""


@dataclass(frozen=True, slots=True)
class _Kept[Value]:
    value: Value
    since: datetime


class School:
    """One school, asked at first need; of requests that come at once, one asks.

    Args:
        issuer: as the vendor was told it.
        algorithm: by which the vendor's tokens are signed, as it is registered.
        http: the vendor's only way to the network.
        now: the time, in aware UTC.
        gullible: believes tokens that this class does not.
        refetches: whether it ever fetches the keys anew.
    """

    def __init__(
        self,
        issuer: str,
        algorithm: Algorithm,
        http: httpx.AsyncClient,
        now: Callable[[], datetime],
        gullible: Gullible,
        *,
        refetches: bool = True,
    ) -> None:
        self.issuer, self._algorithm, self._http, self._now, self._refetches = issuer, algorithm, http, now, refetches
        self._gullible, self._rules = gullible, gullible.rules
        self._members: tuple[Json, ...] = ()
        self._provider: _Kept[Provider] | None = None
        self._keys: _Kept[tuple[PublicKey, ...]] | None = None
        self._vain: datetime | None = None
        self._asking = asyncio.Lock()

    async def provider(self) -> Provider:
        """Its endpoints.

        Raises:
            Refused: they cannot be had, or are not fit to be used.
        """
        async with self._asking:
            kept = self._provider
            if kept is None or self._is_old(kept):
                kept = self._provider = _Kept(await self._discovered(), self._now())
            return kept.value

    async def claims(self, token: str, types: frozenset[str]) -> Json:
        """What a token of the school claims, its signature verified with the key that it names.

        A key that is not known yet is asked for, but not more than once a minute.

        Args:
            token: compact.
            types: that it may state to be, in its header.

        Raises:
            Refused: the token is not signed by the school, or is of another type, or the school's keys cannot be had.
        """
        apart = taken_apart(token)
        _must_be_of_type(apart, types, self._rules)
        believed = await self._believed(token)
        if believed is None:
            believed = await self._verified(token)
        if self._rules.believes("claims-in-header") and apart:
            believed = {**believed, **apart.header}
        if self._rules.demands("nothing-unknown"):
            _must_be_known(believed, apart)
        return believed

    async def _believed(self, token: str) -> Json | None:
        """What a vendor at fault takes for the school's word; None where it has no such fault."""
        if not self._rules.believed:
            return None
        provider = await self.provider()
        async with self._asking:
            await self._known(provider.keys)
        return await self._gullible.claims(token, self._members)

    async def _verified(self, token: str) -> Json:
        header = read_header(token, heeds_crit=not self._rules.believes("crit"))
        if header.algorithm != self._algorithm:
            raise Refused("token-algorithm-not-registered")
        provider = await self.provider()
        async with self._asking:
            key = self._named(header.kid, await self._known(provider.keys))
            if key is None and self._may_fetch():
                # NOTE: where the school cannot be reached it may be there again in a moment.
                self._vain = self._now() - VAIN_FETCH + FAILED_FETCH
                key = self._named(header.kid, await self._fetched(provider.keys))
                self._vain = self._now() if key is None else None
        if key is None:
            raise Refused("token-key-not-known")
        return verified_claims(token, key, first_of_two=self._rules.believes("first-of-two"))

    async def _discovered(self) -> Provider:
        status, document = await ask(self._http, Question(f"{self.issuer}{WELL_KNOWN}"))
        if status != HTTP_OK:
            raise Refused("provider-not-reached")
        return read_provider(document, self.issuer, self._algorithm, self._rules)

    async def _known(self, url: str) -> tuple[PublicKey, ...]:
        kept = self._keys
        return await self._fetched(url) if kept is None or (self._refetches and self._is_old(kept)) else kept.value

    async def _fetched(self, url: str) -> tuple[PublicKey, ...]:
        status, document = await ask(self._http, Question(url))
        if status != HTTP_OK:
            raise Refused("provider-not-reached")
        self._keys = _Kept(read_keys(document, self._algorithm, self._rules), self._now())
        members = document["keys"]
        self._members = tuple(one for one in members if isinstance(one, dict)) if isinstance(members, list) else ()
        return self._keys.value

    def _named(self, kid: str, keys: tuple[PublicKey, ...]) -> PublicKey | None:
        """The key of this name; a token need not name it where there is one alone (OpenID Connect Core 10.1)."""
        if not kid:
            return keys[0] if len(keys) == 1 else None
        return next((key for key in keys if key.kid == kid), None)

    def _may_fetch(self) -> bool:
        return self._refetches and (self._vain is None or self._vain + VAIN_FETCH <= self._now())

    def _is_old(self, kept: _Kept[Provider] | _Kept[tuple[PublicKey, ...]]) -> bool:
        return kept.since + FRESH_FOR <= self._now()


def read_provider(document: Json, issuer: str, algorithm: Algorithm, rules: Rules = NO_RULES) -> Provider:
    """A discovery document (OpenID Connect Discovery 3 and 4.3).

    Raises:
        Refused: it is another issuer's, lacks what a login needs, or names an address without TLS.
    """
    if document.get("issuer") != issuer and not rules.believes("discovery"):
        raise Refused("provider-of-someone-else")
    if rules.demands("nothing-unknown") and not all(map(KNOWN_METADATA.fullmatch, document)):
        raise Refused("provider-not-usable")
    offered = (
        ("response_types_supported", "code"),
        ("id_token_signing_alg_values_supported", algorithm),
        ("code_challenge_methods_supported", "S256"),
    )
    for name, needed in offered:
        if needed not in texts_in(document.get(name), "provider-not-usable"):
            raise Refused("provider-not-usable")
    return Provider(
        issuer=issuer,
        authorization=_address(document, "authorization_endpoint", rules),
        token=_address(document, "token_endpoint", rules),
        userinfo=_address(document, "userinfo_endpoint", rules),
        keys=_address(document, "jwks_uri", rules),
        end_session=_address(document, "end_session_endpoint", rules) if "end_session_endpoint" in document else "",
        states_issuer=document.get("authorization_response_iss_parameter_supported") is True,
    )


def _must_be_of_type(token: Token | None, types: frozenset[str], rules: Rules) -> None:
    """What a token says that it is, in small letters and without ``application/`` before it (RFC 7515, 4.1.9)."""
    said = token.header.get("typ", "") if token else ""
    stated = said.lower().removeprefix("application/") if isinstance(said, str) else ""
    if rules.demands("typ") and not stated:
        raise Refused("token-of-another-type")
    if stated not in types and not rules.believes("any-type"):
        raise Refused("token-of-another-type")


def _must_be_known(claims: Json, token: Token | None) -> None:
    """What a vendor refuses that cannot pass over what it does not know."""
    if claims.keys() - KNOWN_CLAIMS or (token and token.header.keys() - KNOWN_HEADERS):
        raise Refused("token-not-readable")


def _address(document: Json, name: str, rules: Rules) -> str:
    address = text_in(document, name, "provider-not-usable")
    if rules.believes("plain-http") and address.startswith("http://"):
        return address
    if not ADDRESS.fullmatch(address):
        raise Refused("provider-not-usable")
    return address


def read_keys(document: Json, algorithm: Algorithm, rules: Rules = NO_RULES) -> tuple[PublicKey, ...]:
    """The keys of a set that fit the algorithm (RFC 7517, 5); members for other purposes are passed over.

    Raises:
        Refused: it is no key set, a large one, or two of its keys have one name.
    """
    members = document.get("keys")
    if not isinstance(members, list) or len(members) > MAX_KEYS:
        raise Refused("provider-keys-not-usable")
    objects = [member for member in members if isinstance(member, dict)]
    if any(_is_too_strange(member, rules) for member in objects):
        raise Refused("provider-keys-not-usable")
    read = (read_key(member, algorithm) for member in objects)
    keys = tuple(key for key in read if key is not None)
    if len({key.kid for key in keys}) != len(keys):
        raise Refused("provider-keys-not-usable")
    return keys


def _is_too_strange(member: Json, rules: Rules) -> bool:
    """Keys that a vendor chokes on which demands what need not be."""
    return (
        (rules.demands("nothing-unknown-among-keys") and member.get("kty") not in KEY_TYPES.values())
        or (rules.demands("nothing-unknown") and bool(member.keys() - KNOWN_MEMBERS))
        or (rules.demands("use") and "use" not in member)
    )
