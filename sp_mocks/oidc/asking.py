"""Ask the school's server something, with the client that the vendor was handed, within limits of time and size."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import httpx

from sp_mocks.oidc.reading import Json, json_object
from sp_mocks.refusal import Refused

MAX_BYTES = 256 * 1024
TIMEOUT_S = 10.0
HTTP_OK = 200
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Question:
    """One request to the school."""

    url: str
    form: Mapping[str, str] | None = None
    """Posted; None to get."""
    headers: tuple[tuple[str, str], ...] = ()


async def ask(http: httpx.AsyncClient, question: Question) -> tuple[int, Json]:
    """The status and the JSON object of the answer; redirects are not followed.

    Raises:
        Refused: it cannot be had, is larger than the limit, or is no JSON object.
    """
    body = bytearray()
    # NOTE: a compressed answer could become large after the limit has let it pass.
    headers = {"Accept": "application/json", "Accept-Encoding": "identity", **dict(question.headers)}
    content = None if question.form is None else urlencode(question.form).encode("ascii")
    if content is not None:
        headers["Content-Type"] = FORM
    method = "GET" if content is None else "POST"
    try:
        async with (
            asyncio.timeout(TIMEOUT_S),
            http.stream(method, question.url, content=content, headers=headers, follow_redirects=False) as answer,
        ):
            media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
            if "content-encoding" in answer.headers or not _is_json(media_type):
                raise Refused("provider-answer-not-readable")
            async for chunk in answer.aiter_bytes():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise Refused("provider-answer-too-large")
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        raise Refused("provider-not-reached") from error
    return answer.status_code, json_object(bytes(body), "provider-answer-not-readable")


def _is_json(media_type: str) -> bool:
    return media_type == "application/json" or (media_type.startswith("application/") and media_type.endswith("+json"))
