"""What could not be unpacked becomes a message, what is only closed does not."""

from datetime import UTC, datetime

from testbed.model.messages import Malformed
from testbed.model.privacy import Channel, Unreadable
from testbed.model.wire import Pointer
from testbed.privacy.bombs import bombs
from testbed.privacy.undoing import TOO_LARGE
from testbed.wire.bodies import OUT_OF_BOUNDS

NOW = datetime(2026, 9, 1, tzinfo=UTC)
BODY = Pointer(3, "request.body")


def closed(why: str = TOO_LARGE, where: Pointer = BODY, channel: Channel = Channel.BODY) -> Unreadable:
    return Unreadable("app.test", "tracker.test", channel, where, why, NOW)


def test_a_bomb_is_a_message_with_its_place_and_why() -> None:
    assert list(bombs([closed()], ())) == [Malformed(BODY, "body", OUT_OF_BOUNDS, "http")]


def test_its_kind_is_the_way_that_it_went() -> None:
    where = Pointer(4, "request.headers:cookie")
    (message,) = bombs([closed(where=where, channel=Channel.COOKIE)], ())
    assert (message.where, message.kind) == (where, "cookie")


def test_what_is_encrypted_or_merely_long_is_no_bomb() -> None:
    assert list(bombs([closed("it holds an encrypted token (JWE)"), closed("it is longer than ...")], ())) == []


def test_one_place_is_told_once() -> None:
    assert len(list(bombs([closed(), closed(), closed(where=Pointer(5, "request.body"))], ()))) == 2


def test_what_could_not_be_read_as_a_message_is_not_told_again() -> None:
    said = Malformed(BODY, "TokenRequest", "is no form", "oidc")
    assert list(bombs([closed()], (said,))) == []


def test_nothing_unread_is_no_message() -> None:
    assert list(bombs((), ())) == []
