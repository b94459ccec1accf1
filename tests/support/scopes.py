"""What of the tests one worker of pytest-xdist plays as a whole, and what is begun first.

A worker makes fixtures of modules and sessions for itself, so that ``--dist loadfile`` has a file played by one worker.
But the pages of the documentation share nothing and may be played anywhere, while some files of the matrix share long
plays. And what takes long is begun first: begun last it would leave the other workers idle.
"""

from collections.abc import Callable

from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

EACH_ALONE = "tests/unit/docs/test_commands.py"
MATRIX = "the plays of the matrix"
ON_ITS_PLAYS = frozenset(
    f"tests/matrix/test_{name}.py"
    for name in (
        "every_check",
        "every_exchange_check",
        "labs_agree",
        "metadata_is_fit",
        "persons_are_used",
        "two_sided",
    )
)
"""Files with the fixtures ``tour``, ``zoo``, ``exchange`` and ``fetched`` of tests/matrix/conftest.py."""
PAGE = f"{EACH_ALONE}::test_the_commands_of_a_page_work_in_order"
LONG_FIRST = (
    MATRIX,
    f"{PAGE}[load]",
    "tests/unit/lab/test_load_exchange.py",
    "tests/unit/lab/test_load_outside.py",
    "tests/unit/lab/test_vendor_process.py",
    "tests/unit/privacy/test_digests.py",
    "tests/unit/lab/test_tried_fetcher.py",
    f"{PAGE}[authority]",
    "tests/unit/lab/test_loopback_faults.py",
    "tests/unit/loadtests/test_distributed.py",
    "tests/matrix/test_certify_oidc.py",
    "tests/unit/lab/test_certify_bad_vendors.py",
    "tests/matrix/test_load_judged.py",
    f"{PAGE}[logins]",
    "tests/matrix/test_certify_exchange.py",
    "tests/unit/interception/test_sockets.py",
    "tests/unit/lab/test_certify_odd_vendors.py",
    "tests/unit/lab/test_certify_running.py",
    f"{PAGE}[resilience]",
    "tests/unit/lab/test_loopback_breaking.py",
    "tests/unit/lab/test_outside.py",
    "tests/matrix/test_certify_saml.py",
    "tests/unit/idp/provisioning/test_cuts.py",
    "tests/unit/interception/test_addon.py",
    f"{PAGE}[zoo]",
    f"{PAGE}[certify-exchange]",
    f"{PAGE}[vendor]",
    "tests/matrix/test_crowded.py",
)
"""As measured, on two cores. What is not among them takes less than eight seconds."""
PLACES = {scope: place for place, scope in enumerate(LONG_FIRST)}


def scope_of(nodeid: str) -> str:
    """What a test is played with."""
    file = nodeid.partition("::")[0]
    if file == EACH_ALONE:
        return nodeid
    return MATRIX if file in ON_ITS_PLAYS else file


def next_of(scopes: list[str]) -> str:
    """Which of those that are left is begun next: as they come, but for the long ones."""
    return min(scopes, key=lambda scope: PLACES.get(scope, len(PLACES)))


class LongFirst(LoadFileScheduling):
    """``--dist loadfile`` with these scopes, in this order."""

    _split_scope: Callable[[str], str] = staticmethod(scope_of)

    def _assign_work_unit(self, node: WorkerController) -> None:
        self.workqueue.move_to_end(next_of(list(self.workqueue)), last=False)
        super()._assign_work_unit(node)
