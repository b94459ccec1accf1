"""Single logout at a vendor: it asks the school, and the school asks it (SAML Profiles 4.4)."""

import asyncio
import logging
from typing import Literal

import httpx
from lxml import etree
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sp_mocks.consume import Login, decoded
from sp_mocks.cookies import NO_STORE
from sp_mocks.fetch import HTTP_OK, MAX_BYTES, TIMEOUT_S
from sp_mocks.keys import VendorKeys
from sp_mocks.lax import SKEW, STRICT, Lax
from sp_mocks.logout_messages import (
    OLDEST,
    Answer,
    Demand,
    Places,
    answer_in,
    claimed_issuer,
    demand_in,
    logout_answer,
    logout_request,
    names,
    verified,
)
from sp_mocks.parts import Parts
from sp_mocks.posted import SOAP_TYPE, from_envelope, in_envelope, saml_message, soap_message
from sp_mocks.redirect import Received, must_be_signed, pack, unpack
from sp_mocks.refusal import Refused
from sp_mocks.schools import School
from sp_mocks.sessions import new_id
from sp_mocks.signature import SIGNATURE, parse
from sp_mocks.signing import signed
from testbed.model.messages import Binding

type Outcome = Literal["here", "everywhere", "partly"]
"""What the person is told: logged out of this service alone, of everything, or not of everything."""
MAX_RELAY_STATE = 512
SOAP_ACTION = "http://www.oasis-open.org/committees/security"

log = logging.getLogger("sp_mocks")


class SignOut:
    """The endpoints /logout, /saml/slo and /saml/slo/soap."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    # --- started here -----------------------------------------------------------------------------------------------

    async def begin(self, request: Request) -> Response:
        """GET /logout: the session here ends, whatever becomes of the others."""
        parts, login = self._parts, self._parts.session(request)
        if not parts.behaviour.lax.keeps_session:
            parts.memory.close(parts.token(request))
        answer = await self._elsewhere(request, login) if login else self._told(request, "here")
        parts.forget_session(answer)
        return answer

    async def _elsewhere(self, request: Request, login: Login) -> Response:
        parts = self._parts
        if not parts.behaviour.logout or login.name_id is None:
            return self._told(request, "here")
        try:
            school = await parts.trust.school(login.school)
        except Refused as refused:
            log.info("%s: the school cannot be asked to log out: %s", parts.config.vendor_id, refused.code)
            return self._told(request, "partly")
        if "redirect" in parts.behaviour.logout and school.logout:
            return self._to_school(school, login)
        if "soap" in parts.behaviour.logout and school.logout_soap:
            return self._told(request, await self._call_school(school, login))
        return self._told(request, "here")

    def _to_school(self, school: School, login: Login) -> Response:
        parts = self._parts
        request_id = parts.memory.begin_logout(school.entity_id)
        message = logout_request(parts.me, request_id, school.logout, login, parts.now())
        return RedirectResponse(pack(school.logout, "SAMLRequest", message, "", self._signer), 302, NO_STORE)

    async def _call_school(self, school: School, login: Login) -> Outcome:
        """Server to server (SAML Bindings 3.2): whoever cannot be reached so stays logged in."""
        parts = self._parts
        request_id = parts.memory.begin_logout(school.entity_id)
        message = logout_request(parts.me, request_id, school.logout_soap, login, parts.now())
        try:
            root = from_envelope(await self._post(school.logout_soap, in_envelope(self._as_sent(message))))
            answer = await self._answer(root, (None, ""))
        except Refused as refused:
            log.info("%s: the school did not log out: %s", parts.config.vendor_id, refused.code)
            return "partly"
        return "everywhere" if answer.everyone else "partly"

    async def _post(self, url: str, envelope: bytes) -> bytes:
        headers = {"Content-Type": f"{SOAP_TYPE}; charset=utf-8", "SOAPAction": SOAP_ACTION}
        headers["Accept-Encoding"] = "identity"
        document = bytearray()
        try:
            async with (
                asyncio.timeout(TIMEOUT_S),
                self._parts.http.stream("POST", url, content=envelope, headers=headers) as answer,
            ):
                if answer.status_code != HTTP_OK or "content-encoding" in answer.headers:
                    raise Refused("not-soap")
                async for chunk in answer.aiter_bytes():
                    document += chunk
                    if len(document) > MAX_BYTES:
                        raise Refused("message-too-large")
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise Refused("not-soap") from error
        return bytes(document)

    # --- from the school --------------------------------------------------------------------------------------------

    async def by_redirect(self, request: Request) -> Response:
        """GET /saml/slo."""
        self._must_take("redirect")
        received = unpack(request.scope["query_string"])
        root = parse(received.xml)
        if root.find(SIGNATURE) is not None:
            raise Refused("signature-out-of-place")
        if received.field == "SAMLResponse":
            return self._ended(request, await self._answer(root, (self._parts.me.slo_url,), received))
        demand = await self._demand(root, (self._parts.me.slo_url,), received)
        return await self._obey(demand, received.relay_state)

    async def by_post(self, request: Request) -> Response:
        """POST /saml/slo."""
        self._must_take("post")
        posted = await saml_message(request, ("SAMLRequest", "SAMLResponse"))
        root = parse(decoded(posted.encoded))
        if posted.field == "SAMLResponse":
            return self._ended(request, await self._answer(root, (self._parts.me.slo_url,)))
        return await self._obey(await self._demand(root, (self._parts.me.slo_url,)), posted.relay_state)

    async def by_soap(self, request: Request) -> Response:
        """POST /saml/slo/soap: the school's server asks, and no browser is there."""
        self._must_take("soap")
        demand = await self._demand(await soap_message(request), (self._parts.me.soap_url, None))
        if self._parts.behaviour.ends_on_back_channel:
            self._end(demand)
        message = logout_answer(self._parts.me, new_id(), "", demand, self._parts.now())
        return Response(in_envelope(self._as_sent(message)), media_type=SOAP_TYPE, headers=NO_STORE)

    async def _obey(self, demand: Demand, relay_state: str) -> Response:
        parts = self._parts
        if len(relay_state) > MAX_RELAY_STATE:
            raise Refused("message-too-large")
        if parts.behaviour.ends_on_front_channel:
            self._end(demand)
        school = await parts.trust.school(demand.school)
        if not school.logout_answers:
            raise Refused("school-metadata-not-usable")
        message = logout_answer(parts.me, new_id(), school.logout_answers, demand, parts.now())
        url = pack(school.logout_answers, "SAMLResponse", message, relay_state, self._signer)
        return RedirectResponse(url, 302, NO_STORE)

    def _end(self, demand: Demand) -> None:
        lax = self._parts.behaviour.lax
        ended = self._parts.memory.close_all(lambda login: names(demand, login, self._parts.me, lax))
        log.info("%s: the school ended %d sessions", self._parts.config.vendor_id, ended)

    def _ended(self, request: Request, answer: Answer) -> Response:
        return self._told(request, "everywhere" if answer.everyone else "partly")

    # --- messages ---------------------------------------------------------------------------------------------------

    async def _demand(self, root: etree._Element, places: Places, received: Received | None = None) -> Demand:
        parts, now, lax = self._parts, self._parts.now(), self._parts.behaviour.lax

        def read(school: School) -> Demand:
            return demand_in(_signed_part(root, school, received, parts.behaviour.lax), places, school, now, lax)

        issuer = claimed_issuer(root) if lax.logout_ignores != "issuer" else parts.trust.schools[0]
        demand = await parts.trust.read(issuer, read)
        # NOTE: by a clock that runs ahead a request is honoured for longer than its age allows.
        if not parts.memory.is_new_demand(demand.id, now + OLDEST + SKEW):
            raise Refused("used-before")
        return demand

    async def _answer(self, root: etree._Element, places: Places, received: Received | None = None) -> Answer:
        parts, now = self._parts, self._parts.now()

        def read(school: School) -> Answer:
            return answer_in(_signed_part(root, school, received, STRICT), places, school, now)

        answer = await parts.trust.read(claimed_issuer(root), read)
        if not parts.memory.finish_logout(answer.in_response_to, answer.school):
            raise Refused("logout-not-asked-for")
        return answer

    @property
    def _signer(self) -> VendorKeys | None:
        return self._parts.keys if self._parts.behaviour.signs_logout else None

    def _as_sent(self, message: bytes) -> etree._Element:
        return signed(message, self._parts.keys) if self._parts.behaviour.signs_logout else parse(message)

    def _must_take(self, binding: Binding) -> None:
        if binding not in self._parts.behaviour.logout:
            raise HTTPException(404)

    def _told(self, request: Request, outcome: Outcome) -> Response:
        return self._parts.pages.show(request, "logout.html", values={"outcome": outcome})


def _signed_part(root: etree._Element, school: School, received: Received | None, lax: Lax) -> etree._Element:
    """What the school signed: the octets of a query string, or what a signature in the XML covers.

    Raises:
        Refused: it is not signed, or not by this school.
    """
    if lax.logout_ignores == "signature" or (
        lax.logout_ignores == "key" and (received.signature if received else root.find(SIGNATURE)) not in (None, b"")
    ):
        return root
    if received is None:
        return verified(root, school)
    must_be_signed(received, school.certificates)
    return root
