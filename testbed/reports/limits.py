"""What a capture made elsewhere cannot show: silence about it is no pass."""

from collections.abc import Iterable

from testbed.model.verdict import RunRecord
from testbed.model.wire import BROWSER
from testbed.model.written import Bilingual

SERVERS = Bilingual(
    sv="Vad servrar säger till varandra: vad skolan lämnar leverantörens server direkt (token, userinfo, SCIM, "
    "SS 12000), och vad leverantörens server lämnar vidare till andra. Spela in där med en proxy för att se det.",
    en="What servers say to each other: what the school gives the vendor's server directly (tokens, userinfo, SCIM, "
    "SS 12000), and what the vendor's server passes on to others. Record there with a proxy to see it.",
)
BROWSERS = Bilingual(
    sv="Vad webbläsare skickar: bara den utpekade serverns trafik spelades in.",
    en="What browsers send: only the traffic of the server that was named was recorded.",
)
SESSIONS = Bilingual(
    sv="Vem som var inloggad: ingen öppnade en sida som säger det, och ingen prövade en utloggning.",
    en="Who was logged in: nobody opened a page that tells, and nobody tried a logout.",
)
REGISTERED = Bilingual(
    sv="Metadata, nycklar och registreringar hämtas av servrar: underskrifter kan inte prövas utan dem.",
    en="Metadata, keys and registrations are fetched by servers: signatures cannot be verified without them.",
)
REST = Bilingual(
    sv="Vad som skickades före inspelningen, efter den, från andra flikar, appar och enheter, eller av andra personer "
    "än dem i personfilen.",
    en="What was sent before the recording, after it, from other tabs, apps and devices, or about other people than "
    "those of the people file.",
)


def cannot_be_seen(record: RunRecord) -> tuple[Bilingual, ...]:
    """What the captures of a record cannot show; nothing for a run that the lab played and saw whole."""
    if not record.captured:
        return ()
    senders = {exchange.sender for one in record.evidence.values() for exchange in one.exchanges}
    return tuple(_limits(senders, sessions=any(j.play.captured for j in record.run.judgements)))


def _limits(senders: set[str], *, sessions: bool) -> Iterable[Bilingual]:
    if senders <= {BROWSER}:
        yield from (SERVERS, REGISTERED)
    elif BROWSER not in senders:
        yield BROWSERS
    if sessions:
        yield SESSIONS
    yield REST
