"""The vendors that the school knows: who they are by configuration, what they say of themselves by metadata."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import httpx
from lxml import etree
from saml2 import SAMLError
from saml2.s_utils import SamlException

from idp.config import Clock, RelyingParty
from idp.refused import Refused
from idp.saml.fetching import fetch_metadata
from idp.saml.names import MD
from idp.saml.server import SamlServer
from idp.saml.service_provider import Consumer, LogoutService, ServiceProvider, read
from idp.saml.unpacking import parse
from testbed.model.written import Bilingual

__all__ = ["Consumer", "LogoutService", "RelyingParties", "ServiceProvider"]

KNOWN_FOR = timedelta(hours=1)
ANEW_AFTER = timedelta(minutes=1)

log = logging.getLogger("idp")


class RelyingParties:
    """Every vendor of the school; metadata is fetched at a vendor's first request, and again when it has grown old.

    Of requests that come at once one fetches, and all of them have its outcome: whoever waits for a vendor whose server
    does not answer waits for one fetch, however many wait.
    """

    def __init__(
        self, parties: Iterable[RelyingParty], server: SamlServer, http: httpx.AsyncClient, now: Clock
    ) -> None:
        self._parties = {party.entity_id: party for party in parties}
        self._server, self._http, self._now = server, http, now
        self._known: dict[str, tuple[datetime, ServiceProvider]] = {}
        self._tried: dict[str, datetime] = {}
        self._fetching: dict[str, asyncio.Task[ServiceProvider]] = {}

    def is_configured(self, entity_id: str) -> bool:
        """Whether the school lets anyone log in to this vendor."""
        return entity_id in self._parties

    def know(self, party: RelyingParty) -> None:
        """Let people log in to this vendor, in the place of one with the same name; its metadata is fetched anew."""
        self._parties[party.entity_id] = party
        self._known.pop(party.entity_id, None)
        self._fetching.pop(party.entity_id, None)

    async def find(self, entity_id: str) -> ServiceProvider:
        """The vendor of this name.

        Raises:
            Refused: nobody is configured by this name, or its metadata cannot be had.
        """
        party = self._party(entity_id)
        known = self._known.get(entity_id)
        if known is not None and self._now() < known[0]:
            return known[1]
        # NOTE: where it cannot be had again, what was known is not used any longer: a vendor that has taken back a key
        # must not be trusted by it for as long as its server is down.
        return await self._fetched(party)

    async def sender(self, entity_id: str, check: Callable[[ServiceProvider], None]) -> ServiceProvider:
        """The vendor of this name, once ``check`` finds that a message is signed by it.

        A signature that fits no key that was known is tried once more by metadata that is a minute old at most, for
        the vendor may have changed its key. Where that cannot be had, what was known holds until its time is over:
        anyone can forge a message, and must not make the school forget a vendor by it.

        Raises:
            Refused: see :meth:`find`; or what the check raises.
        """
        provider = await self.find(entity_id)
        try:
            check(provider)
        except Refused:
            if self._tried[entity_id] + ANEW_AFTER > self._now():
                raise
            renewed = await self._renewed(entity_id)
            if renewed is None:
                raise
        else:
            return provider
        check(renewed)
        return renewed

    def _party(self, entity_id: str) -> RelyingParty:
        party = self._parties.get(entity_id)
        if party is None:
            raise Refused(
                400,
                "the issuer is not known here",
                Bilingual(
                    sv="Skolan känner inte tjänsten som begär inloggning. Tjänsten måste först läggas in hos skolan.",
                    en="The school does not know the service that asks for this login. It must be registered first.",
                ),
            )
        return party

    async def _renewed(self, entity_id: str) -> ServiceProvider | None:
        """The vendor as it describes itself now, None where that cannot be had."""
        try:
            return await self._fetched(self._party(entity_id))
        except Refused:
            return None

    async def _fetched(self, party: RelyingParty) -> ServiceProvider:
        fetching = self._fetching.get(party.entity_id)
        if fetching is None:
            self._tried[party.entity_id] = self._now()
            fetching = self._fetching[party.entity_id] = asyncio.create_task(self._load(party))
            fetching.add_done_callback(lambda done: self._forget(party.entity_id, done))
        # NOTE: whoever goes away must not take the fetch from the others who wait for it.
        return await asyncio.shield(fetching)

    def _forget(self, entity_id: str, fetching: "asyncio.Task[ServiceProvider]") -> None:
        if self._fetching.get(entity_id) is fetching:
            del self._fetching[entity_id]

    async def _load(self, party: RelyingParty) -> ServiceProvider:
        try:
            xml = await fetch_metadata(self._http, party.metadata_url)
            root = parse(xml)
            _check(root, party.entity_id, self._now())
            self._server.add_metadata(party.entity_id, etree.tostring(root))
            provider = read(party, root, self._server)
        except (ValueError, KeyError, TypeError, SAMLError, SamlException, httpx.HTTPError, TimeoutError) as error:
            # NOTE: pysaml2 answers broken metadata with KeyError or TypeError as often as with its own exceptions.
            log.warning("metadata of %s cannot be used: %s", party.entity_id, _in_one_line(error))
            raise Refused(
                502,
                "the vendor's metadata cannot be used",
                Bilingual(
                    sv=f"Skolan kunde inte läsa tjänstens metadata på {party.metadata_url}.",
                    en=f"The school could not read the service's metadata at {party.metadata_url}.",
                ),
            ) from error
        log.info("metadata of %s loaded", party.entity_id)
        if self._parties[party.entity_id] is party:
            self._known[party.entity_id] = (self._now() + KNOWN_FOR, provider)
        return provider


def _in_one_line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".replace("\n", " ")[:300]


def _check(root: etree._Element, entity_id: str, now: datetime) -> None:
    if root.tag != f"{{{MD}}}EntityDescriptor":
        raise ValueError("is not an EntityDescriptor")
    if root.get("entityID") != entity_id:
        raise ValueError("is about another entityID")
    descriptor = root.find(f"{{{MD}}}SPSSODescriptor")
    if descriptor is None:
        raise ValueError("has no SPSSODescriptor")
    for element in (root, descriptor):
        until = element.get("validUntil")
        if until and datetime.fromisoformat(until) <= now:
            raise ValueError("has expired (validUntil)")
