"""What every recorder answers for a host outside the lab, so that findings do not depend on the carrier."""

from testbed.model.pages import Page
from testbed.model.wire import Headers, Request, Response

BAD_GATEWAY = 502
NO_CONTENT = 204
MARK = ("x-testbed", "outside")
"""The header of every such answer."""


def outside(request: Request) -> Response:
    """No host of the lab: what was sent is recorded, and goes no further.

    A browser's question whether a page may send something (Fetch 4.8, a preflight) is answered yes, as the host itself
    would answer it: otherwise what the page meant to send never left the browser and would never be seen.
    """
    if allowed := _preflight(request):
        return Response(NO_CONTENT, (*allowed, MARK))
    text = f"{request.host} is outside the laboratory: what was sent was recorded and went no further.\n"
    return Response(BAD_GATEWAY, (("content-type", "text/plain; charset=utf-8"), MARK), text.encode())


def says_unanswered(page: Page) -> bool:
    """Whether a page is the one by which mitmproxy tells a browser that it had no answer from the host."""
    return (page.status, page.title) == (BAD_GATEWAY, "502 Bad Gateway")


def _preflight(request: Request) -> Headers:
    """The headers that allow what is asked for; none where nothing is."""
    origin, method = request.header("origin"), request.header("access-control-request-method")
    if request.method != "OPTIONS" or not origin or not method:
        return ()
    named = request.header("access-control-request-headers")
    return (
        ("access-control-allow-origin", origin),
        ("access-control-allow-methods", method),
        *((("access-control-allow-headers", named),) if named else ()),
        ("access-control-allow-credentials", "true"),
        ("vary", "origin"),
    )
