"""The side of a vendor that speaks SAML."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sp_mocks.behaviour import Behaviour
from sp_mocks.consume import Login
from sp_mocks.decrypt import Decrypter
from sp_mocks.keys import VendorKeys
from sp_mocks.login import SignIn
from sp_mocks.logout import SignOut
from sp_mocks.metadata import MEDIA_TYPE, own_metadata
from sp_mocks.parts import Parts, make_trust
from sp_mocks.places import ServiceProvider
from sp_mocks.sessions import Memory
from sp_mocks.side import Ground
from testbed.model.written import Bilingual


class SamlSide:
    """See :class:`sp_mocks.side.Side`.

    Args:
        ground: what the vendor stands on.
        behaviour: what it decides.
        purpose: what the service is, for its metadata.
        keys: for its signatures and for encryption to it.

    Raises:
        ValueError: it learns of schools from a federation, and was told of none.
    """

    logout_paths: Sequence[str] = ("/saml/slo",)

    def __init__(self, ground: Ground, behaviour: Behaviour, purpose: Bilingual, keys: VendorKeys) -> None:
        config = ground.config
        self._parts = Parts(
            config=config,
            me=_service_provider(config.base_url),
            behaviour=behaviour,
            keys=keys,
            decrypter=Decrypter(keys.private_key),
            http=ground.http,
            trust=make_trust(config, behaviour, ground.http, ground.now),
            memory=Memory(ground.now),
            pages=ground.pages,
            onward=ground.onward,
            now=ground.now,
        )
        name = Bilingual(sv=ground.pages.name, en=ground.pages.name)
        self._metadata = own_metadata(self._parts.me, name, purpose, behaviour, keys)

    @property
    def routes(self) -> Sequence[Route]:
        """See :class:`sp_mocks.side.Side`."""
        sign_in, sign_out = SignIn(self._parts), SignOut(self._parts)
        return (
            Route("/login", sign_in.begin, methods=["GET"]),
            Route("/saml/acs", sign_in.finish, methods=["POST"]),
            Route("/saml/metadata", self._show_metadata, methods=["GET"]),
            Route("/logout", sign_out.begin, methods=["GET"]),
            Route("/saml/slo", sign_out.by_redirect, methods=["GET"]),
            Route("/saml/slo", sign_out.by_post, methods=["POST"]),
            Route("/saml/slo/soap", sign_out.by_soap, methods=["POST"]),
        )

    def session(self, request: Request) -> Login | None:
        """See :class:`sp_mocks.side.Side`."""
        return self._parts.session(request)

    async def _show_metadata(self, _: Request) -> Response:
        return Response(self._metadata, media_type=MEDIA_TYPE, headers={"X-Content-Type-Options": "nosniff"})


def _service_provider(base_url: str) -> ServiceProvider:
    return ServiceProvider(
        entity_id=f"{base_url}/saml/metadata",
        acs_url=f"{base_url}/saml/acs",
        slo_url=f"{base_url}/saml/slo",
        soap_url=f"{base_url}/saml/slo/soap",
        login_url=f"{base_url}/login",
    )
