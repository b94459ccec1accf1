"""Messages in lines: nothing is added or lost but secrets, whatever the message is."""

import json
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.reports import redact
from testbed.reports.pretty import DEEPEST, lines
from testbed.reports.references import address, references


def joined(message: str) -> str:
    return "".join(line.text for line in lines(message))


@given(st.text(alphabet='<>/ab!-[]CDATA"? ={},:\\&', max_size=300))
def test_the_lines_are_the_message(message: str) -> None:
    shown = redact.xml(message) if message.lstrip().startswith("<") else redact.text(message)
    assert joined(message) == shown
    assert all(0 <= line.depth <= DEEPEST for line in lines(message))


def test_xml_is_parted_between_tags_only() -> None:
    told = [(line.depth, line.text) for line in lines("<a><b>x<!-- y -->z</b><c/></a>")]
    assert told == [(0, "<a>"), (1, "<b>x<!-- y -->z</b>"), (1, "<c/>"), (0, "</a>")]


def test_json_is_parted_outside_of_its_texts() -> None:
    message = '{"a":"{,}","b":[1,2],"a":2}'
    told = [(line.depth, line.text) for line in lines(message)]
    assert told == [(0, "{"), (1, '"a":"{,}",'), (1, '"b":['), (2, "1,"), (2, "2"), (1, "],"), (1, '"a":2'), (0, "}")]


def token(*parts: object) -> str:
    return ".".join(urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)


def test_a_token_is_shown_decoded_and_cannot_be_used() -> None:
    shown = joined(token({"alg": "none"}, {"sub": "b", "nonce": "hemlig"}) + ".c2lnbmF0dXI")
    assert '"alg": "none"' in shown
    assert '"sub": "b"' in shown
    assert "hemlig" not in shown
    assert "c2lnbmF0dXI" not in shown


def test_a_token_that_cannot_be_decoded_is_shown_as_it_is() -> None:
    assert joined("a.b.") == "ab[0 tecken/characters]"


def test_a_query_is_shown_field_by_field() -> None:
    assert [line.text for line in lines("iss=https%3A%2F%2Fa&code=hemlig")] == [
        "iss=https%3A%2F%2Fa&",
        "code=[6 tecken/characters]",
    ]


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("RFC 9700, 4.7", "https://www.rfc-editor.org/rfc/rfc9700#section-4.7"),
        ("RFC 8725", "https://www.rfc-editor.org/rfc/rfc8725"),
        ("VU#475445", "https://www.kb.cert.org/vuls/id/475445"),
        ("OpenID Connect Core 3.1.3.7", "https://openid.net/specs/openid-connect-core-1_0.html"),
        ("https://example.org/paper", "https://example.org/paper"),
        ("javascript:alert(1)", ""),
        ("nOAuth", ""),
    ],
)
def test_sources_with_an_address_are_found(text: str, url: str) -> None:
    assert address(text) == url


def test_a_clause_may_name_several_sources() -> None:
    assert [one.text for one in references("SAML Core 2.2; RFC 7519, 4.1;")] == ["SAML Core 2.2", "RFC 7519, 4.1"]


def test_a_bare_number_is_of_the_source_before_it() -> None:
    first, second = references("SAML Core 2.3.3; 3.2.2")
    assert second.url == first.url
    assert references("3.2.2")[0].url == ""
