"""Keys that sign for machines: made at first use, kept in a folder that their owner alone can read."""

from datetime import datetime
from pathlib import Path

from idp.keys import SigningKey
from idp.oidc.jose import Signer, signer_of
from testbed.model.private import must_be_private

METADATA_KEY = "machines-signing.pem"
"""Of the federation that publishes them."""
TOKEN_KEY = "tokens-signing.pem"  # noqa: S105 - the name of a file, not a secret
"""Of the token service."""


def machine_signer(folder: Path, file: str, common_name: str, now: datetime) -> Signer:
    """The key in this file, made first where it is missing; for ES256.

    Raises:
        ValueError: the folder or the file in it is open to others, or damaged; says which and what to do.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    must_be_private(folder)
    return signer_of(SigningKey.load_or_make(folder / file, common_name, now, "ec"))
