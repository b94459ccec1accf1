"""What must be right before any case can mean something: most errors are configuration, not conformance."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from scenarios.flows.steps import shown
from testbed.certify.asked import Asked, asked_of
from testbed.certify.desk import Desk, NotToBeSeen
from testbed.interception.browser import Browser
from testbed.model.certificate import ConfigurationError
from testbed.model.pages import FlowStopped, Page
from testbed.model.strict import Bilingual
from testbed.wire.browsing import BrowserError

MAX_CLOCK_S = 120
"""How far a server's clock may be off before honest messages begin to be refused."""
DISCOVERY = "/.well-known/openid-configuration"
METADATA = "/saml/metadata"
KEYS = "/oidc/jwks"
ASKED = ("/saml/sso", "/oidc/authorize")
"""Where browsers bring login requests."""


@dataclass(frozen=True, slots=True)
class Cleared:
    """What preflight found."""

    errors: tuple[ConfigurationError, ...] = ()
    asked: Asked = field(default_factory=Asked)


async def preflight(desk: Desk) -> Cleared:
    """Look at everything that is configured, in the order in which a login needs it; stops at the first error."""
    metadata, errors = await _metadata(desk)
    if errors:
        return Cleared(errors)
    try:
        async with desk.browser() as browser:
            if errors := (*await _probe(desk, browser), *await _clock(desk)):
                return Cleared(errors)
            request = await _request(desk, browser)
            await browser.forget()
            await desk.to_login_page(browser, desk.own)
    except _Wrong as wrong:
        return Cleared((wrong.error,))
    except NotToBeSeen as trouble:
        return Cleared((await _not_reached(desk, trouble.words),))
    except BrowserError as error:
        words = Bilingual(sv=f"Tjänsten svarar inte: {error}", en=f"The service gives no answer: {error}")
        return Cleared((ConfigurationError(words, RUNS),))
    fetched = {call.path for call in await desk.world.school_calls() if not call.own}
    return Cleared((), asked_of(desk.vendor, request, metadata, fetches=bool(fetched & {METADATA, DISCOVERY, KEYS})))


RUNS = Bilingual(
    sv="Starta tjänsten och kontrollera adresserna i tjänstens fil eller på kommandoraden.",
    en="Start the service, and check the addresses in the vendor's file or on the command line.",
)


class _Wrong(Exception):
    def __init__(self, error: ConfigurationError) -> None:
        super().__init__(error.what.en)
        self.error = error


async def _metadata(desk: Desk) -> tuple[bytes, tuple[ConfigurationError, ...]]:
    if desk.vendor.protocol != "saml":
        return b"", ()
    try:
        return await desk.world.metadata(desk.vendor), ()
    except ValueError as error:
        return b"", (unreadable_metadata(str(error)),)


def unreadable_metadata(why: str) -> ConfigurationError:
    """The service's metadata cannot be had, or is none."""
    return ConfigurationError(
        Bilingual(
            sv=f"Tjänstens metadata gick inte att läsa: {why}", en=f"The service's metadata cannot be read: {why}"
        ),
        Bilingual(
            sv="Starta tjänsten, och ange adressen till dess SAML-metadata (EntityDescriptor).",
            en="Start the service, and name the URL of its SAML metadata (EntityDescriptor).",
        ),
    )


async def _probe(desk: Desk, browser: Browser) -> tuple[ConfigurationError, ...]:
    url = desk.vendor.probe_url
    try:
        await browser.visit(url)
    except BrowserError as error:
        what = Bilingual(
            sv=f"Sidan som visar vem som är inloggad svarar inte: {error}",
            en=f"The page that shows who is logged in gives no answer: {error}",
        )
        return (ConfigurationError(what, RUNS),)
    return ()


async def _clock(desk: Desk) -> tuple[ConfigurationError, ...]:
    """By the header Date of the service's answer (RFC 9110, 6.6.1)."""
    theirs = await desk.world.date_at(desk.vendor.login)
    if theirs is None:
        return ()
    off = (theirs - datetime.now(UTC)).total_seconds()
    if abs(off) <= MAX_CLOCK_S:
        return ()
    return (
        ConfigurationError(
            Bilingual(
                sv=f"Tjänstens klocka går {abs(off):.0f} sekunder fel.",
                en=f"The service's clock is {abs(off):.0f} seconds off.",
            ),
            Bilingual(sv="Ställ klockan efter en tidsserver (NTP).", en="Set the clock by a time server (NTP)."),
        ),
    )


async def _request(desk: Desk, browser: Browser) -> Page:
    """The vendor's login request, held before the school.

    Raises:
        _Wrong: it never comes.
    """
    try:
        page = await desk.to_request(browser)
    except FlowStopped as stop:
        raise _Wrong(_click(str(stop))) from stop
    if not desk.is_request(page):
        raise _Wrong(await _not_reached(desk, Bilingual(sv=shown(page), en=shown(page))))
    return page


def _click(what: str) -> ConfigurationError:
    return ConfigurationError(
        Bilingual(
            sv=f"Det som skulle tryckas på fanns inte: {what}", en=f"What was to be pressed is not there: {what}"
        ),
        Bilingual(
            sv="Rätta 'clicks' i tjänstens fil: orden på länken eller knappen.",
            en="Mend 'clicks' in the vendor's file: the words on the link or button.",
        ),
    )


async def _not_reached(desk: Desk, what: Bilingual) -> ConfigurationError:
    """The browser did not come to the school's login page: the calls that reached the school tell why."""
    calls = await desk.world.school_calls()
    refused = any(call.status >= 400 and call.path in ASKED for call in calls)  # noqa: PLR2004
    # NOTE: whoever leads there knows the school: it may have fetched its configuration before.
    if desk.vendor.protocol == "oidc" and not any(call.path in (DISCOVERY, *ASKED) for call in calls):
        return ConfigurationError(
            Bilingual(
                sv=f"Tjänsten har inte hämtat skolans uppgifter ({DISCOVERY}), och ledde inte till skolan: {what.sv}",
                en=f"The service has not fetched the school's configuration ({DISCOVERY}), and did not lead there: "
                f"{what.en}",
            ),
            Bilingual(
                sv=f"Ställ in {desk.world.school} som issuer i tjänsten och starta om den.",
                en=f"Set {desk.world.school} as the issuer in the service, and start it again.",
            ),
        )
    return ConfigurationError(
        Bilingual(
            sv=f"Skolans inloggningssida nåddes inte: {what.sv}",
            en=f"The school's login page was not reached: {what.en}",
        ),
        Bilingual(
            sv="Skolan tog inte emot tjänstens begäran: jämför entityID, ACS-adress och nycklar med tjänstens metadata."
            if refused
            else "Kontrollera att login-adressen leder till skolan; mellansidor läggs in som 'clicks' i tjänstens fil.",
            en="The school refused the service's request: compare entityID, ACS address and keys with its metadata."
            if refused
            else "Check that the login address leads to the school; put pages in between into 'clicks' in its file.",
        ),
    )
