"""What a vendor that fetches has asked, as the servers in front of it keep it."""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from testbed.certify.exchange.world import Question


@dataclass(frozen=True, slots=True)
class Paged:
    """What a request and its answer have to do with pages."""

    carried: bool = False
    gave: bool = False
    changed: bool = False


NOT_PAGED = Paged()


class Elsewhere:
    """A host that no vendor has a reason to call."""

    def __init__(self) -> None:
        self.asked: list[Question] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as a data API that has nobody."""
        self.asked.append(question_of(Request(scope, receive), HTTPStatus.OK))
        await JSONResponse({"data": [], "pageToken": None})(scope, receive, send)


def question_of(
    request: Request, status: int, tricked: bool = False, waits_s: float = 0.0, paged: Paged = NOT_PAGED
) -> Question:
    """What was asked."""
    return Question(
        at_s=asyncio.get_running_loop().time(),
        method=request.method,
        path=request.url.path,
        status=status,
        authorised="authorization" in request.headers,
        tricked=tricked,
        told_to_wait_s=waits_s,
        gave_page_token=paged.gave,
        carried_page_token=paged.carried,
        page_token_changed=paged.changed,
    )
