"""Values are seen where they stand in an exchange."""

import gzip
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from testbed.model.privacy import Channel
from testbed.model.wire import BROWSER, Exchange, Request, Response
from testbed.model.written import Person
from testbed.privacy.people import PeopleIndex
from testbed.privacy.sightings import TOO_LONG, Closed, sightings
from testbed.privacy.undoing import TOO_LARGE
from testbed.wire.bodies import MAX_DECODED

MAIL = "anna.berg@skola.test"
INDEX = PeopleIndex.of([Person(id="anna", role="pupil", attributes={"mail": MAIL})])
FORM = "application/x-www-form-urlencoded"


def exchange(url: str = "https://a.test/", headers: tuple[tuple[str, str], ...] = (), body: bytes = b"") -> Exchange:
    """One of the browser."""
    request = Request("POST", url, headers, body)
    return Exchange(1, "play", BROWSER, "a.test", request, None, datetime(2026, 9, 1, tzinfo=UTC), 1.0)


@pytest.mark.parametrize(
    ("one", "channel", "locator"),
    [
        (exchange(f"https://a.test/x?m={MAIL}"), Channel.URL, "request.url"),
        (exchange(headers=(("Referer", f"https://b.test/{MAIL}"),)), Channel.REFERER, "request.headers:referer"),
        (exchange(headers=(("Cookie", f"m={MAIL}"),)), Channel.COOKIE, "request.headers:cookie"),
        (exchange(headers=(("X-User", MAIL),)), Channel.HEADER, "request.headers:x-user"),
        (exchange(body=MAIL.encode()), Channel.BODY, "request.body"),
        (exchange(headers=(("Content-Type", FORM),), body=f"a=1&m={MAIL}".encode()), Channel.BODY, "request.body:m"),
    ],
)
def test_a_value_is_seen_where_it_stands(one: Exchange, channel: Channel, locator: str) -> None:
    (seen,) = sightings([one], INDEX).of(1)
    assert (seen.channel, seen.locator, seen.owner.person) == (channel, locator, "anna")


def test_an_exchange_without_anybody_shows_nothing() -> None:
    assert sightings([exchange(body=b"nobody")], INDEX).of(1) == ()


# --- what is not read to its end ------------------------------------------------------------------------------------

GZIP, FORM_HEADER = ("Content-Encoding", "gzip"), ("Content-Type", FORM)
LONG = bytes(MAX_DECODED + 1)
MANY_FIELDS = b"&".join(b"f%d=" % n + bytes(MAX_DECODED // 8) for n in range(9))


@pytest.mark.parametrize(
    ("headers", "body", "why"),
    [
        ((GZIP,), gzip.compress(LONG), TOO_LARGE),
        ((GZIP, FORM_HEADER), gzip.compress(MANY_FIELDS), TOO_LARGE),
        ((), LONG, TOO_LONG),
        ((FORM_HEADER,), MANY_FIELDS, TOO_LONG),
    ],
)
def test_a_body_that_is_cut_is_told_once_and_why(headers: tuple[tuple[str, str], ...], body: bytes, why: str) -> None:
    closed = sightings([exchange(headers=headers, body=body)], INDEX).closed[1]
    assert closed == (Closed(Channel.BODY, "request.body", why),)


def test_an_answer_that_is_cut_was_answered() -> None:
    fetched = replace(exchange(), sender="b.test", response=Response(200, (GZIP,), gzip.compress(LONG)))
    assert sightings([fetched], INDEX).closed[1] == (Closed(Channel.BODY, "response.body", TOO_LARGE, answered=True),)


def test_what_stands_before_the_cut_is_seen() -> None:
    body = gzip.compress(f"mail={MAIL}&".encode() + MANY_FIELDS)
    (seen,) = sightings([exchange(headers=(GZIP, FORM_HEADER), body=body)], INDEX).of(1)
    assert seen.locator == "request.body:mail"


def test_a_body_that_is_read_whole_is_not_told() -> None:
    assert sightings([exchange(headers=(GZIP,), body=gzip.compress(LONG[:-2]))], INDEX).closed == {}
