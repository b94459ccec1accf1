"""What schools published before a play, and holds for it."""

from datetime import UTC, datetime

import pytest

from testbed.model.oidc_messages import KeySet, RegistrationAnswer
from testbed.model.wire import Exchange, Pointer, Request
from testbed.runner.background import background_of, standing

NOW = datetime(2026, 9, 1, tzinfo=UTC)


def keys(number: int, url: str = "https://idp.test/jwks") -> KeySet:
    return KeySet(Pointer(number, "response.body"), url, ())


def own(*numbers: int) -> list[Exchange]:
    request = Request("GET", "https://idp.test/")
    return [Exchange(number, "p", "a", "b", request, None, NOW, 1.0) for number in numbers]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([1, 3, 9], [3]),
        ([9, 12], [9]),
        ([5, 9], [9]),
        ([3, 6, 12], [3]),
        ([], []),
    ],
    ids=["the last before", "else the first after", "what the play said is its own", "later ones do not count", "none"],
)
def test_what_held_when_a_play_began(said: list[int], expected: list[int]) -> None:
    background = background_of(own(5, 6, 7), [keys(number) for number in said])
    assert [message.where.exchange for message in background] == expected


def test_each_school_and_vendor_stands_for_itself() -> None:
    other = keys(2, "https://other.test/jwks")
    app = RegistrationAnswer(Pointer(1, "x"), "app", (), "", "")
    library = RegistrationAnswer(Pointer(2, "x"), "library", (), "", "")
    assert background_of(own(5), [keys(1), other, app, library]) == (keys(1), other, app, library)
    assert standing({3: [other], 1: [app]}) == (app, other)
