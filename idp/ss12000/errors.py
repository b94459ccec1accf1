"""What goes wrong, in the form of SS 12000: ``{code, message}``."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from idp.refused import Refused
from idp.state import StateUnavailable

NO_STORE: Mapping[str, str] = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
RETRY_AFTER_S = 1

log = logging.getLogger("idp.ss12000")


class Problem(ValueError):
    """A request that the API turns away.

    Args:
        status: of HTTP.
        code: one word, for programs.
        message: for the vendor's developer; a constant of ours without anything that the request said.
        headers: of the answer.
    """

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        self.status, self.code, self.message, self.headers = status, code, message, dict(headers or {})
        super().__init__(f"{code}: {message}")

    def answer(self) -> Response:
        """As it goes out."""
        body = {"code": self.code, "message": self.message}
        return JSONResponse(body, self.status, headers={**NO_STORE, **self.headers})


def bad(message: str) -> Problem:
    """The request is not what the standard says."""
    return Problem(HTTPStatus.BAD_REQUEST, "bad_request", message)


def forbidden(message: str) -> Problem:
    """The caller may not have this."""
    return Problem(HTTPStatus.FORBIDDEN, "forbidden", message)


def not_here() -> Problem:
    """There is no such resource, or none that the caller may see: which of both is not told."""
    return Problem(HTTPStatus.NOT_FOUND, "not_found", "there is no such resource")


async def on_problem(_: Request, error: Exception) -> Response:
    """For Starlette's ``exception_handlers``: every refusal in the standard's form."""
    match error:
        case Problem():
            log.info("refused with %d: %s", error.status, error)
            return error.answer()
        case Refused():
            log.info("refused with %d: %s", error.status, error.cause)
            return Problem(error.status, "bad_request", f"the message {error.cause}").answer()
        case StateUnavailable():
            log.warning("the state is not available: %s", error)
            again = {"Retry-After": str(RETRY_AFTER_S)}
            return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "overloaded", "try again in a moment", again).answer()
        case HTTPException():
            code = "not_found" if error.status_code == HTTPStatus.NOT_FOUND else "bad_request"
            message = HTTPStatus(error.status_code).phrase.lower()
            return Problem(error.status_code, code, message, error.headers).answer()
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "failed", "the school failed; see the lab's log").answer()


HANDLERS: Mapping[type[Exception], Callable[[Request, Exception], Awaitable[Response]]] = dict.fromkeys(
    (Problem, Refused, StateUnavailable, HTTPException, Exception), on_problem
)
