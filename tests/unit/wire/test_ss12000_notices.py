"""Notices that something has changed: by what they say, in either spelling, and nothing else."""

import base64
import gzip
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.model.exchange_messages import ChangeNotice, MachineToken
from testbed.model.messages import Malformed
from testbed.model.wire import Exchange, Headers, Pointer, Request, Response
from testbed.wire import messages, ss12000_notices

NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)
BEARER: Headers = (("Authorization", "bearer a-token"),)
SAID = json.dumps({"modifiedEntites": ["Person"], "deletedEntities": True}).encode()


HEADER = {"alg": "ES256", "kid": "k"}
OURS = "https://vendor.test/hook"


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def showing(token: str) -> Headers:
    return (("Authorization", f"Bearer {token}"),)


def told(body: bytes, method: str = "POST", status: int | None = 200, headers: Headers = BEARER) -> Exchange:
    request = Request(method, "https://vendor.test/hook", headers, body)
    response = None if status is None else Response(status)
    return Exchange(3, "p", "api.skola.test", "vendor.test", request, response, NOW, 1.0)


@pytest.mark.parametrize("spelling", ["modifiedEntites", "modifiedEntities"])
def test_a_notice_is_read_in_both_spellings(spelling: str) -> None:
    exchange = told(json.dumps({spelling: ["Person"]}).encode())
    notice = ChangeNotice(Pointer(3, "request.body"), "vendor.test", MachineToken(), 200)
    assert ss12000_notices.messages(exchange) == (notice,)
    assert notice in messages.messages(exchange)


def test_whether_it_brought_a_token_and_what_was_answered() -> None:
    (bare,) = ss12000_notices.messages(told(SAID, headers=(("Authorization", "Basic eDp5"),), status=403))
    assert isinstance(bare, ChangeNotice)
    assert (bare.token, bare.status) == (None, 403)
    (unanswered,) = ss12000_notices.messages(told(SAID, status=None))
    assert isinstance(unanswered, ChangeNotice)
    assert unanswered.status == 0


def test_what_its_token_says() -> None:
    access = {"type": "ss12000-client", "locations": [OURS, 7]}
    claims = {"entity_id": "https://s.test", "nbf": 0, "exp": NOW.timestamp(), "requested_access": [access, "x"]}
    (notice,) = ss12000_notices.messages(told(SAID, headers=showing(f"{part(HEADER)}.{part(claims)}.c2ln")))
    assert isinstance(notice, ChangeNotice)
    begins = datetime(1970, 1, 1, tzinfo=UTC)
    assert notice.token == MachineToken("https://s.test", begins, NOW, (("ss12000-client", OURS),))


def test_a_token_of_very_many_places_is_read_within_bounds() -> None:
    access = [{"type": "t", "locations": ["https://x.test"] * 8}] * 200
    (notice,) = ss12000_notices.messages(
        told(SAID, headers=showing(f"{part(HEADER)}.{part({'requested_access': access})}.c2ln"))
    )
    assert isinstance(notice, ChangeNotice)
    assert notice.token is not None
    assert len(notice.token.opens) == 800


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("..", "is not JSON"),
        (f"{part(HEADER)}.{part([])}.", "is no JSON object"),
        (f"{part(HEADER)}.%%%.c2ln", "is not base64url"),
        (f"{part(HEADER)}.{'A' * 200_000}.c2ln", "is larger than"),
    ],
)
def test_what_is_meant_as_a_token_and_is_none_is_malformed(token: str, reason: str) -> None:
    notice, odd = ss12000_notices.messages(told(SAID, headers=showing(token)))
    assert isinstance(notice, ChangeNotice)
    assert notice.token == MachineToken()
    assert isinstance(odd, Malformed)
    assert (odd.where, odd.kind, odd.protocol) == (
        Pointer(3, "request.headers/authorization"),
        "access token",
        "ss12000",
    )
    assert odd.reason.startswith(reason)


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=60))
def test_whatever_is_shown_for_a_token(token: str) -> None:
    notice, *odd = ss12000_notices.messages(told(SAID, headers=showing(token)))
    assert isinstance(notice, ChangeNotice)
    assert notice.token is not None
    assert all(isinstance(one, Malformed) for one in odd)


def test_one_that_comes_packed() -> None:
    packed = told(gzip.compress(SAID), headers=(*BEARER, ("Content-Encoding", "gzip")))
    assert len(ss12000_notices.messages(packed)) == 1


@pytest.mark.parametrize(
    "exchange",
    [
        told(SAID, method="PUT"),
        told(b""),
        told(b"modifiedEntites"),
        told(b'["modifiedEntites"]'),
        told(b'{"message": "modifiedEntites"}'),
        told(b'{"modifiedEntites": [], "modifiedEntites": []}'),
        told(SAID + b" " * (64 * 1024)),
    ],
)
def test_anything_else_is_none(exchange: Exchange) -> None:
    assert ss12000_notices.messages(exchange) == ()


@given(st.binary(max_size=60))
def test_whatever_stands_around_the_word(noise: bytes) -> None:
    assert len(ss12000_notices.messages(told(b'{"modifiedEntites":' + noise))) <= 1
