"""The federation's signing key: made at first use, kept in a folder that its owner alone can read."""

from datetime import datetime
from pathlib import Path

from idp.keys import SigningKey
from testbed.model.private import must_be_private

KEY_FILE = "metadata-signing.pem"


def federation_key(folder: Path, common_name: str, now: datetime) -> SigningKey:
    """The key in ``folder``, made first where it is missing; RSA, which every vendor's software can verify.

    Raises:
        ValueError: the folder or the file in it is open to others, or damaged; says which and what to do.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    must_be_private(folder)
    return SigningKey.load_or_make(folder / KEY_FILE, common_name, now)
