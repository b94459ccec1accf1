"""What has called a server: certifying learns by it what a vendor fetches."""

from dataclasses import dataclass

from pydantic import TypeAdapter

BROWSERS = b"sec-fetch-dest"
"""A header that browsers send, the testbed's own too, and servers do not (Fetch Metadata Request Headers)."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request that reached the school, or the listener."""

    method: str
    path: str
    status: int
    own: bool = False
    """It came from a browser, as the testbed's own."""


CALLS: TypeAdapter[tuple[Call, ...]] = TypeAdapter(tuple[Call, ...])
