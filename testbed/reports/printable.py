"""Texts that documents can hold, whoever wrote them."""

import re

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, and what moves the cursor of a terminal."""


def printable(text: str) -> str:
    """The text with a sign of replacement for each that cannot be written."""
    return _UNPRINTABLE.sub("�", text)
