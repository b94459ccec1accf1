"""What is filled in, what is left, and what is meant by double braces."""

import pytest

from testbed.model.placeholders import filled, names_in


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("--port={port}", "--port=1", "--port=1"),
        ("{ca}", "{ca}", "{ca}"),
        ("{{port}}", "{{port}}", "{port}"),
        ('{"a":{"p":{port}}}', '{"a":{"p":1}}', '{"a":{"p":1}}'),
        ("${port}", "${port}", "${port}"),
        ("{{}}", "{{}}", "{{}}"),
    ],
)
def test_filling(text: str, first: str, last: str) -> None:
    assert filled(text, {"port": "1"}) == first
    assert filled(filled(text, {"port": "1"}), {}, last=True) == last


def test_what_is_filled_in_is_not_read_again() -> None:
    assert filled("{client_secret}", {"client_secret": "{{port}}{port}", "port": "1"}, last=True) == "{{port}}{port}"


def test_names_are_found_wherever_they_stand() -> None:
    document = {"a": ["{port}", {"b": "{xyz} {{own}} ${shell}"}], "c": 1, "d": None}
    assert list(names_in(document)) == ["port", "xyz"]
