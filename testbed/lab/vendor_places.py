"""What is filled in where a vendor's file has places for it: the address where its process serves, and the school's."""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from testbed.lab.certify_outside import OutsideCase
from testbed.lab.guardrail import is_loopback, must_be_loopback, school_url
from testbed.lab.outside_clients import own_secret
from testbed.lab.ports import free_ports
from testbed.model.files import ScenarioInvalid
from testbed.model.placeholders import filled
from testbed.model.strict import BASE_URL
from testbed.model.vendor import Container, Started
from testbed.model.wire import host_of
from testbed.model.written import Vendor

LOOPBACK = "127.0.0.1"
MEND = "write it as {base_url}/..., or as http://127.0.0.1:PORT/..."


def prepared(case: OutsideCase) -> OutsideCase:
    """The case with every address of the vendor written out; how it is started, if it is, beside it.

    NOTE: the vendor that plays and certificates hold is not started: what stands in its environment may be secret.

    Raises:
        ScenarioInvalid: an address leads off this machine, or an agreement does not know where the vendor serves.
    """
    started = case.vendor.started
    if started is None or case.vendor.simulated is not None:
        return case
    where = case.vendor.id
    url = written_out(case.url)
    base = _base_url(case.vendor)
    port = started.port if isinstance(started, Container) else urlsplit(base).port
    places = {"base_url": base, "port": str(port), "issuer": url}
    data = case.vendor.model_dump(mode="json", by_alias=True) | {"process": None, "container": None}
    vendor = Vendor.model_validate(filled_everywhere(data, places))
    started = type(started).model_validate(filled_everywhere(started.model_dump(mode="json"), places))
    if started.ready is None:
        started = started.model_copy(update={"ready": vendor.login})
    part = "container" if isinstance(started, Container) else "process"
    must_be_loopback(started.ready or "", f"{where}: {part}.ready")
    if case.agreement is not None and host_of(vendor.login) not in case.agreement[1].processor.hosts:
        raise ScenarioInvalid(
            case.agreement[0],
            "processor.hosts",
            f"does not name {host_of(vendor.login)}, where the vendor serves",
            f"add it; and write 'login' of {where} with a port, so that it is the same each time",
        )
    if isinstance(started, Container):
        return replace(case, vendor=vendor, url=url, container=started)
    return replace(case, vendor=vendor, url=url, process=started)


def places_of(case: OutsideCase, idp_metadata: str) -> dict[str, str]:
    """What is known once the school's metadata is written: of the places that :func:`prepared` left."""
    client = case.vendor.client
    secret = case.secret or (own_secret(client, case.home) if client else "")
    return {"idp_metadata": idp_metadata, "client_secret": secret}


def _base_url(vendor: Vendor) -> str:
    """Where the vendor is to serve: as the vendor's own address says, or on a free port."""
    if vendor.login.startswith(BASE_URL):
        return f"http://{LOOPBACK}:{free_port()}"
    where = f"{vendor.id}: login"
    must_be_loopback(vendor.login, where)
    parts = urlsplit(vendor.login)
    if parts.port is None or not is_loopback(parts.hostname or ""):
        raise ScenarioInvalid(where, vendor.login, "names no port where the vendor could serve", MEND)
    return f"{parts.scheme}://{parts.netloc}"


def addressed(vendor: Vendor) -> tuple[Vendor, Started | None, str]:
    """A vendor that exchanges rosters with its addresses written out, how it is started, and where it is to serve; the
    last two are None and "" where it runs already."""
    started = vendor.started
    if started is None:
        return vendor, None, ""
    base = vendor.login
    if base.startswith(BASE_URL):
        base = f"https://{LOOPBACK}:{free_port()}"
    parts = urlsplit(base)
    base = f"{parts.scheme}://{parts.netloc}"
    data = vendor.model_copy(update={"process": None, "container": None}).model_dump(mode="json", by_alias=True)
    places = {"base_url": base, "port": str(parts.port or 443)}
    return Vendor.model_validate(filled_everywhere(data, places)), started, base


def written_out(url: str) -> str:
    """The school's address; its port is chosen here where it is left open, for the process must be told it."""
    _, port = school_url(url)
    return url if port else f"{url.removesuffix(':0')}:{free_port()}"


def free_port() -> int:
    """One that was free a moment ago."""
    (port,) = free_ports(1)
    return port


def filled_everywhere(value: object, places: Mapping[str, str]) -> object:
    """The same in every text of a document."""
    match value:
        case str():
            return filled(value, places)
        case dict():
            return {name: filled_everywhere(inner, places) for name, inner in value.items()}
        case list():
            return [filled_everywhere(inner, places) for inner in value]
        case _:
            return value
