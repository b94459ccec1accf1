"""``testbed certify`` finds published vulnerabilities of two libraries by cases that know neither of them.

The same service is certified on the version with the fault and on the one that mended it. What else is found, at both
versions alike, is what these libraries leave to whoever uses them.
"""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from outside_services import JoseVersion, PythonJose, Samlify, SamlifyVersion

pytestmark = [pytest.mark.interop, pytest.mark.kill]
DEADLINE_S = 600.0
WRAPPING = (
    "saml-both-signed-*",
    "saml-comment-*",
    "saml-borrowed-signature-*",
    "saml-hidden-*",
    "saml-moved-signature-*",
    "saml-same-id-*",
    "saml-several-assertions-*",
    "saml-unsigned-parts-*",
    "saml-wrapped-*",
)
"""Every position in which the original or a forged part may stand, and names that comments divide."""
READ_UNSIGNED = {
    "saml-moved-signature-at-response-original-in-advice",
    "saml-moved-signature-at-response-original-in-extensions",
    "saml-moved-signature-at-response-original-in-status-detail",
    "saml-wrapped-response-in-status-detail",
}
"""Where samlify verified the one and read the other."""
type Run = Callable[..., subprocess.CompletedProcess[bytes]]
type Cases = dict[str, dict[str, Any]]


def certified(run_testbed: Run, home: Path, out: Path, *arguments: str) -> Cases:
    """Each case by its id."""
    done = run_testbed(home, "certify", *arguments, "--out", str(out), deadline_s=DEADLINE_S)
    # NOTE: of a few cases nothing follows for the service as a whole, and the command says so by its status.
    assert done.returncode in (1, 2), done.stdout.decode() + done.stderr.decode()
    folder = max(out.iterdir())
    lines = (folder / "cases.jsonl").read_text(encoding="utf-8").split("\n")
    return {case["case"]["id"]: case for case in map(json.loads, filter(None, lines))}


def opened_as_the_other(cases: Cases) -> set[str]:
    """Cases that failed because the other person's session was open."""
    return {name for name, case in cases.items() if (case["verdict"], case["observed"]) == ("FAIL", "other-user")}


def patterns(*names: str) -> list[str]:
    return [word for name in names for word in ("--case", name)]


@pytest.fixture(scope="module")
def samlify(
    start_samlify: Callable[[SamlifyVersion], Samlify],
    free_port: Callable[[], int],
    run_testbed: Run,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[SamlifyVersion, Cases]:
    """The wrapping cases against both versions."""
    found: dict[SamlifyVersion, Cases] = {}
    versions: tuple[SamlifyVersion, ...] = ("2.9.1", "2.10")
    for version in versions:
        folder, school = tmp_path_factory.mktemp("certify"), f"http://127.0.0.1:{free_port()}"
        service = start_samlify(version)
        service.trust(run_testbed(folder / "home", "idp", "metadata", "--url", school).stdout)
        found[version] = certified(
            run_testbed,
            folder / "home",
            folder / "runs",
            *("--saml-metadata", service.metadata_url, "--login", service.login_url, "--probe", service.probe_url),
            *("--logout", service.logout_url, "--idp-url", school),
            *patterns(*WRAPPING),
        )
    return found


def test_wrapped_signatures_of_samlify(samlify: dict[SamlifyVersion, Cases]) -> None:
    """CVE-2025-47949: the signature is found in one place, and the assertion is read from another."""
    before, after = (opened_as_the_other(cases) for cases in samlify.values())
    assert before - after == READ_UNSIGNED
    assert READ_UNSIGNED.isdisjoint(after)


def test_a_name_that_a_comment_cuts_of_samlify(samlify: dict[SamlifyVersion, Cases]) -> None:
    """The version before reads a NameID as far as a comment in it; accounts are known by another name here."""
    assert [cases["saml-comment-in-name-id"]["verdict"] for cases in samlify.values()] == ["FAIL", "PASS"]


@pytest.fixture(scope="module")
def python_jose(
    start_python_jose: Callable[..., PythonJose],
    free_port: Callable[[], int],
    run_testbed: Run,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[JoseVersion, Cases]:
    """The cases of confused keys against both versions, with keys that were handed out as texts."""
    found: dict[JoseVersion, Cases] = {}
    versions: tuple[JoseVersion, ...] = ("3.3.0", "3.5.0")
    for version in versions:
        folder, school = tmp_path_factory.mktemp("certify"), f"http://127.0.0.1:{free_port()}"
        service = start_python_jose(version, school, "texts")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PEER_SECRET", service.client_secret)
            found[version] = certified(
                run_testbed,
                folder / "home",
                folder / "runs",
                *("--oidc", "--login", service.login_url, "--probe", service.probe_url),
                *service.registration("PEER_SECRET"),
                *("--idp-url", school),
                *patterns("oidc-key-confusion-*"),
            )
    return found


def test_confused_keys_of_python_jose(python_jose: dict[JoseVersion, Cases]) -> None:
    """CVE-2024-33663: the public key of an elliptic curve, as a line of OpenSSH, is taken for the secret of an HMAC."""
    before, after = python_jose.values()
    assert opened_as_the_other(before) == {"oidc-key-confusion-other-openssh"}
    assert opened_as_the_other(after) == set()
    assert after["oidc-key-confusion-other-openssh"]["verdict"] == "PASS"
