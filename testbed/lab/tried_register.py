"""The register of machines of a vendor under test: it publishes what is so, or what nobody may trust (RFC 9932)."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from http import HTTPStatus
from types import MappingProxyType

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from idp.federated_tls.app import MEDIA_TYPE, PATH
from idp.federated_tls.changing import with_client_pin, without_client_pin
from idp.federated_tls.keys import METADATA_KEY, machine_signer
from idp.federated_tls.publishing import Publisher
from idp.oidc.jose import Signer, encoded
from testbed.lab.home import LabHome
from testbed.lab.places import MACHINES_HOST
from testbed.lab.spec import Clock
from testbed.model.exchange_case import Publication
from testbed.model.federated_tls import Machines

FORGERS_KEY = "forgers-signing.pem"
"""In the register's folder of the lab home: a key that nobody was told to trust."""
SHORT_LIVED = timedelta(seconds=5)
YESTERDAY = timedelta(days=2)

type Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Pins:
    """Of the machines that cases are about."""

    entity_id: str
    """The one whose pins change."""
    own: str
    """The digest of the key that it shows."""
    stranger: str
    """Of a key that is nobody's."""


class TriedRegister:
    """Publishes, and counts how often it was asked.

    Args:
        home: holds its keys.
        issuer: what it calls itself.
        machines: what is so.
        pins: see :class:`Pins`.
        now: the time.
        reads_as: see :class:`testbed.lab.tried_network.Careless`.
    """

    app: Starlette

    def __init__(
        self,
        home: LabHome,
        issuer: str,
        machines: Machines,
        pins: Pins,
        now: Clock,
        reads_as: Mapping[Publication, Publication] = MappingProxyType({}),
    ) -> None:
        folder = home.participant_folder(MACHINES_HOST)
        self._signer = machine_signer(folder, METADATA_KEY, MACHINES_HOST, now())
        self._forger = machine_signer(folder, FORGERS_KEY, MACHINES_HOST, now())
        self._issuer, self._machines, self._pins, self._now = issuer, machines, pins, now
        self._reads_as = reads_as
        self._what: Publication = "honest"
        self.reads = 0
        """So often was it asked for what it publishes now."""
        self.app = Starlette(routes=[Route(PATH, self._answer, methods=["GET"])])

    @property
    def key(self) -> Mapping[str, str]:
        """What vendors are handed out of band, as a JWK."""
        return self._signer.public

    def publish(self, what: Publication) -> None:
        """From now on."""
        self._what, self.reads = self._reads_as.get(what, what), 0

    def document(self) -> bytes | None:
        """What it publishes now; None where it gives no answer."""
        making: Mapping[Publication, Callable[[], bytes]] = {
            "honest": lambda: self._signed(self._machines),
            "new-pin": lambda: self._signed(self._announced),
            "bad-signature": self._altered,
            "other-key": lambda: self._signed(self._announced, signer=self._forged_as(self._signer.kid)),
            "other-kid": lambda: self._signed(self._announced, signer=self._forger),
            "no-algorithm": self._unsigned,
            "other-issuer": lambda: self._signed(self._announced, issuer="https://other-federation.test"),
            "expired": lambda: self._signed(self._announced, ago=YESTERDAY),
            "without-pin": lambda: self._signed(
                without_client_pin(self._machines, self._pins.entity_id, self._pins.own)
            ),
            "short-lived": lambda: self._signed(self._machines, validity=SHORT_LIVED),
        }
        made = making.get(self._what)
        return made() if made else None

    @property
    def _announced(self) -> Machines:
        return with_client_pin(self._machines, self._pins.entity_id, self._pins.stranger)

    def _forged_as(self, kid: str) -> Signer:
        return replace(self._forger, public={**self._forger.public, "kid": kid})

    def _signed(
        self,
        machines: Machines,
        *,
        signer: Signer | None = None,
        issuer: str = "",
        ago: timedelta = timedelta(),
        validity: timedelta = timedelta(days=1),
    ) -> bytes:
        publisher = Publisher(issuer or self._issuer, signer or self._signer, validity)
        return publisher.publish(machines, self._now() - ago).document

    def _altered(self) -> bytes:
        """What is so, signed; and then another payload under the signature."""
        document: Json = json.loads(self._signed(self._machines))
        document["payload"] = json.loads(self._signed(self._announced))["payload"]
        return json.dumps(document).encode()

    def _unsigned(self) -> bytes:
        document: Json = json.loads(self._signed(self._announced))
        (signature,) = _signatures(document)
        header = json.loads(_decoded(signature["protected"]))
        header["alg"] = "none"
        protected = encoded(json.dumps(header).encode())
        return json.dumps({**document, "signatures": [{"protected": protected, "signature": ""}]}).encode()

    async def _answer(self, _: Request) -> Response:
        self.reads += 1
        document = self.document()
        if document is None:
            return Response(status_code=HTTPStatus.SERVICE_UNAVAILABLE)
        headers = {"Cache-Control": f"max-age={self._machines.cache_ttl}"}
        return Response(document, media_type=MEDIA_TYPE, headers=headers)


def _signatures(document: Json) -> list[dict[str, str]]:
    signatures = document["signatures"]
    if not isinstance(signatures, list):
        raise TypeError("a publication has a list of signatures")
    return signatures


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
