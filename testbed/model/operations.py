"""Changes to a valid message of SAML: what spoils it, one step after the other.

XPaths and XML use the prefixes saml, samlp, ds, xs, xsi, md, mdui and shibmd, and XPaths match in the whole message.
Values and XML may hold places in braces, which the school fills in when it issues the message: see :data:`PLACES`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from testbed.model.strict import Written

type Where = Literal["before", "after", "first", "last"]
"""Beside an element, or within it at its beginning or end."""

PLACES: Mapping[str, str] = MappingProxyType(
    {
        "{new-id}": "an identifier that nothing else has; {new-id:x} is the same one wherever x stands",
        "{acs}": "where the vendor takes the message",
        "{audience}": "the vendor's entity ID",
        "{issuer}": "the school's entity ID",
        "{request}": "the ID of the request that is answered",
        "{second}": "the entity ID of the second, dishonest school",
        "{acs:FORM}": "the same in a form of LOOK_ALIKES; as well {audience:FORM}, {issuer:FORM} and {second:FORM}",
        "{certificate:KEY}": "the certificate of a key, in base64",
        "{now}": "the time of issue; {now+90} and {now-90} are so many seconds later and earlier",
        "{other:NAME}": "what the school would say of the other person: an attribute by canonical name, or name-id",
        "{own:NAME}": "the same of the person who logs in",
        "{other:here}": "what the school would say of the other person in this very place, else what stands there",
        "{own:here}": "the same of the person who logs in",
        "{algorithm:DIGEST}": "the algorithm by which the key that signs signs a digest, as sha1 or sha256",
    }
)
"""What may stand in braces, and what comes in its place."""


LOOK_ALIKES: Mapping[str, str] = MappingProxyType(
    {
        "case": "the last letter of its path in the other case",
        "slash": "with a slash at its end",
        "scheme": "http where it has https, and the other way round",
    }
)
"""Forms of a URL that is not the same URL, and that careless comparison takes for it."""


class Exact(Written):
    """Texts are taken letter by letter: white space around a value may be the attack."""

    model_config = ConfigDict(str_strip_whitespace=False)


class SetText(Exact):
    """Replace the text of every element that the XPath names."""

    op: Literal["set-text"]
    xpath: str
    value: str


class SetAttribute(Exact):
    """Set an attribute on every element that the XPath names; a name in braces has a name space, ``{uri}name``."""

    op: Literal["set-attribute"]
    xpath: str
    name: str
    value: str


class RemoveAttribute(Exact):
    """Take an attribute from every element that the XPath names, all of which have it."""

    op: Literal["remove-attribute"]
    xpath: str
    name: str


class Remove(Exact):
    """Remove every element that the XPath names, and leave the text behind it."""

    op: Literal["remove"]
    xpath: str
    if_any: bool = False
    """It is no mistake when the XPath names none."""


class Insert(Exact):
    """Put XML beside or into the one element that the XPath names; comments and instructions are XML too."""

    op: Literal["insert"]
    xpath: str
    where: Where
    xml: str


class Fill(Exact):
    """Replace all that every element that the XPath names holds by this XML, which may be text with a comment in it."""

    op: Literal["fill"]
    xpath: str
    xml: str


class Copy(Exact):
    """Put a copy of the one element that the XPath names beside or into the one element that ``to`` names."""

    op: Literal["copy"]
    xpath: str
    to: str
    where: Where


class Move(Exact):
    """Put the element itself there."""

    op: Literal["move"]
    xpath: str
    to: str
    where: Where


class Impersonate(Exact):
    """The assertions that the XPath names speak of the other person: NameID and attributes are what they would be."""

    op: Literal["impersonate"]
    xpath: str


class Rename(Exact):
    """The elements that the XPath names, and all of their name space within them, are of this name space."""

    op: Literal["rename"]
    xpath: str
    namespace: str


class Digest(Exact):
    """Compute the digest of what a Reference refers to, as anyone can, and write it into an element.

    ``of`` names the ds:Reference; ``to`` the element, the Reference's own DigestValue where it is "".
    """

    op: Literal["digest"]
    of: str
    to: str = ""
    form: Literal["text", "comment"] = "text"
    """A comment is put in front of the text, which stays."""


class Signed(Exact):
    """Put one element with an ID beside or into the one that the XPath names, signed by the school for another use."""

    op: Literal["signed"]
    xpath: str
    where: Where
    xml: str


class InTheClear(Exact):
    """Do not encrypt the assertion, whatever was agreed."""

    op: Literal["in-the-clear"]


type Operation = Annotated[
    SetText
    | SetAttribute
    | RemoveAttribute
    | Remove
    | Insert
    | Fill
    | Copy
    | Move
    | Impersonate
    | Rename
    | Digest
    | Signed
    | InTheClear,
    Field(discriminator="op"),
]
"""One change to a valid message."""
