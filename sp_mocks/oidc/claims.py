"""Claims by their canonical names: what a vendor asks for, and what it keeps of the answer."""

import json
from collections.abc import Mapping
from types import MappingProxyType

from sp_mocks.behaviour import PAIRWISE
from sp_mocks.oidc.behaviour import OidcBehaviour
from sp_mocks.oidc.reading import Json, texts_in
from sp_mocks.refusal import Refused
from testbed.model.attributes import by_name

NOTHING: Json = MappingProxyType({})
ADDRESS = "address"
"""The one claim that is an object (OpenID Connect Core 5.1.1)."""


def claims_request(behaviour: OidcBehaviour) -> str:
    """The parameter ``claims`` (OpenID Connect Core 5.5), "" when there is nothing to ask one by one."""
    userinfo = {
        _place(name)[0]: {"essential": True} if name in behaviour.required else None for name in behaviour.claims
    }
    id_token = {"acr": {"essential": True, "values": list(behaviour.acr)}} if behaviour.acr else {}
    asked = {place: claims for place, claims in (("userinfo", userinfo), ("id_token", id_token)) if claims}
    return json.dumps(asked, separators=(",", ":"), ensure_ascii=False) if asked else ""


def kept_of(userinfo: Json, behaviour: OidcBehaviour, token: Json = NOTHING) -> Mapping[str, tuple[str, ...]]:
    """What the vendor wants of an answer of the userinfo endpoint; whatever else came is dropped unread.

    Args:
        userinfo: the answer.
        behaviour: of the vendor.
        token: the claims of the ID token, which tell nothing but to a vendor at fault.

    Raises:
        Refused: a claim that it wants is no text.
    """
    kept: dict[str, tuple[str, ...]] = {}
    for name in behaviour.wanted:
        values = texts_in(_at(userinfo, name), "claim-not-text")
        if values:
            kept[name] = values
    if behaviour.keeps_everything:
        kept |= {name: (str(value),) for name, value in {**token, **userinfo}.items() if name not in kept}
    return kept


def account_in(kept: Mapping[str, tuple[str, ...]], sub: str, behaviour: OidcBehaviour, token: Json = NOTHING) -> str:
    """What the vendor knows the person by.

    Raises:
        Refused: the login does not say it.
    """
    if behaviour.rules.believes("mail-of-token") and isinstance(token.get("email"), str):
        return str(token["email"])
    found = (sub,) if behaviour.account == PAIRWISE else kept.get(behaviour.account, ())
    if not found:
        raise Refused("no-account-in-claims")
    return found[0]


def _place(name: str) -> tuple[str, str]:
    """The claim that carries an attribute, and the member of it, "" where the claim is no object."""
    claim = by_name()[name].oidc
    return (ADDRESS, claim.removeprefix(f"{ADDRESS}.")) if claim.startswith(f"{ADDRESS}.") else (claim, "")


def _at(claims: Json, name: str) -> object:
    claim, member = _place(name)
    value = claims.get(claim)
    if not member:
        return value
    return value.get(member) if isinstance(value, dict) else None
