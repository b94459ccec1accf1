"""Every decision that a vendor makes, a field each. The defaults are what a compliant vendor decides."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How one vendor behaves: a profile sets what its service needs, a fault changes exactly one field of that."""

    required: tuple[str, ...]
    """Attributes that the service cannot do its work without, by canonical name."""
    optional: tuple[str, ...] = ()
    """Attributes that make the service better, by canonical name."""
    entity_categories: tuple[str, ...] = ()
    """URIs of the categories of service that it claims to belong to (RFC 8409): schools may release by them."""
    signs_requests: bool = True
    force_authn: bool = False
    """Asks the school for a fresh login every time, and takes no older one."""
    checks_audience: bool = True
    tracker: str | None = None
    """A host that the vendor's server tells of every login, with the pupil's e-mail address."""
    partner_redirect: str | None = None
    """A host to which an image on the start page is redirected, with the pupil's user name in the address."""
    cdn: bool = False
    """The start page shows a picture from the vendor's content delivery host, ``cdn.`` before its own."""

    @property
    def wanted(self) -> tuple[str, ...]:
        """All that it asks for and keeps in a session; whatever else comes is dropped unread."""
        return tuple(dict.fromkeys((*self.required, *self.optional)))
