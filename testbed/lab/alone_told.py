"""What one of the testbed's own is told that is served alone (:mod:`testbed.lab.served_alone`)."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit


def told(name: str) -> str:
    """The variable of this name.

    Raises:
        SystemExit: it is not set.
    """
    try:
        return os.environ[name]
    except KeyError:
        raise SystemExit(f"{name} is not set: see docs/certify-exchange.md") from None


def now() -> datetime:
    """The time, in aware UTC."""
    return datetime.now(UTC)


def issuer(machines: str) -> str:
    """What the register calls itself."""
    return f"{urlsplit(machines).scheme}://{urlsplit(machines).netloc}"


def key() -> dict[str, str]:
    """The key that the register of machines is signed with."""
    return dict(json.loads(Path(told("MACHINES_KEY")).read_text(encoding="utf-8")))
