"""Tell vendors' servers that a session is over, without the browser (SAML Profiles 4.4, SAML Bindings 3.2)."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import httpx
from lxml import etree

from idp.config import Clock
from idp.fetching import fetch
from idp.logout_run import Named
from idp.refused import Refused
from idp.rollover import Rollover
from idp.saml.forger import Forger
from idp.saml.forging import Usual
from idp.saml.identifiers import NameId
from idp.saml.logout import LogoutReader, enveloped, enveloped_text, logout_request
from idp.saml.names import BINDING_SOAP
from idp.saml.relying_parties import RelyingParties
from idp.saml.responses import new_identifier
from idp.saml.signing import Signers
from idp.spoiling import fitting
from idp.together import tell_together

ANSWER_S = 5.0
MAX_ANSWER = 256 * 1024
AT_ONCE = 10
ALL_S = 20.0
"""For all of them together: so long a person who logs out, or a vendor's server that asks, waits at most."""
HEADERS = {
    "Content-Type": "text/xml; charset=utf-8",
    "SOAPAction": '"http://www.oasis-open.org/committees/security"',
}

log = logging.getLogger("idp")


@dataclass(frozen=True)
class BackChannel:
    """The school's way to vendors' servers."""

    entity_id: str
    """The school's."""
    http: httpx.AsyncClient
    parties: RelyingParties
    reader: LogoutReader
    signers: Signers
    rollover: Rollover
    forger: Forger
    now: Clock

    async def tell(self, whom: Sequence[Named]) -> Mapping[Named, bool]:
        """See :meth:`idp.telling.Telling.tell`; some at a time. Who is not done with in :data:`ALL_S` did not do it."""
        return await tell_together(whom, self._tell, AT_ONCE, ALL_S)

    async def _tell(self, named: Named) -> bool | None:
        try:
            provider = await self.parties.find(named.who.party)
        except Refused as error:
            log.warning("logout cannot reach %s: %s", named.who.party, error.cause)
            return False
        place = next((service.location for service in provider.logout if service.binding == BINDING_SOAP), "")
        if not place:
            return None
        identifier = new_identifier()
        name = NameId(named.name_id_format, named.name_id, named.who.party)
        message = logout_request(self.entity_id, identifier, place, name, named.session_indexes, self.now())
        try:
            envelope = self._envelope(message, named, place)
            answer = await self.reader.soap_answer(
                await fetch(self.http, place, MAX_ANSWER, ANSWER_S, (envelope, HEADERS))
            )
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
            # NOTE: Refused is a ValueError; what the vendor says wrongly is its failure to log out.
            log.warning("logout at %s failed: %s", named.who.party, str(error).replace("\n", " ")[:200])
            return False
        return answer.success and (answer.entity_id, answer.in_response_to) == (named.who.party, identifier)

    def _envelope(self, message: etree._Element, named: Named, place: str) -> bytes:
        """The signed request in its envelope, or what the lab has ordered in its place."""
        waiting = self.forger.take(named.who.party, "logout-request")
        if waiting is None:
            self.signers.at(self.rollover.stage).sign(message)
            return enveloped(message)
        about = self.forger.about_logout(waiting, named, place)
        with fitting():
            return enveloped_text(self.forger.forge(waiting, Usual(("response",)), about)(message))
