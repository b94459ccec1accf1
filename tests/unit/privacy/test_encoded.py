"""Tokens of hex, base32, base58 and base64 are found by their shape."""

import base64

import pytest

from testbed.privacy.encoded import encoded_in
from testbed.privacy.pieces import DIGEST, FORMS
from testbed.privacy.words import joined

TEXT = b"anna.berg@skola.test"


def base58(data: bytes) -> bytes:
    """As Bitcoin writes it."""
    number, out = int.from_bytes(data), b""
    while number:
        number, rest = divmod(number, 58)
        out = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"[rest : rest + 1] + out
    return out


@pytest.mark.parametrize(
    ("form", "token"),
    [
        ("hex", TEXT.hex().encode()),
        ("hex", TEXT.hex().upper().encode()),
        ("base32", base64.b32encode(TEXT).rstrip(b"=")),
        ("base32", base64.b32encode(TEXT).rstrip(b"=").lower()),
        ("base58", base58(TEXT)),
        ("base64", base64.b64encode(TEXT)),
        ("base64", base64.urlsafe_b64encode(TEXT).rstrip(b"=")),
    ],
)
def test_a_token_is_found_where_it_begins(form: str, token: bytes) -> None:
    buffer, _ = joined([b"id=" + token + b"&x=1"])
    found = encoded_in(buffer)
    said = zip([FORMS[number] for number in found.forms.tolist()], found.said(), found.places.tolist(), strict=True)
    assert (form, TEXT, buffer.index(token)) in list(said)


@pytest.mark.parametrize("size", [16, 20, 28, 32, 48, 64])
def test_tokens_of_the_size_of_a_digest_are_kept_apart(size: int) -> None:
    token = bytes(range(0x81, 0x81 + size))
    buffer, _ = joined([token.hex().encode()])
    found = encoded_in(buffer)
    assert token in found.chosen(found.forms == DIGEST).said()


def test_common_words_are_nothing_encoded() -> None:
    buffer, _ = joined([b"the quick brown fox getElementById addEventListener 20260101"])
    assert len(encoded_in(buffer)) == 0
