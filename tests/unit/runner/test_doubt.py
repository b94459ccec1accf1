"""A play in which nothing was found passes only where something could have been."""

from dataclasses import replace
from datetime import UTC, datetime

from testbed.model.verdict import Evidence, Play
from testbed.model.wire import BROWSER, Exchange, Frame, Request, Response
from testbed.model.written import Person, Scenario, Vendor
from testbed.runner.doubt import doubt_about

NOW = datetime(2026, 9, 1, 7, 0, tzinfo=UTC)
ADA = Person(id="elev-0001", role="pupil", attributes={"mail": "ada@skola.test"})
VENDOR = Vendor.model_validate(
    {
        "id": "app",
        "name": "Appen",
        "protocol": "saml",
        "metadata": "https://app.test/",
        "login": "https://app.test/",
        "probe": {"url": "https://app.test/me"},
    }
)
SCENARIO = Scenario.model_validate(
    {"id": "x", "title": {"sv": "X", "en": "X"}, "flow": "login", "vendor": "app", "expect": {"login": "accepted"}}
)
EXCHANGE = Exchange(
    1, "x", BROWSER, "app.test", Request("GET", "https://app.test/", (("a", "b"),)), Response(200), NOW, 1.0
)
CAPTURED = Play("x", SCENARIO, VENDOR, "", captured=True)


def evidence(exchange: Exchange = EXCHANGE, play: Play = CAPTURED) -> Evidence:
    return Evidence(play, (exchange,), (), (), {ADA.id: ADA}, None)


def test_a_play_of_the_lab_needs_nobody_to_be_seen() -> None:
    assert doubt_about(evidence(play=replace(CAPTURED, captured=False)), ()) == ""


def test_a_capture_of_nobody_is_in_doubt() -> None:
    assert "none of the 1 people" in doubt_about(evidence(), ())


def test_a_capture_of_somebody_is_not() -> None:
    body = b'{"mail": "ADA@skola.test"}'
    assert doubt_about(evidence(replace(EXCHANGE, response=Response(200, (), body))), ()) == ""
    assert doubt_about(evidence(replace(EXCHANGE, request=Request("POST", "https://x.test/", (), body))), ()) == ""
    assert doubt_about(evidence(replace(EXCHANGE, frames=(Frame(True, NOW, body),))), ()) == ""
    assert doubt_about(evidence(play=replace(CAPTURED, person="elev-0001")), ()) == ""


def test_what_could_not_be_read_is_named_first() -> None:
    said = doubt_about(evidence(), ("a.har: entry 1 has no request", "a.har: entry 2 has no request"))
    assert said == "2 part(s) could not be read, the first: a.har: entry 1 has no request"
