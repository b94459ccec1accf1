"""The attribute table: one attribute, its names in every carrier, and how sensitive it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

import yaml

SUBJECT_CLAIM = "sub"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One row of ``attributes.yaml``; the fields are explained there."""

    name: str
    sv: str
    en: str
    saml: str
    oidc: str
    ss12000: str
    scim: str
    dpv: str
    sensitivity: str
    unique: bool
    hidden: bool
    origin: Literal["person", "school", "login"] = "person"
    same_as: str = ""


@cache
def attributes() -> tuple[Attribute, ...]:
    """The whole table, in the order of the file."""
    text = files("testbed.model").joinpath("attributes.yaml").read_text(encoding="utf-8")
    return tuple(Attribute(**row) for row in yaml.safe_load(text))


@cache
def by_name() -> dict[str, Attribute]:
    """By canonical name."""
    return {attribute.name: attribute for attribute in attributes()}


@cache
def by_saml_name() -> dict[str, Attribute]:
    """By SAML attribute Name; attributes that SAML does not carry are not in it."""
    return {attribute.saml: attribute for attribute in attributes() if attribute.saml}


@cache
def by_claim() -> dict[str, Attribute]:
    """By claim of OpenID Connect, a member of an object with a dot; what no claim carries is not in it.

    ``sub`` is not in it either: as a NameID it names an account and is no attribute.
    """
    return {attribute.oidc: attribute for attribute in attributes() if attribute.oidc not in ("", SUBJECT_CLAIM)}


def named_by_claim(claim: str) -> tuple[str, ...]:
    """The canonical names of what a claim holds: several where it is an object, none where the table has no such."""
    row = by_claim().get(claim)
    # NOTE: the name of a claim may be a URL, whose dots part no members of an object.
    inside = (a.name for name, a in by_claim().items() if "/" not in name and name.startswith(f"{claim}."))
    return (row.name,) if row else tuple(inside)


def base_of(name: str) -> str:
    """The attribute that people.json holds for this one: itself, unless the table says that another says the same."""
    row = by_name().get(name)
    return row.same_as or name if row else name


def covering(names: Iterable[str]) -> frozenset[str]:
    """These attributes and all that tell nothing more: the same data by another name."""
    told = {base_of(name) for name in names}
    return frozenset(names) | frozenset(name for name in by_name() if base_of(name) in told)
