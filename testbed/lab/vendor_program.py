"""What of a vendor the testbed starts, and how it is spoken to: a process behind the gate, or a container."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from testbed.lab.child import SHOWN, ChildProcess
from testbed.model.files import ScenarioInvalid

ORDER_S, END_S = 20.0, 30.0
TRUST = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
"""Variables by which programs are told whom to trust."""


class VendorProgram(Protocol):
    """It, from before it runs until it has ended."""

    @property
    def what(self) -> str:
        """The part of the vendor's file that says how it is started."""

    @property
    def made_of(self) -> str:
        """The field of it that names what is run."""

    async def start(self) -> None:
        """Run it.

        Raises:
            ScenarioInvalid: it cannot be run.
        """

    async def state(self) -> int | None:
        """Its status where it has ended."""

    async def end(self) -> None:
        """End it."""


@dataclass(frozen=True, slots=True)
class GatedProcess:
    """A process that the gate runs."""

    vendor: str
    """Its id."""
    gate: ChildProcess

    @property
    def what(self) -> str:
        """See :class:`VendorProgram`."""
        return "process"

    @property
    def made_of(self) -> str:
        """See :class:`VendorProgram`."""
        return "command"

    async def start(self) -> None:
        """See :class:`VendorProgram`."""
        told = await self._order({"start": True}, ORDER_S)
        if "failed" in told:
            raise ScenarioInvalid(
                f"{self.vendor}: process",
                "command",
                f"cannot be run ({told['failed']})",
                "name a program that is there, as 'testbed' is run",
            )

    async def state(self) -> int | None:
        """See :class:`VendorProgram`."""
        ended = (await self._order({"state": True}, ORDER_S))["ended"]
        return ended if isinstance(ended, int) else None

    async def end(self) -> None:
        """See :class:`VendorProgram`."""
        await self._order({"end": True}, END_S)

    async def _order(self, order: dict[str, bool], patience_s: float) -> dict[str, object]:
        return await self.gate.ask(json.dumps(order), patience_s)


@dataclass(frozen=True, slots=True)
class Given:
    """What a vendor is handed beside its own environment."""

    folder: Path
    """For files of the testbed's own; gone when the vendor is."""
    ca_file: Path
    """The lab's certificate authority."""
    log: Path
    """Where that goes which the vendor has to say."""


def said(log: Path) -> str:
    """The last lines of what a vendor has said, for an error."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-SHOWN:]
    except FileNotFoundError:
        lines = []
    return "; its output ends with:\n  " + "\n  ".join(lines) if lines else "; it said nothing"
