"""The vendors that the school knows: who they are by configuration, what they say of themselves by metadata."""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import httpx
from lxml import etree
from saml2 import SAMLError
from saml2.s_utils import SamlException

from idp.config import Clock, RelyingParty
from idp.refused import Refused
from idp.saml.names import BINDING_POST, MD, MDUI
from idp.saml.server import SamlServer
from idp.saml.unpacking import parse
from testbed.model.attributes import by_saml_name
from testbed.model.written import Bilingual

MAX_METADATA = 1024 * 1024
"""Bytes of one vendor's metadata."""
FETCH_TIMEOUT_S = 10.0
MAX_NAME = 200
HTTP_OK = 200
XML_TRUE = ("true", "1")
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

log = logging.getLogger("idp")


@dataclass(frozen=True, slots=True)
class Consumer:
    """One AssertionConsumerService for the POST binding (SAML Metadata 2.4.4)."""

    url: str
    index: str
    is_default: bool | None
    """None when the metadata does not say."""


@dataclass(frozen=True, slots=True)
class ServiceProvider:
    """A vendor as its metadata describes it."""

    relying_party: RelyingParty
    name: Bilingual
    consumers: tuple[Consumer, ...]
    """At least one."""
    name_id_formats: tuple[str, ...]
    requested: frozenset[str]
    """Canonical names; attributes that the table does not know are left out."""
    signs_requests: bool
    certificates: tuple[str, ...]
    """Of its signing keys, each as base64 of DER."""

    @property
    def entity_id(self) -> str:
        """Its SAML name."""
        return self.relying_party.entity_id

    @property
    def default_consumer(self) -> Consumer:
        """The one to use when a request names none (SAML Metadata 2.2.3)."""
        marked = (consumer for consumer in self.consumers if consumer.is_default)
        unmarked = (consumer for consumer in self.consumers if consumer.is_default is None)
        return next(marked, None) or next(unmarked, None) or self.consumers[0]


class RelyingParties:
    """Every vendor of the school; metadata is fetched at a vendor's first request and kept."""

    def __init__(
        self, parties: Iterable[RelyingParty], server: SamlServer, http: httpx.AsyncClient, now: Clock
    ) -> None:
        self._parties = {party.entity_id: party for party in parties}
        self._server, self._http, self._now = server, http, now
        self._known: dict[str, ServiceProvider] = {}
        self._fetching: dict[str, asyncio.Lock] = {}

    def is_configured(self, entity_id: str) -> bool:
        """Whether the school lets anyone log in to this vendor."""
        return entity_id in self._parties

    async def find(self, entity_id: str) -> ServiceProvider:
        """The vendor of this name.

        Raises:
            Refused: nobody is configured by this name, or its metadata cannot be had.
        """
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
        async with self._fetching.setdefault(entity_id, asyncio.Lock()):
            known = self._known.get(entity_id)
            if known is None:
                known = self._known[entity_id] = await self._load(party)
        return known

    async def _load(self, party: RelyingParty) -> ServiceProvider:
        try:
            xml = await self._fetch(party.metadata_url)
            root = parse(xml)
            _check(root, party.entity_id, self._now())
            self._server.add_metadata(party.entity_id, etree.tostring(root))
            provider = _read(party, root, self._server)
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
        return provider

    async def _fetch(self, url: str) -> bytes:
        async with (
            asyncio.timeout(FETCH_TIMEOUT_S),
            # NOTE: a compressed answer could become large after the limit has let it pass.
            self._http.stream("GET", url, headers={"Accept-Encoding": "identity"}, follow_redirects=False) as answer,
        ):
            if answer.status_code != HTTP_OK:
                raise ValueError(f"was answered with status {answer.status_code}")
            if answer.headers.get("content-encoding", "identity") != "identity":
                raise ValueError("came compressed though that was not accepted")
            body = bytearray()
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > MAX_METADATA:
                    raise ValueError("is too large")
        return bytes(body)


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


def _read(party: RelyingParty, root: etree._Element, server: SamlServer) -> ServiceProvider:
    entity_id = party.entity_id
    services = server.metadata.assertion_consumer_service(entity_id, BINDING_POST)
    consumers = tuple(
        Consumer(service["location"], service.get("index", ""), _flag(service.get("is_default")))
        for service in services
        if service["location"].startswith(("https://", "http://"))
    )
    if not consumers:
        raise ValueError("has no AssertionConsumerService for HTTP-POST")
    requirement = server.metadata.attribute_requirement(entity_id)
    names = [attribute["name"] for attribute in (*requirement["required"], *requirement["optional"])]
    table = by_saml_name()
    descriptor = root.find(f"{{{MD}}}SPSSODescriptor")
    return ServiceProvider(
        relying_party=party,
        name=_name(descriptor, entity_id),
        consumers=consumers,
        name_id_formats=tuple((e.text or "").strip() for e in descriptor.findall(f"{{{MD}}}NameIDFormat")),
        requested=frozenset(table[name].name for name in names if name in table),
        signs_requests=descriptor.get("AuthnRequestsSigned", "false") in XML_TRUE,
        certificates=tuple(certificate for _, certificate in server.metadata.certs(entity_id, "spsso", "signing")),
    )


def _flag(value: str | None) -> bool | None:
    return None if value is None else value in XML_TRUE


def _name(descriptor: etree._Element, entity_id: str) -> Bilingual:
    for tag in (f"{{{MDUI}}}DisplayName", f"{{{MD}}}ServiceName"):
        names = {e.get(XML_LANG, ""): (e.text or "").strip()[:MAX_NAME] for e in descriptor.iter(tag)}
        names = {language: name for language, name in names.items() if name}
        if names:
            any_name = next(iter(names.values()))
            return Bilingual(sv=names.get("sv", any_name), en=names.get("en", any_name))
    return Bilingual(sv=entity_id, en=entity_id)
