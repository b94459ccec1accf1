"""The attribute table: one attribute, its names in every carrier, and how sensitive it is."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml


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
