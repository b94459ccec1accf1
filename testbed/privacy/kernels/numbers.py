"""What compiled loops and those who call them both know by number; the compiler is not needed to read it."""

PERCENT, BACKSLASH, ENTITY, LINE, QUOTED, WIDE, APART, SIGNED = (1 << bit for bit in range(8))
"""What a text holds that has to be undone: percent-encoding; escapes of JSON and scripts; entities; lines of base64;
quoted-printable; UTF-16; the parts of a form or a token of JOSE; what gzip or zstd begin with."""
DROPPED, HARD = 0xFE, 0xFF
"""In place of the skeleton of a letter: it has none; it has several characters."""
DONE, AS_LATIN, TOO_HARD = range(3)
"""What has become of a row: it is a skeleton; it is one of Latin-1; only slower code can read it."""
