"""The vendors that a person put before the mock school: found by their metadata, matched with their agreements."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import httpx

from idp.app import RelyingParty
from testbed.lab.guardrail import must_be_loopback
from testbed.model.files import ScenarioInvalid
from testbed.model.written import Agreement, ReleasePolicy
from testbed.wire.xml import MAX_BYTES, MD, Unreadable, parse

log = logging.getLogger("testbed.outside")


@dataclass(frozen=True, slots=True)
class WantedVendors:
    """What a person said of the vendors."""

    sources: tuple[str, ...] = ()
    """Where their metadata is: URLs on loopback, or files."""
    agreements: Mapping[Path, Agreement] = field(default_factory=dict)
    """By the file that each was read from; each speaks of the vendors that its processor names."""
    release: ReleasePolicy | None = None
    """None: as agreed where there is an agreement, else as the vendor's metadata requests."""

    @property
    def files(self) -> dict[str, Path]:
        """Those sources that are files, by the URL that stands for each."""
        return {_url_of(source): Path(source) for source in self.sources if not _is_url(source)}


async def relying_parties(wanted: WantedVendors, http: httpx.AsyncClient) -> tuple[RelyingParty, ...]:
    """The vendors as the school is to know them.

    Raises:
        ScenarioInvalid: metadata that cannot be used, a vendor named twice, or an agreement with none of them.
    """
    urls: dict[str, str] = {}
    for source in wanted.sources:
        entity_id = await _entity_id(source, http)
        if entity_id in urls:
            raise ScenarioInvalid("--vendor", source, f"is the metadata of {entity_id} again", "name each vendor once")
        urls[entity_id] = _url_of(source)
    agreed = _agreed(wanted, urls)
    if wanted.release == "agreement" and (without := [name for name in urls if name not in agreed]):
        raise ScenarioInvalid(
            "--release", "agreement", f"{without[0]} has no agreement", "give one with --agreement, or another policy"
        )
    return tuple(
        RelyingParty(
            entity_id,
            url,
            agreed.get(entity_id),
            wanted.release or ("agreement" if entity_id in agreed else "requested"),
        )
        for entity_id, url in urls.items()
    )


def _agreed(wanted: WantedVendors, entity_ids: Mapping[str, str]) -> dict[str, Agreement]:
    """Which agreement is in force for which vendor, by the entity ids that it names."""
    agreed: dict[str, Agreement] = {}
    for file, agreement in wanted.agreements.items():
        named = [entity_id for entity_id in agreement.processor.entity_ids if entity_id in entity_ids]
        if not named:
            known = ", ".join(entity_ids) or "no --vendor at all"
            raise ScenarioInvalid(
                file, "processor.entity_ids", f"names none of the vendors served ({known})", "add the vendor's entityID"
            )
        for entity_id in named:
            if entity_id in agreed:
                raise ScenarioInvalid(
                    file, "processor.entity_ids", f"a second agreement with {entity_id}", "give one for each vendor"
                )
            agreed[entity_id] = agreement
    return agreed


async def _entity_id(source: str, http: httpx.AsyncClient) -> str:
    """What the metadata calls its vendor. A vendor that is not up yet is called by its URL, as most call themselves."""
    if _is_url(source):
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
