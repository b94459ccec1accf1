"""One school that a vendor fetches from: its API, what is held of it, and the rounds that its notices ask for."""

from dataclasses import dataclass

from sp_mocks.exchange.rounds import Rounds
from sp_mocks.exchange.syncing import Syncing


@dataclass(frozen=True, slots=True)
class Source:
    """What belongs to one school, apart from what belongs to others."""

    host: str
    """Of its data API."""
    syncing: Syncing
    rounds: Rounds
