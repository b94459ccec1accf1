"""What vendors that fetch rosters do wrong: each fault changes one decision, and names the checks that must notice."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from sp_mocks.exchange.behaviour import ExchangeBehaviour
from sp_mocks.faults import Fault
from sp_mocks.leaks.row import STATISTICS
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
    Fault(
        id="pulls-grades",
        title=Bilingual(
            sv="Frågar skolan efter elevernas betyg, som tjänsten inte behöver: en skola som svarar har lämnat ut dem.",
            en="Asks the school for pupils' grades, which the service does not need: a school that answers has "
            "handed them out.",
        ),
        breaks=frozenset({"data.requested-within-agreement"}),
        apply=lambda behaviour: replace(behaviour, collections=(*behaviour.collections, "grades")),
    ),
    Fault(
        id="expands-guardians",
        title=Bilingual(
            sv="Ber att få vårdnadshavarna med varje elev, som avtalet inte omfattar.",
            en="Asks for the guardians with each pupil, whom the agreement does not cover.",
        ),
        breaks=frozenset({"data.requested-within-agreement"}),
        apply=lambda behaviour: replace(behaviour, expands="responsibleFor"),
    ),
    Fault(
        id="looks-up-by-account",
        title=Bilingual(
            sv="Frågar efter elever med användarnamnet i adressen: det hamnar i loggarna på båda sidor.",
            en="Asks for pupils with the user name in the address: it ends up in the logs of both sides.",
        ),
        breaks=frozenset({"exchange.addresses-name-nobody"}),
        apply=lambda behaviour: replace(behaviour, looks_up_by_account=True),
    ),
    Fault(
        id="token-in-address",
        title=Bilingual(
            sv="Skickar sitt åtkomstbevis i adressen: den som läser en logg kan hämta hela skolans uppgifter.",
            en="Sends its access token in the address: whoever reads a log can fetch all of the school's data.",
        ),
        breaks=frozenset({"exchange.token-not-in-address"}),
        apply=lambda behaviour: replace(behaviour, token_in_address=True),
    ),
    Fault(
        id="opens-page-tokens",
        title=Bilingual(
            sv="Öppnar skolans sidnyckel som en adress: åtkomstbeviset går till den som står bakom den.",
            en="Opens the school's page token as an address: the access token goes to whoever is behind it.",
        ),
        breaks=frozenset({"exchange.token-goes-to-the-school-alone"}),
        apply=lambda behaviour: replace(behaviour, opens_page_tokens=True),
    ),
    Fault(
        id="stops-at-the-first-page",
        title=Bilingual(
            sv="Läser bara första sidan: klasser som står längre bak finns inte när terminen börjar.",
            en="Reads the first page alone: classes that stand further on are not there when the term begins.",
        ),
        breaks=frozenset({"exchange.roster-is-fetched"}),
        apply=lambda behaviour: replace(behaviour, every_page=False),
    ),
    Fault(
        id="filters-with-page-token",
        title=Bilingual(
            sv="Upprepar sina filter bredvid sidnyckeln: skolan kan svara med andra elever än de som söktes, "
            "eller inte alls.",
            en="Repeats its filters beside the page token: the school may answer with other pupils than were "
            "meant, or not at all.",
        ),
        breaks=frozenset({"exchange.page-token-stands-alone", "exchange.roster-is-fetched"}),
        apply=lambda behaviour: replace(behaviour, filters_with_token=True),
    ),
    Fault(
        id="asks-again-at-once",
        title=Bilingual(
            sv="Väntar inte när skolan ber den vänta: andra tjänster kommer inte fram.",
            en="Does not wait when the school asks it to: other services do not get through.",
        ),
        breaks=frozenset({"exchange.waits-when-told"}),
        apply=lambda behaviour: replace(behaviour, waits_when_told=False),
    ),
    Fault(
        id="names-in-statistics",
        title=Bilingual(
            sv="Skriver elevers namn i sin statistik till skolan: siffror som många läser blir personuppgifter.",
            en="Writes pupils' names into its statistics for the school: figures that many read become personal data.",
        ),
        breaks=frozenset({"exchange.reports-name-nobody"}),
        apply=lambda behaviour: replace(behaviour, names_in_statistics=True),
    ),
    Fault(
        id="passes-roster-on",
        title=Bilingual(
            sv="Skickar hela klasslistan vidare till ett statistikföretag som skolan aldrig har hört talas om.",
            en="Sends the whole class list on to a company of statistics that the school has never heard of.",
        ),
        breaks=frozenset({"data.no-onward-transfer"}),
        apply=lambda behaviour: replace(behaviour, forwards_to=STATISTICS),
    ),
    Fault(
        id="takes-any-notice",
        title=Bilingual(
            sv="Hämtar när vem som helst säger till: en främling kan få tjänsten att belasta skolan dygnet runt.",
            en="Fetches when anybody says so: a stranger can have the service burden the school day and night.",
        ),
        breaks=frozenset({"exchange.webhook-is-authentic"}),
        apply=lambda behaviour: replace(behaviour, checks_notices=False),
    ),
    Fault(
        id="takes-any-token",
        title=Bilingual(
            sv="Hämtar när någon visar ett intyg, vems det än är: en annan leverantör kan få tjänsten att belasta "
            "skolan dygnet runt.",
            en="Fetches when somebody shows a token, whose ever: another vendor can have the service burden the school "
            "day and night.",
        ),
        breaks=frozenset({"exchange.webhook-is-authentic"}),
        apply=lambda behaviour: replace(behaviour, checks_notice_tokens=False),
    ),
    Fault(
        id="ignores-notices",
        title=Bilingual(
            sv="Ber att få besked om ändringar och bryr sig inte om dem: eleven som har flyttat syns kvar.",
            en="Asks to be told of changes and does not heed it: the pupil who has moved is still shown.",
        ),
        breaks=frozenset({"exchange.fetches-when-told"}),
        apply=lambda behaviour: replace(behaviour, heeds_notices=False),
    ),
    Fault(
        id="fetches-for-each-notice",
        title=Bilingual(
            sv="Hämtar en gång för varje besked: när terminen börjar får ingen annan plats i skolans system.",
            en="Fetches once for each notice: when the term begins nobody else finds room in the school's systems.",
        ),
        breaks=frozenset({"exchange.one-fetch-for-many-notices"}),
        apply=lambda behaviour: replace(behaviour, one_round_for_many=False),
    ),
    Fault(
        id="keeps-all-when-agreement-ends",
        title=Bilingual(
            sv="Behåller alla elever när avtalet har löpt ut: ingen har längre lovat dem något.",
            en="Keeps all pupils when the agreement has ended: nobody has promised them anything any more.",
        ),
        breaks=frozenset({"data.deleted-persons-forgotten"}),
        apply=lambda behaviour: replace(behaviour, forgets_when_over=False),
    ),
    Fault(
        id="remembers-names-of-those-who-left",
        title=Bilingual(
            sv="Tar bort den som har slutat men visar namnet bland tidigare användare: den som behöver skydd går "
            "att hitta.",
            en="Removes whoever has left but shows the name among former users: somebody who needs protection can "
            "be found.",
        ),
        breaks=frozenset({"data.deleted-persons-forgotten"}),
        apply=lambda behaviour: replace(behaviour, forgets_names=False),
    ),
    Fault(
        id="shows-all-schools-to-each",
        title=Bilingual(
            sv="Visar varje skola alla skolors elever: en grannkommuns personal ser barn som den inte har med att "
            "göra.",
            en="Shows each school all schools' pupils: a neighbour's staff see children who are none of their "
            "business.",
        ),
        breaks=frozenset({"exchange.rosters-apart"}),
        apply=lambda behaviour: replace(behaviour, keeps_schools_apart=False),
    ),
    Fault(
        id="keeps-its-old-key",
        title=Bilingual(
            sv="Byter inte nyckel när den gamla dras in: skolan släpper inte in tjänsten, och klasslistan blir gammal.",
            en="Does not change its key when the old one is withdrawn: the school does not let it in, and the "
            "class list grows old.",
        ),
        breaks=frozenset({"exchange.roster-is-fetched"}),
        apply=lambda behaviour: replace(behaviour, changes_key=False),
    ),
)
EXCHANGE_FAULTS: Mapping[str, Fault[ExchangeBehaviour]] = MappingProxyType({fault.id: fault for fault in _ALL})
"""Of vendors that fetch rosters."""
