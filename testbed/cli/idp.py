"""``testbed idp``: the mock school for an outside vendor's own product."""

import asyncio
import logging
import os
import sys
from pathlib import Path
from typing import Annotated, Literal, get_args

import typer
import uvloop
from pydantic import TypeAdapter, ValidationError
from rich.text import Text

from idp.people import generate
from testbed.cli import idp_client
from testbed.cli.console import AS_EXPECTED, err, out
from testbed.lab.home import LabHome
from testbed.lab.outside import DEFAULT_URL, OutsideSpec, ending_signals, jwks, metadata, outside_school
from testbed.lab.outside_vendors import WantedVendors
from testbed.lab.running import Running, announced
from testbed.model.files import ScenarioInvalid, load
from testbed.model.written import Agreement, ReleasePolicy

app = typer.Typer(no_args_is_help=True)
POLICIES: tuple[str, ...] = get_args(ReleasePolicy.__value__)
METADATA_EXAMPLES = "Example:\n\ntestbed idp metadata --out school.xml"
JWKS_EXAMPLES = "Example:\n\ntestbed idp jwks --out school-keys.json"
SERVE_EXAMPLES = (
    "Examples:\n\n"
    "testbed idp serve --vendor http://127.0.0.1:8000/saml/metadata\n\n"
    "testbed idp serve --vendor vendor-metadata.xml --agreement our-agreement.yaml\n\n"
    "testbed idp serve --client-id our-app --client-secret-env SECRET --redirect-uri http://127.0.0.1:8000/callback"
)
Url = Annotated[str, typer.Option(help="The school's address: plain http on loopback.")]
Signing = Annotated[Literal["rsa", "ec"], typer.Option(help="Which kind of key it signs with.")]
StateFile = Annotated[
    Path | None,
    typer.Option(
        "--state", help="Sessions and key rollovers are kept in this file; left out: in memory.", dir_okay=False
    ),
]
ServedUrl = Annotated[str, typer.Option(help="The school's address: plain http on loopback; port 0 takes a free one.")]
Vendors = Annotated[
    list[str] | None,
    typer.Option(help="A vendor's SAML metadata: a URL on loopback or a file; may be repeated.", metavar="URL|FILE"),
]
Agreements = Annotated[
    list[Path] | None,
    typer.Option(
        help="An agreement with the vendors that its processor names by entity or client ID; may be repeated."
    ),
]
Release = Annotated[
    str | None, typer.Option(help=f"How the school chooses what to release to every vendor: {', '.join(POLICIES)}.")
]
ControlPort = Annotated[int, typer.Option(help="Of the control API; 0 takes a free one.", min=0, max=65535)]
Workers = Annotated[int, typer.Option(help="So many processes serve it, with one state.", min=1, max=16)]
OutFile = Annotated[Path | None, typer.Option("--out", help="Write here; left out: standard output.", dir_okay=False)]


@app.callback()
def idp() -> None:
    """Put the mock school in front of a product of your own."""


@app.command("metadata", epilog=METADATA_EXAMPLES)
def metadata_(
    url: Url = DEFAULT_URL,
    signing: Signing = "rsa",
    state: StateFile = None,
    all_: Annotated[bool, typer.Option("--all", help="Both schools: the honest one and the dishonest one.")] = False,
    file: OutFile = None,
) -> None:
    """Write what a SAML vendor must trust, before anything runs. The keys stay the same between commands."""
    document = asyncio.run(metadata(OutsideSpec(LabHome.open(), {}, url, signing=signing, state=state), second=all_))
    _write(document, file, f"Metadata of {url}")


@app.command("jwks", epilog=JWKS_EXAMPLES)
def jwks_(state: StateFile = None, file: OutFile = None) -> None:
    """Write the public keys of ID tokens, before anything runs. They stay the same between commands."""
    _write(asyncio.run(jwks(OutsideSpec(LabHome.open(), {}, state=state))), file, "Keys for OpenID Connect")


def _write(document: bytes, file: Path | None, what: str) -> None:
    if file is None:
        typer.echo(document.decode("utf-8"))
        return
    try:
        file.write_bytes(document)
    except OSError as error:
        reason = (error.strerror or "no").lower()
        raise ScenarioInvalid(file, "", f"cannot be written ({reason})", "choose another --out") from error
    err.print(Text(f"{what} written to {file}"), soft_wrap=True)


@app.command(epilog=SERVE_EXAMPLES)
def serve(  # noqa: PLR0913, PLR0917 - the command line's own options
    url: ServedUrl = DEFAULT_URL,
    vendor: Vendors = None,
    agreement: Agreements = None,
    release: Release = None,
    seed: Annotated[int, typer.Option(help="Decides the people.")] = 1,
    control_port: ControlPort = 0,
    signing: Signing = "rsa",
    state: StateFile = None,
    workers: Workers = 1,
    client_id: idp_client.ClientId = None,
    secret_variable: idp_client.SecretVariable = None,
    redirect_uris: idp_client.RedirectUris = None,
    after_logout: idp_client.AfterLogout = None,
    backchannel: idp_client.BackChannel = None,
    jwks_uri: idp_client.JwksUri = None,
    signing_alg: idp_client.SigningAlgorithm = "RS256",
    scope: idp_client.Scopes = None,
    method: idp_client.Method = None,
    client: idp_client.ClientFiles = None,
) -> None:
    """Serve the mock school to outside vendors. It releases what is agreed, or else what metadata or scopes request."""
    _log_to_stderr()
    uris = idp_client.ClientUris(tuple(redirect_uris or ()), tuple(after_logout or ()), backchannel, jwks_uri)
    options = idp_client.ClientOptions(client_id, secret_variable, uris, signing_alg, tuple(scope or ()), method)
    agreements = {file: load(file, Agreement) for file in agreement or ()}
    clients = idp_client.clients(options, client or [])
    spec = OutsideSpec(
        home=LabHome.open(),
        people=generate(seed).people,
        url=url,
        vendors=WantedVendors(tuple(vendor or ()), agreements, _policy(release), clients),
        control_port=control_port,
        signing=signing,
        state=state,
        workers=workers,
    )
    uvloop.run(_serve(spec))
    raise typer.Exit(AS_EXPECTED)


async def _serve(spec: OutsideSpec) -> None:
    with ending_signals() as over:
        async with outside_school(spec) as school:
            lines = [
                f"The mock school serves at {school.url}",
                f"  metadata     {school.url}/saml/metadata",
                f"  discovery    {school.url}/.well-known/openid-configuration",
                f"  control API  {school.control_url}, its token in {school.token_file}",
                *(f"  vendor       {name}" for name in school.vendors),
                *(f"  secret       of {name} in {file}" for name, file in school.secret_files),
                "Ctrl-C ends it.",
            ]
            with announced(spec.home, Running(school.url, school.control_url, spec.workers, os.getpid())):
                out.print(Text("\n".join(lines)), soft_wrap=True)
                sys.stdout.flush()
                await school.serve_until(over)
    out.print("The mock school is closed.")


def _policy(name: str | None) -> ReleasePolicy | None:
    if name is None:
        return None
    adapter: TypeAdapter[ReleasePolicy] = TypeAdapter(ReleasePolicy)
    try:
        return adapter.validate_python(name)
    except ValidationError as error:
        raise ScenarioInvalid("--release", name, "is no release policy", f"use one of {', '.join(POLICIES)}") from error


def _log_to_stderr() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s", stream=sys.stderr)
    logging.getLogger("httpx").setLevel(logging.WARNING)
