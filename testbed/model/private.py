"""Files that their owner alone can read: keys, and whatever the lab writes beside them."""

import os
import secrets
from pathlib import Path
from typing import BinaryIO

OTHERS = 0o077
FOLDER_MODE, FILE_MODE = 0o700, 0o600


def must_be_private(path: Path) -> None:
    """Hold the file or folder against the promise.

    Raises:
        ValueError: others may read or write it; says what to do.
    """
    mode = path.stat().st_mode & 0o777
    if mode & OTHERS:
        mend = FOLDER_MODE if path.is_dir() else FILE_MODE
        raise ValueError(f"{path}: holds secrets but is open to others (mode {mode:o}). To mend it: chmod {mend:o} it")


def read_private(path: Path) -> bytes:
    """The content of a file that nobody else can have read or changed.

    Raises:
        ValueError: see :func:`must_be_private`.
    """
    must_be_private(path)
    return path.read_bytes()


def create_private(path: Path, content: bytes) -> None:
    """Make the file whole or not at all; of two that make it at once, the first one's content stays."""
    temporary = _temporary(path, content)
    try:
        os.link(temporary, path)
    except FileExistsError:
        return
    finally:
        temporary.unlink()


def write_private(path: Path, content: bytes) -> None:
    """Write the file whole or not at all, in place of what was there."""
    _temporary(path, content).replace(path)


def append_private(path: Path) -> BinaryIO:
    """The file, open to be added to; made where there is none."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, FILE_MODE), "ab")


def _temporary(path: Path, content: bytes) -> Path:
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    return temporary
