"""What was recorded at several places becomes one journal, each thing once and in the order of its time."""

from datetime import UTC, datetime, timedelta

from testbed.interception.recorded import Recorded
from testbed.lab.journals_joined import heeds_proxy, joined
from testbed.model.scenario import Expect, Scenario
from testbed.model.strict import Bilingual
from testbed.model.vendor import Probe, Vendor
from testbed.model.verdict import Play
from testbed.model.wire import Exchange, Request, Response

NOW = datetime(2026, 9, 1, 7, 0, tzinfo=UTC)
APP, SCHOOL, TRACKER = "127.0.0.1:8000", "127.0.0.1:8400", "tracker.example"


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def play(number: int, seconds: float) -> Play:
    home = f"http://{APP}/"
    vendor = Vendor(id="app", name="App", protocol="saml", metadata=home, login=home, probe=Probe(url=home))
    title, expect = Bilingual(sv="S", en="E"), Expect(login="accepted")
    scenario = Scenario(id=f"play-{number}", title=title, flow="login", vendor="app", expect=expect)
    return Play(scenario.id, scenario, vendor, "ada", started=at(seconds), finished=at(seconds + 1))


def exchange(number: int, seconds: float, url: str, sender: str = APP, play: str = "") -> Exchange:
    request = Request("POST", url, (), b"x")
    return Exchange(number, play, sender, request.host, request, Response(200), at(seconds), 500.0)


def recorded(*exchanges: Exchange, plays: tuple[Play, ...] = ()) -> Recorded:
    return Recorded("outside", NOW, plays, exchanges, ())


PLAYS = (play(1, 10), play(2, 20))
TOKEN = f"http://{SCHOOL}/token"


def test_all_stands_in_the_order_of_time_and_belongs_to_the_play_that_had_begun() -> None:
    main = recorded(
        exchange(1, 10.1, f"http://{APP}/", "browser.test", "play-1"),
        exchange(2, 20.1, f"http://{APP}/", "browser.test", "play-2"),
        plays=PLAYS,
    )
    server = recorded(*(exchange(n, s, f"https://{TRACKER}/") for n, s in ((1, 10.2), (2, 15.0), (3, 99.0))))
    found = joined(main, (server,)).exchanges
    assert [(e.number, e.play, e.receiver) for e in found] == [
        (1, "play-1", APP),
        (2, "play-1", TRACKER),
        (3, "play-1", TRACKER),
        (4, "play-2", APP),
        (5, "play-2", TRACKER),
    ]


def test_what_a_server_sends_before_anybody_logged_in_is_left_out() -> None:
    server = recorded(exchange(1, 1.0, f"https://{TRACKER}/"))
    assert joined(recorded(plays=PLAYS), (server,)).exchanges == ()


def test_a_call_that_the_proxy_and_the_school_saw_stands_once() -> None:
    main = recorded(exchange(1, 10.3, TOKEN, play="play-1"), plays=PLAYS)
    server = recorded(exchange(1, 10.2, TOKEN))
    assert len(joined(main, (server,)).exchanges) == 1


def test_two_calls_alike_are_two() -> None:
    main = recorded(exchange(1, 10.3, TOKEN, play="play-1"), exchange(2, 10.4, TOKEN, play="play-1"), plays=PLAYS)
    server = recorded(exchange(1, 10.2, TOKEN))
    assert len(joined(main, (server,)).exchanges) == 2


def test_a_server_heeds_the_proxy_when_all_its_calls_to_school_come_by_it() -> None:
    school, proxy = recorded(exchange(1, 10.3, TOKEN, play="play-1")), recorded(exchange(1, 10.2, TOKEN))
    assert heeds_proxy(school, (proxy,), APP, SCHOOL)


def test_it_does_not_when_one_goes_around_it_or_none_comes() -> None:
    school = recorded(exchange(1, 10.3, TOKEN), exchange(2, 12.0, TOKEN))
    assert not heeds_proxy(school, (recorded(exchange(1, 10.2, TOKEN)),), APP, SCHOOL)
    assert not heeds_proxy(recorded(), (recorded(exchange(1, 10.2, f"https://{TRACKER}/")),), APP, SCHOOL)
