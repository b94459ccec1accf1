"""What spid-sp-test, a peer of ``testbed certify``, says of a simulated vendor of SAML: every case, and how fast.

The tool plays an identity provider and judges by the HTTP status of the page that its response leads to: 200 where it
expects a login, one of 400, 401, 403, 422 and 500 where it expects a refusal. ``peers/spid_responses.py`` says what is
bent so that it can try a service that is none of SPID's.

``python -m loadtests.bench.certify_peer [VENDOR ...]`` tries vendors with one fault, all or those named, each beside
the compliant one of its kind: one JSON line for each.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from idp.keys import SigningKey
from loadtests.bench.certify_ours import served
from sp_mocks.profiles import PROFILES
from testbed.model.attributes import by_name
from testbed.runner.catalogue import load_catalogue

PEER = Path(__file__).parent / "peers" / "spid_responses.py"
PEER_PYTHON = Path(__file__).parents[2] / ".venv-spid" / "bin" / "python"
IDP = "https://idp.bench.test/saml/metadata"
SCOPE = "skola.test"
SCOPED = ("eduPersonPrincipalName", "pairwise-id", "subject-id")
TIMEOUT_S = 900.0

type Said = Literal["success", "failure", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Case:
    """What the tool says of one of its cases."""

    id: str
    said: Said
    """``error``: the tool could not make the message or failed by itself."""
    detail: str
    """The HTTP status, or the tool's own error."""


@dataclass(frozen=True, slots=True)
class PeerRun:
    """One vendor tried by the tool."""

    cases: tuple[Case, ...]
    seconds: float

    def said(self, what: Said) -> tuple[str, ...]:
        """The ids of the cases of which it says this."""
        return tuple(case.id for case in self.cases if case.said == what)

    def differs_from(self, other: "PeerRun") -> tuple[str, ...]:
        """The ids of the cases of which it says something else than of another vendor."""
        others = {case.id: case.said for case in other.cases}
        return tuple(case.id for case in self.cases if others.get(case.id) != case.said)


def run_peer(profile: str, fault: str | None = None) -> PeerRun:
    """The tool's response tests on a fresh vendor of this profile, with keys made for the run."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o700)
        key = SigningKey.load_or_make(folder / "idp.pem", "idp.bench.test", datetime.now(UTC))
        (folder / "idp.xml").write_text(idp_metadata(key), encoding="utf-8")
        told = {"profile": profile, "fault": fault, "idp": IDP, "idp_metadata": str(folder / "idp.xml")}
        with served(folder, **told) as url:
            return try_service(folder, key, f"{url}/saml/metadata", f"{url}/login")


def try_service(folder: Path, key: SigningKey, metadata_url: str, authn_url: str) -> PeerRun:
    """The same on any service that runs, asks by HTTP-Redirect and trusts :data:`IDP` with this key."""
    private = key.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for file, content in (("private.key", private), ("public.cert", key.certificate_pem)):
        (folder / file).write_bytes(content)
    told = {
        "metadata_url": metadata_url,
        "authn_url": authn_url,
        "idp": IDP,
        "keys": str(folder),
        "attributes": dict(_attributes()),
    }
    (folder / "peer.json").write_text(json.dumps(told), encoding="utf-8")
    command = [str(PEER_PYTHON), "-W", "ignore", str(PEER), str(folder / "peer.json")]
    done = subprocess.run(
        command, cwd=folder, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=TIMEOUT_S
    )
    answer = json.loads(done.stdout.splitlines()[-1])
    cases = tuple(Case(one["test_id"], one["result"], one["value"]) for one in answer["results"])
    return PeerRun(cases, float(answer["seconds"]))


def _attributes() -> Iterator[tuple[str, str]]:
    """Whatever a vendor of any profile wants, by SAML name."""
    wanted = dict.fromkeys(name for profile in PROFILES.values() for name in profile.behaviour.wanted)
    for name in wanted:
        yield by_name()[name].saml, f"bench@{SCOPE}" if name in SCOPED else "bench"


def idp_metadata(key: SigningKey) -> str:
    """Of the tool's identity provider."""
    return f"""<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"
 xmlns:shibmd="urn:mace:shibboleth:metadata:1.0" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="{IDP}">
<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
<md:Extensions><shibmd:Scope regexp="false">{SCOPE}</shibmd:Scope></md:Extensions>
<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data>
<ds:X509Certificate>{key.certificate_base64}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
 Location="https://idp.bench.test/saml/sso"/></md:IDPSSODescriptor></md:EntityDescriptor>"""


def one_fault_vendors() -> Iterator[tuple[str, str, str]]:
    """Every vendor of SAML that is compliant but for one fault: its id, profile and fault.

    Those that learn of schools from a federation are left out: the tool's identity provider is in none.
    """
    for vendor in load_catalogue().vendors.values():
        simulated = vendor.simulated
        if simulated is None or simulated.fault is None:
            continue
        profile = PROFILES.get(simulated.profile)
        if profile is not None and profile.behaviour.trust == "direct":
            yield vendor.id, simulated.profile, simulated.fault


def main(names: Sequence[str]) -> None:
    """One JSON line for each profile, then one for each vendor."""
    vendors = [one for one in one_fault_vendors() if not names or one[0] in names]
    compliant: dict[str, PeerRun] = {}
    for profile in sorted({profile for _, profile, _ in vendors}):
        compliant[profile] = run = run_peer(profile)
        told = {one.id: f"{one.said} {one.detail}" for one in run.cases if one.said != "success"}
        print(json.dumps({"profile": profile, **_figures(run), "not_passed": told}), flush=True)
    for name, profile, fault in vendors:
        run = run_peer(profile, fault)
        noticed = run.differs_from(compliant[profile])
        print(json.dumps({"vendor": name, "fault": fault, **_figures(run), "differs": noticed}), flush=True)


def _figures(run: PeerRun) -> dict[str, float]:
    return {"cases": len(run.cases), "passed": len(run.said("success")), "seconds": round(run.seconds, 2)}


if __name__ == "__main__":
    main(sys.argv[1:])
