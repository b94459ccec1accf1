"""The testbed's own vendor of SAML, served alone: what it says of itself, and where it looks for its school."""

import asyncio

import httpx
import pytest
from lxml import etree

from testbed.lab.alone_login import material
from testbed.wire.xml import MD

BASE, SCHOOL = "http://127.0.0.1:9000", "http://127.0.0.1:8400"


def test_it_says_where_it_serves_and_asks_the_school_that_it_was_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASE_URL", BASE)
    monkeypatch.setenv("ISSUER", SCHOOL)
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(503)

    async def called() -> tuple[bytes, int]:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
            app = material(http)
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE) as browser:
                metadata = await browser.get("/saml/metadata")
                login = await browser.get("/login")
        return metadata.content, login.status_code

    metadata, status = asyncio.run(called())
    document = etree.fromstring(metadata)
    assert document.get("entityID") == f"{BASE}/saml/metadata"
    places = [one.get("Location") for one in document.iter(f"{{{MD}}}AssertionConsumerService")]
    assert places == [f"{BASE}/saml/acs"]
    assert asked == [f"{SCHOOL}/saml/metadata"]
    assert 500 <= status < 600
