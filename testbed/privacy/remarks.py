"""What a look at an agreement has to say, in both languages."""

from dataclasses import dataclass
from typing import Literal

type Level = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that the agreement lacks, contradicts or is unwise about."""

    level: Level
    """error: the law or the testbed cannot do without; warning: mend it or know why; note: good to know."""
    field: str
    """Its place in the file, as ``data.0.purpose``; "" where the file has no field for it."""
    text: str
    text_sv: str
    clause: str
