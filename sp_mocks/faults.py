"""What vendors do wrong, one decision each, and which checks must notice."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from sp_mocks.behaviour import Behaviour
from testbed.model.written import Bilingual

TRACKER = "https://metrics.tracker.test/collect"
PARTNER = "https://partner.annons.test/sync"


@dataclass(frozen=True)
class Fault:
    """One misdeed: the field that it changes, and to what."""

    id: str
    title: Bilingual
    breaks: frozenset[str]
    """The checks that must notice it, and no others may."""
    change: Mapping[str, object] = field(repr=False)
    """Exactly one field of :class:`Behaviour`; ``required`` is added to, everything else replaced."""

    def of(self, behaviour: Behaviour) -> Behaviour:
        """The behaviour with this fault."""
        changes = dict(self.change)
        if isinstance(more := changes.get("required"), tuple):
            changes["required"] = (*behaviour.required, *more)
        return replace(behaviour, **changes)  # type: ignore[arg-type]  # NOTE: a test holds every change to its field


_ALL = (
    Fault(
        "takes-more-than-agreed",
        Bilingual(
            sv="Begär personnummer och födelsedatum i sitt metadata och sparar dem i sessionen",
            en="Requests civic number and date of birth in its metadata, and keeps them in its session",
        ),
        frozenset({"data.requested-within-agreement", "data.released-within-agreement"}),
        {"required": ("norEduPersonNIN", "norEduPersonBirthDate")},
    ),
    Fault(
        "mails-pupils-address-to-tracker",
        Bilingual(
            sv="Servern skickar elevens e-postadress till ett spårningsföretag vid varje inloggning",
            en="The server sends the pupil's e-mail address to a tracking company at every login",
        ),
        frozenset({"data.no-onward-transfer"}),
        {"tracker": TRACKER},
    ),
    Fault(
        "eppn-in-partner-redirect",
        Bilingual(
            sv="En bild på startsidan leder till en annonspartner, med elevens användarnamn i adressen",
            en="An image on the start page leads to an advertising partner, with the pupil's user name in the address",
        ),
        frozenset({"data.no-onward-transfer", "data.not-in-url"}),
        {"partner": PARTNER},
    ),
    Fault(
        "accepts-any-audience",
        Bilingual(
            sv="Släpper in den som kommer med ett intyg som ställts till en annan tjänst",
            en="Lets in whoever brings an assertion that was made for another service",
        ),
        frozenset({"session.spoiled-message-refused"}),
        {"checks_audience": False},
    ),
)
FAULTS: Mapping[str, Fault] = MappingProxyType({fault.id: fault for fault in _ALL})
