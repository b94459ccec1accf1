"""What vendors do wrong: each fault changes one decision, and names the checks that must notice."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from sp_mocks.behaviour import Behaviour, Common
from sp_mocks.leaks.documents import json_event
from sp_mocks.leaks.leak import USER, ByPage, ByServer, Leak
from sp_mocks.leaks.pages import synced
from sp_mocks.leaks.row import PARTNER, TRACKER
from testbed.model.written import Bilingual

MORE_THAN_AGREED = ("norEduPersonNIN", "norEduPersonBirthDate")
USER_BY_REDIRECT = Leak((USER,), PARTNER, ByPage("img", synced, redirected=True))
MAIL_TO_TRACKER = Leak(("mail",), TRACKER, ByServer(json_event("email", "mail")))


@dataclass(frozen=True)
class Fault[Kind: Common]:
    """One misdeed of a vendor that speaks one protocol."""

    id: str
    title: Bilingual
    """What the vendor does, and what that means for a pupil."""
    breaks: frozenset[str]
    """The checks that must notice it; no other may."""
    apply: Callable[[Kind], Kind] = field(repr=False)
    """A compliant vendor's behaviour to this one's: exactly one field differs."""


_ALL: tuple[Fault[Behaviour], ...] = (
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
        apply=lambda behaviour: replace(behaviour, leak=MAIL_TO_TRACKER),
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
        apply=lambda behaviour: replace(behaviour, leak=USER_BY_REDIRECT),
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
    Fault(
        id="ignores-the-level-of-assurance",
        title=Bilingual(
            sv="Ber om e-legitimation men släpper in den som bara har ett lösenord: "
            "den som har sett en lärares lösenord kommer åt elevernas prov.",
            en="Asks for an e-legitimation but lets in whoever has only a password: "
            "whoever has seen a teacher's password gets at the pupils' tests.",
        ),
        breaks=frozenset({"session.spoiled-message-refused"}),
        apply=lambda behaviour: replace(behaviour, checks_context=False),
    ),
    Fault(
        id="accepts-scope-of-another-school",
        title=Bilingual(
            sv="Tar emot ett användarnamn som slutar med en annan skolas domän: "
            "en skola kan logga in som en elev på en annan.",
            en="Takes a user name that ends with another school's domain: one school can log in as a pupil of another.",
        ),
        breaks=frozenset({"session.spoiled-message-refused"}),
        apply=lambda behaviour: replace(behaviour, checks_scope=False),
    ),
    Fault(
        id="takes-assertions-in-the-clear",
        title=Bilingual(
            sv="Kräver inte att svaret är krypterat trots avtalet: "
            "elevens uppgifter kan läsas i webbläsaren och i loggar längs vägen.",
            en="Does not demand that answers are encrypted though it was agreed: "
            "what is said of a person can be read in the browser and in logs along the way.",
        ),
        breaks=frozenset({"session.spoiled-message-refused"}),
        apply=lambda behaviour: replace(behaviour, wants_encrypted=False),
    ),
    Fault(
        id="keeps-session-after-front-channel-logout",
        title=Bilingual(
            sv="Svarar att eleven är utloggad när skolan ber om det, men behåller sessionen: "
            "nästa elev vid datorn är inloggad som den förra.",
            en="Answers that the pupil is logged out when the school asks, but keeps the session: "
            "the next pupil at the computer is logged in as the last one.",
        ),
        breaks=frozenset({"session.logout-everywhere"}),
        apply=lambda behaviour: replace(behaviour, ends_on_front_channel=False),
    ),
    Fault(
        id="keeps-session-after-back-channel-logout",
        title=Bilingual(
            sv="Svarar skolans server att personen är utloggad, men behåller sessionen: "
            "nästa person vid datorn läser elevers åtgärdsprogram.",
            en="Answers the school's server that the person is logged out, but keeps the session: "
            "the next person at the computer reads pupils' support plans.",
        ),
        breaks=frozenset({"session.logout-everywhere"}),
        apply=lambda behaviour: replace(behaviour, ends_on_back_channel=False),
    ),
    Fault(
        id="signs-no-logout",
        title=Bilingual(
            sv="Skriver inte under sina meddelanden om utloggning: "
            "vem som helst kan logga ut en klass mitt i ett prov, eller så blir ingen utloggad.",
            en="Does not sign its messages about logout: "
            "anyone can log out a class in the middle of a test, or nobody is logged out at all.",
        ),
        breaks=frozenset({"saml.logout-is-signed"}),
        apply=lambda behaviour: replace(behaviour, signs_logout=False),
    ),
    Fault(
        id="never-refreshes-metadata",
        title=Bilingual(
            sv="Hämtar skolans nycklar en gång och aldrig mer: när skolan byter nyckel kan ingen elev logga in.",
            en="Fetches the school's keys once and never again: when the school changes its key, no pupil can log in.",
        ),
        breaks=frozenset({"session.login-opens-a-session"}),
        apply=lambda behaviour: replace(behaviour, refreshes_metadata=False),
    ),
    Fault(
        id="keeps-old-attributes",
        title=Bilingual(
            sv="Behåller det som skolan sade vid den första inloggningen: "
            "en elev som har bytt skola syns kvar hos den gamla.",
            en="Keeps what the school said at the first login: "
            "a pupil who has changed school is still shown to the old one.",
        ),
        breaks=frozenset({"session.shows-current-data"}),
        apply=lambda behaviour: replace(behaviour, keeps_up=False),
    ),
)
FAULTS: Mapping[str, Fault[Behaviour]] = MappingProxyType({fault.id: fault for fault in _ALL})
"""Of vendors that speak SAML."""
