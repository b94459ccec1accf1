"""Addresses that follow from the school's own."""

from dataclasses import replace

from idp.config import SchoolConfig


def test_addresses(config: SchoolConfig) -> None:
    assert config.entity_id == "https://idp.skola.test/saml/metadata"
    assert config.sso_url == "https://idp.skola.test/saml/sso"


def test_cookies_are_secure_where_they_can_be(config: SchoolConfig) -> None:
    assert config.https
    assert not replace(config, base_url="http://127.0.0.1:8400").https
