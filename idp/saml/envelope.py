"""What login and logout messages have in common: how they are unpacked, and what each must say of itself."""

import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Literal

from lxml import etree
from saml2.samlp import AuthnRequest, LogoutRequest, LogoutResponse
from saml2.validate import valid_instance

from idp.fields import Fields
from idp.refused import malformed
from idp.saml.names import SAML
from idp.saml.unpacking import decode, inflate

type Binding = Literal["redirect", "post"]

MAX_RELAY_STATE = 2048
"""Octets; SAML Bindings 3.4.3 allows 80, many products send more."""
MAX_AGE = timedelta(hours=1)
"""A message is taken so long after it was issued, and so long before by a clock that runs ahead."""
MESSAGE_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]{0,255}")
DEFLATE = "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE"

log = logging.getLogger("idp")


def read_as[Message](reader: Callable[[bytes], Message | None], root: etree._Element) -> Message:
    """The message as pysaml2 reads and checks it.

    Raises:
        Refused: it breaks the rules of SAML.
    """
    try:
        message = reader(etree.tostring(root))
        if message is None:
            raise ValueError("is another message")
        valid_instance(message)
    except Exception as error:
        # NOTE: on bad input pysaml2 raises what it happens to meet, AttributeError and plain Exception among them;
        # all of that is the request's fault, and the class of the exception stands in the log.
        log.info("pysaml2 refused a request: %s", type(error).__name__)
        raise malformed("breaks the rules of SAML 2.0") from error
    return message


def check_envelope(
    message: AuthnRequest | LogoutRequest | LogoutResponse,
    entity_id: str,
    destination: str,
    now: datetime,
    *,
    addressed: bool,
) -> None:
    """What every message must say of itself (SAML Core 3.2.1 and 3.2.2).

    Args:
        message: as pysaml2 read it.
        entity_id: whose signature was checked.
        destination: where it was received.
        now: the time.
        addressed: whether it must say where it was sent, as whatever is signed and carried by a browser must (SAML
            Bindings 3.4.5.2 and 3.5.5.2): else it could be caught elsewhere and brought here.

    Raises:
        Refused: it says something else.
    """
    if not MESSAGE_ID.fullmatch(message.id or ""):
        raise malformed("has an ID that is no name")
    if message.version != "2.0":
        raise malformed("is not of SAML 2.0")
    if message.issuer is None or (message.issuer.text or "").strip() != entity_id:
        raise malformed("names its issuer in two ways")
    if addressed and not message.destination:
        raise malformed("is signed and does not say where it is sent (Destination)")
    if message.destination not in (None, "", destination):
        raise malformed("is addressed to somewhere else")
    issued = instant(message.issue_instant)
    if issued is None:
        raise malformed("does not say when it was issued")
    if not now - MAX_AGE <= issued <= now + MAX_AGE:
        raise malformed("was issued too long ago, or by a clock that is wrong")


def instant(text: str | None) -> datetime | None:
    """A time as SAML writes it (SAML Core 1.3.3); None for anything else."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def written(moment: datetime) -> str:
    """A time in aware UTC as SAML writes it, in whole seconds (SAML Core 1.3.3)."""
    # NOTE: half the time of strftime, four times for every response.
    return f"{moment.replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def unpack(fields: Fields, name: str, binding: Binding) -> bytes:
    """The XML of a message in a query string or a form.

    Raises:
        Refused: it is not there, or cannot be unpacked within limits.
    """
    encoded = fields.value(name)
    if not encoded:
        raise malformed(f"has no {name}")
    if binding == "post":
        return decode(encoded)
    if fields.value("SAMLEncoding") not in ("", DEFLATE):
        raise malformed("has an unknown SAMLEncoding")
    return inflate(encoded)


def issuer_of(root: etree._Element) -> str:
    """Who says that they sent the message.

    Raises:
        Refused: it does not say.
    """
    issuer = root.find(f"{{{SAML}}}Issuer")
    text = "" if issuer is None else (issuer.text or "").strip()
    if not text:
        raise malformed("has no Issuer")
    return text


def relay_state(fields: Fields) -> str:
    """The field RelayState.

    Raises:
        Refused: it is too long.
    """
    state = fields.value("RelayState")
    if len(state.encode()) > MAX_RELAY_STATE:
        raise malformed("has a RelayState that is too long")
    return state
