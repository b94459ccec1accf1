"""Page tokens: how far a list was told, sealed so that nobody else can read, use or make one."""

import json
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.fernet import Fernet, InvalidToken

from sp_mocks.provisioning.entries import BAD_PAGE, Rejected
from sp_mocks.provisioning.resources import Kind

LIFETIME_S = 3600
MAX_TOKEN = 1000


@dataclass(frozen=True)
class PageTokens:
    """Makes page tokens and reads them, as long as this process lives."""

    _seal: Fernet = field(default_factory=lambda: Fernet(Fernet.generate_key()), repr=False)

    def make(self, organisation: str, kind: Kind, last: str, now: datetime) -> str:
        """The token of a page that ended with the resource of this id."""
        text = json.dumps([organisation, kind, last])
        return self._seal.encrypt_at_time(text.encode(), int(now.timestamp())).decode("ascii")

    def read(self, token: str, organisation: str, kind: Kind, now: datetime) -> str:
        """The id of the last resource of the page before.

        Raises:
            Rejected: the token is none of ours, too old, another school's or of another resource; which is not told.
        """
        try:
            if len(token) > MAX_TOKEN:
                raise InvalidToken
            sealed = self._seal.decrypt_at_time(token.encode("utf-8", "replace"), LIFETIME_S, int(now.timestamp()))
            owner, of, last = json.loads(sealed)
        except InvalidToken as error:
            raise Rejected((BAD_PAGE,)) from error
        if (owner, of) != (organisation, kind):
            raise Rejected((BAD_PAGE,))
        return str(last)
