"""One path of an app, and who answers which method of HTTP there."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

type Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class ByMethod:
    """What answers at one path, as an ASGI app."""

    endpoints: Mapping[str, Endpoint]
    """By method; HEAD goes with GET."""

    @property
    def allowed(self) -> str:
        """All methods, as the header Allow names them (RFC 9110, 10.2.1)."""
        return ", ".join(sorted({*self.endpoints, *(("HEAD",) if "GET" in self.endpoints else ())}))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request.

        Raises:
            HTTPException: of another method (405); names all that there are.
        """
        request = Request(scope, receive, send)
        endpoint = self.endpoints.get("GET" if request.method == "HEAD" else request.method)
        if endpoint is None:
            raise HTTPException(HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": self.allowed})
        answer = await endpoint(request)
        await answer(scope, receive, send)


def route(path: str, endpoints: Mapping[str, Endpoint]) -> Route:
    """The route of a path.

    NOTE: one route for all methods of a path. Of two, Starlette names only the first one's methods in Allow, and takes
    GET /persons/lookup for the person whose id is "lookup".
    """
    return Route(path, ByMethod(endpoints))
