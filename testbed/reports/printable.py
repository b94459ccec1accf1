"""Texts that documents can hold, whoever wrote them."""

import re

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, and what moves the cursor of a terminal."""

_INVISIBLE = re.compile(
    "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\xad\\u061c\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ud800-\\udfff\\ufeff]"
)
"""What is not seen, or turns the text around it about: by such signs one name is made to look like another."""


def printable(text: str) -> str:
    """The text with a sign of replacement for each that cannot be written."""
    return _UNPRINTABLE.sub("�", text)


def visible(text: str) -> str:
    """The text with the number of each sign that cannot be seen, as ⟨U+200B⟩."""
    return _INVISIBLE.sub(lambda sign: f"⟨U+{ord(sign[0]):04X}⟩", text)
