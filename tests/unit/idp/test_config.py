"""Addresses that follow from the school's own."""

from dataclasses import replace

from idp.config import SchoolConfig
from testbed.model.attributes import attributes


def test_addresses(config: SchoolConfig) -> None:
    assert config.entity_id == "https://idp.skola.test/saml/metadata"
    assert config.sso_url == "https://idp.skola.test/saml/sso"


def test_cookies_are_secure_where_they_can_be(config: SchoolConfig) -> None:
    assert config.https
    assert not replace(config, base_url="http://127.0.0.1:8400").https


def test_what_the_school_says_of_itself(config: SchoolConfig) -> None:
    assert config.host == "idp.skola.test"
    assert config.organisation["o"] == ("Exempelskolan (TEST)",)
    assert config.organisation["schacHomeOrganization"] == ("skola.test",)
    assert config.organisation["norEduOrgAcronym"] == ()
    assert replace(config, acronym="EXK").organisation["norEduOrgAcronym"] == ("EXK",)
    about_the_school = {row.name for row in attributes() if row.origin == "school"}
    assert config.organisation.keys() == about_the_school
