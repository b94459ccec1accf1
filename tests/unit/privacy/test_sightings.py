"""Values are seen where they stand in an exchange."""

from datetime import UTC, datetime

import pytest

from testbed.model.privacy import Channel
from testbed.model.wire import BROWSER, Exchange, Request
from testbed.model.written import Person
from testbed.privacy.people import PeopleIndex
from testbed.privacy.sightings import sightings

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
