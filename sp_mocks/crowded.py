"""What vendors do wrong when many log in at once: it shows in a load test alone, for a play is always one person's."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from sp_mocks.behaviour import Behaviour
from sp_mocks.faults import Fault
from testbed.model.written import Bilingual

NO_OTHER = "load.no-other-person"

CROWDED_FAULTS: Mapping[str, Fault[Behaviour]] = MappingProxyType(
    {
        fault.id: fault
        for fault in (
            Fault[Behaviour](
                id="keeps-who-logs-in-in-one-variable",
                title=Bilingual(
                    sv="Håller den som loggar in i en variabel för hela tjänsten medan sessionen sparas: "
                    "när klassen loggar in samtidigt hamnar elever i varandras konton.",
                    en="Keeps who logs in in one variable of the whole service while the session is written: "
                    "when a class logs in at once, pupils end up in each other's accounts.",
                ),
                breaks=frozenset({NO_OTHER}),
                apply=lambda behaviour: replace(behaviour, crowding="one-variable"),
            ),
            Fault[Behaviour](
                id="shows-who-is-before-in-the-queue",
                title=Bilingual(
                    sv="Visar vilka som loggar in just nu när det är fullt: "
                    "den som får vänta ser andra elevers användarnamn.",
                    en="Shows who is being logged in when there is no room: "
                    "whoever has to wait sees other pupils' user names.",
                ),
                breaks=frozenset({NO_OTHER}),
                apply=lambda behaviour: replace(behaviour, crowding="queue-shown"),
            ),
        )
    }
)
"""Of vendors that speak SAML."""
