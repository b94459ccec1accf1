"""Where a login leads, and what stands on the page that it leads to."""

from dataclasses import replace
from urllib.parse import urlencode, urlsplit

from testbed.certify.desk import UNDECIDED, Desk, Observation, observation
from testbed.certify.manners.logins import brought, honest, must_be_made
from testbed.model.case import Case
from testbed.model.certificate import Observed
from testbed.model.pages import Page
from testbed.model.strict import Bilingual
from testbed.wire.browsing import BrowserError


async def relay_state(desk: Desk, case: Case, listener: str) -> Observation:
    """The login is honest, and the field by which it comes back says where to go on to (SAML Bindings 3.4.3)."""
    value = case.value.replace("{listener}", listener)
    await desk.order(case.forgery or honest(desk), listener)
    async with desk.browser() as browser:
        held = await desk.log_in(browser, desk.own, hold=True)
        made = await desk.made()
        try:
            landed = await desk.deliver(browser, held, **{desk.vendor.return_param or "RelayState": value})
        except BrowserError as error:
            if "what is no web address" in str(error):
                return Observation(Observed.REDIRECTED, "", None, made, str(error))
            raise
        if _led_to(landed, value, listener):
            return Observation(Observed.REDIRECTED, "", None, made, landed.url)
        return observation(await desk.who(browser, made), made, landed)


async def return_to(desk: Desk, case: Case, listener: str) -> Observation:
    """The login is honest, and was begun with a page to go on to that is none of the vendor's (RFC 9700, 4.11.1)."""
    vendor, host = desk.vendor, urlsplit(listener).netloc
    value = case.value.replace("{listener-host}", host).replace("{listener}", listener)
    value = value.replace("{vendor}", "{0.scheme}://{0.netloc}".format(urlsplit(vendor.login)))
    joint = "&" if "?" in vendor.login else "?"
    door = f"{vendor.login}{joint}{urlencode({vendor.return_param: value})}"
    lured = replace(desk, vendor=vendor.model_copy(update={"login": door}))
    await desk.order(case.forgery or honest(desk), listener)
    async with desk.browser() as browser:
        try:
            landed = await lured.log_in(browser, desk.own)
        except BrowserError as error:
            if "what is no web address" in str(error):
                return Observation(Observed.REDIRECTED, "", None, await desk.made(), str(error))
            landed = None
        made = await desk.made()
        if landed is not None and (urlsplit(landed.url).netloc.endswith(host) or _led_to(landed, value, listener)):
            return Observation(Observed.REDIRECTED, "", None, made, landed.url)
        return observation(await desk.who(browser, made), made, landed)


def _led_to(landed: Page, value: str, listener: str) -> bool:
    if landed.url.startswith(listener):
        return True
    links = (*(link.url for link in landed.links), *(form.action for form in landed.forms))
    wanted = urlsplit(value).scheme == "javascript" and value in landed.document
    return wanted or any(url.startswith(listener) for url in links)


async def shows(desk: Desk, case: Case, listener: str) -> Observation:
    """What a message brings must not stand on the pages that follow: markup as markup, or what nobody asked for."""
    await desk.order(case.forgery or honest(desk), listener)
    async with desk.browser() as browser:
        landed = await brought(desk.log_in(browser, desk.own))
        made = await desk.made()
        must_be_made(made, case)
        pages = [landed] if landed else []
        pages += [await browser.visit(url) for url in (desk.vendor.probe_url, *desk.vendor.visit)]
        found = next((page for page in pages if case.value in page.document), None)
        if found is None and landed is not None and landed.status in UNDECIDED:
            return Observation(Observed.UNCLEAR, "", UNDECIDED[landed.status], made, landed.url)
        if found is None:
            return Observation(Observed.AS_ASKED, "", None, made, landed.url if landed else "")
        why = Bilingual(
            sv=f"Sidan {found.url[:200]} visar {case.value!r}.", en=f"{found.url[:200]} shows {case.value!r}."
        )
        return Observation(Observed.ATTRIBUTE_SHOWN, "", why, made, found.url)
