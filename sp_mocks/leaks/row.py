"""A row of the tables of leaks: the misdeed in words, the checks that must notice it, and the leak itself."""

from dataclasses import dataclass

from sp_mocks.leaks.leak import Leak
from testbed.model.written import Bilingual

TRACKER, PARTNER = "metrics.tracker.test", "partner.annons.test"
ERRORS, LOGS, CHAT, FONTS = "errors.krasch.test", "logg.drift.test", "chatt.hjalp.test", "css.typsnitt.test"
STATISTICS = "statistik.matning.test"

ONWARD = frozenset({"data.no-onward-transfer"})
IN_ADDRESS = ONWARD | {"data.not-in-url"}


@dataclass(frozen=True, slots=True)
class Row:
    """One leak that a vendor of either protocol can have."""

    id: str
    sv: str
    en: str
    """What the vendor does, and what that means for a pupil."""
    leak: Leak
    breaks: frozenset[str] = ONWARD

    @property
    def title(self) -> Bilingual:
        """In both languages."""
        return Bilingual(sv=self.sv, en=self.en)
