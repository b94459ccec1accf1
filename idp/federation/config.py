"""What the federation's operator is told when it is put together."""

from dataclasses import dataclass
from datetime import timedelta

from testbed.model.written import Bilingual

VALIDITY = timedelta(days=7)
MIN_VALIDITY = timedelta(seconds=10)
CACHE_DURATION = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Member:
    """A school or a vendor that the federation has registered."""

    entity_id: str
    metadata_url: str
    """Where the member publishes its own metadata."""
    scopes: tuple[str, ...] = ()
    """The security domains that a school may speak for (shibmd:Scope); a vendor has none, and may be no school."""


@dataclass(frozen=True, slots=True)
class FederationConfig:
    """One federation."""

    metadata_url: str
    """Scheme and host of its publications, without a slash at the end; also its name as registration authority."""
    name: Bilingual
    members: tuple[Member, ...]
    validity: timedelta = VALIDITY
    """How long after it was issued a document may be used (validUntil)."""
    cache_duration: timedelta = CACHE_DURATION
    """After which a reader is to fetch again (cacheDuration)."""

    def __post_init__(self) -> None:
        """Refuse a validity that would be over before a document has been read.

        Raises:
            ValueError: it is shorter than :data:`MIN_VALIDITY`.
        """
        if self.validity < MIN_VALIDITY:
            raise ValueError(f"metadata must be valid for {MIN_VALIDITY.total_seconds():.0f} s or longer")

    @property
    def aggregate_url(self) -> str:
        """Where the metadata of all members stands, which is also its Name."""
        return f"{self.metadata_url}/aggregate.xml"
