"""What is filled in where a vendor's file has places for it: the address where its process serves, and the school's."""

import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from testbed.lab.certify_outside import OutsideCase
from testbed.lab.guardrail import is_loopback, must_be_loopback, school_url
from testbed.lab.loopback import free_ports
from testbed.lab.outside_clients import own_secret
from testbed.model.files import ScenarioInvalid
from testbed.model.strict import BASE_URL
from testbed.model.vendor import Process
from testbed.model.wire import host_of
from testbed.model.written import Vendor

PLACE = re.compile(r"\{(base_url|port|issuer|idp_metadata|client_secret)\}")
LOOPBACK = "127.0.0.1"
MEND = "write it as {base_url}/..., or as http://127.0.0.1:PORT/..."


def filled(text: str, places: Mapping[str, str]) -> str:
    """The text with everything that is known in its place; other braces stay as they are."""
    return PLACE.sub(lambda found: places.get(found.group(1), found.group(0)), text)


def prepared(case: OutsideCase) -> OutsideCase:
    """The case with every address of the vendor written out; its process, if it has one, beside it.

    NOTE: the vendor that plays and certificates hold has no process: what stands in its environment may be secret.

    Raises:
        ScenarioInvalid: an address leads off this machine, or an agreement does not know where the process serves.
    """
    process = case.vendor.process
    if process is None or case.vendor.simulated is not None:
        return case
    where = case.vendor.id
    url = _written_out(case.url)
    base = _base_url(case.vendor)
    places = {"base_url": base, "port": str(urlsplit(base).port), "issuer": url}
    data = case.vendor.model_copy(update={"process": None}).model_dump(mode="json", by_alias=True)
    vendor = Vendor.model_validate(_filled_everywhere(data, places))
    process = Process.model_validate(_filled_everywhere(process.model_dump(mode="json"), places))
    must_be_loopback(process.ready, f"{where}: process.ready")
    if case.agreement is not None and host_of(vendor.login) not in case.agreement[1].processor.hosts:
        raise ScenarioInvalid(
            case.agreement[0],
            "processor.hosts",
            f"does not name {host_of(vendor.login)}, where the vendor's process serves",
            f"add it; and write 'login' of {where} with a port, so that it is the same each time",
        )
    return replace(case, vendor=vendor, url=url, process=process)


def places_of(case: OutsideCase, idp_metadata: str) -> dict[str, str]:
    """What is known once the school's metadata is written: of the places that :func:`prepared` left."""
    client = case.vendor.client
    secret = case.secret or (own_secret(client, case.home) if client else "")
    return {"idp_metadata": idp_metadata, "client_secret": secret}


def _base_url(vendor: Vendor) -> str:
    """Where the process is to serve: as the vendor's own address says, or on a free port."""
    if vendor.login.startswith(BASE_URL):
        return f"http://{LOOPBACK}:{_free_port()}"
    where = f"{vendor.id}: login"
    must_be_loopback(vendor.login, where)
    parts = urlsplit(vendor.login)
    if parts.port is None or not is_loopback(parts.hostname or ""):
        raise ScenarioInvalid(where, vendor.login, "names no port where the vendor's process could serve", MEND)
    return f"{parts.scheme}://{parts.netloc}"


def _written_out(url: str) -> str:
    """The school's address; its port is chosen here where it is left open, for the process must be told it."""
    _, port = school_url(url)
    return url if port else f"{url.removesuffix(':0')}:{_free_port()}"


def _free_port() -> int:
    (port,) = free_ports(1)
    return port


def _filled_everywhere(value: object, places: Mapping[str, str]) -> object:
    match value:
        case str():
            return filled(value, places)
        case dict():
            return {name: _filled_everywhere(inner, places) for name, inner in value.items()}
        case list():
            return [_filled_everywhere(inner, places) for inner in value]
        case _:
            return value
