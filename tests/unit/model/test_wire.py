"""Hosts and headers as everything else reads them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.model.wire import Request, header, header_values, host_of


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://Lasning.TEST/x", "lasning.test"),
        ("https://lasning.test:443/", "lasning.test"),
        ("http://lasning.test:443/", "lasning.test:443"),
        ("http://127.0.0.1:8400/a", "127.0.0.1:8400"),
        ("https://user:pw@idp.skola.test/", "idp.skola.test"),
        ("about:blank", ""),
        ("https://[broken/", ""),
        ("https://host:notaport/", ""),
    ],
)
def test_host_of(url: str, host: str) -> None:
    assert host_of(url) == host


@given(st.text())
def test_host_of_never_raises_and_is_lower_case(url: str) -> None:
    host = host_of(url)
    assert host == host.lower()


@given(st.text())
def test_a_request_with_any_url_can_be_taken_apart(url: str) -> None:
    request = Request("GET", url)
    assert isinstance(request.parts.path, str)
    assert isinstance(request.host, str)


def test_headers_are_found_in_any_letter_case_and_all_of_them() -> None:
    headers = (("Set-Cookie", "a=1"), ("set-cookie", "b=2"), ("Content-Type", "text/html"))
    assert header(headers, "CONTENT-TYPE") == "text/html"
    assert header(headers, "absent") == ""
    assert header_values(headers, "Set-Cookie") == ("a=1", "b=2")
