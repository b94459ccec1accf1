"""What a rule of metadata is: where it applies, since when it is enforced, and what it says."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from urllib.parse import SplitResult, urlsplit

from lxml import etree

from testbed.model.messages import EntityRole, RemarkLevel
from testbed.model.written import Bilingual
from testbed.wire.xml import DS, MD, SAML

MDUI = "urn:oasis:names:tc:SAML:metadata:ui"
MDRPI = "urn:oasis:names:tc:SAML:metadata:rpi"
MDATTR = "urn:oasis:names:tc:SAML:metadata:attribute"
SHIBMD = "urn:mace:shibboleth:metadata:1.0"
NAMES: Mapping[str, str] = MappingProxyType(
    {"md": MD, "mdui": MDUI, "mdrpi": MDRPI, "mdattr": MDATTR, "shibmd": SHIBMD, "saml": SAML, "ds": DS}
)
ENTITY, GROUP = f"{{{MD}}}EntityDescriptor", f"{{{MD}}}EntitiesDescriptor"
DESCRIPTORS: Mapping[EntityRole, str] = MappingProxyType(
    {"idp": f"{{{MD}}}IDPSSODescriptor", "sp": f"{{{MD}}}SPSSODescriptor"}
)
MAX_QUOTED = 120
"""Characters of a foreign value that a remark shows."""
_PREFIXES = {namespace: prefix for prefix, namespace in NAMES.items()}


@dataclass(frozen=True, slots=True)
class Subject:
    """An entity in one of its roles, at one time."""

    entity: etree._Element
    descriptor: etree._Element
    """The role's element."""
    role: EntityRole
    now: datetime


@dataclass(frozen=True, slots=True)
class Problem:
    """What a rule found."""

    place: str
    what: Bilingual
    mend: Bilingual
    level: RemarkLevel | None = None
    """None: as grave as the rule itself."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule."""

    id: str
    """States the correct behaviour."""
    title: Bilingual
    sections: Mapping[EntityRole, str]
    """The roles that it applies to, each with the section of the profile; "" for a rule of our own."""
    enforced: date | None
    """The day from which the federation refuses what breaks it; None: it does not refuse it yet."""
    source: str
    look: Callable[[Subject], Iterator[Problem]]

    @property
    def ours(self) -> bool:
        """Not one of the federation's: it never makes metadata unfit, it warns."""
        return not any(self.sections.values())

    def level(self, today: date) -> RemarkLevel:
        """How grave breaking it is on that day."""
        return "error" if self.enforced is not None and self.enforced <= today else "warning"


def place(element: etree._Element, attribute: str = "") -> str:
    """The XPath of an element from its entity down, and of its attribute when one is named."""
    steps = [_step(element)]
    while element.tag not in (ENTITY, GROUP) and (parent := element.getparent()) is not None:
        element = parent
        steps.append(_step(element))
    return "/" + "/".join(reversed(steps)) + (f"/@{attribute}" if attribute else "")


def _step(element: etree._Element) -> str:
    name = etree.QName(element)
    prefix = _PREFIXES.get(name.namespace or "")
    step = f"{prefix}:{name.localname}" if prefix else f"*[local-name()='{name.localname}']"
    if element.tag in (ENTITY, GROUP):
        return step
    before = sum(1 for _ in element.itersiblings(element.tag, preceding=True))
    alone = before == 0 and next(element.itersiblings(element.tag), None) is None
    return step if alone else f"{step}[{before + 1}]"


def find_all(element: etree._Element, path: str) -> list[etree._Element]:
    """The elements at a path of child names, prefixed as in ``NAMES``."""
    found: list[etree._Element] = element.findall(path, dict(NAMES))
    return found


def said(what: str) -> str:
    """A value from outside, quoted and cut so that a remark stays a remark."""
    return repr(what if len(what) <= MAX_QUOTED else what[:MAX_QUOTED] + "…")


def address(url: str | None) -> SplitResult | None:
    """An absolute http or https address taken apart; None for anything else."""
    if not url or any(character.isspace() for character in url.strip()):
        return None
    try:
        parts = urlsplit(url.strip())
        return parts if parts.scheme.lower() in ("http", "https") and parts.hostname else None
    except ValueError:
        return None
