"""A body that grows beyond all bounds is a Malformed message, on its way there or back; a large one is none."""

import gzip
import zlib
from dataclasses import replace
from datetime import UTC, datetime

import brotli
import pytest
import zstandard

from testbed.model.messages import Malformed
from testbed.model.wire import Exchange, Pointer, Request, Response
from testbed.wire import messages as wire
from testbed.wire.bodies import MAX_DECODED, OUT_OF_BOUNDS
from testbed.wire.bombs import messages

NOW = datetime(2026, 9, 1, tzinfo=UTC)
ZEROS = bytes(2 * MAX_DECODED)
PACKED = {
    "gzip": gzip.compress(ZEROS, 9),
    "deflate": zlib.compress(ZEROS, 9),
    "br": brotli.compress(ZEROS, quality=1),
    "zstd": zstandard.compress(ZEROS),
    "gzip, br": brotli.compress(gzip.compress(ZEROS, 9), quality=1),
}


def exchange(request: bytes, response: bytes = b"", coding: str = "gzip") -> Exchange:
    headers = (("Content-Encoding", coding), ("Content-Type", "application/json")) if coding else ()
    asked = Request("POST", "https://app.test/x", headers, request)
    return Exchange(7, "p", "browser.test", "app.test", asked, Response(200, headers, response), NOW, 1.0)


def malformed(place: str) -> Malformed:
    return Malformed(Pointer(7, place), "body", OUT_OF_BOUNDS, "http")


@pytest.mark.parametrize("coding", PACKED)
def test_a_bomb_is_told_where_it_stands(coding: str) -> None:
    assert list(messages(exchange(PACKED[coding], coding=coding))) == [malformed("request.body")]


def test_request_and_answer_are_told_apart() -> None:
    both = exchange(PACKED["gzip"], PACKED["gzip"])
    assert list(messages(both)) == [malformed("request.body"), malformed("response.body")]
    assert list(messages(exchange(gzip.compress(b"{}"), PACKED["gzip"]))) == [malformed("response.body")]


def test_what_never_was_answered_has_one_body() -> None:
    unanswered = replace(exchange(PACKED["gzip"], PACKED["gzip"]), response=None)
    assert list(messages(unanswered)) == [malformed("request.body")]


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (gzip.compress(bytes(MAX_DECODED - 1), mtime=0), "gzip"),
        (ZEROS, ""),
        (ZEROS, "identity"),
        (PACKED["gzip"], ""),
        (PACKED["gzip"], "br"),
        (b"", "gzip"),
    ],
)
def test_what_is_small_or_not_packed_is_no_bomb(body: bytes, coding: str) -> None:
    assert list(messages(exchange(body, coding=coding))) == []


def test_a_bomb_is_among_the_messages_of_an_exchange() -> None:
    assert wire.messages(exchange(PACKED["gzip"])) == (malformed("request.body"),)


def test_where_a_protocol_tells_that_it_cannot_be_read_it_is_told_once() -> None:
    bomb = exchange(PACKED["gzip"])
    form = (("Content-Encoding", "gzip"), ("Content-Type", "text/xml"))
    envelope = gzip.compress(b'<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/">' + ZEROS, 9)
    soap = replace(bomb, request=replace(bomb.request, headers=form, body=envelope))
    (message,) = wire.messages(soap)
    assert isinstance(message, Malformed)
    assert (message.kind, message.protocol) == ("SOAP message", "saml")
