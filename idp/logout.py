"""Single logout: from a vendor, from a vendor's server, or from the school itself (SAML Profiles 4.4).

Vendors that have a server address for it are told directly, side by side. The others are told one after the other by
the browser, with a redirect each: their session cookies would not come along in frames.
"""

import base64
import logging

from lxml import etree
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from idp.back_channel import BackChannel
from idp.body import read_body, read_form, read_query
from idp.directory import name_of
from idp.logout_run import LogoutRun, LogoutRuns, Named
from idp.pages import Delivery
from idp.parts import SchoolParts
from idp.refused import Refused
from idp.saml.envelope import Binding, relay_state
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
from idp.saml.unpacking import Fields
from idp.sessions import SESSION_COOKIE, Session
from testbed.model.written import Bilingual

MAX_SOAP = 256 * 1024
SOAP_TYPE = "text/xml; charset=utf-8"
FRONT_CHANNEL = (BINDING_REDIRECT, BINDING_POST)

log = logging.getLogger("idp")

NOT_AWAITED = Bilingual(
    sv="Utloggningen är redan klar, eller så hör svaret inte till någon utloggning som pågår.",
    en="This logout is done already, or the answer belongs to none that is under way.",
)
USED_BEFORE = Bilingual(
    sv="Tjänstens utloggningsbegäran har redan använts.",
    en="The service's logout request has been used already.",
)


class Logout:
    """The endpoints /saml/slo, /saml/slo/soap and /logout.

    Args:
        parts: of the school.
        reader: reads vendors' messages.
        back_channel: tells vendors' servers.
        runs: logouts under way.
    """

    def __init__(self, parts: SchoolParts, reader: LogoutReader, back_channel: BackChannel, runs: LogoutRuns) -> None:
        self._parts, self._sessions = parts, parts.sessions
        self._reader, self._back_channel, self._runs = reader, back_channel, runs

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
            log.info("refused %s %s: %s", request.method, request.url.path, error.cause)
            return _fault(error)

    async def _soap(self, request: Request) -> Response:
        wish = await self._reader.soap_request(await read_body(request, MAX_SOAP))
        self._must_be_new(wish)
        tokens = self._named(wish)
        run = (await self._end(tokens, wish.entity_id)).without_browser()
        status = _status(run) if tokens else (STATUS_REQUESTER, STATUS_UNKNOWN_PRINCIPAL)
        answer = self._signed(self._response("", wish.id, status))
        return Response(enveloped(answer), media_type=SOAP_TYPE, headers={"Cache-Control": "no-store"})

    async def show(self, request: Request) -> Response:
        """GET /logout: who is logged in, and a button that ends it everywhere."""
        session = self._session(request)
        person = self._parts.directory.get(session.person) if session else None
        names = [await self._name(one.entity_id) for one in _named(session)] if session else []
        return self._parts.pages.logout(request, name_of(person) if person else "", list(dict.fromkeys(names)))

    async def start(self, request: Request) -> Response:
        """POST /logout: the person logs out at the school."""
        run = await self._end((request.cookies.get(SESSION_COOKIE, ""),), "")
        return await self._go_on(request, run)

    # --- a message comes in -------------------------------------------------------------------------------------------

    async def _receive(self, request: Request, fields: Fields, binding: Binding) -> Response:
        if fields.octets("SAMLResponse") is not None:
            return await self._answered(request, fields, binding)
        wish = await self._reader.request(fields, binding)
        state = relay_state(fields)
        self._must_be_new(wish)
        tokens = self._named(wish)
        if not tokens:
            run = LogoutRun(wish.entity_id, wish.id, state, unknown=True)
            return await self._go_on(request, run)
        run = await self._end(tokens, wish.entity_id)
        return await self._go_on(request, run.asked_for_by(wish.id, state))

    async def _answered(self, request: Request, fields: Fields, binding: Binding) -> Response:
        answer = await self._reader.answer(fields, binding)
        run = self._runs.take(relay_state(fields))
        if run is None or run.asked is None:
            raise Refused(400, "no logout waits for this answer", NOT_AWAITED)
        if (answer.entity_id, answer.in_response_to) != (run.asked.entity_id, run.asked_id):
            raise Refused(400, "the answer is to another request", NOT_AWAITED)
        return await self._go_on(request, run.answered(success=answer.success))

    def _must_be_new(self, wish: LogoutRequest) -> None:
        if not self._sessions.is_new(wish.entity_id, wish.id):
            raise Refused(400, "the request was used before", USED_BEFORE)

    def _session(self, request: Request) -> Session | None:
        return self._sessions.get(request.cookies.get(SESSION_COOKIE, ""))

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

    # --- the logout goes round ----------------------------------------------------------------------------------------

    async def _end(self, tokens: tuple[str, ...], initiator: str) -> LogoutRun:
        """End the sessions, tell the vendors that can be told by their servers, and line up the others."""
        ended = [session for token in tokens if (session := self._sessions.end(token))]
        others = [one for session in ended for one in _named(session) if one.entity_id != initiator]
        for session in ended:
            log.info("logout of %s, who was logged in to %d vendors", session.person, len(_named(session)))
        told = await self._back_channel.tell(others)
        return LogoutRun(
            initiator=initiator,
            waiting=tuple(one for one in others if one not in told),
            done=tuple(one.entity_id for one, success in told.items() if success),
            failed=tuple(one.entity_id for one, success in told.items() if not success),
        )

    async def _go_on(self, request: Request, run: LogoutRun) -> Response:
        """Send the browser to the next vendor, or home when there is none."""
        while run.waiting:
            run, whom = run.next()
            provider, service = await self._reach(whom.entity_id)
            if provider is None or service is None:
                run = run.answered(success=False)
                continue
            identifier = new_identifier()
            message = logout_request(
                self._parts.config.entity_id,
                identifier,
                service.location,
                NameId(whom.name_id_format, whom.name_id, whom.entity_id),
                whom.session_indexes,
                self._parts.now(),
            )
            key = self._runs.add(run.asking(identifier))
            return self._forget(request, self._send(request, provider, service, message, ("SAMLRequest", key)))
        return self._forget(request, await self._home(request, run))

    async def _home(self, request: Request, run: LogoutRun) -> Response:
        """Answer whoever began the logout."""
        log.info("logout done at %d vendors, failed at %d", len(run.done), len(run.failed))
        provider, service = await self._reach(run.initiator) if run.initiator else (None, None)
        if provider is None or service is None:
            done = [await self._name(one) for one in dict.fromkeys(run.done)]
            failed = [await self._name(one) for one in dict.fromkeys(run.failed)]
            return self._parts.pages.logged_out(request, done, failed)
        status = (STATUS_REQUESTER, STATUS_UNKNOWN_PRINCIPAL) if run.unknown else _status(run)
        message = self._response(service.response_location, run.request_id, status)
        return self._send(request, provider, service, message, ("SAMLResponse", run.relay_state))

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
            url = redirect_url(location, field, etree.tostring(message), state, signer)
            return RedirectResponse(url, 303, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
        encoded = base64.b64encode(etree.tostring(self._signed(message))).decode("ascii")
        fields = {field: encoded} | ({"RelayState": state} if state else {})
        return self._parts.pages.delivery(request, Delivery(location, provider.name, fields))

    def _response(self, destination: str, in_response_to: str, status: tuple[str, str]) -> etree._Element:
        return logout_response(
            self._parts.config.entity_id, new_identifier(), destination, in_response_to, status, self._parts.now()
        )

    def _signed(self, message: etree._Element) -> etree._Element:
        self._parts.signers.at(self._parts.rollover.stage).sign(message)
        return message

    async def _name(self, entity_id: str) -> Bilingual:
        provider, _ = await self._reach(entity_id)
        return provider.name if provider else Bilingual(sv=entity_id, en=entity_id)

    def _forget(self, request: Request, response: Response) -> Response:
        """Take the cookie of a session that is over; one that was not meant stays."""
        if self._session(request) is not None:
            return response
        https = self._parts.config.https
        response.set_cookie(SESSION_COOKIE, "", 0, path="/", secure=https, httponly=True, samesite="lax")
        return response


def _fault(error: Refused) -> Response:
    """A refusal, for a vendor's server (SOAP 1.1, 4.4)."""
    text = etree.Element(f"{{{SOAP}}}Fault")
    etree.SubElement(text, "faultcode").text = "Client"
    etree.SubElement(text, "faultstring").text = error.explanation.en
    return Response(enveloped(text), error.status, media_type=SOAP_TYPE)


def _named(session: Session) -> tuple[Named, ...]:
    """The vendors of a session, each name once with all its session indexes."""
    indexes: dict[tuple[str, str, str], list[str]] = {}
    for one in session.participants:
        indexes.setdefault((one.entity_id, one.name_id_format, one.name_id), []).append(one.session_index)
    return tuple(Named(*names, tuple(dict.fromkeys(found))) for names, found in indexes.items())


def _status(run: LogoutRun) -> tuple[str, str]:
    return (STATUS_SUCCESS, STATUS_PARTIAL_LOGOUT if run.failed else "")
