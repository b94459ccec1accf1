"""The federation's hosts as a vendor's software meets them."""

import logging
from typing import Any

import httpx
import pytest
from cryptography import x509

from idp.federation.app import Federation, FederationConfig
from idp.keys import SigningKey

pytestmark = pytest.mark.anyio


async def test_the_certificate_is_published_as_pem(lab: Any, key: SigningKey) -> None:
    answer = await lab.md.get("/certificate.pem")
    assert x509.load_pem_x509_certificate(answer.content) == key.certificate
    assert b"PRIVATE" not in answer.content


async def test_with_nobody_to_publish_there_is_no_document(lab: Any) -> None:
    lab.network.answers.clear()
    for path in ("/aggregate.xml", "/entities"):
        answer = await lab.md.get(path)
        assert answer.status_code == 503
        assert "No member could be published" in answer.text
    status = await lab.md.get("/")
    assert status.status_code == 200
    assert status.text.count("was answered with status 404") == 3


async def test_pages_that_are_not_there_and_methods_that_are_not_served(lab: Any) -> None:
    assert (await lab.md.get("/ds")).status_code == 404
    assert (await lab.ds.get("/aggregate.xml")).status_code == 404
    assert (await lab.ds.get("/ds/", headers={"Host": "evil.test"})).status_code == 404
    refused = await lab.md.post("/aggregate.xml")
    assert refused.status_code == 405
    assert "GET" in refused.headers["allow"]


async def test_it_says_what_it_is_when_it_starts(
    config: FederationConfig, key: SigningKey, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        async with httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(404))) as http:
            Federation(config, key, http, lambda: None)
    assert any("TEST federation" in line and "3 members" in line for line in caplog.messages)
