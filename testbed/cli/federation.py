"""``testbed federation``: what the lab's federation publishes, as files, and whether such a file is good."""

import asyncio
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from rich.text import Text

from testbed.cli.console import AS_EXPECTED, INCONCLUSIVE, NOT_AS_EXPECTED, out
from testbed.interception.recorded import read
from testbed.lab.home import LabHome
from testbed.lab.inprocess import inprocess_lab
from testbed.lab.places import METADATA_URL
from testbed.lab.spec import LabSpec
from testbed.model.files import ScenarioInvalid
from testbed.runner.catalogue import load_catalogue
from testbed.runner.folder import RunFolder
from testbed.wire.signatures import verify as verified
from testbed.wire.xml import MAX_BYTES, MD, Unreadable, instant, parse

app = typer.Typer(no_args_is_help=True)
PUBLISH_EXAMPLES = "Example:\n\ntestbed federation publish --out federation"
VERIFY_EXAMPLES = "Example:\n\ntestbed federation verify federation/aggregate.xml federation/certificate.pem"
FILES = {f"{METADATA_URL}/{name}": name for name in ("aggregate.xml", "certificate.pem")}
ROOTS = (f"{{{MD}}}EntitiesDescriptor", f"{{{MD}}}EntityDescriptor")
HTTP_OK = 200
TIME = "%Y-%m-%dT%H:%M:%S"


@app.callback()
def federation() -> None:
    """Look at what the lab's federation publishes."""


@app.command(epilog=PUBLISH_EXAMPLES)
def publish(
    out_: Annotated[Path, typer.Option("--out", help="Write the two files into this folder.", file_okay=False)],
) -> None:
    """Write the signed metadata of both schools and all simulated vendors, and the certificate to verify it with.

    The keys are those of the lab home, so the certificate stays good for every lab that is opened with it.
    """
    published = asyncio.run(_published())
    missing = [name for url, name in FILES.items() if url not in published]
    if missing:
        out.print(Text(f"The federation did not publish {', '.join(missing)}."))
        raise typer.Exit(INCONCLUSIVE)
    try:
        out_.mkdir(parents=True, exist_ok=True)
        for url, name in FILES.items():
            (out_ / name).write_bytes(published[url])
    except OSError as error:
        reason = (error.strerror or "no").lower()
        raise ScenarioInvalid(out_, "", f"cannot be written ({reason})", "choose another --out") from error
    out.print(Text(f"Written to {out_}: {', '.join(FILES.values())}"), soft_wrap=True)


async def _published() -> dict[str, bytes]:
    """By URL, as a browser in a lab got it."""
    known = load_catalogue()
    spec = LabSpec(LabHome.open(), {}, known.written_vendors, known.agreements)
    with tempfile.TemporaryDirectory() as temporary:
        folder = RunFolder.make(Path(temporary), "federation", datetime.now(UTC))
        async with inprocess_lab(spec, folder, lambda: datetime.now(UTC)) as lab, lab.browser() as browser:
            for url in FILES:
                await browser.visit(url)
        exchanges = read(folder.journal).exchanges
    return {e.request.url: e.response.body for e in exchanges if e.response and e.response.status == HTTP_OK}


@app.command(epilog=VERIFY_EXAMPLES)
def verify(
    document: Annotated[Path, typer.Argument(help="An aggregate, or the answer to a metadata query.")],
    certificate: Annotated[Path, typer.Argument(help="The federation's certificate, as PEM.")],
    at: Annotated[
        datetime | None, typer.Option(help="Judge as of this time in UTC; left out: now.", formats=[TIME])
    ] = None,
) -> None:
    """Is it signed by the federation, and how long may it be used?

    Ends with 0 when the signature is good and the document has not expired, 1 when not, 2 when a file is not readable.
    """
    now = (at.replace(tzinfo=UTC) if at else datetime.now(UTC)).replace(microsecond=0)
    octets = _octets(document)
    root = _metadata(document, octets)
    reading = verified(octets, [_der(certificate)])
    until = instant(root.get("validUntil"))
    members = [element.get("entityID", "") for element in root.iter(ROOTS[1])]
    lines = [
        f"{document}: {len(members)} members",
        *(f"  {member}" for member in members),
        "The signature is good." if reading.ok else f"The signature is NOT good: {reading.reason}",
        _validity(until, now),
    ]
    out.print(Text("\n".join(lines)), soft_wrap=True)
    good = reading.ok and until is not None and now < until
    raise typer.Exit(AS_EXPECTED if good else NOT_AS_EXPECTED)


def _validity(until: datetime | None, now: datetime) -> str:
    if until is None:
        return "It does NOT say until when it is valid (validUntil)."
    if until <= now:
        return f"It EXPIRED at {until:%Y-%m-%d %H:%M:%S} UTC, {now - until} ago: a vendor must not use it."
    return f"It is valid until {until:%Y-%m-%d %H:%M:%S} UTC, for {until - now} more."


def _metadata(path: Path, octets: bytes) -> etree._Element:
    try:
        root = parse(octets)
        if root.tag not in ROOTS:
            raise Unreadable("is neither an EntitiesDescriptor nor an EntityDescriptor")
    except Unreadable as error:
        raise ScenarioInvalid(path, "", str(error), "give SAML metadata as the federation publishes it") from error
    return root


def _der(path: Path) -> bytes:
    pem = _octets(path)
    try:
        return x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)
    except ValueError as error:
        raise ScenarioInvalid(path, "", "is no certificate", "give the federation's certificate.pem") from error


def _octets(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            # NOTE: one more than is read as XML, so that what is too large is seen to be.
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise ScenarioInvalid(path, "", reason, "check the path and its permissions") from error
