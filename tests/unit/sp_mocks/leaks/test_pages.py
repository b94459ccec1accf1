"""Addresses that tell whose page it is: each is read as the other side reads it."""

import base64
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from saml2.s_utils import decode_base64_and_inflate

from sp_mocks.leaks.every import LEAKS
from sp_mocks.leaks.leak import USER, ByPage
from sp_mocks.leaks.pages import synced

TOLD = {USER: "a+b&c@skola.test", "mail": "åsa@skola.test", "displayName": "Åsa Öst"}


def url_of(name: str) -> Any:
    way = LEAKS[name].leak.way
    assert isinstance(way, ByPage)
    return urlsplit(way.url("x.test", TOLD))


def test_the_partner_finds_the_user_name_in_the_address() -> None:
    assert synced("partner.annons.test", TOLD) == "https://partner.annons.test/sync?uid=a%2Bb%26c%40skola.test"


def test_a_user_name_is_one_segment_of_a_path() -> None:
    assert [unquote(part) for part in url_of("user-in-path-of-picture").path.split("/")] == [
        "",
        "u",
        TOLD[USER],
        "pixel.gif",
    ]


def test_what_is_escaped_twice_is_read_by_whoever_undoes_it_twice() -> None:
    (once,) = parse_qs(url_of("mail-escaped-twice-in-picture").query)["e"]
    assert once == "%C3%A5sa%40skola.test"
    assert unquote(once) == TOLD["mail"]


@pytest.mark.parametrize("name", ["user-in-host-name", "md5-of-mail-in-host-name"])
def test_a_name_of_a_host_is_one_that_can_be(name: str) -> None:
    label, _, rest = url_of(name).hostname.partition(".")
    assert rest == "x.test"
    assert label.isalnum()
    assert len(label) <= 63


def test_a_frame_holds_the_address_as_saml_packs_its_messages() -> None:
    (state,) = parse_qs(url_of("mail-packed-in-address-of-frame").query)["state"]
    assert decode_base64_and_inflate(state).decode() == TOLD["mail"]


def test_queries_name_the_person() -> None:
    assert parse_qs(url_of("name-in-address-of-chat").query)["namn"] == [TOLD["displayName"]]
    assert parse_qs(url_of("user-to-the-picture-company").query)["lasare"] == [TOLD[USER]]
    (key,) = parse_qs(url_of("mail-in-address-of-style-sheet").query)["k"]
    assert base64.b64decode(key).decode() == TOLD["mail"]
