"""What a vendor asks for in a login beside its scopes: the parameter ``claims`` (OpenID Connect Core 5.5)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from testbed.model.attributes import attributes

MAX_CLAIMS = 8 * 1024
"""Characters of the parameter."""
MAX_VALUES = 20
"""Context classes that a vendor may name."""
_NAMES: dict[str, tuple[str, ...]] = {}
for _row in attributes():
    if _row.oidc and _row.oidc != "sub":
        # NOTE: a name that is a URL has dots too; they part no members of an object.
        _claim = _row.oidc.partition(".")[0] if "/" not in _row.oidc else _row.oidc
        _NAMES[_claim] = (*_NAMES.get(_claim, ()), _row.name)


@dataclass(frozen=True, slots=True)
class Asked:
    """The single claims that a vendor asks for, by the canonical names of their attributes."""

    userinfo: tuple[str, ...] = ()
    id_token: tuple[str, ...] = ()
    essential: tuple[str, ...] = ()
    """Those of both that it cannot do without, as it says."""


@dataclass(frozen=True, slots=True)
class AskedOfLogin:
    """What it asks of the login itself."""

    acr: tuple[str, ...] = ()
    """Context classes, the one to prefer first."""
    acr_is_essential: bool = False
    sub: str = ""
    """The only person who will do, by the name that the vendor has for them."""


def claim_names() -> tuple[str, ...]:
    """The claims about people that the school can release."""
    return tuple(_NAMES)


def read_claims(text: str) -> tuple[Asked, AskedOfLogin]:
    """The parameter, "" for none. Claims that nobody here knows are ignored (Core 5.5).

    Raises:
        ValueError: it is not what the specification says.
    """
    if not text:
        return Asked(), AskedOfLogin()
    if len(text) > MAX_CLAIMS:
        raise ValueError("is too large")
    try:
        content = json.loads(text)
    except RecursionError as error:
        raise ValueError("is nested too deep") from error
    if not isinstance(content, dict):
        raise ValueError("is no JSON object")
    userinfo, id_token = _member(content, "userinfo"), _member(content, "id_token")
    essential = tuple(name for member in (userinfo, id_token) for name in _known(member) if _is_essential(member, name))
    asked = Asked(tuple(_attributes(userinfo)), tuple(_attributes(id_token)), tuple(_expanded(essential)))
    return asked, _of_login(id_token)


type _Member = Mapping[str, Mapping[str, object] | None]


def _member(content: Mapping[str, object], name: str) -> _Member:
    member = content.get(name)
    if member is None:
        return {}
    if not isinstance(member, dict) or not all(one is None or isinstance(one, dict) for one in member.values()):
        raise ValueError(f"has a member {name} that is no set of claims")
    return member


def _known(member: _Member) -> Iterator[str]:
    return (name for name in member if name in _NAMES)


def _attributes(member: _Member) -> Iterator[str]:
    return _expanded(tuple(_known(member)))


def _expanded(claims: tuple[str, ...]) -> Iterator[str]:
    return (attribute for claim in claims for attribute in _NAMES[claim])


def _is_essential(member: _Member, name: str) -> bool:
    return (member[name] or {}).get("essential") is True


def _of_login(id_token: _Member) -> AskedOfLogin:
    acr, sub = id_token.get("acr") or {}, id_token.get("sub") or {}
    values = acr.get("values", [acr["value"]] if "value" in acr else [])
    if not isinstance(values, list) or len(values) > MAX_VALUES or not all(isinstance(one, str) for one in values):
        raise ValueError("asks for an acr that is none")
    wanted = sub.get("value", "")
    if not isinstance(wanted, str) or not wanted.isascii():
        raise ValueError("asks for a sub that is none")
    return AskedOfLogin(tuple(values), acr.get("essential") is True, wanted)
