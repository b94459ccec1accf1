"""Before a load on a vendor of others: one flow alone, and whether the vendor's owner allows as many as are to come."""

import math
from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from testbed.interception import ParticipantUnavailable
from testbed.lab.loading import Target, loading
from testbed.lab.permission import Permission
from testbed.model.files import ScenarioInvalid
from testbed.model.load import Arrival, Order, Record

TRIAL_S = 120.0
"""So long one flow may take before the load."""
PEAK_S = 10.0
"""Over so long the pace that a profile needs is counted; shorter peaks are waited out."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the vendor's owner allows, and what is to be done."""

    where: str
    """The vendor's file."""
    permission: Permission
    arrivals: Sequence[Arrival]

    def must_hold(self, requests: float, each: str) -> None:
        """Hold the load against it.

        Args:
            requests: so many of one flow go to hosts that are not this machine.
            each: what they are counted of, for the sentence.

        Raises:
            ScenarioInvalid: more would be asked a second than ``max_rps``; to wait would make the vendor look slow.
        """
        permission = self.permission
        if not permission.hosts or not requests:
            return
        peak = busiest(self.arrivals) * requests
        if peak <= permission.max_rps:
            return
        raise ScenarioInvalid(
            self.where,
            "authorised.max_rps",
            f"allows {permission.max_rps:g} requests a second, and the profile needs up to {peak:.1f} "
            f"({requests:g} {each})",
            f"ask for at most {math.floor(100 * permission.max_rps / peak):d} in 100 of its people (--scale, --rate, "
            "--users), for a longer time (--duration), or the owner for more",
        )


def busiest(arrivals: Sequence[Arrival]) -> float:
    """People a second, in the ten seconds in which most arrive."""
    dues = sorted(arrival.due_s for arrival in arrivals)
    most = max((bisect_left(dues, due + PEAK_S) - number for number, due in enumerate(dues)), default=0)
    return most / PEAK_S


async def alone(target: Target, order: Order, arrival: Arrival, log: Path) -> Record:
    """One flow by what makes the load, with nobody else under way; what became of it.

    Raises:
        ParticipantUnavailable: the load generator did not come to its end.
    """
    one = replace(
        order,
        arrivals=(replace(arrival, number=0, due_s=0.0),),
        people={arrival.person: order.people[arrival.person]},
        think_s=(0.0, 0.0),
        ends_s=TRIAL_S,
    )
    async with loading(target, one, log) as trial:
        taken = await trial.run(lambda _: "")
    if taken.problems or not taken.records:
        raise ParticipantUnavailable(f"one {arrival.flow} before the load: {'; '.join(taken.problems) or taken.ended}")
    (record,) = taken.records
    return record


def asked_last(record: Record) -> str:
    """How a flow ended, and where."""
    last = record.requests[-1].name if record.requests else "nothing"
    return f"{record.outcome.value}: {record.why}; asked last: {last}"


def elsewhere(record: Record, hosts: Collection[str]) -> int:
    """How many requests of a flow went to these hosts."""
    named = [urlsplit(f"//{request.name.partition(' ')[2]}").hostname for request in record.requests]
    return sum(host in hosts for host in named)
