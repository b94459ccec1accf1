"""What vendors that fetch rosters do wrong: each fault changes one decision, and names the checks that must notice."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from sp_mocks.exchange.behaviour import ExchangeBehaviour
from sp_mocks.faults import Fault
from testbed.model.written import Bilingual

_ALL: tuple[Fault[ExchangeBehaviour], ...] = (
    Fault(
        id="fetches-everything-every-time",
        title=Bilingual(
            sv="Hämtar hela kommunens elever varje gång: varje kopia är en till som kan komma bort.",
            en="Fetches all the municipality's pupils every time: each copy is one more that can go astray.",
        ),
        breaks=frozenset({"exchange.changes-are-enough"}),
        apply=lambda behaviour: replace(behaviour, by_changes=False),
    ),
    Fault(
        id="never-asks-who-is-gone",
        title=Bilingual(
            sv="Frågar aldrig vilka skolan har tagit bort: den som har fått skyddad identitet syns kvar.",
            en="Never asks whom the school has taken back: whoever has come to need protection is still shown.",
        ),
        breaks=frozenset({"data.deleted-persons-forgotten"}),
        apply=lambda behaviour: replace(behaviour, asks_who_is_gone=False),
    ),
    Fault(
        id="keeps-those-who-are-gone",
        title=Bilingual(
            sv="Får veta vilka skolan har tagit bort och behåller dem: eleven som har flyttat syns kvar.",
            en="Is told whom the school has taken back, and keeps them: the pupil who has moved is still shown.",
        ),
        breaks=frozenset({"data.deleted-persons-forgotten"}),
        apply=lambda behaviour: replace(behaviour, forgets=False),
    ),
    Fault(
        id="reports-names",
        title=Bilingual(
            sv="Skriver elevernas namn i sina rapporter till skolan: de hamnar i loggar som många läser.",
            en="Writes pupils' names into its reports to the school: they end up in logs that many read.",
        ),
        breaks=frozenset({"exchange.reports-name-nobody"}),
        apply=lambda behaviour: replace(behaviour, reports_names=True),
    ),
)
EXCHANGE_FAULTS: Mapping[str, Fault[ExchangeBehaviour]] = MappingProxyType({fault.id: fault for fault in _ALL})
"""Of vendors that fetch rosters."""
