"""The vendors that a person put before the mock school: found by their metadata or registered as clients, and matched
with their agreements."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import httpx

from idp.app import RelyingParty
from idp.config import OidcParty
from testbed.lab.guardrail import must_be_loopback
from testbed.lab.home import LabHome
from testbed.lab.outside_clients import WantedClient, own_secret, secret_file
from testbed.lab.permission import LOOPBACK_ONLY, Permission
from testbed.model.files import ScenarioInvalid
from testbed.model.written import Agreement, Bilingual, ReleasePolicy
from testbed.wire.xml import MAX_BYTES, MD, Unreadable, parse

log = logging.getLogger("testbed.outside")


@dataclass(frozen=True, slots=True)
class WantedVendors:
    """What a person said of the vendors."""

    sources: tuple[str, ...] = ()
    """Where the metadata of SAML vendors is: URLs on loopback, or files."""
    agreements: Mapping[Path, Agreement] = field(default_factory=dict)
    """By the file that each was read from; each speaks of the vendors that its processor names."""
    release: ReleasePolicy | None = None
    """None: as agreed where there is an agreement, else as the vendor requests by its metadata or its scopes."""
    clients: tuple[WantedClient, ...] = ()
    """Vendors of OpenID Connect."""
    sign_response: bool = False
    """Responses of SAML are signed too, around the signed assertion."""
    permission: Permission = LOOPBACK_ONLY
    """Where their metadata may be beside this machine."""

    @property
    def files(self) -> dict[str, Path]:
        """Those sources that are files, by the URL that stands for each."""
        return {_url_of(source): Path(source) for source in self.sources if not _is_url(source)}


@dataclass(frozen=True, slots=True)
class Parties:
    """The vendors as the school is to know them."""

    relying_parties: tuple[RelyingParty, ...] = ()
    clients: tuple[OidcParty, ...] = ()
    secret_files: tuple[tuple[str, Path], ...] = ()
    """Clients whose secret is kept in the lab home, and where."""

    @property
    def names(self) -> tuple[str, ...]:
        """Entity ids, then client ids."""
        return (
            *(party.entity_id for party in self.relying_parties),
            *(party.client.client_id for party in self.clients),
        )


async def parties(wanted: WantedVendors, home: LabHome, http: httpx.AsyncClient) -> Parties:
    """Everyone whom the school is to let people log in to.

    Raises:
        ScenarioInvalid: metadata that cannot be used, a vendor named twice, or an agreement with none of them.
    """
    urls: dict[str, str] = {}
    for source in wanted.sources:
        entity_id = await _entity_id(source, http, wanted.permission)
        if entity_id in urls:
            raise ScenarioInvalid("--vendor", source, f"is the metadata of {entity_id} again", "name each vendor once")
        urls[entity_id] = _url_of(source)
    clients = {one.client.client_id: one for one in wanted.clients}
    agreed = _agreed(wanted, tuple(urls), tuple(clients))
    without = [name for name in (*urls, *clients) if name not in agreed]
    if wanted.release == "agreement" and without:
        raise ScenarioInvalid(
            "--release", "agreement", f"{without[0]} has no agreement", "give one with --agreement, or another policy"
        )
    release: dict[str, ReleasePolicy] = {
        name: wanted.release or ("agreement" if name in agreed else "requested") for name in (*urls, *clients)
    }
    unnamed = (one.client for one in clients.values() if one.needs_secret and not one.secret)
    return Parties(
        tuple(
            RelyingParty(name, url, agreed.get(name), release[name], wanted.sign_response) for name, url in urls.items()
        ),
        tuple(
            OidcParty(
                client=one.client,
                name=Bilingual(sv=name, en=name),
                agreement=agreed.get(name),
                release=release[name],
                secret=one.secret or own_secret(one.client, home),
            )
            for name, one in clients.items()
        ),
        tuple((client.client_id, secret_file(client, home)) for client in unnamed),
    )


def _agreed(wanted: WantedVendors, entity_ids: Sequence[str], client_ids: Sequence[str]) -> dict[str, Agreement]:
    """Which agreement is in force for which vendor, by the entity ids and client ids that it names."""
    agreed: dict[str, Agreement] = {}
    for file, agreement in wanted.agreements.items():
        processor = agreement.processor
        named = [
            *(name for name in processor.entity_ids if name in entity_ids),
            *(name for name in processor.client_ids if name in client_ids),
        ]
        if not named:
            known = ", ".join((*entity_ids, *client_ids)) or "no --vendor and no client at all"
            field_ = "processor.client_ids" if client_ids and not entity_ids else "processor.entity_ids"
            mend = "add the vendor's entityID, or its client ID to processor.client_ids"
            raise ScenarioInvalid(file, field_, f"names none of the vendors served ({known})", mend)
        for name in named:
            if name in agreed:
                raise ScenarioInvalid(file, "processor", f"a second agreement with {name}", "give one for each vendor")
            agreed[name] = agreement
    return agreed


async def _entity_id(source: str, http: httpx.AsyncClient, permission: Permission) -> str:
    """What the metadata calls its vendor. A vendor that is not up yet is called by its URL, as most call themselves."""
    if _is_url(source):
        if not permission.hosts:
            must_be_loopback(source, "--vendor")
        try:
            document = await _download(source, http)
        except httpx.HTTPError as error:
            log.info("%s does not answer yet (%s); its entityID is taken to be this URL", source, type(error).__name__)
            return source
    else:
        document = _read(source)
    try:
        root = parse(document)
    except Unreadable as error:
        raise ScenarioInvalid("--vendor", source, str(error), "give a vendor's SAML metadata") from error
    entity_id = str(root.get("entityID", ""))
    if root.tag != f"{{{MD}}}EntityDescriptor" or not entity_id:
        raise ScenarioInvalid("--vendor", source, "is no EntityDescriptor", "give the metadata of one vendor")
    return entity_id


async def _download(url: str, http: httpx.AsyncClient) -> bytes:
    body = bytearray()
    async with http.stream("GET", url, headers={"Accept-Encoding": "identity"}, follow_redirects=False) as answer:
        if not answer.is_success:
            raise httpx.HTTPStatusError(f"status {answer.status_code}", request=answer.request, response=answer)
        if answer.headers.get("content-encoding", "identity") != "identity":
            raise httpx.DecodingError("came compressed though that was not accepted", request=answer.request)
        async for part in answer.aiter_bytes():
            body += part
            if len(body) > MAX_BYTES:
                break
    return bytes(body)


def _read(source: str) -> bytes:
    try:
        with Path(source).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ScenarioInvalid(
            "--vendor", source, (error.strerror or "cannot be read").lower(), "name a URL on loopback or a file"
        ) from error


def _is_url(source: str) -> bool:
    return "://" in source


def _url_of(source: str) -> str:
    # NOTE: httpx takes a file URL without a host for a relative one (RFC 8089, section 2, allows the host localhost).
    return source if _is_url(source) else f"file://localhost{quote(str(Path(source).absolute()))}"
