"""What a vendor's pages show, and when: read from the traffic of the person's browser."""

import re
from functools import lru_cache

from testbed.model.verdict import Evidence
from testbed.model.wire import BROWSER, Exchange, Response
from testbed.model.written import Vendor
from testbed.privacy.people import index_of
from testbed.privacy.search import find
from testbed.wire.forms import read_page


def opened(evidence: Evidence, url: str) -> list[Exchange]:
    """The times that the person's browser opened this page and was answered."""
    return [e for e in evidence.exchanges if e.sender == BROWSER and e.request.url == url and e.response]


def probes(evidence: Evidence, vendor: Vendor | None = None) -> list[Exchange]:
    """The times that the page was opened that shows who is logged in; of the play's vendor, if no other is named.

    Where nobody logs in there is no such page.
    """
    vendor = vendor or evidence.play.vendor
    return [] if vendor.exchange else opened(evidence, vendor.probe_url)


def logouts(evidence: Evidence, vendor: Vendor | None = None) -> list[Exchange]:
    """The times that somebody asked a vendor to be logged out."""
    vendor = vendor or evidence.play.vendor
    return opened(evidence, vendor.logout) if vendor.logout else []


def text_of(exchange: Exchange) -> str:
    """What the page that came shows."""
    return _page_text(exchange.request.url, exchange.response) if exchange.response else ""


@lru_cache(maxsize=64)
def _page_text(url: str, response: Response) -> str:
    # NOTE: several checks look at the same pages, one after the other.
    return read_page(url, response).text


def shown(exchange: Exchange, evidence: Evidence) -> dict[str, str]:
    """The persons whom a page shows, each with the attribute that tells.

    Only the person who plays and those whose data was disclosed can be shown.
    """
    seen = {told.person for told in evidence.disclosures} | {evidence.play.person}
    index = index_of(evidence.people)
    told = find(text_of(exchange), index)
    return {
        person: owner.attribute
        for owner in told
        for person in ((owner.person,) if owner.person else sorted(seen))
        if person in seen and index.owns(person, owner.attribute, owner.value)
    }


def shows_word(text: str, value: str) -> bool:
    """Whether a value stands in a text as words of its own, in any letter case."""
    return re.search(rf"(?<!\w){re.escape(value.casefold())}(?!\w)", text.casefold()) is not None
