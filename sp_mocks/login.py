"""Login at a vendor: which school, a request to it, and what comes back (SAML Profiles 4.1)."""

import logging
import re
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from sp_mocks.consume import Login, claimed_issuer, consume
from sp_mocks.cookies import BROWSER, NO_STORE
from sp_mocks.crowd import Crowd, NoRoom, queue_page
from sp_mocks.debugging import debug_page
from sp_mocks.lax import SKEW, Lax
from sp_mocks.pages import language_of
from sp_mocks.parts import Parts
from sp_mocks.posted import MAX_BODY, Posted, saml_message
from sp_mocks.redirect import pack
from sp_mocks.refusal import Refused
from sp_mocks.request import authn_request
from sp_mocks.schools import School
from sp_mocks.sessions import LOGIN_TAKES, new_token
from sp_mocks.unsafe_handling import HUGE, meddle, together

HOME = "/me"
OWN_PATH = re.compile(r"/[a-z]{1,20}")
SHORT_STATE = 80
"""Characters: what SAML Bindings 3.5.3 grants, and many a sender does not keep to."""
CHOICE = "entityID"
"""The parameter in which a discovery page tells which school was chosen (IdP Discovery Protocol 2.4.3)."""

log = logging.getLogger("sp_mocks")


class SignIn:
    """The endpoints /login and /saml/acs."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._crowd = Crowd(parts.behaviour.crowding)

    async def begin(self, request: Request) -> Response:
        """GET /login."""
        parts = self._parts
        chosen = request.query_params.getlist(CHOICE)
        if not chosen and len(parts.trust.schools) > 1:
            return self._to_discovery()
        if len(chosen) > 1 or not set(chosen) <= set(parts.trust.schools):
            raise Refused("school-not-known")
        school = await parts.trust.school(*chosen)
        browser = parts.memory.browser(request.cookies.get(BROWSER, ""))
        request_id = parts.memory.begin(browser, school.entity_id)
        message = authn_request(parts.me, request_id, school, parts.now(), parts.behaviour)
        # NOTE: the relay state means nothing: where a login leads is not for a message from outside to say.
        signer = parts.keys if parts.behaviour.signs_requests else None
        url = pack(school.sign_on, "SAMLRequest", message, new_token(), signer)
        answer = RedirectResponse(url, 302, NO_STORE)
        lifetime = int(LOGIN_TAKES.total_seconds())
        # NOTE: SameSite=None, for it is the school's page that posts the answer.
        answer.set_cookie(BROWSER, browser, max_age=lifetime, secure=True, httponly=True, samesite="none")
        return answer

    def _to_discovery(self) -> Response:
        """The federation's page where a person chooses a school (IdP Discovery Protocol 2.4.1)."""
        place, me = self._parts.config.federation, self._parts.me
        if place is None:
            raise Refused("school-not-known")
        joint = "&" if "?" in place.discovery_url else "?"
        query = urlencode({"entityID": me.entity_id, "return": me.login_url})
        return RedirectResponse(f"{place.discovery_url}{joint}{query}", 302, NO_STORE)

    async def finish(self, request: Request) -> Response:
        """POST /saml/acs."""
        parts, lax = self._parts, self._parts.behaviour.lax
        posted = await saml_message(request, limit=HUGE if lax.bombs == "sizes" else MAX_BODY)
        try:
            return await self._consumed(request, posted)
        except Refused as refused:
            if not parts.behaviour.debugs:
                raise
            return debug_page(refused, posted.encoded)
        except NoRoom as full:
            return queue_page(full, language_of(request))

    async def _consumed(self, request: Request, posted: Posted) -> Response:
        """What comes of an answer that was posted."""
        parts, lax = self._parts, self._parts.behaviour.lax
        await meddle(posted.encoded, lax, parts.http)
        schools = parts.trust.schools
        school = schools[0] if len(schools) == 1 else claimed_issuer(posted.encoded, parts.behaviour)
        every = [await parts.trust.school(one) for one in schools] if lax.keys == "any-school" else []

        def read(known: School) -> Login:
            believed = together(known, every)
            return consume(posted.encoded, parts.me, believed, parts.behaviour, parts.now(), parts.decrypter)

        _must_lead_nowhere(posted.relay_state, lax)
        login = await parts.trust.read(school, read)
        self._must_be_awaited(login, request.cookies.get(BROWSER, ""))
        if not parts.behaviour.keeps_up:
            login = parts.memory.first_said(login)
        login = await self._crowd.write_down(login)
        # NOTE: the token is always new, or whoever had planted one in this browser would share the session.
        parts.memory.close(parts.token(request))
        session = parts.memory.open(login, request.cookies.get(BROWSER, "") if lax.fixed_session else "")
        log.info("%s: a person logged in", parts.config.vendor_id)
        await parts.onward.logged_in(login)
        place = parts.onward.landing(login, _landing(login, posted.relay_state, lax))
        answer: Response = RedirectResponse(place, 303, {"Cache-Control": "no-store"})
        if lax.script_in_state and posted.relay_state.startswith("javascript:"):
            # NOTE: a page that leads on by a link, for nobody can be redirected to a script.
            answer = HTMLResponse(f'<!doctype html><title>x</title><a href="{posted.relay_state}">x</a>')
        parts.keep_session(answer, session)
        parts.onward.mark(answer, login)
        return answer

    def _must_be_awaited(self, login: Login, browser: str) -> None:
        """It was not used before, and this browser asked this school for it (SAML Profiles 4.1.4.3 and 4.1.4.5), or
        this vendor takes logins that nobody asked for (4.1.5)."""
        memory, behaviour, lax = self._parts.memory, self._parts.behaviour, self._parts.behaviour.lax
        if lax.looks_at("replay") and memory.was_used(login.assertion_id):
            raise Refused("used-before")
        if not login.in_response_to and behaviour.accepts_unsolicited:
            return
        if not lax.looks_at("in-response-to") or (not lax.looks_at("replay") and memory.was_used(login.assertion_id)):
            return
        pending = memory.finish(login.in_response_to, browser, anybodys=not lax.looks_at("browser"))
        if pending is None or (pending.school != login.school and lax.keys != "any-school"):
            raise Refused("not-asked-for-by-this-browser")
        if behaviour.force_authn and lax.looks_at("login-age") and login.authenticated < pending.since - SKEW:
            raise Refused("stale-authentication")


def _must_lead_nowhere(relay_state: str, lax: Lax) -> None:
    """What a vendor may not demand of a relay state, and some do."""
    if lax.demands == "short-state" and len(relay_state) > SHORT_STATE:
        raise Refused("message-too-large")
    if lax.demands == "some-state" and not relay_state:
        raise Refused("no-message")


def _landing(login: Login, relay_state: str, lax: Lax) -> str:
    """Where the person lands: only a login that the school began may say, and only a page of this service."""
    if lax.open_redirect and relay_state.startswith(("http://", "https://")):
        return relay_state
    unsolicited = not login.in_response_to
    return relay_state if unsolicited and OWN_PATH.fullmatch(relay_state) else HOME
