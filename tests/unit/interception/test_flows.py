"""Flow files that mitmproxy's own writer wrote are read, flow by flow."""

import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mitmproxy import flow, http
from mitmproxy import io as mitm
from mitmproxy.test import tflow

from testbed.interception import flows
from testbed.interception.flows import pieces, read_flow
from testbed.interception.har import LeftOut, Taken, Unusable
from testbed.model.wire import BROWSER

MAIL = "ada@elev.skola.test"


def written(*made: flow.Flow) -> bytes:
    file = io.BytesIO()
    writer = mitm.FlowWriter(file)
    for one in made:
        writer.add(one)
    return file.getvalue()


def read(octets: bytes) -> list[Taken | Exception]:
    found: list[Taken | Exception] = []
    for piece in pieces(io.BytesIO(octets), len(octets)):
        try:
            found.append(read_flow(piece, BROWSER))
        except (LeftOut, Unusable) as said:
            found.append(said)
    return found


def taken(made: flow.Flow) -> Taken:
    (one,) = read(written(made))
    assert isinstance(one, Taken)
    return one


def post(**changes: Any) -> http.HTTPFlow:
    made = tflow.tflow(resp=True)
    made.request = http.Request.make(
        "POST", "https://tracker.test/collect?x=1#top", MAIL.encode(), {"Content-Type": "text/plain", ":path": "/"}
    )
    made.request.timestamp_start = 1_788_246_000.5
    for name, value in changes.items():
        setattr(made.request, name, value)
    return made


def test_a_flow_is_an_exchange() -> None:
    one = taken(post()).exchange
    assert (one.sender, one.receiver, one.request.method) == (BROWSER, "tracker.test", "POST")
    assert one.request.url == "https://tracker.test/collect?x=1"
    assert ("Content-Type", "text/plain") in one.request.headers
    assert not any(name.startswith(":") for name, _ in one.request.headers)
    assert one.request.body == MAIL.encode()
    assert one.response is not None
    assert (one.response.status, one.response.body) == (200, b"message")
    assert one.started.isoformat() == "2026-09-01T07:00:00.500000+00:00"


def test_a_flow_with_an_error_has_no_answer() -> None:
    one = taken(tflow.tflow(err=True)).exchange
    assert (one.response, one.error) == (None, "error")


def test_a_flow_that_was_never_answered() -> None:
    assert taken(tflow.tflow()).exchange.error == "no answer was recorded"


def test_messages_of_a_websocket() -> None:
    one = taken(tflow.twebsocketflow()).exchange
    assert [(frame.sent, frame.data, frame.text) for frame in one.frames] == [
        (True, b"hello binary", False),
        (True, b"hello text", True),
        (False, b"it's me", True),
    ]


def test_a_body_that_was_streamed_is_told() -> None:
    made = post()
    made.request.raw_content = None
    assert taken(made).problems == ["its body was not kept by the proxy (it was streamed)"]


def test_bodies_stay_as_they_were_on_the_wire() -> None:
    made = post()
    made.request.headers["content-encoding"] = "gzip"
    made.request.content = MAIL.encode()
    assert taken(made).exchange.request.body.startswith(b"\x1f\x8b")


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        (tflow.ttcpflow(), "of TCP"),
        (tflow.tudpflow(), "of UDP"),
        (tflow.tdnsflow(), "of DNS"),
        (post(method="CONNECT"), "CONNECT"),
    ],
)
def test_what_is_no_traffic_of_the_web_is_left_out(made: flow.Flow, kind: str) -> None:
    (said,) = read(written(made))
    assert isinstance(said, LeftOut)
    assert kind in str(said)


def test_an_address_that_cannot_be_read_is_told() -> None:
    (said,) = read(written(post(host="", authority="", headers=http.Headers())))
    assert isinstance(said, Unusable)


def test_one_broken_flow_costs_itself_alone() -> None:
    good = written(post())
    broken = good.replace(b"4:http;", b"4:httq;")
    first, second, third = read(good + broken + good)
    assert isinstance(first, Taken)
    assert isinstance(second, Unusable)
    assert isinstance(third, Taken)


def test_wherever_it_is_cut_the_flows_before_are_kept_and_the_cut_is_named() -> None:
    good = written(post())
    for end in range(len(good) + 1, 2 * len(good), 97):
        first, cut = read((good + good)[:end])
        assert isinstance(first, Taken)
        assert isinstance(cut, Unusable)


@pytest.mark.parametrize("octets", [b"x", b"999999999999:x", b"3:abc", b"0:}", b"5:hello,", b"12:3:abc,3:def,]"])
def test_what_is_no_flow_is_told(octets: bytes) -> None:
    (said, *_) = read(octets)
    assert isinstance(said, Unusable)


def test_flows_beyond_the_bound_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flows, "MAX_FLOWS", 2)
    *_, said = read(written(post(), post(), post()))
    assert "no more than 2 flows" in str(said)


WHOLE = written(post(), tflow.twebsocketflow(), tflow.ttcpflow())


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_damage_makes_it_fall_over(data: st.DataObject) -> None:
    octets = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 4))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    found = read(bytes(octets[: data.draw(st.integers(0, len(octets)))]))
    assert all(isinstance(one, Taken) or str(one) for one in found)
