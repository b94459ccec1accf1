"""What vendors' scripts do wrong in the pupil's own browser. Only a browser that runs scripts shows it.

Each fault changes one decision of a vendor of either protocol: which script its pages run. The pages' policy is as
loose as that script needs it to be.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from sp_mocks.behaviour import Behaviour, Common
from sp_mocks.faults import Fault
from sp_mocks.oidc.behaviour import OidcBehaviour
from sp_mocks.page_script import PageScript
from testbed.model.written import Bilingual

ONWARD, IN_URL = "data.no-onward-transfer", "data.not-in-url"


@dataclass(frozen=True, slots=True)
class _Row:
    """A script and what is wrong with it."""

    script: PageScript
    title: Bilingual
    breaks: frozenset[str]

    def fault[Kind: Common](self) -> Fault[Kind]:
        """As a fault of a vendor of one protocol."""
        return Fault(
            self.script.id, self.title, self.breaks, apply=lambda behaviour: replace(behaviour, script=self.script)
        )


_ALL = (
    _Row(
        PageScript("fragment-to-tracker", connects=("https://matning.tracker.test",)),
        Bilingual(
            sv="Skriver elevens användarnamn efter # i adressen, och ett mätskript skickar hela adressen vidare: "
            "tjänsten ser det aldrig själv, men spårningsföretaget vet vem som läser vad.",
            en="Writes the pupil's user name after the # of the address, and a script that measures sends all of it: "
            "the service never sees that itself, but the tracking company knows who reads what.",
        ),
        breaks=frozenset({ONWARD}),
    ),
    _Row(
        PageScript("presence-by-websocket", connects=("wss://live.tracker.test",)),
        Bilingual(
            sv="Öppnar en WebSocket till ett spårningsföretag och talar om vem som är inne: "
            "den som letar bland vanliga anrop ser det inte, men företaget vet när eleven är där.",
            en="Opens a WebSocket to a tracking company and says who is here: "
            "whoever looks among ordinary requests does not see it, but the company knows when the pupil is there.",
        ),
        breaks=frozenset({ONWARD}),
    ),
    _Row(
        PageScript("mail-in-a-pixel", images=("https://pixel.annons.test",)),
        Bilingual(
            sv="Hämtar en osynlig bild från en annonsör med elevens e-postadress i adressen, skriven som base64: "
            "den ser ut som slump, men vem som helst kan läsa den.",
            en="Fetches an invisible image from an advertiser with the pupil's mail in the address, written as base64: "
            "it looks like chance, but anybody can read it.",
        ),
        breaks=frozenset({ONWARD, IN_URL}),
    ),
    _Row(
        PageScript("hashed-mail-to-advertiser", connects=("https://kampanj.annons.test",)),
        Bilingual(
            sv="Räknar ut en hashsumma av elevens e-postadress och skickar den till en annonsör: "
            "den som redan har adressen räknar ut samma summa och vet vem eleven är.",
            en="Computes a hash of the pupil's e-mail address and sends it to an advertiser: "
            "whoever has the address already computes the same hash and knows who the pupil is.",
        ),
        breaks=frozenset({ONWARD}),
    ),
    _Row(
        PageScript("name-outlives-logout", connects=("https://matning.tracker.test",)),
        Bilingual(
            sv="Sparar elevens namn i webbläsaren och skickar det till ett spårningsföretag efter utloggningen: "
            "på en delad dator följer namnet med till nästa elev.",
            en="Keeps the pupil's name in the browser and sends it to a tracking company after the logout: "
            "on a shared computer the name goes along to the next pupil.",
        ),
        breaks=frozenset({ONWARD}),
    ),
    _Row(
        PageScript("recorded-by-agreed-script", connects=("https://inspelning.annons.test",), from_cdn=True),
        Bilingual(
            sv="Låter ett skript från sin avtalade bildleverantör läsa av sidan: "
            "det spelar in allt som eleven ser och skickar det till ett företag som ingen har avtalat med.",
            en="Lets a script from the company that may deliver its pictures read the page: "
            "it records all that the pupil sees and sends it to a company that nobody has an agreement with.",
        ),
        breaks=frozenset({ONWARD}),
    ),
    _Row(
        PageScript("error-report-with-mail", connects=("https://felrapport.logg.test",)),
        Bilingual(
            sv="Skickar felrapporter till en loggtjänst med elevens e-postadress i, komprimerade med gzip: "
            "ingen ser den i trafiken, men den ligger kvar i någon annans loggar.",
            en="Sends error reports to a log service with the pupil's e-mail address in them, compressed by gzip: "
            "nobody sees it in the traffic, but it stays in somebody else's logs.",
        ),
        breaks=frozenset({ONWARD}),
    ),
)
SCRIPT_FAULTS: Mapping[str, Fault[Behaviour]] = MappingProxyType({row.script.id: row.fault() for row in _ALL})
"""Of vendors that speak SAML."""
OIDC_SCRIPT_FAULTS: Mapping[str, Fault[OidcBehaviour]] = MappingProxyType({row.script.id: row.fault() for row in _ALL})
"""The same of vendors that speak OpenID Connect."""
