"""``python -m loadtests.bench [NAME ...]``: every benchmark, or those named."""

import sys
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from loadtests.bench.certify import certify_noticed, certify_oidc, certify_saml
from loadtests.bench.egil import egil
from loadtests.bench.lab import inprocess_logins, loopback_lab_figures
from loadtests.bench.leaks import leak_index, leak_search
from loadtests.bench.load_generator import load_generator, load_logins, load_waiting
from loadtests.bench.measure import Outcome, show
from loadtests.bench.oidc_login import oidc_login
from loadtests.bench.privacy import privacy
from loadtests.bench.proxy_overhead import proxy_overhead
from loadtests.bench.saml_login import saml_login
from loadtests.bench.school_data import school_data
from loadtests.bench.sign_response import sign_response

BENCHMARKS: Mapping[str, Callable[[], Iterator[Outcome]]] = MappingProxyType(
    {
        "sign-response": sign_response,
        "saml-login": saml_login,
        "oidc-login": oidc_login,
        "inprocess-logins": inprocess_logins,
        "lab": loopback_lab_figures,
        "proxy-overhead": proxy_overhead,
        "privacy": privacy,
        "leak-search": leak_search,
        "leak-index": leak_index,
        "school-data": school_data,
        "egil": egil,
        "load-generator": load_generator,
        "load-logins": load_logins,
        "load-waiting": load_waiting,
        "certify-saml": certify_saml,
        "certify-oidc": certify_oidc,
        "certify-noticed": certify_noticed,
    }
)


def _outcomes(names: list[str]) -> Iterator[Outcome]:
    for name in names:
        yield from BENCHMARKS[name]()


def main() -> None:
    """Run them one after the other."""
    names = sys.argv[1:] or list(BENCHMARKS)
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        sys.exit(f"No benchmark is called {', '.join(unknown)}; there are: {', '.join(BENCHMARKS)}")
    show(_outcomes(names))


if __name__ == "__main__":
    main()
