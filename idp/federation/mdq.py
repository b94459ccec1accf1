"""Metadata queries: which document is asked for and how it is answered (draft-young-md-query and its SAML profile)."""

import re
from datetime import datetime
from email.utils import format_datetime
from hashlib import sha1
from urllib.parse import unquote_to_bytes

from starlette.requests import Request
from starlette.responses import Response

from idp.federation.aggregate import Document
from idp.federation.registry import Members
from idp.saml.metadata import MEDIA_TYPE

PREFIX = b"/entities/"
MAX_IDENTIFIER = 4096
"""Octets as sent; an entityID has 1024 characters at most (SAML Metadata 2.2.1), each escaped in three."""
SHA1_PREFIX = "{sha1}"
SHA1_DIGITS = re.compile(r"[0-9a-fA-F]{40}")
MAX_AGE_S = 3600
MAX_TAGS = 50
NOT_MODIFIED = 304


def asked_for(request: Request) -> str | None:
    """The identifier at the end of the path; None where none can be meant.

    NOTE: read from the octets that were sent: an entityID holds slashes, which the draft wants escaped (3.1), and a
    server that decodes the path first can no longer tell them from the path's own.
    """
    raw: bytes = request.scope["raw_path"]
    _, found, escaped = raw.partition(PREFIX)
    if not found or not escaped or b"/" in escaped or len(escaped) > MAX_IDENTIFIER:
        return None
    try:
        return unquote_to_bytes(escaped).decode("utf-8")
    except UnicodeDecodeError:
        return None


def entity_id_of(identifier: str, members: Members) -> str | None:
    """The member that the identifier means: its entityID, or ``{sha1}`` and the digest of it (SAML profile 2.1)."""
    if not identifier.startswith(SHA1_PREFIX):
        return identifier if members.find(identifier) else None
    digits = identifier.removeprefix(SHA1_PREFIX)
    if not SHA1_DIGITS.fullmatch(digits):
        return None
    by_digest = {_sha1(entity.entity_id): entity.entity_id for entity in members.entities}
    return by_digest.get(digits.lower())


def _sha1(text: str) -> str:
    # NOTE: the profile's way to write a long name short; nothing is kept secret or proven by it.
    return sha1(text.encode(), usedforsecurity=False).hexdigest()


def answer(request: Request, document: Document, now: datetime) -> Response:
    """The document, or that it has not changed since (RFC 9110, 13.1.2)."""
    left_s = int((document.valid_until - now).total_seconds())
    headers = {
        "ETag": document.etag,
        "Last-Modified": format_datetime(document.issued, usegmt=True),
        "Cache-Control": f"max-age={max(0, min(MAX_AGE_S, left_s))}",
        "X-Content-Type-Options": "nosniff",
    }
    if _has(request, document):
        return Response(status_code=NOT_MODIFIED, headers=headers)
    return Response(document.xml, media_type=MEDIA_TYPE, headers=headers)


def _has(request: Request, document: Document) -> bool:
    named = ",".join(request.headers.getlist("if-none-match")).split(",", MAX_TAGS)[:MAX_TAGS]
    return any(tag.strip().removeprefix("W/") in ("*", document.etag) for tag in named)


def wants_anew(request: Request) -> bool:
    """Whether the reader wants what no cache holds (RFC 9111, 5.2.1.4)."""
    directives = ",".join(request.headers.getlist("cache-control")).lower().split(",", MAX_TAGS)
    return any(directive.strip() == "no-cache" for directive in directives)
