"""Entries of a HAR as exchanges, by the habits of the tools that write them."""

import base64
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testbed.interception.har import LeftOut, Taken, Unusable, made_by, read_entry
from testbed.model.wire import BROWSER, Frame

NOW = datetime(2026, 9, 1, 7, 0, tzinfo=UTC)
ENTRY: dict[str, Any] = {
    "startedDateTime": "2026-09-01T09:00:00.250+02:00",
    "time": 12.5,
    "request": {
        "method": "POST",
        "url": "https://App.test:443/save?x=1#top",
        "headers": [
            {"name": ":authority", "value": "app.test"},
            {"name": "content-type", "value": "text/plain"},
            {"name": "content-length", "value": "5"},
        ],
        "queryString": [{"name": "x", "value": "1"}],
        "cookies": [],
        "postData": {"mimeType": "text/plain", "text": "hello"},
    },
    "response": {
        "status": 200,
        "headers": [{"name": "Content-Type", "value": "text/html"}, {"name": "Content-Encoding", "value": "br"}],
        "content": {"size": 2, "mimeType": "text/html", "text": "ok"},
        "redirectURL": "",
    },
}


def entry(**changes: Any) -> dict[str, Any]:
    """The entry with members changed; ``request__url`` is a member of a member."""
    made = deepcopy(ENTRY)
    for path, value in changes.items():
        *way, last = path.split("__")
        place = made
        for step in way:
            place = place[step]
        if value is None:
            place.pop(last, None)
        else:
            place[last] = value
    return made


def read(**changes: Any) -> Taken:
    return read_entry(entry(**changes), BROWSER, None)


def test_an_entry_is_an_exchange() -> None:
    taken = read()
    one = taken.exchange
    assert (one.sender, one.receiver, one.request.method) == (BROWSER, "app.test", "POST")
    assert one.request.url == "https://App.test:443/save?x=1"
    assert one.request.headers == (("content-type", "text/plain"), ("content-length", "5"))
    assert one.request.body == b"hello"
    assert one.response is not None
    assert (one.response.status, one.response.headers, one.response.body) == (
        200,
        (("Content-Type", "text/html"),),
        b"ok",
    )
    assert one.started == datetime(2026, 9, 1, 7, 0, 0, 250_000, tzinfo=UTC)
    assert one.duration_ms == 12.5
    assert (taken.problems, taken.bodiless, one.error, one.frames) == ([], False, "", ())


@pytest.mark.parametrize("value", [None, 7, "entry", [], {}, {"request": None}, {"request": []}])
def test_without_a_request_there_is_nothing(value: Any) -> None:
    with pytest.raises(Unusable, match="has no request"):
        read_entry(value, BROWSER, None)


@pytest.mark.parametrize(
    "changes",
    [
        {"request__url": None},
        {"request__url": 7},
        {"request__method": None},
        {"request__url": "https:///x"},
        {"request__url": "https://[::1"},
        {"request__url": "/relative"},
    ],
)
def test_an_address_that_cannot_be_read(changes: dict[str, Any]) -> None:
    with pytest.raises(Unusable):
        read(**changes)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"request__url": "blob:https://app.test/1-2"}, "blob: addresses"),
        ({"request__url": "data:text/plain,hello"}, "data: addresses"),
        ({"request__url": "chrome-extension://abc/x.js"}, "chrome-extension: addresses"),
        ({"_fromCache": "disk"}, "cache"),
        ({"response__status": 0, "response___error": "net::ERR_BLOCKED_BY_CLIENT"}, "blocked by itself"),
        ({"request__method": "CONNECT", "request__url": "app.test:443"}, "CONNECT"),
    ],
)
def test_what_never_left_is_left_out(changes: dict[str, Any], kind: str) -> None:
    with pytest.raises(LeftOut, match=kind):
        read(**changes)


def test_a_request_that_failed_was_sent() -> None:
    one = read(response__status=0, response___error="net::ERR_ABORTED").exchange
    assert (one.response, one.error) == (None, "net::ERR_ABORTED")
    assert read(response__status=0).exchange.error == "no answer was recorded"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"response": None}, "no answer that can be read"),
        ({"response__status": "200"}, "status"),
        ({"response__status": 10**9}, "status"),
        ({"response__headers": "none"}, "headers of its answer"),
        ({"request__headers": [7]}, "its headers"),
        ({"request__headers": {"accept": "x"}}, "its headers"),
        ({"response__content": {"text": "!", "encoding": "base64"}}, "not base64"),
        ({"request__postData": {"text": "hell"}}, "not whole"),
        ({"request__postData": {"text": "", "_file": "x.bin"}, "request__headers": []}, "another file"),
        ({"_webSocketMessages": "hello"}, "no list"),
        ({"_webSocketMessages": [7, {"type": "send"}]}, "message 1"),
        ({"_webSocketMessages": [{"type": "send", "opcode": 2, "data": "!"}]}, "message 1 is not base64"),
        ({"request__url": "wss://app.test/socket"}, "not in the capture"),
    ],
)
def test_an_entry_that_is_broken_in_part_is_kept_and_said(changes: dict[str, Any], said: str) -> None:
    taken = read(**changes)
    assert taken.exchange.receiver == "app.test"
    assert any(said in problem for problem in taken.problems)


def test_a_time_that_is_none_is_that_of_the_entry_before() -> None:
    for nonsense in ("yesterday", 7, "0001-01-01T00:00:00+14:00"):
        taken = read_entry(entry(startedDateTime=nonsense), BROWSER, NOW)
        assert taken.exchange.started == NOW
        assert "does not say when it began" in taken.problems[0]
        with pytest.raises(Unusable):
            read_entry(entry(startedDateTime=nonsense), BROWSER, None)


def test_a_time_without_a_zone_is_utc() -> None:
    assert read(startedDateTime="2026-09-01T07:00:00").exchange.started == NOW


@pytest.mark.parametrize("duration", [-1, "12", float("nan"), float("inf"), True, 10**400])
def test_a_duration_that_is_none_is_nothing(duration: Any) -> None:
    assert read(time=duration).exchange.duration_ms == 0.0


def test_cookies_that_stand_beside_the_headers_were_sent() -> None:
    cookies = [{"name": "a", "value": "1"}, {"name": "b", "value": "2"}]
    assert read(request__cookies=cookies).exchange.request.header("cookie") == "a=1; b=2"
    own = [{"name": "Cookie", "value": "a=1"}]
    sent = read(request__cookies=cookies, request__headers=own, request__postData=None).exchange.request
    assert sent.headers == (("Cookie", "a=1"),)


def test_a_query_that_was_cut_off_is_put_back() -> None:
    url = read(request__url="https://app.test/save", request__queryString=[{"name": "m", "value": "a@b"}])
    assert url.exchange.request.url == "https://app.test/save?m=a%40b"


def test_where_a_redirect_leads_may_stand_beside_the_headers() -> None:
    answer = read(response__status=302, response__redirectURL="https://idp.test/").exchange.response
    assert answer is not None
    assert answer.header("location") == "https://idp.test/"


def test_an_answer_without_its_body_is_counted() -> None:
    assert read(response__content={"size": 900}).bodiless
    assert not read(response__content={"size": 0}).bodiless
    assert not read(response__status=302, response__content={"size": 900}).bodiless


def test_messages_of_a_websocket() -> None:
    messages = [
        {"type": "send", "time": NOW.timestamp(), "opcode": 1, "data": "hej å"},
        {"type": "receive", "time": "later", "opcode": 2, "data": base64.b64encode(b"\x00\xff").decode()},
        {"type": "send", "time": 1e300, "opcode": 1, "data": ""},
        {"type": "receive", "time": 1, "opcode": 9, "data": "ping"},
        {"type": "error", "time": 1, "opcode": -1, "data": "gone"},
    ]
    taken = read(request__url="wss://app.test/socket", _webSocketMessages=messages, response__status=101)
    began = taken.exchange.started
    assert taken.exchange.frames == (
        Frame(True, NOW, "hej å".encode()),
        Frame(False, began, b"\x00\xff", text=False),
        Frame(True, began, b""),
    )
    assert taken.problems == []


def test_the_maker_is_told() -> None:
    assert made_by('{"log": {"creator": {"name": "Firefox", "version": "140.0"}') == "Firefox 140.0"
    assert made_by('{"log": {"creator": {"name": 7}') == ""
    assert made_by('{"log": {"creator": {"name": }') == ""
    assert made_by("") == ""


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=8)
ANY = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)
PLACES = [
    ("startedDateTime",),
    ("time",),
    ("_initiator",),
    ("_webSocketMessages",),
    ("_fromCache",),
    ("request",),
    *(("request", name) for name in ("method", "url", "headers", "queryString", "cookies", "postData")),
    ("request", "postData", "text"),
    ("request", "postData", "encoding"),
    ("request", "postData", "params"),
    ("response",),
    *(("response", name) for name in ("status", "headers", "content", "redirectURL", "_error")),
    ("response", "content", "text"),
    ("response", "content", "size"),
]


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(PLACES), ANY)
def test_nonsense_anywhere_is_an_exchange_or_is_said(way: tuple[str, ...], nonsense: Any) -> None:
    made = entry()
    place = made
    for step in way[:-1]:
        place = place[step]
    place[way[-1]] = nonsense
    try:
        taken = read_entry(made, BROWSER, NOW)
    except (Unusable, LeftOut) as reason:
        said = str(reason)
    else:
        request = taken.exchange.request
        said = f"{request.method} {request.url} {request.headers} {taken.problems}"
    assert said.encode("utf-8")
