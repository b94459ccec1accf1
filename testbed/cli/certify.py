"""``testbed certify``: is a vendor's login safe, and does it keep to what was agreed?"""

import asyncio
import shlex
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from idp.people import generate
from testbed.certify.cases import chosen, is_for, load_every_case
from testbed.certify.profiles import load_profiles, usual
from testbed.cli.certified import show_certificate, show_comparison, write_certificate, write_comparison
from testbed.cli.certify_progress import CaseBar
from testbed.cli.certify_vendor import Flags, of_flags, of_paths
from testbed.cli.outcome import versions_of
from testbed.interception import ParticipantUnavailable
from testbed.interception.browser import BrowserKind
from testbed.interception.chromium import OPTION, chromium_path
from testbed.lab.certify_exchange import certify_exchange
from testbed.lab.certify_outside import OutsideCase
from testbed.lab.certifying import Purpose, certify_vendor
from testbed.lab.home import LabHome
from testbed.lab.outside import DEFAULT_URL
from testbed.model.case import Case
from testbed.model.certificate import Certificate
from testbed.model.exchange_case import ExchangeCase
from testbed.model.files import ScenarioInvalid
from testbed.model.vendor import FED
from testbed.model.written import Vendor
from testbed.runner.catalogue import project_folder
from testbed.runner.folder import RunFolder

EXAMPLES = (
    "Examples:\n\n"
    "testbed certify --saml-metadata http://127.0.0.1:8000/saml/metadata \\\n\n"
    "    --login http://127.0.0.1:8000/login --probe http://127.0.0.1:8000/me      a first try, by flags\n\n"
    "testbed certify my-vendor.yaml --profile skolfederation                       by the vendor's file\n\n"
    "testbed certify my-vendor.yaml --case 'saml-audience-*'                       some cases\n\n"
    "testbed certify vendors/                                                      many, and a table that compares\n\n"
    "testbed certify my-receiver.yaml                    who may send and fetch rosters: protocol scim, or ss12000\n\n"
    "The vendor must trust the mock school first: 'testbed idp metadata --out school.xml', or its issuer, --idp-url."
)
RECORDED_VERSIONS = ("school-federation-testbed", "pysaml2", "python-jose", "xmlsec", "signxml", "joserfc", "httpx")


def certify(  # noqa: PLR0913, PLR0917 - the command line's own options
    vendors: Annotated[
        list[Path] | None, typer.Argument(metavar="VENDOR.yaml|DIR", help="Vendors' files, or a folder of them.")
    ] = None,
    saml_metadata: Annotated[str | None, typer.Option(metavar="URL", help="Of a SAML vendor: its metadata.")] = None,
    oidc: Annotated[bool, typer.Option("--oidc", help="A vendor of OpenID Connect.")] = False,
    login: Annotated[str | None, typer.Option(metavar="URL", help="Where a login begins.")] = None,
    probe: Annotated[str | None, typer.Option(metavar="URL", help="A page that shows who is logged in.")] = None,
    client_id: Annotated[str | None, typer.Option(help="Of an OpenID Connect vendor.")] = None,
    secret_variable: Annotated[
        str | None,
        typer.Option("--client-secret-env", metavar="VAR", help="The environment variable that holds its secret."),
    ] = None,
    redirect_uri: Annotated[str | None, typer.Option(metavar="URL", help="Where the vendor takes answers.")] = None,
    logout: Annotated[str | None, typer.Option(metavar="URL", help="Where a person logs out.")] = None,
    backchannel: Annotated[
        str | None, typer.Option("--backchannel-logout-uri", metavar="URL", help="Where it takes logout tokens.")
    ] = None,
    after_logout: Annotated[
        str | None,
        typer.Option("--post-logout-redirect-uri", metavar="URL", help="Where it has the school lead after a logout."),
    ] = None,
    return_param: Annotated[
        str, typer.Option(metavar="NAME", help="The field that says where a login leads, where not RelayState.")
    ] = "",
    trusts_second_school: Annotated[
        bool, typer.Option("--trusts-second-school", help="It trusts the second school too.")
    ] = False,
    takes_unsolicited: Annotated[
        bool, typer.Option("--takes-unsolicited", help="It means to take SAML logins that begin at school.")
    ] = False,
    skew: Annotated[
        int | None, typer.Option(metavar="SECONDS", min=0, help="How far clocks may be apart, as the vendor says.")
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option(help="For which purpose: 'testbed list purposes'. Usually skolfederation, or exchange."),
    ] = None,
    agreement: Annotated[Path | None, typer.Option(help="What was agreed (YAML).", dir_okay=False)] = None,
    case: Annotated[list[str] | None, typer.Option(help="A case, or a pattern; may be repeated.")] = None,
    idp_url: Annotated[str, typer.Option(metavar="URL", help="Where the mock school stands.")] = DEFAULT_URL,
    out: Annotated[Path, typer.Option(help="Where run folders are put.", file_okay=False)] = Path("runs"),
    seed: Annotated[int, typer.Option(help="Decides the people.")] = 1,
    browser: Annotated[
        BrowserKind, typer.Option(help="What the person's browser is; chromium runs scripts, on plain http.")
    ] = BrowserKind.HTTP,
    catalogue: Annotated[
        list[Path] | None, typer.Option(help="One more folder with cases/ and profiles/; may be repeated.")
    ] = None,
) -> None:
    """Attack a vendor's login, or its exchange of school data, and say whether the wrong person or party gets in."""
    flags = Flags(
        saml_metadata=saml_metadata,
        oidc=oidc,
        login=login,
        probe=probe,
        client_id=client_id,
        secret_variable=secret_variable,
        redirect_uri=redirect_uri,
        logout=logout,
        backchannel=backchannel,
        after_logout=after_logout,
        return_param=return_param,
        trusts_second_school=trusts_second_school,
        takes_unsolicited=takes_unsolicited,
        skew=skew,
    )
    named = of_paths(vendors, agreement, flags) if vendors else (of_flags(flags, agreement),)
    folders = (project_folder(), *(catalogue or ()))
    profiles, cases = load_profiles(folders), load_every_case(folders)
    if profile is not None and profile not in profiles:
        raise ScenarioInvalid("--profile", profile, "is no profile", f"use one of {', '.join(sorted(profiles))}")
    for one in named:
        _must_have_cases(one.vendor, cases)
    wanted = chosen([each for each in cases if any(is_for(each, one.vendor) for one in named)], case or ())
    many = len(named) > 1
    parent = RunFolder.make(out, "vendors", datetime.now(UTC)).path if many else out
    home, people = LabHome.open(), generate(seed).people
    certificates: list[Certificate] = []
    for one in named:
        spoken = tuple(each for each in wanted if is_for(each, one.vendor))
        _must_be_reached(one.vendor, browser)
        again = _command((*one.words, *_folders(catalogue)), profile, idp_url, seed, browser)
        others = sum(is_for(each, one.vendor) for each in cases) - len(spoken)
        purpose = Purpose(
            profiles[profile or usual(one.vendor)], spoken, seed, again, versions_of(RECORDED_VERSIONS), others
        )
        job = OutsideCase(
            home, people, one.vendor, one.secret, one.agreement, idp_url, permission=one.permission, browser=browser
        )
        folder = RunFolder.make(parent, one.vendor.id, datetime.now(UTC))
        certificates.append(write_certificate(folder, _run(job, purpose, folder)))
        show_certificate(certificates[-1], folder.report)
    if many:
        show_comparison(certificates, write_comparison(RunFolder(parent), certificates))
    raise typer.Exit(max(certificate.exit_status for certificate in certificates))


def _run(job: OutsideCase, purpose: Purpose, folder: RunFolder) -> Certificate:
    how = certify_exchange if job.vendor.protocol in FED else certify_vendor
    with CaseBar(job.vendor.name) as progress:
        try:
            return asyncio.run(how(job, purpose, folder, progress))
        except ParticipantUnavailable as gone:
            raise ScenarioInvalid("testbed certify", "", str(gone), "see the message; run it again") from gone


def _folders(catalogue: Sequence[Path] | None) -> Sequence[str]:
    return [word for folder in catalogue or () for word in ("--catalogue", str(folder))]


def _must_have_cases(vendor: Vendor, cases: Sequence[Case | ExchangeCase]) -> None:
    if not any(is_for(each, vendor) for each in cases):
        raise ScenarioInvalid(
            vendor.id, "protocol", f"no case is for {vendor.protocol}", "play a scenario with it: testbed run"
        )


def _must_be_reached(vendor: Vendor, browser: BrowserKind) -> None:
    """Hold the vendor against what a real browser can be given a way to.

    Raises:
        ScenarioInvalid: there is none, or no such browser.
    """
    if browser is not BrowserKind.CHROMIUM:
        return
    chromium_path()
    if vendor.simulated is not None or not vendor.login.startswith("http://"):
        raise ScenarioInvalid(
            OPTION, vendor.login, "a real browser is led to services by plain http alone", "use --browser http"
        )


def _command(words: Sequence[str], profile: str | None, url: str, seed: int, browser: BrowserKind) -> str:
    """That certifies this vendor again."""
    more = []
    if profile is not None:
        more += ["--profile", profile]
    if url != DEFAULT_URL:
        more += ["--idp-url", url]
    if seed != 1:
        more += ["--seed", str(seed)]
    if browser is not BrowserKind.HTTP:
        more += ["--browser", browser.value]
    return shlex.join(["testbed", "certify", *words, *more])
