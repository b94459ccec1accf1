"""Bodies of a HAR are brought back to what was sent, and what was lost is said."""

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.interception.har_bodies import Body, body_received, body_sent, octets_of
from testbed.wire.bodies import form_fields

FORM = ("content-type", "application/x-www-form-urlencoded")


def measured(size: int, kind: str = "text/plain") -> tuple[tuple[str, str], ...]:
    return (("Content-Type", kind), ("Content-Length", str(size)))


@pytest.mark.parametrize("data", [None, {}, {"text": ""}, {"text": None, "params": []}])
def test_no_body_is_none(data: Any) -> None:
    assert body_sent(data, ()) == Body()


def test_a_text_is_utf_8() -> None:
    assert body_sent({"text": "Åsa"}, measured(4)) == Body(b"\xc3\x85sa")


def test_a_text_that_measures_as_latin_1_was_sent_so() -> None:
    assert body_sent({"text": "Åsa"}, measured(3)) == Body(b"\xc5sa")
    assert body_sent({"text": "\x00ÿ\x01"}, measured(3, "")) == Body(b"\x00\xff\x01")


def test_a_charset_is_tried() -> None:
    assert body_sent({"text": "Łuk"}, measured(3, "text/plain; charset=iso-8859-2")) == Body(b"\xa3uk")
    assert body_sent({"text": "Åsa"}, measured(4, "text/plain; charset=klingon")) == Body(b"\xc3\x85sa")


def test_headers_that_firefox_puts_before_a_form_are_none_of_it() -> None:
    text = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=b"
    assert body_sent({"text": text}, measured(3, FORM[1])) == Body(b"a=b")


@pytest.mark.parametrize("data", [None, {}, {"text": "ab"}, {"text": "abcdefgh"}])
def test_a_body_that_measures_otherwise_is_not_whole(data: Any) -> None:
    body = body_sent(data, measured(5))
    assert body.problem.startswith("its body is not whole: 5 bytes were sent")


@pytest.mark.parametrize("size", ["x", "-1", "1" * 30, "٣"])
def test_a_measure_that_is_none_is_passed_over(size: str) -> None:
    assert body_sent({"text": "ab"}, (("content-length", size),)) == Body(b"ab")


def test_a_body_that_is_decoded_by_now_is_not_measured() -> None:
    headers = (*measured(5), ("content-encoding", "gzip"))
    assert body_sent({"text": "abcdefgh"}, headers) == Body(b"abcdefgh")


def test_base64_is_undone() -> None:
    assert body_sent({"text": "AP8B\n", "encoding": "base64"}, ()) == Body(b"\x00\xff\x01")
    assert body_received({"text": "AP8B", "encoding": "base64"}, ()) == Body(b"\x00\xff\x01")


@pytest.mark.parametrize("text", ["AP8", "!!!!", "AP8B=", "å"])
def test_broken_base64_is_told_and_its_text_is_seen(text: str) -> None:
    body = body_received({"text": text, "encoding": "base64"}, ())
    assert body == Body(text.encode(), "its answer's body is not base64, as it says")


def test_fields_alone_are_put_together() -> None:
    params = [{"name": "who", "value": "Åsa & Bo"}, {"name": "x"}]
    body = body_sent({"params": params}, (FORM,))
    assert form_fields(body.octets.decode()) == [("who", "Åsa & Bo"), ("x", "")]


def test_fields_that_are_encoded_already_stay_so() -> None:
    body = body_sent({"params": [{"name": "who", "value": "%C3%85sa+B"}]}, (FORM,))
    assert body.octets == b"who=%C3%85sa+B"
    raw = base64.b64encode(b"\xfb\xff\xfe-%41").decode()
    body = body_sent({"params": [{"name": "SAMLResponse", "value": raw}]}, (FORM,))
    assert form_fields(body.octets.decode()) == [("SAMLResponse", raw)]


def test_parts_alone_are_put_together() -> None:
    headers = (("content-type", "multipart/form-data; boundary=xyz"), ("content-length", "9999"))
    body = body_sent({"params": [{"name": "who", "value": "Åsa"}]}, headers)
    assert body.octets.decode() == ('--xyz\r\nContent-Disposition: form-data; name="who"\r\n\r\nÅsa\r\n--xyz--\r\n')


@pytest.mark.parametrize(
    "data", ["text", 7, [], {"text": 7}, {"text": ["a"]}, {"params": [7]}, {"params": [{}] * 10_001}]
)
def test_what_is_no_body_is_told(data: Any) -> None:
    assert body_sent(data, ()).problem


def test_an_answer_is_encoded_as_it_says() -> None:
    assert body_received({"text": "Åsa"}, (("content-type", "text/html; charset=iso-8859-1"),)).octets == b"\xc5sa"
    assert body_received({"text": "Åsa"}, ()).octets == "Åsa".encode()
    assert body_received(None, ()) == Body()
    assert body_received({"text": 7}, ()).problem


@given(st.text(st.characters(codec=None), max_size=30))
def test_any_text_has_octets(text: str) -> None:
    assert isinstance(octets_of(text), bytes)
