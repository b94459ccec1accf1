"""What vendors do wrong: each fault changes one decision, and names the checks that must notice."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from sp_mocks.behaviour import Behaviour
from testbed.model.written import Bilingual

TRACKER = "metrics.tracker.test"
PARTNER = "partner.annons.test"
MORE_THAN_AGREED = ("norEduPersonNIN", "norEduPersonBirthDate")


@dataclass(frozen=True)
class Fault:
    """One misdeed."""

    id: str
    title: Bilingual
    """What the vendor does, and what that means for a pupil."""
    breaks: frozenset[str]
    """The checks that must notice it; no other may."""
    apply: Callable[[Behaviour], Behaviour] = field(repr=False)
    """A compliant vendor's behaviour to this one's: exactly one field differs."""


_ALL = (
    Fault(
        id="takes-more-than-agreed",
        title=Bilingual(
            sv="Begär personnummer och födelsedatum i sitt metadata och sparar dem i sessionen: "
            "det eleven gör i tjänsten kan kopplas till alla andra register.",
            en="Requests civic number and date of birth in its metadata and keeps them in its session: "
            "what the pupil does there can be linked with every other register.",
        ),
        breaks=frozenset({"data.requested-within-agreement", "data.released-within-agreement"}),
        apply=lambda behaviour: replace(behaviour, required=(*behaviour.required, *MORE_THAN_AGREED)),
    ),
    Fault(
        id="mails-pupils-address-to-tracker",
        title=Bilingual(
            sv="Servern skickar elevens e-postadress till ett spårningsföretag vid varje inloggning: "
            "någon utanför avtalet vet vem eleven är och när hen läser.",
            en="The server sends the pupil's e-mail address to a tracking company at every login: "
            "someone outside the agreement knows who the pupil is and when they read.",
        ),
        breaks=frozenset({"data.no-onward-transfer"}),
        apply=lambda behaviour: replace(behaviour, tracker=TRACKER),
    ),
    Fault(
        id="eppn-in-partner-redirect",
        title=Bilingual(
            sv="En bild på startsidan leder till en annonspartner med elevens användarnamn i adressen: "
            "partnern kan följa eleven, och namnet hamnar i loggar längs vägen.",
            en="An image on the start page leads to an advertising partner with the pupil's user name in the address: "
            "the partner can follow the pupil, and the name ends up in logs along the way.",
        ),
        breaks=frozenset({"data.no-onward-transfer", "data.not-in-url"}),
        apply=lambda behaviour: replace(behaviour, partner_redirect=PARTNER),
    ),
    Fault(
        id="accepts-any-audience",
        title=Bilingual(
            sv="Släpper in den som kommer med ett intyg som ställts till en annan tjänst: "
            "den som driver en annan tjänst kan logga in som eleven.",
            en="Lets in whoever brings an assertion that was made for another service: "
            "whoever runs another service can log in as the pupil.",
        ),
        breaks=frozenset({"session.spoiled-message-refused"}),
        apply=lambda behaviour: replace(behaviour, checks_audience=False),
    ),
)
FAULTS: Mapping[str, Fault] = MappingProxyType({fault.id: fault for fault in _ALL})
