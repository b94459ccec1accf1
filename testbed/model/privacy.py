"""Which personal data about whom went from whom to whom, in which form."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from testbed.model.wire import Pointer


class Channel(StrEnum):
    """The way a disclosure took."""

    SAML = "saml"
    OIDC = "oidc"
    USERINFO = "userinfo"
    SS12000 = "ss12000"
    SCIM = "scim"
    URL = "url"
    REFERER = "referer"
    HEADER = "header"
    COOKIE = "cookie"
    BODY = "body"
    WEBSOCKET = "websocket"


BY_LOGIN = frozenset({Channel.SAML, Channel.OIDC, Channel.USERINFO})
"""The ways by which a school tells a vendor about a person as part of a login, whatever the protocol."""
BY_EXCHANGE = frozenset({Channel.SS12000, Channel.SCIM})
"""The ways by which a school's systems tell a vendor of many people; other APIs look like them, so who spoke counts."""
PLAIN = "plain"
"""The form of a value that stood as it is written in people.json, in any letter case."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """This attribute of this person went from A to B over this channel in this form, seen here."""

    attribute: str
    """Canonical name, of the attribute table."""
    person: str
    """Id in people.json, "" where nobody can tell whose the value is."""
    value: str
    sender: str
    """Host of the party that made it happen: for a form or redirect carried by the browser, the page's host."""
    recipient: str
    channel: Channel
    form: str
    where: Pointer
    at: datetime
    encrypted: bool
    """Whether the connection was (https, wss)."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something that was sent and that nobody here can read: who is told what by it cannot be known."""

    sender: str
    """As of a disclosure: the host of the party that made it happen."""
    recipient: str
    channel: Channel
    where: Pointer
    why: str
    """What it is and why it stays closed, as ``an encrypted JWT``; the end of a sentence."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Issued:
    """An identifier by which a school made a person known to a vendor."""

    attribute: str
    """Canonical name, ``NameID`` or ``sub``."""
    person: str
    value: str
    recipient: str
    """Host of the vendor."""
    where: Pointer
