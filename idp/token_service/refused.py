"""Why no token is given (RFC 9635, 3.6), and why one is not taken."""

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Literal

type Denial = Literal["invalid_request", "invalid_flag", "invalid_client", "request_denied"]
type TokenFault = Literal[
    "no-token",
    "not-readable",
    "algorithm-not-allowed",
    "keys-not-had",
    "key-not-known",
    "signature-not-good",
    "issuer-other",
    "audience-other",
    "expired",
    "not-valid-yet",
    "claims-not-valid",
    "access-not-granted",
]

STATUSES: Mapping[Denial, HTTPStatus] = MappingProxyType(
    {
        # NOTE: RFC 9635 has codes of its own, and leaves the status to the server: whoever has not proven who it is
        # gets 401, and whoever has and may not have this 403.
        "invalid_request": HTTPStatus.BAD_REQUEST,
        "invalid_flag": HTTPStatus.BAD_REQUEST,
        "invalid_client": HTTPStatus.UNAUTHORIZED,
        "request_denied": HTTPStatus.FORBIDDEN,
    }
)


class Denied(Exception):
    """No token is given.

    Args:
        code: of the answer.
        cause: for whoever asked and for the log; a constant of ours, without anything that the request said.
        status: of the answer, where it is not the code's own.
    """

    def __init__(self, code: Denial, cause: str, status: HTTPStatus | None = None) -> None:
        super().__init__(f"{code}: {cause}")
        self.code, self.cause, self.status = code, cause, status or STATUSES[code]


class TokenRefused(ValueError):
    """A token that opens nothing here.

    Args:
        code: what is wrong, for a log and an answer; holds nothing that the token said.
    """

    def __init__(self, code: TokenFault) -> None:
        super().__init__(code)
        self.code: TokenFault = code

    @property
    def status(self) -> HTTPStatus:
        """Of the API's answer: a token that is no good here (401, as RFC 6750 has it, 3.1), or keys that are not there
        to verify it (503)."""
        return HTTPStatus.SERVICE_UNAVAILABLE if self.code == "keys-not-had" else HTTPStatus.UNAUTHORIZED
