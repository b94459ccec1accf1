"""What comes in place of braces in a forged message; see :data:`testbed.model.operations.PLACES`."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import get_args
from xml.sax.saxutils import escape

from idp.saml.algorithms import HASHES, SIGNATURES, signature_uri
from idp.saml.envelope import written
from idp.saml.identifiers import NameId
from idp.saml.seals import Seal
from testbed.model.attributes import by_name
from testbed.model.forgery import SamlKey
from testbed.model.operations import LOOK_ALIKES

PLACE = re.compile(r"\{([a-z][^{}\s]*)\}")
NOW = re.compile(r"now(?:(?P<seconds>[+-]\d{1,9}))?")
NEW_ID = re.compile(r"new-id(?::[a-z0-9-]{1,40})?")
NAME_ID, HERE = "name-id", "here"
KEYS: Mapping[str, SamlKey] = MappingProxyType({key: key for key in get_args(SamlKey.__value__)})
FIXED = ("acs", "audience", "issuer", "request", "second")


@dataclass(frozen=True, slots=True)
class Identity:
    """What the school states of a person to one vendor."""

    name_id: NameId | None = None
    attributes: Mapping[str, tuple[str, ...]] = MappingProxyType({})

    @property
    def said(self) -> Mapping[str, tuple[str, ...]]:
        """Everything, by canonical name; the NameID as ``name-id``."""
        return dict(self.attributes) | ({NAME_ID: (self.name_id.value,)} if self.name_id else {})


NOBODY = Identity()


@dataclass(frozen=True, slots=True)
class Places:
    """Fills in braces, for one message.

    Args:
        fixed: what stands for each of :data:`FIXED`.
        now: the time of issue.
        own: the person who logs in.
        other: the one whom the message may speak of in their place.
        certificate: of a key, by its name.
        seal: what signs the message.
        new_id: an identifier that nothing else has, the same one for the same name; for "" always another.
    """

    fixed: Mapping[str, str]
    now: datetime
    own: Identity
    other: Identity
    certificate: Callable[[SamlKey], str]
    seal: Seal
    new_id: Callable[[str], str]

    def filled(self, text: str, here: str = "") -> str:
        """The text with what belongs in its places.

        Args:
            text: with or without braces.
            here: the canonical name of the attribute that it is written into, ``name-id`` in a NameID.

        Raises:
            ValueError: there is nothing for a place.
        """
        return PLACE.sub(lambda found: self._one(found[1], here), text)

    def filled_xml(self, xml: str, here: str = "") -> str:
        """The same of XML, in which values stand escaped."""
        return PLACE.sub(lambda found: escape(self._one(found[1], here), {'"': "&quot;"}), xml)

    def _one(self, place: str, here: str) -> str:
        kind, _, name = place.partition(":")
        if NEW_ID.fullmatch(place):
            return self.new_id(name)
        if moment := NOW.fullmatch(place):
            return written(self.now + timedelta(seconds=int(moment["seconds"] or 0)))
        if place == f"other:{HERE}":
            return (self.other.said.get(here) or (_said(self.own, here, place),))[0]
        if kind in ("own", "other"):
            return _said(self.own if kind == "own" else self.other, here if name == HERE else name, place)
        found = self.fixed.get(kind, "") if name in ("", *LOOK_ALIKES) else ""
        found = _look_alike(found, name) if found and name else found
        if kind == "certificate":
            found = self.certificate(KEYS[name])
        if kind == "algorithm":
            found = signature_uri(SIGNATURES[self.seal.algorithm][0], name)
        if not found:
            raise ValueError(f"there is nothing to put in place of {{{place}}}")
        return found


def _look_alike(url: str, form: str) -> str:
    """Another URL, which careless comparison takes for this one."""
    if form == "slash":
        return f"{url}/"
    if form == "scheme":
        return f"http{url[5:]}" if url.startswith("https") else f"https{url[4:]}"
    return url[:-1] + url[-1].swapcase()


def _said(who: Identity, name: str, place: str) -> str:
    values = who.said.get(name, ())
    if not values:
        raise ValueError(f"the school has nothing to put in place of {{{place}}}: {name or 'no attribute'} is not said")
    return values[0]


class NewIds:
    """Identifiers for one message.

    Args:
        make: makes one.
    """

    def __init__(self, make: Callable[[], str]) -> None:
        self._make, self._named = make, dict[str, str]()

    def __call__(self, name: str) -> str:
        """The identifier of this name; for "" always another."""
        if not name:
            return self._make()
        if name not in self._named:
            self._named[name] = self._make()
        return self._named[name]


def check_places(text: str) -> None:
    """Find out whether the school knows every place of a text.

    Raises:
        ValueError: it does not know one; says which.
    """
    for found in PLACE.finditer(text):
        if not _is_known(found[1]):
            raise ValueError(f"no place is called {found[0]}")


def _is_known(place: str) -> bool:
    kind, _, name = place.partition(":")
    if place in FIXED or NEW_ID.fullmatch(place) or NOW.fullmatch(place):
        return True
    known = dict.fromkeys(FIXED, tuple(LOOK_ALIKES)) | {
        "certificate": tuple(KEYS),
        "algorithm": tuple(HASHES),
        "own": (NAME_ID, HERE, *by_name()),
        "other": (NAME_ID, HERE, *by_name()),
    }
    return name in known.get(kind, ())
