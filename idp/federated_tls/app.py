"""Where a federation publishes its machines."""

from datetime import datetime, timedelta

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from idp.config import Clock
from idp.federated_tls.changing import with_client_pin, with_entity, without_client_pin, without_entity
from idp.federated_tls.publishing import Published, Publisher
from testbed.model.federated_tls import Entity, Machines

MEDIA_TYPE = "application/jose+json"
PATH = "/machines.jws"
REISSUED_AFTER = timedelta(minutes=1)
"""Until then a document that nothing has changed is not signed anew for every reader."""


class MachineRegistry:
    """The operator's register of machines, and its publication.

    Args:
        publisher: signs.
        machines: those that are registered at the start.
        now: the time.
    """

    app: Starlette

    def __init__(self, publisher: Publisher, machines: Machines, now: Clock) -> None:
        self._publisher, self._machines, self._now = publisher, machines, now
        self._last: tuple[Machines, datetime, Published] | None = None
        self.app = Starlette(routes=[Route(PATH, self._answer, methods=["GET"])])
        self.app.router.redirect_slashes = False

    @property
    def machines(self) -> Machines:
        """What is registered now."""
        return self._machines

    def announce_pin(self, entity_id: str, digest: str) -> None:
        """The first step of a change of keys: the new one stands beside the old one.

        Raises:
            ValueError: see :func:`with_client_pin`.
        """
        self._machines = with_client_pin(self._machines, entity_id, digest)

    def revoke_pin(self, entity_id: str, digest: str) -> None:
        """The last step of a change of keys, or the end of a key that was stolen.

        Raises:
            ValueError: see :func:`without_client_pin`.
        """
        self._machines = without_client_pin(self._machines, entity_id, digest)

    def replace(self, entity: Entity) -> None:
        """Another entity in place of the one of the same name.

        Raises:
            ValueError: there is none, or the new one claims somebody else's key.
        """
        self._machines = with_entity(without_entity(self._machines, entity.entity_id), entity)

    async def _answer(self, _: Request) -> Response:
        published = self._published()
        headers = {"Cache-Control": f"max-age={published.cache_ttl_s}", "X-Content-Type-Options": "nosniff"}
        return Response(published.document, media_type=MEDIA_TYPE, headers=headers)

    def _published(self) -> Published:
        now = self._now()
        if self._last is not None:
            machines, issued, published = self._last
            if machines is self._machines and issued <= now < issued + REISSUED_AFTER and now < published.expires:
                return published
        published = self._publisher.publish(self._machines, now)
        self._last = (self._machines, now, published)
        return published
