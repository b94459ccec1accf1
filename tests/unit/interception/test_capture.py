"""A capture is told by its content; what cannot be read is named, what is no traffic is counted."""

import io
import json
import warnings
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mitmproxy import io as mitm
from mitmproxy.test import tflow

from testbed.interception import capture
from testbed.interception.capture import SANITIZED, Capture, read_capture
from testbed.model.files import ScenarioInvalid
from testbed.model.wire import BROWSER

VECTORS = Path(__file__).parents[2] / "vectors" / "har"
MAIL = "jack.gyllenhammarstrom@elev.skola.test"


def entry(number: int, **changes: Any) -> dict[str, Any]:
    made = {
        "startedDateTime": f"2026-09-01T07:00:{number:02}.000Z",
        "request": {"method": "GET", "url": f"https://app.test/{number}", "headers": []},
        "response": {"status": 200, "headers": [], "content": {}},
    }
    return {**made, **changes}


def har(*entries: Any) -> bytes:
    return json.dumps(
        {"log": {"version": "1.2", "creator": {"name": "X", "version": "1"}, "entries": entries}}
    ).encode()


def read(octets: bytes, tmp_path: Path, name: str = "some.thing", sender: str = BROWSER) -> Capture:
    path = tmp_path / name
    path.write_bytes(octets)
    with path.open("rb") as file:
        return read_capture(path, file, sender)


def test_content_tells_what_it_is_and_not_the_name(tmp_path: Path) -> None:
    flows = io.BytesIO()
    mitm.FlowWriter(flows).add(tflow.tflow(resp=True))
    assert read(har(entry(1)), tmp_path, "x.flows").kind == "HAR"
    assert read(b"\xef\xbb\xbf\n" + har(entry(1)), tmp_path, "x.jsonl").kind == "HAR"
    assert read(flows.getvalue(), tmp_path, "x.har").kind == "flow file"
    journal = b'{"kind": "journal", "schema": "testbed.journal/1", "lab": "x", "started": "2026-09-01T07:00:00Z"}\n'
    assert read(journal, tmp_path, "x.har").kind == "journal"


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        (b"", "is empty"),
        (b"hello", "is no capture that can be read"),
        (b'{"name": "package"}', "is no capture that can be read"),
        (b"[1, 2]", "is no capture that can be read"),
        (b"PK\x03\x04....", "zip archive"),
        (b"\x1f\x8b\x08....", "gzip"),
        (zlib.compress(b"{}", 9), "zlib"),
        (b"\xd4\xc3\xb2\xa1....", "packet capture"),
        (b'{"log": {"level": "debug"}}', "holds no list of entries"),
        (b'{"log": {"version": "1.2", "pages": [', "holds no list of entries"),
    ],
)
def test_what_is_no_capture_is_refused_with_a_mend(octets: bytes, said: str, tmp_path: Path) -> None:
    with pytest.raises(ScenarioInvalid, match=said) as refused:
        read(octets, tmp_path)
    assert "some.thing" in str(refused.value)
    assert "To mend it: " in str(refused.value)


def test_a_capture_beyond_the_bound_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture, "MAX_BYTES", 10)
    with pytest.raises(ScenarioInvalid, match="is larger than"):
        read(har(entry(1)), tmp_path)


def test_exchanges_are_numbered_in_the_order_of_leaving(tmp_path: Path) -> None:
    found = read(har(entry(3), entry(1), entry(2)), tmp_path)
    assert [(one.number, one.request.parts.path) for one in found.exchanges] == [(1, "/1"), (2, "/2"), (3, "/3")]
    assert (found.made_by, found.unreadable, found.left_out) == ("X 1", (), ())


def test_the_sender_is_whoever_was_recorded(tmp_path: Path) -> None:
    (one,) = read(har(entry(1)), tmp_path, sender="app.test").exchanges
    assert one.sender == "app.test"


def test_what_cannot_be_read_is_named_by_its_number(tmp_path: Path) -> None:
    broken = entry(3, response={"status": 200, "content": {"text": "!", "encoding": "base64"}})
    found = read(har(entry(1), {"no": "request"}, broken, entry(4)), tmp_path)
    assert [one.request.parts.path for one in found.exchanges] == ["/1", "/3", "/4"]
    assert found.unreadable == (
        "entry 2 has no request",
        "entry 3: its answer's body is not base64, as it says",
    )


def test_what_is_no_traffic_is_counted(tmp_path: Path) -> None:
    blob = {"method": "GET", "url": "blob:https://app.test/1"}
    found = read(har(entry(1, request=blob), entry(2, request=blob), entry(3, _fromCache="disk")), tmp_path)
    assert found.exchanges == ()
    assert found.left_out == (
        "2 entries at blob: addresses, which stay in the browser",
        "1 entry that the browser answered from its cache",
    )


def test_answers_without_bodies_are_counted(tmp_path: Path) -> None:
    lacking = {"status": 200, "headers": [], "content": {"size": 900}}
    found = read(har(entry(1, response=lacking), entry(2)), tmp_path)
    assert found.left_out == ("the bodies of 1 answers, which the capture does not hold",)


def test_cookies_that_chromium_left_out_are_told(tmp_path: Path) -> None:
    plain = har(entry(1)).replace(b'"X"', b'"WebInspector"')
    assert read(plain, tmp_path).left_out == (SANITIZED,)
    request = {"method": "GET", "url": "https://app.test/", "headers": [{"name": "cookie", "value": "a=b"}]}
    whole = har(entry(1, request=request)).replace(b'"X"', b'"WebInspector"')
    assert read(whole, tmp_path).left_out == ()


def test_many_lines_are_bounded_and_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture, "MAX_LINES", 2)
    found = read(har(*[{"request": 1}] * 5), tmp_path)
    assert len(found.unreadable) == 3
    assert found.unreadable[-1].startswith("and 3 more")


def test_octets_that_are_not_utf_8_are_named(tmp_path: Path) -> None:
    found = read(har(entry(1)).replace(b"app.test/1", b"app.test/\xe5"), tmp_path)
    assert found.unreadable == ("entry 1: octets that are not UTF-8 stand in it",)
    assert len(found.exchanges) == 1


@pytest.mark.parametrize(
    ("name", "exchanges", "unreadable"),
    [
        ("chromium-devtools", 10, ()),
        ("playwright", 9, ("entry 7: its body is not whole: 5 bytes were sent, and 0 are here",)),
    ],
)
def test_what_other_software_wrote(name: str, exchanges: int, unreadable: tuple[str, ...]) -> None:
    path = VECTORS / f"{name}.har"
    with path.open("rb") as file:
        found = read_capture(path, file, BROWSER)
    assert (len(found.exchanges), found.unreadable) == (exchanges, unreadable)
    assert found.left_out == ("1 entry at blob: addresses, which stay in the browser",)
    by_path = {one.request.parts.path: one for one in found.exchanges}
    assert MAIL in by_path["/p.gif"].request.url
    assert json.loads(by_path["/collect"].request.body)["user"]["name"] == "Jack Gyllenhammarström"
    assert by_path["/beacon"].request.body == f"bye {MAIL}".encode()
    assert "Gyllenhammarström".encode() in by_path["/api/form"].request.body
    frames = by_path["/socket"].frames
    assert [(frame.sent, frame.text) for frame in frames] == [
        (True, True),
        (True, False),
        (False, True),
        (False, False),
    ]
    assert frames[1].data == "Jack Gyllenhammarström".encode()


def test_developer_tools_keep_octets_and_tell_who_led(tmp_path: Path) -> None:
    path = VECTORS / "chromium-devtools.har"
    with path.open("rb") as file:
        found = read_capture(path, file, BROWSER)
    by_path = {one.request.parts.path: one for one in found.exchanges}
    assert by_path["/bin"].request.body == b"\x00\xff\x01\x02\x03"
    assert by_path["/p.gif"].led_by == "lasning-plus.test"


def test_the_har_that_mitmproxy_saves_says_what_its_flows_say(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        # NOTE: mitmproxy's addons import libraries that use names which others no longer like.
        warnings.simplefilter("ignore", DeprecationWarning)
        from mitmproxy.addons.savehar import SaveHar  # noqa: PLC0415
    made = [tflow.tflow(resp=True), tflow.twebsocketflow(), tflow.tflow(err=True)]
    for one in (made[0], made[2]):
        one.request.method = "POST"
    file = io.BytesIO()
    for one in made:
        mitm.FlowWriter(file).add(one)
    by_flows = read(file.getvalue(), tmp_path)
    by_har = read(json.dumps(SaveHar().make_har(made)).encode(), tmp_path)
    assert by_har.made_by.startswith("mitmproxy")

    def seen(found: Capture) -> list[Any]:
        return [(e.request.method, e.request.url, e.request.body, e.frames, e.error) for e in found.exchanges]

    assert seen(by_har) == seen(by_flows)


WHOLE = (VECTORS / "playwright.har").read_bytes()


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_no_damage_to_a_har_is_lost_in_silence(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    octets = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(0, 3))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    damaged = bytes(octets[: data.draw(st.integers(0, len(octets)) | st.just(len(octets)))])
    try:
        found = read(damaged, tmp_path_factory.mktemp("x"))
    except ScenarioInvalid as refused:
        named: tuple[str, ...] = (str(refused),)
    else:
        named = (*found.unreadable, *found.left_out) if len(found.exchanges) < 9 else ("no entry is lost",)
    assert any("entry" in line or "entries" in line or "To mend it: " in line for line in named)
