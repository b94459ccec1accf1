"""What vendors that schools send rosters to do wrong: each fault changes one decision, and names the checks that must
notice it."""

import json
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from sp_mocks.behaviour import EPPN
from sp_mocks.faults import Fault
from sp_mocks.leaks.leak import ByServer, Leak, Outgoing, Told
from sp_mocks.leaks.row import ONWARD, STATISTICS
from sp_mocks.receiving.behaviour import ReceivingBehaviour
from testbed.model.written import Bilingual

STRANGERS = frozenset({"exchange.stranger-is-refused", "data.no-onward-transfer"})
"""Whoever lets strangers in tells them whom it holds."""
SENT_AS_HELD = frozenset({"exchange.held-as-sent"})
TAKEN = frozenset({"exchange.push-is-taken"})
PASSED_ON = (EPPN, "givenName", "sn")
EVERY_TENTH = 10


def _pupil(host: str, told: Told) -> Outgoing:
    """A pupil, for whoever counts pupils."""
    headers = (("Content-Type", "application/json"),)
    return Outgoing(f"https://{host}/pupils", json.dumps(dict(told), ensure_ascii=False).encode(), headers)


_ALL: tuple[Fault[ReceivingBehaviour], ...] = (
    Fault(
        id="ignores-pins",
        title=Bilingual(
            sv="Tar emot alla vars certifikat bär skolans namn: den som gör ett eget kan läsa och ändra "
            "elevernas konton.",
            en="Takes calls from anybody whose certificate bears the school's name: whoever makes one can read and "
            "change the pupils' accounts.",
        ),
        breaks=STRANGERS,
        apply=lambda behaviour: replace(behaviour, heeds_pins=False),
    ),
    Fault(
        id="takes-no-certificate",
        title=Bilingual(
            sv="Tror på en rubrik i anropet om vilken skola som ringer: vem som helst kan skriva den.",
            en="Believes a header of the call about which school is calling: anybody can write it.",
        ),
        breaks=STRANGERS,
        apply=lambda behaviour: replace(behaviour, believes_header=True),
    ),
    Fault(
        id="open-list",
        title=Bilingual(
            sv="Lämnar ut hela listan till den som frågar utan certifikat: alla elever ligger öppet på nätet.",
            en="Gives the whole list to whoever asks without a certificate: all pupils lie open on the net.",
        ),
        breaks=STRANGERS,
        apply=lambda behaviour: replace(behaviour, lists_for_anybody=True),
    ),
    Fault(
        id="keeps-those-deleted",
        title=Bilingual(
            sv="Svarar att eleven är borttagen och behåller hen: den som har flyttat syns kvar.",
            en="Answers that the pupil has been deleted, and keeps them: whoever has moved is still shown.",
        ),
        breaks=frozenset({"data.deleted-persons-forgotten"}),
        apply=lambda behaviour: replace(behaviour, forgets=False),
    ),
    Fault(
        id="drops-some-silently",
        title=Bilingual(
            sv="Svarar att alla har tagits emot och tappar var tionde: de eleverna kan inte logga in.",
            en="Answers that it has taken everybody, and loses every tenth: those pupils cannot log in.",
        ),
        breaks=SENT_AS_HELD,
        apply=lambda behaviour: replace(behaviour, loses_every=EVERY_TENTH),
    ),
    Fault(
        id="keeps-old-memberships",
        title=Bilingual(
            sv="Låter eleven vara kvar i gruppen som hen har lämnat: hen ser vad den gruppen gör, och gruppen ser hen.",
            en="Leaves the pupil in the group that they have left: they see what that group does, and it sees them.",
        ),
        breaks=SENT_AS_HELD,
        apply=lambda behaviour: replace(behaviour, keeps_old_memberships=True),
    ),
    Fault(
        id="closes-accounts-with-membership",
        title=Bilingual(
            sv="Tar bort kontot när eleven lämnar en grupp: den som byter klass förlorar sitt arbete.",
            en="Deletes the account when the pupil leaves a group: whoever changes class loses their work.",
        ),
        breaks=SENT_AS_HELD,
        apply=lambda behaviour: replace(behaviour, closes_with_membership=True),
    ),
    Fault(
        id="fails-on-change",
        title=Bilingual(
            sv="Klarar inte att något ändras: eleven som har bytt klass eller namn är kvar som förr.",
            en="Cannot bear that something changes: a pupil with another class or name stays as before.",
        ),
        breaks=TAKEN | {"session.no-server-error"},
        apply=lambda behaviour: replace(behaviour, replaces=False),
    ),
    Fault(
        id="demands-civic-numbers",
        title=Bilingual(
            sv="Tar inte emot elever utan personnummer, fast avtalet inte omfattar det: skolan pressas att skicka mer.",
            en="Takes no pupils without their civic numbers, though they are not agreed: the school is pressed to send "
            "more.",
        ),
        breaks=TAKEN,
        apply=lambda behaviour: replace(behaviour, demands=("norEduPersonNIN",)),
    ),
    Fault(
        id="names-in-errors",
        title=Bilingual(
            sv="Skriver elevens namn i meddelanden om hur det gick: de hamnar i loggar som många läser.",
            en="Writes the pupil's name into messages about how it went: they end up in logs that many read.",
        ),
        breaks=frozenset({"exchange.answers-name-nobody"}),
        apply=lambda behaviour: replace(behaviour, names_in_answers=True),
    ),
    Fault(
        id="mixes-schools",
        title=Bilingual(
            sv="Visar en skola en annan skolas elever: den som sköter den ena skolans system ser barn som hen inte "
            "har med att göra.",
            en="Shows one school another school's pupils: whoever keeps the one's systems sees children who are none "
            "of their business.",
        ),
        breaks=frozenset({"exchange.schools-apart"}),
        apply=lambda behaviour: replace(behaviour, keeps_schools_apart=False),
    ),
    Fault(
        id="forwards-roster",
        title=Bilingual(
            sv="Skickar varje elev vidare till ett företag som räknar elever: någon utanför avtalet vet vilka de är.",
            en="Passes each pupil on to a company that counts pupils: someone outside the agreement knows who "
            "they are.",
        ),
        breaks=ONWARD,
        apply=lambda behaviour: replace(behaviour, leak=Leak(PASSED_ON, STATISTICS, ByServer(_pupil))),
    ),
    Fault(
        id="follows-references",
        title=Bilingual(
            sv="Hämtar adressen som står i $ref: den som kan skicka en elev kan få tjänstens server att fråga vad som "
            "helst var som helst.",
            en="Fetches the address that stands in $ref: whoever can send a pupil can make the service's server ask "
            "anything anywhere.",
        ),
        breaks=frozenset({"exchange.references-are-not-followed"}),
        apply=lambda behaviour: replace(behaviour, follows_references=True),
    ),
)
RECEIVING_FAULTS: Mapping[str, Fault[ReceivingBehaviour]] = MappingProxyType({fault.id: fault for fault in _ALL})
"""Of vendors that schools send rosters to."""
