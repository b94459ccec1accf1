"""The side of a vendor that speaks OpenID Connect."""

from collections.abc import Awaitable, Callable, Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sp_mocks.oidc.behaviour import OidcBehaviour
from sp_mocks.oidc.client import Credentials
from sp_mocks.oidc.gullible import Gullible
from sp_mocks.oidc.keys import ClientKeys
from sp_mocks.oidc.memory import OidcLogin, OidcMemory
from sp_mocks.oidc.outage import SaysNothing
from sp_mocks.oidc.parts import (
    BACK_CHANNEL,
    CALLBACK,
    FRONT_CHANNEL,
    KEYS,
    LOGGED_OUT,
    REFRESH,
    OidcParts,
    must_be_registered,
)
from sp_mocks.oidc.provider import School
from sp_mocks.oidc.renewing import OidcRenewing
from sp_mocks.oidc.sign_in import OidcSignIn
from sp_mocks.oidc.sign_out import OidcSignOut
from sp_mocks.refusal import BAD_GATEWAY
from sp_mocks.sessions import LoggedIn
from sp_mocks.side import Ground

KEYS_TYPE = "application/jwk-set+json"


class OidcSide:
    """See :class:`sp_mocks.side.Side`.

    Args:
        ground: what the vendor stands on.
        behaviour: what it decides.
        keys: that it proves itself with.
        start: draws its start page for a login.

    Raises:
        ValueError: it was told of no school, or is not registered there as it works.
    """

    logout_paths: Sequence[str] = (BACK_CHANNEL, FRONT_CHANNEL, LOGGED_OUT)

    def __init__(
        self,
        ground: Ground,
        behaviour: OidcBehaviour,
        keys: ClientKeys,
        start: Callable[[Request, LoggedIn | None], Response],
    ) -> None:
        config = ground.config
        if config.client is None or not config.issuer:
            raise ValueError(f"{config.vendor_id}: speaks OpenID Connect, and has no issuer or is registered nowhere")
        must_be_registered(config.vendor_id, config.base_url, config.client, behaviour)
        algorithm = config.client.id_token_signed_response_alg
        gullible = Gullible(behaviour.rules, ground.http, config.client_secret)
        school = School(config.issuer, algorithm, ground.http, ground.now, gullible, refetches=behaviour.refetches_keys)
        self._parts = OidcParts(
            config=config,
            behaviour=behaviour,
            credentials=Credentials(config.client, config.client_secret, keys.signer, config.issuer),
            http=ground.http,
            school=school,
            memory=OidcMemory(ground.now),
            pages=ground.pages,
            onward=ground.onward,
            now=ground.now,
        )
        self._keys = {"keys": [keys.jwk]}
        self._start = start

    @property
    def routes(self) -> Sequence[Route]:
        """See :class:`sp_mocks.side.Side`."""
        sign_in, sign_out = OidcSignIn(self._parts, self._start), OidcSignOut(self._parts)
        return (
            Route("/login", sign_in.begin, methods=["GET"]),
            Route(CALLBACK, self._finishing(sign_in), methods=["GET"]),
            Route(KEYS, self._show_keys, methods=["GET"]),
            Route(REFRESH, OidcRenewing(self._parts).renew, methods=["GET"]),
            Route("/logout", sign_out.begin, methods=["GET"]),
            Route(LOGGED_OUT, sign_out.logged_out, methods=["GET"]),
            Route(BACK_CHANNEL, sign_out.by_back_channel, methods=["POST"]),
            Route(FRONT_CHANNEL, sign_out.by_front_channel, methods=["GET"]),
        )

    def session(self, request: Request) -> OidcLogin | None:
        """See :class:`sp_mocks.side.Side`."""
        return self._parts.session(request)

    def _finishing(self, sign_in: OidcSignIn) -> Callable[[Request], Awaitable[Response]]:
        async def finish(request: Request) -> Response:
            try:
                return await sign_in.finish(request)
            except SaysNothing:
                return Response(status_code=BAD_GATEWAY)

        return finish

    async def _show_keys(self, _: Request) -> Response:
        return JSONResponse(self._keys, media_type=KEYS_TYPE, headers={"X-Content-Type-Options": "nosniff"})
