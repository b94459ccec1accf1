"""What vendors of provisioning do wrong: each fault changes one decision, and names the checks that must notice."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from sp_mocks.faults import Fault
from sp_mocks.provisioning.behaviour import ProvisioningBehaviour
from testbed.model.written import Bilingual

STRANGER = frozenset({"exchange.stranger-is-refused"})

_ALL: tuple[Fault[ProvisioningBehaviour], ...] = (
    Fault(
        id="takes-expired-tokens",
        title=Bilingual(
            sv="Tar emot åtkomstintyg som inte gäller längre: "
            "den som en gång har kommit över ett kan ändra i registret.",
            en="Takes access tokens that are over: whoever once got hold of one can go on changing the register.",
        ),
        breaks=STRANGER,
        apply=lambda behaviour: replace(behaviour, checks_expiry=False),
    ),
    Fault(
        id="takes-tokens-for-others",
        title=Bilingual(
            sv="Tar emot åtkomstintyg som ställts ut för en annan tjänst: "
            "den som driver den tjänsten kan ändra i registret i skolans namn.",
            en="Takes access tokens that were made for another service: "
            "whoever runs that one can change the register in the school's name.",
        ),
        breaks=STRANGER,
        apply=lambda behaviour: replace(behaviour, checks_location=False),
    ),
    Fault(
        id="takes-tokens-without-the-key",
        title=Bilingual(
            sv="Nöjer sig med åtkomstintyget och ser inte efter vem som visar det: den som har stulit ett släpps in.",
            en="Is content with the access token and does not look who shows it: whoever stole one is let in.",
        ),
        breaks=STRANGER | {"data.no-onward-transfer"},
        apply=lambda behaviour: replace(behaviour, heeds_pins=False),
    ),
    Fault(
        id="says-done-with-errors",
        title=Bilingual(
            sv="Säger att allt gick bra när elever inte togs emot: de upptäcker det när provet börjar.",
            en="Says that all went well where pupils were not taken in: they find out when the test begins.",
        ),
        breaks=frozenset({"exchange.held-as-sent"}),
        apply=lambda behaviour: replace(behaviour, tells_errors=False),
    ),
    Fault(
        id="keeps-whom-jobs-delete",
        title=Bilingual(
            sv="Säger att den har tagit bort en elev och behåller hen: den som har fått skyddad identitet syns kvar.",
            en="Says that it has deleted a pupil and keeps them: whoever has come to need protection is still shown.",
        ),
        breaks=frozenset({"data.deleted-persons-forgotten"}),
        apply=lambda behaviour: replace(behaviour, forgets=False),
    ),
    Fault(
        id="names-in-log-entries",
        title=Bilingual(
            sv="Skriver elevens namn i sina felmeddelanden: de hamnar i loggar som många läser.",
            en="Writes the pupil's name into its error messages: they end up in logs that many read.",
        ),
        breaks=frozenset({"exchange.answers-name-nobody"}),
        apply=lambda behaviour: replace(behaviour, names_nobody=False),
    ),
    Fault(
        id="mixes-municipalities",
        title=Bilingual(
            sv="Håller inte isär skolorna: en kommun kan läsa och ta bort en annans elever.",
            en="Does not keep schools apart: one municipality can read and delete another's pupils.",
        ),
        breaks=frozenset({"exchange.schools-apart"}),
        apply=lambda behaviour: replace(behaviour, keeps_apart=False),
    ),
    Fault(
        id="lists-everything",
        title=Bilingual(
            sv="Lämnar ut allt om alla i sina listor: var och när varje elev går i skolan ligger i varje svar.",
            en="Tells everything of everybody in its lists: where each pupil goes to school stands in every answer.",
        ),
        breaks=frozenset({"exchange.lists-are-reduced"}),
        apply=lambda behaviour: replace(behaviour, reduces_lists=False),
    ),
    Fault(
        id="shows-everybody-to-teachers",
        title=Bilingual(
            sv="Visar varje lärare alla elevers resultat: lärare ser andra skolors elever.",
            en="Shows every teacher all pupils' results: teachers see other schools' pupils.",
        ),
        breaks=frozenset({"exchange.teachers-see-their-own"}),
        apply=lambda behaviour: replace(behaviour, own_groups=False),
    ),
)
PROVISIONING_FAULTS: Mapping[str, Fault[ProvisioningBehaviour]] = MappingProxyType({fault.id: fault for fault in _ALL})
"""Of vendors that take the national tests' provisioning."""
