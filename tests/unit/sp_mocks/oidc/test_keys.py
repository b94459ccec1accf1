"""The client's key is made once, kept private, published without its secret half."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from joserfc import jws
from joserfc.jwk import ECKey

from sp_mocks.oidc.keys import KEY_FILE, ClientKeys


def test_the_key_is_made_once_and_its_owner_s_alone(tmp_path: Path) -> None:
    folder = tmp_path / "client"
    first, second = ClientKeys.load_or_make(folder), ClientKeys.load_or_make(folder)
    assert first.jwk == second.jwk
    assert (folder / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert "PrivateKey" not in repr(first)


def test_what_is_published_verifies_what_is_signed_and_names_itself_by_its_thumbprint(client_keys: ClientKeys) -> None:
    published = ECKey.import_key(client_keys.jwk)
    assert client_keys.jwk["kid"] == published.thumbprint()
    assert client_keys.jwk.keys() == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    token = jws.deserialize_compact(client_keys.signer.sign({"a": "å"}), published, algorithms=["ES256"])
    assert json.loads(token.payload) == {"a": "å"}


@pytest.mark.parametrize("content", [b"", b"x", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_a_damaged_file_is_told(tmp_path: Path, content: bytes) -> None:
    tmp_path.chmod(0o700)
    (tmp_path / KEY_FILE).write_bytes(content)
    (tmp_path / KEY_FILE).chmod(0o600)
    with pytest.raises(ValueError, match="is damaged"):
        ClientKeys.load_or_make(tmp_path)


@pytest.mark.parametrize("key", [ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048)])
def test_a_key_of_another_kind_is_told(tmp_path: Path, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> None:
    tmp_path.chmod(0o700)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / KEY_FILE).write_bytes(pem)
    (tmp_path / KEY_FILE).chmod(0o600)
    with pytest.raises(ValueError, match="no key of the curve"):
        ClientKeys.load_or_make(tmp_path)


def test_a_folder_that_is_open_to_others_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with pytest.raises(ValueError, match="open"):
        ClientKeys.load_or_make(tmp_path)
