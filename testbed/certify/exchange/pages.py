"""Read a page of a vendor's that shows whom it holds: bounded, and a page that is not there shows nothing."""

import asyncio

import httpx

from testbed.certify.exchange.calling import MAX_ANSWER


async def page_at(http: httpx.AsyncClient, url: str, within_s: float) -> str | None:
    """What stands on a page.

    Args:
        http: a client that reaches it.
        url: of the page.
        within_s: that it may take as a whole.

    Returns:
        None where there is no page from which anything could be concluded: the vendor was not reached, was too busy,
        broke down, led elsewhere, or gave no text of a size that a person could read.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(within_s), http.stream("GET", url, follow_redirects=False) as answer:
            if not answer.is_success:
                return None
            async for chunk in answer.aiter_bytes():
                body += chunk
                if len(body) > MAX_ANSWER:
                    return None
            return body.decode(answer.encoding or "utf-8", "replace")
    except (TimeoutError, httpx.HTTPError, LookupError, UnicodeError):
        # NOTE: a charset that Python knows need not be one of text ("hex").
        return None
