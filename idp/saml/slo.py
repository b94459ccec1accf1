"""Single logout by SAML: messages of vendors and their servers, and those that the school sends (SAML Profiles 4.4)."""

import base64
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from lxml import etree
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from idp.body import read_body, read_form, read_query
from idp.fields import Fields
from idp.logout import NOT_AWAITED, Logout
from idp.logout_run import LogoutRun, Named, Who
from idp.pages import Delivery
from idp.parts import SchoolParts
from idp.refused import Refused
from idp.saml.back_channel import BackChannel
from idp.saml.envelope import Binding, relay_state
from idp.saml.forger import Forger
from idp.saml.forging import Usual
from idp.saml.identifiers import NameId
from idp.saml.logout import LogoutReader, LogoutRequest, enveloped, logout_request, logout_response
from idp.saml.names import (
    BINDING_POST,
    BINDING_REDIRECT,
    SOAP,
    STATUS_PARTIAL_LOGOUT,
    STATUS_REQUESTER,
    STATUS_SUCCESS,
    STATUS_UNKNOWN_PRINCIPAL,
)
from idp.saml.redirect import MessageField, redirect_url
from idp.saml.relying_parties import LogoutService, ServiceProvider
from idp.saml.responses import new_identifier
from idp.sessions import Session
from idp.spoiling import fitting
from testbed.model.written import Bilingual

MAX_SOAP = 256 * 1024
SOAP_TYPE = "text/xml; charset=utf-8"
FRONT_CHANNEL = (BINDING_REDIRECT, BINDING_POST)

log = logging.getLogger("idp")

USED_BEFORE = Bilingual(
    sv="Tjänstens utloggningsbegäran har redan använts.",
    en="The service's logout request has been used already.",
)


class SamlTelling:
    """Tells vendors by SAML; see :class:`idp.telling.Telling`."""

    def __init__(self, parts: SchoolParts, back_channel: BackChannel, forger: Forger) -> None:
        self._parts, self._back_channel, self._forger = parts, back_channel, forger

    async def name(self, party: str) -> Bilingual:
        """By its metadata."""
        provider, _ = await self._reach(party)
        return provider.name if provider else Bilingual(sv=party, en=party)

    async def tell(self, whom: Sequence[Named]) -> Mapping[Named, bool]:
        """By SOAP."""
        return await self._back_channel.tell(whom)

    async def ask(self, request: Request, whom: Named, keep: Callable[[str], str]) -> Response | None:
        """By Redirect or POST, whichever the vendor has, Redirect first."""
        provider, service = await self._reach(whom.who.party)
        if provider is None or service is None:
            return None
        identifier = new_identifier()
        message = logout_request(
            self._parts.config.entity_id,
            identifier,
            service.location,
            NameId(whom.name_id_format, whom.name_id, whom.who.party),
            whom.session_indexes,
            self._parts.now(),
        )
        state = keep(identifier)
        waiting = self._forger.take(provider.entity_id, "logout-request")
        if waiting is None:
            return self._send(request, provider, service, message, ("SAMLRequest", state))
        about = self._forger.about_logout(waiting, whom, service.location)
        with fitting():
            if service.binding == BINDING_REDIRECT:
                signed, sent = self._forger.beside(message, waiting, about)
                seal = self._forger.seal(waiting)
                return _redirect(redirect_url(service.location, "SAMLRequest", sent, state, seal, signed))
            document = self._forger.forge(waiting, Usual(("response",)), about)(message)
        return self._post(request, provider, service.location, document, ("SAMLRequest", state))

    async def frame(self, _: Named) -> str:
        """SAML tells by messages that are answered."""
        return ""

    async def home(self, request: Request, run: LogoutRun) -> Response | None:
        """A LogoutResponse."""
        provider, service = await self._reach(run.initiator.party) if run.initiator else (None, None)
        if provider is None or service is None:
            return None
        status = (STATUS_REQUESTER, STATUS_UNKNOWN_PRINCIPAL) if run.unknown else _status(run)
        message = self.response(service.response_location, run.request_id, status)
        return self._send(request, provider, service, message, ("SAMLResponse", run.relay_state))

    def response(self, destination: str, in_response_to: str, status: tuple[str, str]) -> etree._Element:
        """A LogoutResponse, not signed yet; ``destination`` is "" for the answer to a SOAP call."""
        return logout_response(
            self._parts.config.entity_id, new_identifier(), destination, in_response_to, status, self._parts.now()
        )

    def signed(self, message: etree._Element) -> etree._Element:
        """The message with the school's signature inside."""
        self._parts.signers.at(self._parts.rollover.stage).sign(message)
        return message

    async def _reach(self, entity_id: str) -> tuple[ServiceProvider | None, LogoutService | None]:
        """A vendor, and where the browser can be sent with a logout message; None where there is no such place."""
        try:
            provider = await self._parts.parties.find(entity_id)
        except Refused as error:
            log.warning("logout cannot reach %s: %s", entity_id, error.cause)
            return None, None
        by_binding = {service.binding: service for service in reversed(provider.logout)}
        return provider, next((by_binding[name] for name in FRONT_CHANNEL if name in by_binding), None)

    def _send(
        self,
        request: Request,
        provider: ServiceProvider,
        service: LogoutService,
        message: etree._Element,
        content: tuple[MessageField, str],
    ) -> Response:
        """A signed message to a vendor, carried by the browser; ``content`` is its field and the relay state."""
        field, state = content
        location = service.location if field == "SAMLRequest" else service.response_location
        if service.binding == BINDING_REDIRECT:
            signer = self._parts.signers.at(self._parts.rollover.stage)
            return _redirect(redirect_url(location, field, etree.tostring(message), state, signer))
        return self._post(request, provider, location, etree.tostring(self.signed(message)), content)

    def _post(
        self,
        request: Request,
        provider: ServiceProvider,
        location: str,
        document: bytes,
        content: tuple[MessageField, str],
    ) -> Response:
        field, state = content
        encoded = base64.b64encode(document).decode("ascii")
        fields = {field: encoded} | ({"RelayState": state} if state else {})
        return self._parts.pages.delivery(request, Delivery(location, provider.name, fields))


class SamlLogout:
    """The endpoints /saml/slo and /saml/slo/soap.

    Args:
        parts: of the school.
        reader: reads vendors' messages.
        telling: the same that the round uses.
        logout: the round over every protocol.
    """

    def __init__(self, parts: SchoolParts, reader: LogoutReader, telling: SamlTelling, logout: Logout) -> None:
        self._sessions, self._reader, self._telling, self._logout = parts.sessions, reader, telling, logout

    async def by_redirect(self, request: Request) -> Response:
        """GET /saml/slo."""
        return await self._receive(request, read_query(request), "redirect")

    async def by_post(self, request: Request) -> Response:
        """POST /saml/slo."""
        return await self._receive(request, await read_form(request), "post")

    async def by_soap(self, request: Request) -> Response:
        """POST /saml/slo/soap: a vendor's server ends a session; no browser is there to tell the others."""
        try:
            return await self._soap(request)
        except Refused as error:
            # NOTE: request.url cannot be made of a query that is not UTF-8.
            log.info("refused %s %s: %s", request.method, request.scope["path"], error.cause)
            return _fault(error)

    async def _soap(self, request: Request) -> Response:
        wish = await self._reader.soap_request(await read_body(request, MAX_SOAP))
        self._must_be_new(wish)
        tokens = self._named(wish)
        run = (await self._logout.end(tokens, Who("saml", wish.entity_id))).without_browser()
        status = _status(run) if tokens else (STATUS_REQUESTER, STATUS_UNKNOWN_PRINCIPAL)
        answer = self._telling.signed(self._telling.response("", wish.id, status))
        return Response(enveloped(answer), media_type=SOAP_TYPE, headers={"Cache-Control": "no-store"})

    async def _receive(self, request: Request, fields: Fields, binding: Binding) -> Response:
        if fields.octets("SAMLResponse") is not None:
            return await self._answered(request, fields, binding)
        wish = await self._reader.request(fields, binding)
        state = relay_state(fields)
        self._must_be_new(wish)
        tokens, initiator = self._named(wish), Who("saml", wish.entity_id)
        if not tokens:
            return await self._logout.go_on(request, LogoutRun(initiator, wish.id, state, unknown=True))
        run = await self._logout.end(tokens, initiator)
        return await self._logout.go_on(request, replace(run, request_id=wish.id, relay_state=state))

    async def _answered(self, request: Request, fields: Fields, binding: Binding) -> Response:
        answer = await self._reader.answer(fields, binding)
        run = self._logout.taken(relay_state(fields))
        asked = run.asked.who if run.asked else None
        if (asked, run.asked_id) != (Who("saml", answer.entity_id), answer.in_response_to):
            raise Refused(400, "the answer is to another request", NOT_AWAITED)
        return await self._logout.go_on(request, run.answered(success=answer.success))

    def _must_be_new(self, wish: LogoutRequest) -> None:
        if not self._sessions.is_new(wish.entity_id, wish.id):
            raise Refused(400, "the request was used before", USED_BEFORE)

    def _named(self, wish: LogoutRequest) -> tuple[str, ...]:
        """The sessions that a request means: with an index, that one; without, all of the person at that vendor."""

        def meant(session: Session | None) -> bool:
            indexes = {
                one.session_index
                for one in (session.participants if session else ())
                if (one.entity_id, one.name_id) == (wish.entity_id, wish.name_id)
            }
            return bool(indexes) and (not wish.session_indexes or not indexes.isdisjoint(wish.session_indexes))

        tokens = self._sessions.named(wish.entity_id, wish.name_id)
        return tuple(token for token in tokens if meant(self._sessions.get(token)))


def _redirect(url: str) -> Response:
    return RedirectResponse(url, 303, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})


def _fault(error: Refused) -> Response:
    """A refusal, for a vendor's server (SOAP 1.1, 4.4)."""
    text = etree.Element(f"{{{SOAP}}}Fault")
    etree.SubElement(text, "faultcode").text = "Client"
    etree.SubElement(text, "faultstring").text = error.explanation.en
    return Response(enveloped(text), error.status, media_type=SOAP_TYPE)


def _status(run: LogoutRun) -> tuple[str, str]:
    return (STATUS_SUCCESS, STATUS_PARTIAL_LOGOUT if run.failed else "")
