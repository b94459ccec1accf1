"""Single logout over every protocol: whoever begins it, each vendor of the session is told in its own way.

Vendors that have a server address for it are told directly, side by side. The others are told by the browser: one after
the other with a redirect each where the protocol has an answer, for their session cookies would not come along in
frames; in frames where the protocol knows nothing else.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from idp.body import read_query
from idp.directory import name_of
from idp.logout_run import LogoutRun, LogoutRuns, Named, Who, named
from idp.parts import SchoolParts
from idp.refused import Refused
from idp.sessions import SESSION_COOKIE, Session
from idp.telling import Telling
from idp.wish import Protocol
from testbed.model.written import Bilingual

log = logging.getLogger("idp")

NOT_AWAITED = Bilingual(
    sv="Utloggningen är redan klar, eller så hör svaret inte till någon utloggning som pågår.",
    en="This logout is done already, or the answer belongs to none that is under way.",
)


class Logout:
    """The endpoint /logout, and the round that a logout makes.

    Args:
        parts: of the school.
        runs: logouts under way.
        protocols: how each tells vendors.
    """

    def __init__(self, parts: SchoolParts, runs: LogoutRuns, protocols: Mapping[Protocol, Telling]) -> None:
        self._parts, self._sessions = parts, parts.sessions
        self._runs, self._protocols = runs, protocols

    async def show(self, request: Request) -> Response:
        """GET /logout: who is logged in, and a button that ends it everywhere."""
        session = self._session(request)
        person = self._parts.directory.get(session.person) if session else None
        names = [await self._name(one.who) for one in named(session)] if session else []
        return self._parts.pages.logout(request, name_of(person) if person else "", list(dict.fromkeys(names)))

    async def start(self, request: Request) -> Response:
        """POST /logout: the person logs out at the school."""
        run = await self.end((request.cookies.get(SESSION_COOKIE, ""),), None)
        return await self.go_on(request, run)

    async def done(self, request: Request) -> Response:
        """GET /logout/done: the frames have been opened."""
        run = self.taken(read_query(request).value("key"))
        return self._forget(request, await self._home(request, run))

    async def end(self, tokens: tuple[str, ...], initiator: Who | None) -> LogoutRun:
        """End the sessions, tell the vendors that can be told by their servers, and line up the others."""
        ended = [session for token in tokens if (session := self._sessions.end(token))]
        others = [one for session in ended for one in named(session) if one.who != initiator]
        for session in ended:
            log.info("logout of %s, who was logged in to %d vendors", session.person, len(named(session)))
        told: dict[Named, bool] = {}
        for protocol, telling in self._protocols.items():
            told |= await telling.tell([one for one in others if one.who.protocol == protocol])
        return LogoutRun(
            initiator=initiator,
            waiting=tuple(one for one in others if one not in told),
            done=tuple(one.who for one, success in told.items() if success),
            failed=tuple(one.who for one, success in told.items() if not success),
        )

    async def go_on(self, request: Request, run: LogoutRun) -> Response:
        """Send the browser to the next vendor, or home when there is none."""
        while run.waiting:
            run, whom = run.next()
            telling, waiting = self._protocols[whom.who.protocol], run

            def keep(identifier: str, waiting: LogoutRun = waiting) -> str:
                return self._runs.add(waiting.asking(identifier))

            response = await telling.ask(request, whom, keep)
            if response is not None:
                return self._forget(request, response)
            frame = await telling.frame(whom)
            run = run.framed(frame) if frame else run.answered(success=False)
        if run.frames:
            return self._forget(request, await self._show_frames(request, run))
        return self._forget(request, await self._home(request, run))

    def taken(self, relay_state: str) -> LogoutRun:
        """The logout that was put away under this state.

        Raises:
            Refused: there is none, or it was taken up before.
        """
        run = self._runs.take(relay_state)
        if run is None:
            raise Refused(400, "no logout waits for this answer", NOT_AWAITED)
        return run

    async def _show_frames(self, request: Request, run: LogoutRun) -> Response:
        key = self._runs.add(replace(run, frames=()))
        return self._parts.pages.frames(request, run.frames, key)

    async def _home(self, request: Request, run: LogoutRun) -> Response:
        """Answer whoever began the logout."""
        log.info("logout done at %d vendors, failed at %d", len(run.done), len(run.failed))
        if run.initiator is not None:
            response = await self._protocols[run.initiator.protocol].home(request, run)
            if response is not None:
                return response
        done, failed, unanswered = [
            [await self._name(one) for one in dict.fromkeys(group)] for group in (run.done, run.failed, run.unanswered)
        ]
        return self._parts.pages.logged_out(request, done, failed, unanswered)

    async def _name(self, who: Who) -> Bilingual:
        return await self._protocols[who.protocol].name(who.party)

    def _session(self, request: Request) -> Session | None:
        return self._sessions.get(request.cookies.get(SESSION_COOKIE, ""))

    def _forget(self, request: Request, response: Response) -> Response:
        """Take the cookie of a session that is over; one that was not meant stays.

        A post from another site brings no cookie, though the browser may hold one of a session that goes on.
        """
        if SESSION_COOKIE not in request.cookies or self._session(request) is not None:
            return response
        https = self._parts.config.https
        response.set_cookie(SESSION_COOKIE, "", 0, path="/", secure=https, httponly=True, samesite="lax")
        return response
