"""Certify the testbed's own vendors in this process, and tell what each case came to."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from idp.people import generate
from testbed.certify.cases import load_cases
from testbed.certify.desk import Desk
from testbed.certify.engine import certify
from testbed.lab.certify_inprocess import inprocess_world
from testbed.lab.certifying import pair_for
from testbed.lab.home import LabHome
from testbed.lab.spec import LabSpec
from testbed.model.case import Case
from testbed.model.certificate import CaseResult
from testbed.model.profile import CertificationProfile
from testbed.model.vendor import Simulated
from testbed.model.verdict import Verdict
from testbed.model.written import Vendor
from testbed.runner.catalogue import load_catalogue
from testbed.runner.folder import RunFolder

ROOT = Path(__file__).parents[2]
SEED, PUPILS = 4, 200
BROKEN = frozenset({Verdict.FAIL, Verdict.WARNING})


def cases_of(protocol: str) -> tuple[Case, ...]:
    """All that there are."""
    return tuple(case for case in load_cases([ROOT / "scenarios"]) if case.protocol == protocol)


@dataclass
class Certifier:
    """Keeps what certifying needs and does not change: people, keys, agreements."""

    folder: Path
    home: LabHome = field(init=False)

    def __post_init__(self) -> None:
        self.home = LabHome.open(self.folder)
        self.catalogue = load_catalogue()
        self.people = generate(SEED, PUPILS).everybody

    def vendor(self, profile: str, fault: str | None, **changed: object) -> Vendor:
        """The compliant vendor of this profile, with at most one fault."""
        vendor = self.catalogue.vendors[profile]
        assert vendor.simulated is not None
        simulated = Simulated(profile=profile, fault=fault, hosts=vendor.simulated.hosts)
        return vendor.model_copy(update={"simulated": simulated, **changed})

    def results(self, vendor: Vendor, cases: Sequence[Case]) -> Mapping[str, CaseResult]:
        """What each case came to, by its id."""
        return asyncio.run(self._results(vendor, cases))

    async def _results(self, vendor: Vendor, cases: Sequence[Case]) -> Mapping[str, CaseResult]:
        agreement = self.catalogue.agreements[vendor.agreement or ""]
        pair = pair_for(self.people, agreement, vendor.id)
        spec = LabSpec(self.home, self.people, (vendor,), {agreement.id: agreement})
        with TemporaryDirectory(prefix="testbed-") as folder:
            async with inprocess_world(spec, RunFolder.at(Path(folder) / "cases"), _now) as world:
                desk = Desk(vendor, world, pair.own, pair.other)
                done = await certify(desk, cases, AS_WRITTEN, "testbed certify", Silent())
        assert done.configuration == ()
        assert done.calibration.trouble is None
        return {result.case.id: result for result in done.results}


NO_TEXT = {"sv": "-", "en": "-"}
AS_WRITTEN = CertificationProfile.model_validate(
    {"id": "as-written", "version": "2026-11", "title": NO_TEXT, "scope": NO_TEXT, "must": ["nothing"]}
)
"""Each case counts as it says itself."""


class Silent:
    def cases(self, count: int) -> None:
        """Nobody watches."""

    def done(self, result: CaseResult) -> None:
        """Nobody watches."""


def _now() -> datetime:
    return datetime.now(UTC)
