"""Messages keep their names and lose their values."""

import gzip
import json
from datetime import UTC, datetime

import pytest

from testbed.model.wire import Frame, Request, Response
from testbed.model.written import Person
from testbed.privacy.hiding import Hiding
from testbed.reports.masking import MAX_SHOWN, Masking

ADA = Person(id="elev-0001", role="pupil", attributes={"givenName": "Ada", "mail": "ada@skola.test"})
MASKING = Masking(Hiding({ADA.id: ADA}))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://x.test/api/v1/save", "https://x.test/api/v1/save"),
        ("https://x.test:8443/", "https://x.test:8443/"),
        ("https://x.test/u/Ada/edit", "https://x.test/u/[3 tecken/characters]/edit"),
        ("https://x.test/u/8f14e45fceea167a", "https://x.test/u/[16 tecken/characters]"),
        ("https://ada.x.test/", "https://masked-3.x.test/"),
        ("https://x.test/?q=hello&empty=", "https://x.test/?q=[5 tecken/characters]&empty="),
        ("https://x.test/?hello", "https://x.test/?[5 tecken/characters]"),
        ("https://x.test/?ada%40skola.test=1", "https://x.test/?[14 tecken/characters]=[1 tecken/characters]"),
        ("https://[::1", "[12 tecken/characters]"),
    ],
)
def test_an_address_keeps_its_words(url: str, shown: str) -> None:
    assert MASKING.url(url) == shown


def test_a_form_keeps_its_names() -> None:
    headers = (("content-type", "application/x-www-form-urlencoded"), ("cookie", "sid=1"), ("x-user", "Ada"))
    masked = MASKING.request(Request("POST", "https://x.test/", headers, b"who=Ada&ada%40skola.test=x"))
    assert masked.body == b"who=[3 tecken/characters]&[14 tecken/characters]=[1 tecken/characters]"
    assert masked.headers == (
        ("content-type", "application/x-www-form-urlencoded"),
        ("cookie", "[5 tecken/characters]"),
        ("x-user", "[3 tecken/characters]"),
    )


def test_json_keeps_its_names_and_what_is_about_the_login() -> None:
    said = {
        "iss": "https://idp.test",
        "exp": 1788246000,
        "name": "Ada",
        "ada@skola.test": [1, True, None],
        "aud": "Ada",
    }
    answer = Response(200, (("content-type", "application/json"), ("content-encoding", "gzip")), b"")
    body = gzip.compress(json.dumps(said).encode())
    masked = json.loads(MASKING.response(Response(200, answer.headers, body)).body)
    assert masked == {
        "iss": "https://idp.test",
        "exp": 1788246000,
        "name": "[3 tecken/characters]",
        "[14 tecken/characters]": ["[1 tecken/characters]", True, None],
        "aud": "[3 tecken/characters]",
    }


@pytest.mark.parametrize("body", [b"hello Ada", b"\xff\xfe\x00", b"{broken", b"[" * 100_000])
@pytest.mark.parametrize("kind", ["text/plain", "application/json", "image/png", ""])
def test_anything_else_keeps_its_length(body: bytes, kind: str) -> None:
    masked = MASKING.response(Response(200, (("content-type", kind),), body)).body.decode()
    assert masked.endswith(" tecken/characters]")


def test_a_long_body_is_a_length() -> None:
    body = json.dumps({"a": "x" * MAX_SHOWN}).encode()
    masked = MASKING.request(Request("POST", "https://x.test/", (("content-type", "application/json"),), body))
    assert masked.body == f"[{len(body)} tecken/characters]".encode()


def test_addresses_in_headers() -> None:
    headers = (("Referer", "https://x.test/u/Ada?mail=ada"), ("location", "/u/Ada"), ("origin", "https://x.test"))
    assert [value for _, value in MASKING.request(Request("GET", "https://x.test/", headers)).headers] == [
        "https://x.test/u/[3 tecken/characters]?mail=[3 tecken/characters]",
        "[6 tecken/characters]",
        "https://x.test",
    ]


def test_a_frame_keeps_its_names() -> None:
    frame = Frame(True, datetime(2026, 9, 1, tzinfo=UTC), b'{"mail": "ada@skola.test"}')
    assert json.loads(MASKING.frame(frame).data) == {"mail": "[14 tecken/characters]"}


def test_xml_keeps_its_elements() -> None:
    xml = (
        '<r ID="_1234567890" for="ada@skola.test"><!-- Ada -->text<Issuer>https://idp.test</Issuer>'
        "<a:Value>Unknown Pupil</a:Value>tail</r>"
    )
    masked = MASKING.xml(xml)
    assert masked == (
        '<r ID="_1234567890" for="[3 tecken/characters]@skola.test">[26 tecken/characters]'
        "<Issuer>https://idp.test</Issuer><a:Value>[13 tecken/characters]</a:Value>[4 tecken/characters]</r>"
    )
