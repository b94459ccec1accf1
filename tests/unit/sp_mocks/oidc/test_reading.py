"""JSON from outside is read to the letter and within limits."""

from collections.abc import Mapping

import pytest

from sp_mocks.oidc.reading import MAX_TEXT, MAX_VALUES, json_object, number_in, text_in, texts_in
from sp_mocks.refusal import Refused

CODE = "token-not-readable"


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"null",
        b"[]",
        b'"a"',
        b"\xff",
        b"{",
        b'{"a":1,"a":2}',
        b'{"a":{"b":1,"b":2}}',
        b'{"a":NaN}',
        b'{"a":-Infinity}',
        b'{"a":"\\ud83d"}',
        b'{"\\udc00":1}',
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":' + b"[" * 100_000,
        b"{" * 100_000,
        b"\xef\xbb\xbf{}",
    ],
)
def test_what_is_no_plain_object_is_refused(document: bytes) -> None:
    with pytest.raises(Refused) as refused:
        json_object(document, CODE)
    assert refused.value.code == CODE


def test_an_object_is_read() -> None:
    assert json_object('{"a":"å","b":[1,null]}'.encode(), CODE) == {"a": "å", "b": [1, None]}


@pytest.mark.parametrize("value", [None, "", 7, True, ["a"], "x" * (MAX_TEXT + 1)])
def test_what_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(Refused):
        text_in({"a": value}, "a", CODE)
    with pytest.raises(Refused):
        text_in({}, "a", CODE)
    assert text_in({"a": "x"}, "a", CODE) == "x"


@pytest.mark.parametrize("value", [None, "7", True, -1, float("inf"), float("nan"), 10**30, [7]])
def test_what_is_no_time_is_refused(value: object) -> None:
    with pytest.raises(Refused):
        number_in({"a": value}, "a", CODE)


@pytest.mark.parametrize(("members", "expected"), [({"a": 7}, 7), ({"a": 7.5}, 7.5), ({"a": 0}, 0)])
def test_a_time_is_read(members: Mapping[str, object], expected: float) -> None:
    assert number_in(members, "a", CODE) == expected


@pytest.mark.parametrize("value", [7, {}, [7], ["a", None], ["x"] * (MAX_VALUES + 1), "x" * (MAX_TEXT + 1)])
def test_what_are_no_texts_is_refused(value: object) -> None:
    with pytest.raises(Refused):
        texts_in(value, CODE)


@pytest.mark.parametrize(("value", "expected"), [(None, ()), ("", ()), ("a", ("a",)), (["a", "", "b"], ("a", "b"))])
def test_texts_are_read(value: object, expected: tuple[str, ...]) -> None:
    assert texts_in(value, CODE) == expected
