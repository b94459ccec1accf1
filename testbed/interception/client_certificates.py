"""Mutual TLS through the proxy: whoever shows a certificate to it is shown, with the same one, to the server."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from mitmproxy import connection, tls
from mitmproxy.proxy.server_hooks import ServerConnectionHookData
from OpenSSL import SSL

from testbed.model.federated_tls import digest_of
from testbed.model.private import read_private

NOT_ITS_OWN = "the caller has shown a certificate that is none of its own"


@dataclass(frozen=True, repr=False)
class Credential:
    """A key and its certificate."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

    @cached_property
    def pin(self) -> str:
        """The digest of the key (RFC 9932)."""
        public = self.certificate.public_key()
        encoded = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        return digest_of(encoded)

    @classmethod
    def load(cls, path: Path) -> "Credential":
        """From a file that holds both.

        Raises:
            ValueError: it is open to others, or damaged.
        """
        pem = read_private(path)
        key = serialization.load_pem_private_key(pem, None)
        if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            raise ValueError(f"{path}: holds a key of a kind that shows no certificates")
        return cls(x509.load_pem_x509_certificate(pem), key)


class ClientCertificates:
    """Asks callers for certificates where the host does, and shows the server the one that the caller has shown.

    mitmproxy chooses certificates by the server's name alone. Here the caller counts, which is known by its port; and
    it must have proven that it holds the key, or anybody on its port could call in its name.

    Args:
        callers: port of the proxy to who calls there.
        hosts: those that ask their callers.
        files: caller to the files that hold a key and its certificate each.
    """

    def __init__(
        self, callers: Mapping[int, str], hosts: Collection[str], files: Mapping[str, tuple[Path, ...]]
    ) -> None:
        self._callers, self._hosts = callers, frozenset(hosts)
        self._credentials = {
            sender: {_digest(one.certificate): one for one in map(Credential.load, paths)}
            for sender, paths in files.items()
        }

    def tls_start_client(self, data: tls.TlsData) -> None:
        """The proxy is about to be a server, and says whether it wants a certificate.

        NOTE: only of callers that have one: a browser would ask the person in front of it which to show.
        """
        client = data.context.client
        if data.ssl_conn is not None and client.sni in self._hosts and self._own(client):
            data.ssl_conn.set_verify(SSL.VERIFY_PEER, _taken_unseen)

    def server_connect(self, data: ServerConnectionHookData) -> None:
        """Nobody gets through with a certificate that the proxy cannot show in turn."""
        if data.client.sni in self._hosts and data.client.certificate_list and self._shown(data.client) is None:
            data.server.error = NOT_ITS_OWN

    def tls_start_server(self, data: tls.TlsData) -> None:
        """The proxy is about to be a client."""
        shown = self._shown(data.context.client) if data.context.client.sni in self._hosts else None
        if data.ssl_conn is not None and shown is not None:
            data.ssl_conn.use_certificate(shown.certificate)
            data.ssl_conn.use_privatekey(shown.key)

    def pin_shown(self, client: connection.Client) -> str:
        """The digest of the key that the caller has shown to a host that asks; "" when it has shown none."""
        shown = self._shown(client) if client.sni in self._hosts else None
        return shown.pin if shown else ""

    def said_of(self, client: connection.Client) -> str:
        """What an exchange that nobody answered is to say of it; "" when the caller has shown nothing.

        NOTE: a server that does not take a certificate may close the connection without a word, and only after the
        request has come: then this is all that tells why.
        """
        shown = self._shown(client) if client.sni in self._hosts else None
        return f" (the caller had shown a certificate of {shown.certificate.subject.rfc4514_string()})" if shown else ""

    def _own(self, client: connection.Client) -> Mapping[bytes, Credential]:
        return self._credentials.get(self._callers.get(client.sockname[1], ""), {})

    def _shown(self, client: connection.Client) -> Credential | None:
        chain = client.certificate_list
        return self._own(client).get(_digest(chain[0].to_cryptography())) if chain else None


def _digest(certificate: x509.Certificate) -> bytes:
    return certificate.fingerprint(hashes.SHA256())


def _taken_unseen(*_: object) -> bool:
    """Whose it is is decided when it is known, and said in the journal: a handshake that fails is recorded nowhere."""
    return True
