"""The fields of a query string or a form, decoded and as they were sent."""

from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from idp.refused import malformed

MAX_FIELDS = 50


@dataclass(frozen=True, slots=True)
class Fields:
    """A query string or a urlencoded body, with the octets as they were sent: a Redirect signature covers those."""

    pairs: tuple[tuple[bytes, bytes], ...]

    def octets(self, name: str) -> bytes | None:
        """The raw value; None when there is no such field.

        Raises:
            Refused: the field stands there twice.
        """
        found = [value for key, value in self.pairs if key == name.encode("ascii")]
        if len(found) > 1:
            raise malformed(f"has the field {name} more than once")
        return found[0] if found else None

    def value(self, name: str) -> str:
        """The decoded value; "" when there is no such field.

        Raises:
            Refused: the field stands there twice or is not UTF-8.
        """
        try:
            return unquote_to_bytes((self.octets(name) or b"").replace(b"+", b" ")).decode("utf-8")
        except UnicodeDecodeError as error:
            raise malformed(f"has the field {name} not in UTF-8") from error


def read_fields(encoded: bytes) -> Fields:
    """The fields of a query string or of a body of type application/x-www-form-urlencoded.

    Raises:
        Refused: there are too many.
    """
    if encoded.count(b"&") >= MAX_FIELDS:
        raise malformed("has too many fields")
    pairs = (part.partition(b"=") for part in encoded.split(b"&") if part)
    return Fields(tuple((name, value) for name, _, value in pairs))
