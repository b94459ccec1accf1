"""A posted form is read within limits, and only as a form."""

from collections.abc import AsyncIterator
from urllib.parse import urlencode

import pytest
from starlette.requests import Request

from sp_mocks.consume import MAX_ENCODED
from sp_mocks.posted import MAX_BODY, saml_message
from sp_mocks.refusal import Refused

pytestmark = pytest.mark.anyio
FORM = "application/x-www-form-urlencoded"


def posted(body: bytes, kind: str = FORM, chunks: int = 1) -> Request:
    size = max(1, -(-len(body) // chunks))
    parts = [body[i : i + size] for i in range(0, len(body), size)] or [b""]

    async def messages() -> AsyncIterator[dict[str, object]]:
        for number, part in enumerate(parts):
            yield {"type": "http.request", "body": part, "more_body": number + 1 < len(parts)}

    source = messages()
    headers = [(b"content-type", kind.encode("latin-1"))]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": headers}, source.__anext__)


async def code_of(request: Request) -> str:
    with pytest.raises(Refused) as refused:
        await saml_message(request)
    return refused.value.code


@pytest.mark.parametrize("kind", [FORM, f"{FORM}; charset=UTF-8", FORM.upper()])
@pytest.mark.parametrize("chunks", [1, 7])
async def test_the_field_is_found(kind: str, chunks: int) -> None:
    body = urlencode({"SAMLResponse": "ab+/=", "RelayState": "å"}).encode()
    assert (await saml_message(posted(body, kind, chunks))).encoded == "ab+/="


async def test_the_largest_message_fits_with_every_character_escaped() -> None:
    body = b"RelayState=" + b"x" * 80 + b"&SAMLResponse=" + b"%41" * MAX_ENCODED
    assert (await saml_message(posted(body, chunks=50))).encoded == "A" * MAX_ENCODED


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "no-message"),
        (b"RelayState=x", "no-message"),
        (b"SAMLResponse=a&SAMLResponse=b", "no-message"),
        (b"SAMLResponse=%ff", "not-a-form"),
        (b"SAMLResponse=\xff", "not-a-form"),
        (b"a&" * 11 + b"SAMLResponse=a", "not-a-form"),
        (b"x" * (MAX_BODY + 1), "message-too-large"),
    ],
)
async def test_what_is_no_such_form_is_refused(body: bytes, code: str) -> None:
    assert await code_of(posted(body)) == code


async def test_an_empty_field_is_there() -> None:
    assert (await saml_message(posted(b"SAMLResponse="))).encoded == ""


@pytest.mark.parametrize("kind", ["", "text/plain", "application/json", "multipart/form-data; boundary=x"])
async def test_other_kinds_of_content_are_refused(kind: str) -> None:
    assert await code_of(posted(b"SAMLResponse=a", kind)) == "not-a-form"


async def test_a_body_without_end_is_not_read_to_its_end() -> None:
    read = 0

    async def endless() -> dict[str, object]:
        nonlocal read
        read += 65536
        return {"type": "http.request", "body": b"x" * 65536, "more_body": True}

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"content-type", FORM.encode())]}
    assert await code_of(Request(scope, endless)) == "message-too-large"
    assert read <= MAX_BODY + 65536
