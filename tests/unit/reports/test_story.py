"""What broke and what was shown, in words and in order."""

from datetime import UTC, datetime, timedelta

import pytest

from idp.people import generate
from testbed.model.breaking import AnyBreaking, Cut, Kill, LockDatabase, Mend, Pause, Restart, Slow
from testbed.model.verdict import Broken, Play, Seen
from testbed.reports.story import WHAT, WHO, story
from testbed.runner.catalogue import load_catalogue
from testbed.runner.plan import plays_of

NOW = datetime(2026, 9, 1, 7, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def play(broken: tuple[Broken, ...] = (), seen: tuple[Seen, ...] = ()) -> Play:
    catalogue = load_catalogue()
    (one,) = plays_of(catalogue.named(["login-maths-app"]), catalogue, generate(1, 100).everybody, 1)
    return Play(one.id, one.scenario, one.vendor, one.person, broken=broken, seen=seen)


def test_lines_stand_in_the_order_of_what_happened() -> None:
    broken = (Broken(at(2), at(3), Kill(participant="school")), Broken(at(9), at(10), Mend()))
    seen = (Seen(at(1), "https://a.test/login", 200), Seen(at(5), "https://a.test/cb", 502), Seen(at(11), "b", 0))
    lines = story(play(broken, seen))
    assert [line.after_s for line in lines] == [-1, 0, 3, 7, 9]
    assert [line.happened.en if line.happened else "" for line in lines] == [
        "",
        "The school died",
        "",
        "All was as before again",
        "",
    ]
    assert [line.seen.status if line.seen else None for line in lines] == [200, None, 502, None, 0]


def test_where_nothing_broke_there_is_no_story() -> None:
    assert story(play()) == ()


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (Pause(participant="vendor"), "The vendor hung"),
        (Restart(participant="proxy"), "The proxy was restarted"),
        (Cut(participant="school"), "The school was cut off from the network"),
        (LockDatabase(seconds=20), "The school's database was locked for 20 s"),
        (
            Slow(participant="school", delay_ms=150, kbit_s=2000),
            "The school had a bad line: 150 ms each way, 2000 kbit/s",
        ),
        (
            Slow(participant="school", refused=0.5, reset=1.0),
            "The school had a bad line: 0 ms each way, 50% of the connections refused, 100% of the connections reset",
        ),
    ],
)
def test_every_order_has_words(order: AnyBreaking, said: str) -> None:
    (line,) = story(play((Broken(NOW, NOW, order),)))
    assert line.happened
    assert line.happened.en == said
    assert line.happened.sv != said


def test_no_words_are_missing() -> None:
    assert set(WHO) == {"school", "vendor", "proxy"}
    assert set(WHAT) == {"pause", "kill", "restart", "cut", "fill-disk", "expire-certificate"}
