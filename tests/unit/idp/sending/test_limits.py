"""When so much would be deleted that somebody has to look first."""

import pytest

from idp.scim.kinds import Kind
from idp.sending.limits import Guard


@pytest.mark.parametrize(
    ("gone", "held", "stops"),
    [
        (0, 0, False),
        (10, 10, False),
        (11, 11, True),
        (11, 110, False),
        (12, 110, True),
        (500, 100_000, False),
        (501, 100_000, True),
    ],
)
def test_too_much(gone: int, held: int, stops: bool) -> None:
    found = Guard().stops({Kind.TEACHER: 0, Kind.STUDENT: gone}, {Kind.TEACHER: 5, Kind.STUDENT: held})
    assert found == (Kind.STUDENT if stops else None)


def test_types_are_not_added_up() -> None:
    held = {Kind.STUDENT: 1000, Kind.EMPLOYMENT: 1000}
    assert Guard().stops({Kind.STUDENT: 100, Kind.EMPLOYMENT: 100}, held) is None
