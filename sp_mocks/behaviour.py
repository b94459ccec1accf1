"""Every decision that a vendor makes, a field each. The defaults are what a compliant vendor decides."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How one vendor behaves. A profile sets what it needs; a fault changes exactly one field of a profile's."""

    required: tuple[str, ...]
    """Attributes without which the service cannot do its work, by canonical name."""
    optional: tuple[str, ...] = ()
    signs_requests: bool = True
    force_authn: bool = False
    checks_audience: bool = True
    tracker: str | None = None
    """A URL that the server tells of every login, with the pupil's e-mail address."""
    partner: str | None = None
    """A URL to which an image on the start page is redirected, with the pupil's user name."""
    pictures: bool = False
    """The start page shows a picture from the vendor's content delivery host."""

    @property
    def wanted(self) -> tuple[str, ...]:
        """All that it asks for and keeps in its session; whatever else comes is dropped."""
        return tuple(dict.fromkeys((*self.required, *self.optional)))
