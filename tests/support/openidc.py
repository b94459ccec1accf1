"""Apache with mod_auth_openidc, as Debian packages it."""

import datetime as dt
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

SCOPE = "openid profile email eduperson school civic"
CONFIGURATION = """\
OIDCRedirectURI {url}/private/redirect
OIDCCryptoPassphrase "known to these tests alone"
OIDCScope "{scope}"
OIDCPKCEMethod S256
OIDCPassIDTokenAs claims payload serialized
OIDCPassUserInfoAs claims json
OIDCPassClaimsAs environment
OIDCSessionType server-cache
OIDCHTTPTimeoutShort 20
OIDCHTTPTimeoutLong 20
{options}
<Location />
  Require all granted
</Location>
<Location /private>
  AuthType openid-connect
  Require valid-user
  {on_path}
</Location>
"""


class Openidc:
    """Apache with mod_auth_openidc, and what it is registered as."""

    def __init__(self, apache: Any) -> None:
        self._apache = apache
        self.folder, self.url, self.errors = apache.folder, apache.url, apache.errors
        self.redirect_uri = f"{self.url}/private/redirect"
        self.goodbye = f"{self.url}/goodbye"
        (self.folder / "htdocs" / "goodbye").write_text("You are logged out of Apache.\n", encoding="ascii")
        self._own_keys()

    def _own_keys(self) -> None:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "TEST Apache")]), dt.datetime.now(dt.UTC)
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + dt.timedelta(days=1))
        certificate = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
        (self.folder / "own.pem").write_bytes(certificate)
        (self.folder / "own.key").write_bytes(private)

    def registered(self, client_id: str, **changes: Any) -> dict[str, Any]:
        """An OidcClient document."""
        document = {
            "client_id": client_id,
            "redirect_uris": [self.redirect_uri],
            "scopes": SCOPE.split(),
            "post_logout_redirect_uris": [self.goodbye],
            **changes,
        }
        if client_id == "apache-key":
            document["jwks_uri"] = f"{self.redirect_uri}?jwks=rsa"
        if client_id == "apache-frames":
            document["frontchannel_logout_uri"] = f"{self.redirect_uri}?logout=get"
        else:
            document["backchannel_logout_uri"] = f"{self.redirect_uri}?logout=backchannel"
        return document

    def configure(self, *options: str, on_path: str = "") -> None:
        """Start or reload with these options, anywhere and on the protected path."""
        self._apache.configure(
            CONFIGURATION.format(url=self.url, scope=SCOPE, options="\n".join(options), on_path=on_path)
        )
        if self._apache.process is None:
            self._apache.start()
        else:
            self._apache.reload()


def as_client(issuer: str, client_id: str, *options: str) -> tuple[str, ...]:
    """The options by which Apache is this client of the school's."""
    return (
        f"OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration",
        f"OIDCClientID {client_id}",
        *options,
    )
