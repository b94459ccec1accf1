"""Characters are of the kinds that they are, and stand for what the standards say."""

import base64

import pytest

from testbed.privacy.kernels import alphabets as of


@pytest.mark.parametrize("octet", range(256))
def test_every_octet_is_a_word_s_or_a_sign(octet: int) -> None:
    char = chr(octet)
    in_word = char.isascii() and char.isalnum()
    assert bool(of.KIND[octet]) == in_word
    assert bool(of.KIND[octet] & of.ANY_CAPITAL) == (in_word and char.isupper())
    assert bool(of.KIND[octet] & of.ANY_SMALL) == (in_word and char.islower())
    assert bool(of.KIND[octet] & of.ANY_DIGIT) == (in_word and char.isdigit())
    assert bool(of.KIND[octet] & of.BEYOND_HEX) == (in_word and char.lower() > "f")
    assert bool(of.KIND[octet] & of.CONFUSED) == (char in "0OIl")
    assert (of.SIGN[octet] == of.OTHER) == (char not in "+/-_$")


def test_digits_are_those_of_the_standard_library() -> None:
    for value in range(64):
        (char,) = base64.b64encode(bytes([value << 2]))[:1]
        (also,) = base64.urlsafe_b64encode(bytes([value << 2]))[:1]
        assert of.DIGITS[of.BASE64, char] == of.DIGITS[of.BASE64, also] == value
    for value in range(32):
        (char,) = base64.b32encode(bytes([value << 3]))[:1]
        assert of.DIGITS[of.BASE32, char] == of.DIGITS[of.BASE32, ord(chr(char).lower())] == value
    for value in range(16):
        assert of.DIGITS[of.HEX, ord(f"{value:x}")] == of.DIGITS[of.HEX, ord(f"{value:X}")] == value
    assert [int(of.DIGITS[of.BASE58, octet]) for octet in b"1AZz"] == [0, 9, 32, 57]
    assert (of.DIGITS[:, ord("!")] == 255).all()
