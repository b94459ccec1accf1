"""Sign metadata of machines: JWS in its general JSON form, with issuer and times in the protected header."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from idp.oidc.jose import Signer, sign_octets
from testbed.model.federated_tls import Machines, conflict

TYPE = "JOSE+JSON"
"""What the header says that it stands in (RFC 7515, 4.1.9)."""
VALIDITY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Published:
    """A signed document."""

    document: bytes
    expires: datetime
    cache_ttl_s: int


class Publisher:
    """Signs for one federation.

    Args:
        issuer: the federation's name, a URI.
        signer: a key for ES256.
        validity: how long a document may be trusted.

    Raises:
        ValueError: the key is for another algorithm.
    """

    def __init__(self, issuer: str, signer: Signer, validity: timedelta = VALIDITY) -> None:
        if signer.algorithm != "ES256":
            raise ValueError("metadata of machines is signed by ES256 (RFC 9932)")
        self._issuer, self._signer, self._validity = issuer, signer, validity

    def publish(self, machines: Machines, now: datetime) -> Published:
        """These machines, signed.

        Raises:
            ValueError: two entities have one name, or claim one key.
        """
        wrong = conflict(machines.entities)
        if wrong is not None:
            raise ValueError(f"is ambiguous: {wrong}")
        issued = int(now.timestamp())
        expires = issued + int(self._validity.total_seconds())
        header = {"typ": TYPE, "kid": self._signer.kid, "iss": self._issuer}
        times = {"iat": issued, "exp": expires}
        payload = machines.model_dump_json(exclude_none=True).encode("utf-8")
        protected, body, signature = sign_octets(payload, self._signer, header, times).split(".")
        general = {"payload": body, "signatures": [{"protected": protected, "signature": signature}]}
        end = datetime.fromtimestamp(expires, now.tzinfo)
        return Published(json.dumps(general, separators=(",", ":")).encode("ascii"), end, machines.cache_ttl)
