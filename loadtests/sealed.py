"""What a master and its workers tell each other, sealed: whoever does not have the key can neither read nor write it.

An order holds people and the token of the school's control API, and makes whoever follows it send requests to others;
locust's own messages go in clear, to and from anybody who can reach the port.
"""

from cryptography.fernet import Fernet, InvalidToken


class Unsealed(ValueError):
    """A message that was not sealed with the key."""


class Seal:
    """Seals and opens messages.

    Args:
        key: 32 octets in URL-safe base64.

    Raises:
        ValueError: it is no such key.
    """

    def __init__(self, key: str) -> None:
        self._fernet = Fernet(key)

    def close(self, message: bytes) -> bytes:
        """The message, sealed."""
        return self._fernet.encrypt(message)

    def open(self, sealed: object) -> bytes:
        """What was sealed.

        Raises:
            Unsealed: it was not, or with another key.
        """
        if not isinstance(sealed, bytes):
            raise Unsealed("a message came that is not sealed")
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken as error:
            raise Unsealed("a message came that is sealed with another key") from error
