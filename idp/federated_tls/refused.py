"""Why metadata of machines is not trusted, or a caller not known by it."""

from typing import Literal

type Code = Literal[
    "too-large",
    "not-readable",
    "header-not-plain",
    "algorithm-not-allowed",
    "issuer-other",
    "key-not-known",
    "signature-not-good",
    "times-not-valid",
    "expired",
    "payload-not-valid",
    "entity-twice",
    "pin-of-two-entities",
    "not-had",
]


class Untrusted(ValueError):
    """Metadata that must not be used.

    Args:
        code: what is wrong, for a log; holds nothing that the document said.
    """

    def __init__(self, code: Code) -> None:
        super().__init__(code)
        self.code: Code = code
