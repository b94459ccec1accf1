"""What a school has agreed with a receiver, and whether a push that is under way still goes by it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from idp.config import Clock
from idp.sending.limits import GivenUp, Why
from idp.ss12000.caller import Caller
from testbed.model.written import Agreement

type Agreed = Callable[[], Agreement | None]


@dataclass(frozen=True, slots=True)
class Receiver:
    """Whom the school sends to."""

    party: str
    """Entity id in the federation's metadata; what the receiver holds is remembered under it."""
    url: str
    """Base address, without a slash at its end."""
    agreed: Agreed = field(repr=False)
    """What the school has agreed with it at the moment; asked again before everything that is sent.

    Once an agreement has ended, everything that the receiver holds is deleted there, however much that is. Where there
    is none, or it has not begun, the receiver is to hold nothing either, but the guard stays: a file that was lost is
    no decision.
    """
    hosts: frozenset[str]
    """Lower-case hosts of its own, with the port where it is not 443."""


class Terms:
    """What is agreed with a receiver when a push begins.

    Args:
        receiver: whom the push goes to.
        now: the time, in aware UTC.
    """

    def __init__(self, receiver: Receiver, now: Clock) -> None:
        self.receiver, self.now = receiver, now
        self.agreement = receiver.agreed()
        self.in_force = self._is_in_force()

    @property
    def caller(self) -> Caller:
        """The receiver as the data API would know it."""
        return Caller(self.receiver.party, self.agreement, self.receiver.hosts)

    @property
    def over(self) -> bool:
        """Whether there was an agreement that has ended."""
        return self.agreement is not None and self.agreement.valid.until < self.now().date()

    def must_hold(self) -> None:
        """That all is as it was when the push began.

        Raises:
            GivenUp: the school has agreed on something else since, or the agreement has begun or ended.
        """
        agreement = self.receiver.agreed()
        if agreement is not self.agreement and agreement != self.agreement:
            raise GivenUp(Why.TERMS)
        if self._is_in_force() != self.in_force:
            raise GivenUp(Why.TERMS)

    def _is_in_force(self) -> bool:
        return self.agreement is not None and self.agreement.in_force(self.now().date())
