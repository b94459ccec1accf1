"""How a client proves itself, by each of the ways."""

import base64
import json

import pytest
from joserfc import jws
from joserfc.jwk import ECKey

from sp_mocks.oidc.client import Credentials
from sp_mocks.oidc.keys import ClientKeys
from testbed.model.written import ClientAuthentication

from .conftest import CLIENT, ISSUER, NOW, registered, seconds


@pytest.fixture
def credentials(client_keys: ClientKeys) -> Credentials:
    return Credentials(registered("maths-app"), "s/ä:+", client_keys.signer, ISSUER)


def test_basic_writes_each_half_as_in_a_form(credentials: Credentials) -> None:
    fields, headers = credentials.proof("client_secret_basic", NOW)
    assert fields == {}
    assert headers == (("Authorization", f"Basic {base64.b64encode(b'maths-app:s%2F%C3%A4%3A%2B').decode()}"),)


@pytest.mark.parametrize(
    ("method", "expected"),
    [("client_secret_post", {"client_id": CLIENT, "client_secret": "s/ä:+"}), ("none", {"client_id": CLIENT})],
)
def test_post_and_none_stand_in_the_form(
    credentials: Credentials, method: ClientAuthentication, expected: dict[str, str]
) -> None:
    assert credentials.proof(method, NOW) == (expected, ())


def test_an_assertion_is_for_the_school_alone_and_soon_over(credentials: Credentials, client_keys: ClientKeys) -> None:
    fields, headers = credentials.proof("private_key_jwt", NOW)
    assert headers == ()
    assert fields["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    token = jws.deserialize_compact(fields["client_assertion"], ECKey.import_key(client_keys.jwk), ["ES256"])
    claims = json.loads(token.payload)
    assert (
        claims.pop("jti")
        != json.loads(
            base64.urlsafe_b64decode(
                credentials.proof("private_key_jwt", NOW)[0]["client_assertion"].split(".")[1] + "=="
            )
        )["jti"]
    )
    assert claims == {"iss": CLIENT, "sub": CLIENT, "aud": ISSUER, "iat": seconds(), "exp": seconds(60)}


def test_neither_secret_nor_key_is_shown(credentials: Credentials) -> None:
    assert "s/ä" not in repr(credentials)
    assert "signer" not in repr(credentials)
