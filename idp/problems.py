"""What goes wrong, as a page for a person: the same way at the schools and at the federation."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from idp.pages import Pages
from idp.refused import Refused
from testbed.model.written import Bilingual

type Handler = Callable[[Request, Exception], Awaitable[Response]]

NOT_FOUND = 404

log = logging.getLogger("idp")


@dataclass(frozen=True, slots=True)
class Words:
    """What a site says of errors that any site can have."""

    not_here: Bilingual
    not_so: Bilingual
    our_fault: Bilingual


def error_handlers(pages: Pages, words: Words) -> Mapping[type[Exception], Handler]:
    """For Starlette's ``exception_handlers``: an error page with the right status, and a line in the log."""

    async def refused(request: Request, error: Exception) -> Response:
        if not isinstance(error, Refused):
            raise error
        # NOTE: request.url cannot be made of a query that is not UTF-8; and a path can hold a newline.
        log.info("refused %s %s: %s", request.method, quote(request.scope["path"]), error.cause)
        return pages.error(request, error.status, error.explanation)

    async def http_error(request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        page = pages.error(
            request, error.status_code, words.not_here if error.status_code == NOT_FOUND else words.not_so
        )
        page.headers.update(error.headers or {})
        return page

    async def failed(request: Request, _: Exception) -> Response:
        """Starlette raises the exception again once this page is sent, so it ends in the log."""
        return pages.error(request, 500, words.our_fault)

    return {Refused: refused, HTTPException: http_error, Exception: failed}
