"""What a benchmark tells a process that makes load, and is told by it; importing it changes no interpreter."""

import json
from dataclasses import asdict, dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done."""

    kind: str
    """"logins" by the generator, "fast" by plain FastHttpUser, "fast-anew" by it with connections of each person's own,
    "waiting": so many people who wait."""
    base: str
    """Of the canned server."""
    count: int
    per_s: float
    ca: str = ""
    """File of the authority."""

    def line(self) -> str:
        """It as a line."""
        return json.dumps(asdict(self))


@dataclass(frozen=True, slots=True)
class Came:
    """What came of it."""

    requests: int
    cpu_s: float
    right: int = 0
    rss: int = 0
    """Octets that the process held, at most."""
    waiting: int = 0

    def line(self) -> str:
        """It as a line."""
        return json.dumps(asdict(self))

    @classmethod
    def of(cls, line: str) -> Self:
        """It from a line."""
        return cls(**json.loads(line))
