"""What goes wrong at an endpoint that programs call: JSON with an error code of the specification (RFC 6749, 5.2)."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from idp.refused import Refused
from idp.state import StateUnavailable

type Endpoint = Callable[[Request], Awaitable[Response]]

NO_STORE: Mapping[str, str] = {"Cache-Control": "no-store", "Pragma": "no-cache"}

log = logging.getLogger("idp")


class Rejected(ValueError):
    """A request that an endpoint turns away.

    Args:
        error: the code that the specification has for it.
        description: for the vendor's developer; a constant of ours, in the characters of RFC 6749 5.2.
        status: of HTTP.
        headers: of the answer, a challenge say.
    """

    def __init__(
        self,
        error: str,
        description: str,
        status: int = HTTPStatus.BAD_REQUEST,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.error, self.description, self.status = error, description, status
        self.headers = dict(headers or {})
        super().__init__(f"{error}: {description}")


def answered(endpoint: Endpoint) -> Endpoint:
    """The endpoint, whose refusals are answered in JSON."""

    async def answering(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Rejected as error:
            log.info("rejected %s %s: %s", request.method, request.url.path, error)
            return _problem(error.status, error.error, error.description, error.headers)
        except Refused as error:
            log.info("rejected %s %s: %s", request.method, request.url.path, error.cause)
            return _problem(error.status, "invalid_request", f"the message {error.cause}", {})
        except StateUnavailable as error:
            log.warning("the state is not available: %s", error)
            return _problem(HTTPStatus.SERVICE_UNAVAILABLE, "temporarily_unavailable", "try again in a moment", {})

    return answering


def _problem(status: int, error: str, description: str, headers: Mapping[str, str]) -> Response:
    body = {"error": error, "error_description": description}
    return JSONResponse(body, status, headers={**NO_STORE, **headers})
