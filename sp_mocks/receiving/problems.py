"""What goes wrong, as SCIM tells it (RFC 7644, 3.12). No text holds anything of what was sent: logs keep answers."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from itertools import batched

from scim2_models import Error
from starlette.responses import JSONResponse, StreamingResponse

SCIM_TYPE = "application/scim+json"
AT_ONCE = 50
"""Resources of a list that are made together."""
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
BAD_REQUEST, FORBIDDEN, NOT_FOUND, NOT_ALLOWED, TIMEOUT, CONFLICT = 400, 403, 404, 405, 408, 409
TOO_LARGE, NOT_THIS_TYPE, SERVER_ERROR, NOT_IMPLEMENTED, UNAVAILABLE, NO_ROOM = 413, 415, 500, 501, 503, 507


class Problem(Exception):
    """A call that is not carried out.

    Args:
        status: of the answer.
        detail: for people who keep a school's system going; names nobody.
        scim_type: one of the keywords of RFC 7644, where one fits.
    """

    def __init__(self, status: int, detail: str, scim_type: str = "") -> None:
        super().__init__(detail)
        self.status, self.detail, self.scim_type = status, detail, scim_type


def answered(content: object, status: int = 200, headers: dict[str, str] | None = None) -> JSONResponse:
    """An answer in SCIM's media type, which nobody on the way keeps."""
    return JSONResponse(content, status, {**HEADERS, **(headers or {})}, SCIM_TYPE)


def listed(head: Mapping[str, object], resources: Iterable[Mapping[str, object]]) -> StreamingResponse:
    """A list, each resource of which is made when it is sent: a list may be as long as a school is large.

    Args:
        head: what it says of itself.
        resources: in their order.
    """
    return StreamingResponse(_pieces(head, resources), headers=HEADERS, media_type=SCIM_TYPE)


async def _pieces(head: Mapping[str, object], resources: Iterable[Mapping[str, object]]) -> AsyncIterator[bytes]:
    yield _json(head).removesuffix("}").encode() + b',"Resources":['
    separator = ""
    for some in batched(resources, AT_ONCE, strict=False):
        yield (separator + ",".join(map(_json, some))).encode()
        separator = ","
        # NOTE: the vendor has others to answer meanwhile.
        await asyncio.sleep(0)
    yield b"]}"


def _json(value: Mapping[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def refused(problem: Problem) -> JSONResponse:
    """The answer that says why."""
    error = Error(status=problem.status, scim_type=problem.scim_type or None, detail=problem.detail)
    return answered(error.model_dump(), problem.status)
