"""The side of a machine that asks for tokens: kept while good, asked for anew, and nothing else is believed."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from idp.token_service.asking import Access, Transaction
from idp.token_service.tokens import MAX_ANSWER, AccessTokens, NoToken

pytestmark = pytest.mark.anyio
NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
SERVICE = "https://auth.federation.test/transaction"
HERE, THERE = (Access(type="ss12000-client", locations=(f"https://{host}.test/webhook",)) for host in ("a", "b"))


class Asked:
    """A token service of a few lines."""

    def __init__(self, answer: Callable[[int], httpx.Response] | None = None) -> None:
        self.now, self.asked = NOW, list[Any]()
        self._answer = answer or self._given
        http = httpx.AsyncClient(transport=httpx.MockTransport(self._hear))
        self.tokens = AccessTokens(SERVICE, "https://api.skola.test", http, lambda: self.now)

    def _hear(self, request: httpx.Request) -> httpx.Response:
        assert str(request.url) == SERVICE
        self.asked.append(Transaction.model_validate_json(request.content))
        return self._answer(len(self.asked))

    @staticmethod
    def _given(number: int) -> httpx.Response:
        return httpx.Response(200, json={"access_token": {"value": f"token-{number}", "expires_in": 3600, "more": 1}})


async def test_a_token_is_asked_for_by_name_and_kept_until_a_minute_before_its_end() -> None:
    asked = Asked()
    assert await asked.tokens.header(HERE) == {"Authorization": "Bearer token-1"}
    assert await asked.tokens.header(HERE) == {"Authorization": "Bearer token-1"}
    assert await asked.tokens.header(THERE) == {"Authorization": "Bearer token-2"}
    asked.now += dt.timedelta(minutes=59)
    assert await asked.tokens.header(HERE) == {"Authorization": "Bearer token-3"}
    assert [one.access_token[0].access for one in asked.asked] == [(HERE,), (THERE,), (HERE,)]
    assert {one.client.key for one in asked.asked} == {"https://api.skola.test"}


async def test_one_that_was_not_taken_is_asked_for_anew() -> None:
    asked = Asked()
    await asked.tokens.header(HERE)
    asked.tokens.forget(HERE)
    assert await asked.tokens.header(HERE) == {"Authorization": "Bearer token-2"}


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(403, json={"error": {"code": "request_denied"}}),
        httpx.Response(200, content=b"no json"),
        httpx.Response(200, json={"access_token": {"value": "", "expires_in": 60}}),
        httpx.Response(200, json={"access_token": {"value": "a b", "expires_in": 60}}),
        httpx.Response(200, json={"access_token": {"value": "a", "expires_in": 0}}),
        httpx.Response(200, json={"access_token": "a"}),
        httpx.Response(200, content=b" " * (MAX_ANSWER + 1)),
        httpx.Response(302, headers={"Location": "https://elsewhere.test/"}),
        None,
    ],
)
async def test_whatever_else_comes_is_no_token(answer: httpx.Response | None) -> None:
    def answering(_: int) -> httpx.Response:
        if answer is None:
            raise httpx.ConnectError("nobody listens")
        return answer

    with pytest.raises(NoToken):
        await Asked(answering).tokens.header(HERE)


async def test_a_token_stands_in_no_message_of_ours() -> None:
    secret = "s3cret value"
    answer = httpx.Response(200, content=json.dumps({"access_token": {"value": secret, "expires_in": 60}}).encode())
    with pytest.raises(NoToken) as caught:
        await Asked(lambda _: answer).tokens.header(HERE)
    assert secret not in f"{caught.value} {caught.value.__cause__}"
