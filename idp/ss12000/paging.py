"""Page tokens: what was asked and how far the answer went, sealed so that nobody else can read, use or make one.

The token carries the query, for a token goes without filters; and a filter may be somebody's number, so the token is
encrypted and not signed alone.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import asdict, dataclass
from datetime import datetime

from cryptography.fernet import Fernet, InvalidToken
from pydantic import TypeAdapter

from idp.ss12000.errors import bad
from idp.ss12000.query import Query

LIFETIME_S = 3600


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page ended."""

    caller: str
    query: Query
    last: tuple[str, str]
    """Sort value and id of its last resource."""


_POSITION = TypeAdapter(Position)


class PageTokens:
    """Makes page tokens and reads them.

    Args:
        secret: of the school; the key comes from it.
    """

    def __init__(self, secret: bytes) -> None:
        self.before = ""
        """What stands before a token: nobody but the school need make anything of it."""
        key = hmac.new(secret, b"ss12000 page token", hashlib.sha256).digest()
        self._seal = Fernet(base64.urlsafe_b64encode(key))

    def make(self, position: Position, now: datetime) -> str:
        """The token of a page that ended here."""
        text = json.dumps(asdict(position), separators=(",", ":"), ensure_ascii=False)
        return self.before + self._seal.encrypt_at_time(text.encode(), int(now.timestamp())).decode("ascii")

    def read(self, token: str, caller: str, kind: str, now: datetime) -> Position:
        """Where the page before ended.

        Args:
            token: as it was sent.
            caller: who sends it.
            kind: plural of the resource type that is asked for.
            now: the time.

        Raises:
            Problem: the token is not one of ours, too old, another caller's, or of another resource; which of these
                is not told.
        """
        token = token.removeprefix(self.before)
        try:
            # NOTE: what decodes base64 passes over signs that mean nothing; a token is written in one way alone.
            if base64.urlsafe_b64encode(base64.urlsafe_b64decode(token)) != token.encode():
                raise InvalidToken
            text = self._seal.decrypt_at_time(token.encode(), LIFETIME_S, int(now.timestamp()))
            position = _POSITION.validate_json(text)
        except (InvalidToken, ValueError) as error:
            raise bad(_NOT_GOOD) from error
        if position.caller != caller or position.query.kind != kind:
            raise bad(_NOT_GOOD)
        return position


_NOT_GOOD = "the page token is not good here; begin with the first page"
