"""What a master and its workers tell each other is readable by nobody else, and writable by nobody else."""

import pytest

from loadtests.sealed import Seal, Unsealed
from testbed.lab.load_processes import new_key


def test_what_was_sealed_is_opened_by_the_same_key() -> None:
    key = new_key()
    sealed = Seal(key).close(b"token")
    assert b"token" not in sealed
    assert Seal(key).open(sealed) == b"token"


def test_another_key_or_a_changed_message_or_none_opens_nothing() -> None:
    key = new_key()
    sealed = bytearray(Seal(key).close(b"token"))
    with pytest.raises(Unsealed, match="another key"):
        Seal(new_key()).open(bytes(sealed))
    sealed[40] ^= 1
    with pytest.raises(Unsealed, match="another key"):
        Seal(key).open(bytes(sealed))
    for other in ("text", None, {"sealed": 1}):
        with pytest.raises(Unsealed, match="not sealed"):
            Seal(key).open(other)


def test_a_key_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="32"):
        Seal("short")
