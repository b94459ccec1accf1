"""The mock school, put together: its public side and its control API."""

import logging
from collections.abc import Awaitable, Callable, Sequence

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from idp.accounts import Accounts, Makings
from idp.config import Clock, RelyingParty, SchoolConfig
from idp.control import Told, control_app
from idp.directory import Directory, Follower
from idp.keys import SchoolKeys
from idp.logout import Logout
from idp.logout_run import LogoutRuns
from idp.oidc.side import Ledger, OidcSide
from idp.orders import Orders
from idp.pages import Pages
from idp.parts import SchoolParts
from idp.problems import Words, error_handlers
from idp.release import SchoolFacts
from idp.rollover import Rollover
from idp.saml.back_channel import BackChannel
from idp.saml.forger import About, Forger
from idp.saml.forging import Usual
from idp.saml.logout import LogoutReader
from idp.saml.metadata import MEDIA_TYPE, OwnMetadata
from idp.saml.relying_parties import RelyingParties
from idp.saml.requests import RequestReader
from idp.saml.responses import ResponseIssuer
from idp.saml.seals import Seals
from idp.saml.server import make_server
from idp.saml.sign_on import SamlAnswering, SamlDesk, SamlSignOn
from idp.saml.signing import Signers
from idp.saml.slo import SamlLogout, SamlTelling
from idp.sessions import Sessions
from idp.sign_on import SignOn
from idp.spoiling import Spoiler, fitting
from idp.state import State, StateUnavailable
from idp.watching import Calls, Watch
from testbed.model.orders import AnyOrder
from testbed.model.written import Bilingual

__all__ = ["RelyingParty", "School", "SchoolConfig"]

log = logging.getLogger("idp")

WORDS = Words(
    not_here=Bilingual(sv="Sidan finns inte på skolan.", en="The school has no such page."),
    not_so=Bilingual(sv="Så går det inte att fråga skolan.", en="The school cannot be asked in this way."),
    our_fault=Bilingual(
        sv="Skolan gjorde ett fel. Testmiljöns logg vet mer.", en="The school failed; see the lab's log."
    ),
)
TRY_AGAIN = Bilingual(
    sv="Skolan har för mycket att göra just nu. Försök igen om en stund.",
    en="The school is too busy at this time. Try again in a moment.",
)
ERROR_FROM_VENDOR = Bilingual(
    sv="Tjänsten kunde inte ta emot inloggningen från skolan.",
    en="The service could not accept the login from the school.",
)


class School:
    """One mock identity provider for invented people.

    Args:
        config: who it is and whom it knows.
        keys: loaded once for the process.
        http: its only way to the network.
        now: the time, in aware UTC.
    """

    app: Starlette
    """The public side."""
    control: Starlette
    """The control API, to be served on a port of its own."""
    accounts: Accounts
    """What was released in each login, and why, until the lab asks."""

    def __init__(self, config: SchoolConfig, keys: SchoolKeys, http: httpx.AsyncClient, now: Clock) -> None:
        log.info("TEST school %s: it issues logins for %d invented people only", config.base_url, len(config.people))
        state, server, signers = State(config.state, now), make_server(config), Signers(keys)
        parts = SchoolParts(
            config=config,
            parties=RelyingParties(config.relying_parties, server, http, now),
            directory=Directory(config.people, state),
            pages=Pages(config.name),
            sessions=Sessions(state),
            rollover=Rollover(state),
            signers=signers,
            now=now,
        )
        self.accounts = Accounts(state)
        forger = _forger(parts, keys, state)
        self._pages, self._parts = parts.pages, parts
        self._metadata, self._forger = OwnMetadata(server, keys, signers if config.sign_metadata else None), forger
        requests = RequestReader(parts.parties, config.sso_url, now, e_leg=config.e_leg)
        issuer = ResponseIssuer(server, signers)
        facts = SchoolFacts(config.organisation, config.scope, config.registration_authority, keys.pairwise_secret)
        by_saml = SamlAnswering(parts, SamlDesk(requests, issuer, forger, facts, self.accounts))
        oidc = OidcSide(parts, keys, state, http, Ledger(facts, self.accounts, forger.spoiler, forger.makings))
        sign_on = SignOn(parts, {"saml": by_saml, "oidc": oidc.answering})
        saml = SamlSignOn(parts, requests, by_saml, sign_on)
        telling, reader = _saml_telling(parts, http, forger)
        logout = Logout(parts, LogoutRuns(state), {"saml": telling, "oidc": oidc.telling})
        slo = SamlLogout(parts, reader, telling, logout)
        self._orders = Orders(
            parts.parties, forger.spoiler, forger, oidc.forger, parts.directory, parts.rollover, config.workers
        )
        calls = Calls()
        told = Told(self.accounts, forger.makings, oidc.forger.keys.strangers, calls.take, parts.directory.get)
        self.control = control_app(config.control_token, self._orders, told)
        self.app = Starlette(
            routes=[
                *self._own_routes(),
                *_shared_routes(sign_on, logout),
                *_saml_routes(saml, slo),
                *oidc.routes(sign_on, logout),
            ],
            middleware=[Middleware(Watch, calls=calls)],
            exception_handlers={**error_handlers(self._pages, WORDS), StateUnavailable: self._busy},
        )
        # NOTE: such a redirect would lead to whatever host the request names.
        self.app.router.redirect_slashes = False

    def follow(self, follower: Follower) -> None:
        """Have somebody told of each person whom the lab changes: the school's other systems know the same people."""
        self._parts.directory.follow(follower)

    def obey(self, kind: type[AnyOrder], carried_out: Callable[[AnyOrder], Awaitable[None]]) -> None:
        """Have somebody carry out orders of this kind: they reach other systems of the school's."""
        self._orders.others[kind] = carried_out

    def _own_routes(self) -> Sequence[Route]:
        return [
            Route("/", self._start, methods=["GET"]),
            Route("/error", self._error_from_vendor, methods=["GET"]),
            Route("/saml/metadata", self._show_metadata, methods=["GET"]),
        ]

    async def _start(self, request: Request) -> Response:
        return self._pages.start(request)

    async def _show_metadata(self, _: Request) -> Response:
        stage, now = self._parts.rollover.stage, self._parts.now()
        waiting = self._forger.take("", "metadata")
        if waiting is None:
            document = self._metadata.document(stage, now)
        else:
            usual = Usual(("response",) if self._parts.config.sign_metadata else ())
            with fitting():
                forge = self._forger.forge(waiting, usual, About(waiting.party, "", fetched=True))
                document = forge(self._metadata.entity(stage, now))
        return Response(document, media_type=MEDIA_TYPE, headers={"X-Content-Type-Options": "nosniff"})

    async def _error_from_vendor(self, request: Request) -> Response:
        """The errorURL of the metadata: a vendor sends people here when it could not let them in."""
        return self._pages.error(request, 200, ERROR_FROM_VENDOR)

    async def _busy(self, request: Request, error: Exception) -> Response:
        log.warning("the state is not available: %s", error)
        return self._pages.error(request, 503, TRY_AGAIN)


def _shared_routes(sign_on: SignOn, logout: Logout) -> Sequence[Route]:
    """The pages that people see, whatever protocol has led them there."""
    return [
        Route("/login", sign_on.show_login, methods=["GET"]),
        Route("/login", sign_on.log_in, methods=["POST"]),
        Route("/login/confirm", sign_on.confirm, methods=["POST"]),
        Route("/logout", logout.show, methods=["GET"]),
        Route("/logout", logout.start, methods=["POST"]),
        Route("/logout/done", logout.done, methods=["GET"]),
    ]


def _saml_routes(saml: SamlSignOn, slo: SamlLogout) -> Sequence[Route]:
    return [
        Route("/saml/sso", saml.by_redirect, methods=["GET"]),
        Route("/saml/sso", saml.by_post, methods=["POST"]),
        Route("/saml/unsolicited", saml.unsolicited, methods=["GET"]),
        Route("/saml/slo", slo.by_redirect, methods=["GET"]),
        Route("/saml/slo", slo.by_post, methods=["POST"]),
        Route("/saml/slo/soap", slo.by_soap, methods=["POST"]),
    ]


def _forger(parts: SchoolParts, keys: SchoolKeys, state: State) -> Forger:
    second = parts.config.second
    return Forger(
        config=parts.config,
        spoiler=Spoiler(state),
        makings=Makings(state),
        seals=Seals(keys, parts.now, (lambda: second.keys.current) if second else None),
        signers=parts.signers,
        rollover=parts.rollover,
        secret=keys.pairwise_secret,
        now=parts.now,
    )


def _saml_telling(parts: SchoolParts, http: httpx.AsyncClient, forger: Forger) -> tuple[SamlTelling, LogoutReader]:
    config = parts.config
    reader = LogoutReader(parts.parties, config.slo_url, config.slo_soap_url, parts.now)
    back_channel = BackChannel(
        entity_id=config.entity_id,
        http=http,
        parties=parts.parties,
        reader=reader,
        signers=parts.signers,
        rollover=parts.rollover,
        forger=forger,
        now=parts.now,
    )
    return SamlTelling(parts, back_channel, forger), reader
