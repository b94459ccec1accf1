"""pysaml2 without its habits."""

from typing import Any

import pytest

from idp.config import SchoolConfig
from idp.saml.server import ReleaseAsGiven, SamlServer, attribute_converter, make_server
from testbed.model.attributes import by_saml_name


@pytest.fixture
def server(config: SchoolConfig) -> SamlServer:
    return make_server(config)


def test_it_keeps_no_assertion(server: SamlServer) -> None:
    assert not server.support_AssertionIDRequest()
    assert not server.support_AuthnQuery()


def test_it_unpacks_nothing(server: SamlServer) -> None:
    assert server.unravel(b"x", "any binding") == b"x"


def test_it_neither_signs_nor_verifies_by_itself(server: SamlServer) -> None:
    with pytest.raises(NotImplementedError):
        server.sec.crypto.sign_statement("", "", "", "")
    with pytest.raises(NotImplementedError):
        server.sec.crypto.validate_signature("", "", "", "", "")


def test_release_is_not_filtered_again() -> None:
    values = {"givenName": ["Åsa"]}
    assert ReleaseAsGiven().restrict(values, "https://any.test") == values


def test_the_converter_knows_the_table_alone() -> None:
    converter = attribute_converter()
    assert converter._fro == {name.lower(): row.name for name, row in by_saml_name().items()}


def test_new_metadata_takes_the_place_of_old(server: SamlServer, vendor: Any) -> None:
    for _ in range(2):
        server.add_metadata(vendor.entity_id, vendor.metadata())
    assert list(server.metadata.keys()) == [vendor.entity_id]
