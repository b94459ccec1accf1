"""``testbed certify`` over real sockets: how fast it is and what it notices beside spid-sp-test, and what it weighs.

Every figure of ours is of the whole command, with its start, the honest logins and the reports; the peer's is of its
response tests alone. The peer's cases are 111 logins, ours are all that the vendor can be tried with.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from loadtests.bench.certify_ours import OurRun, certified_oidc, certified_saml
from loadtests.bench.certify_peer import PEER_PYTHON, PeerRun, run_peer
from loadtests.bench.measure import LeftOut, Outcome, compared
from sp_mocks.unsafe import UNSAFE_FAULTS

SAML_VENDOR, OIDC_VENDOR = "reading-service", "maths-app"
OIDC_S, MEMORY_MB = 30.0, 300.0
PEER_NAME = "spid-sp-test"
EVERY = 12
NO_PEER = "there is no .venv-spid: make bench makes it"


def certify_saml() -> Iterator[Outcome]:
    """Cases a second against a vendor that does well; those that mean nothing for it are not counted."""
    ours = _in_a_folder(lambda folder: certified_saml(folder, SAML_VENDOR))
    if ours.surprises:
        yield LeftOut("certify-saml", f"a vendor that does well did not pass: {', '.join(ours.surprises)}")
        return
    if not PEER_PYTHON.is_file():
        yield LeftOut("certify-saml", NO_PEER)
        return
    peer = run_peer(SAML_VENDOR)
    theirs = len(peer.cases) / peer.seconds
    yield compared("certify-saml", ours.run / ours.seconds, "cases/s", (PEER_NAME, theirs), "more")


def certify_oidc() -> Iterator[Outcome]:
    """Seconds and memory for a vendor of OpenID Connect that does well; the school is in the same process."""
    ours = _in_a_folder(lambda folder: certified_oidc(folder, OIDC_VENDOR))
    if ours.surprises:
        yield LeftOut("certify-oidc", f"a vendor that does well did not pass: {', '.join(ours.surprises)}")
        return
    yield compared("certify-oidc", ours.seconds, "s", ("budget", OIDC_S), "less")
    yield compared("certify-oidc-memory", ours.memory_mb, "MB", ("budget", MEMORY_MB), "less")


def certify_noticed() -> Iterator[Outcome]:
    """Of vendors with one mistake each in what they accept, how many are told from the vendor without it.

    NOTE: every twelfth mistake by name, for all of them would take the two tools an hour.
    """
    if not PEER_PYTHON.is_file():
        yield LeftOut("certify-noticed", NO_PEER)
        return
    compliant = run_peer(SAML_VENDOR)
    faults = sorted(fault.id for fault in UNSAFE_FAULTS.values() if fault.profile == SAML_VENDOR)[::EVERY]
    ours = sum(_noticed_by_us(fault) for fault in faults)
    theirs = sum(_noticed_by_peer(fault, compliant) for fault in faults)
    yield compared("certify-noticed", ours, f"of {len(faults)} vendors", (PEER_NAME, theirs), "more")


def _noticed_by_us(fault: str) -> bool:
    return bool(_in_a_folder(lambda folder: certified_saml(folder, SAML_VENDOR, fault)).surprises)


def _noticed_by_peer(fault: str, compliant: PeerRun) -> bool:
    return bool(run_peer(SAML_VENDOR, fault).differs_from(compliant))


def _in_a_folder(run: Callable[[Path], OurRun]) -> OurRun:
    with TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        folder.chmod(0o700)
        return run(folder)
