"""What a vendor asks by OpenID Connect, and how: its requests for a login, its calls of the token endpoint."""

from collections.abc import Iterator
from urllib.parse import unquote

from testbed.checks.core import NotVerified, Observation, Outcome, Skip, check
from testbed.checks.logins import CODE, REQUEST, TOKEN_REQUEST, provider_at, redeemed, registered, requests
from testbed.model.oidc_messages import AuthorizationAnswer, AuthorizationRequest, TokenAnswer
from testbed.model.verdict import Evidence
from testbed.model.wire import Exchange, Pointer, host_of
from testbed.wire.providers import endpoint_of

S256 = "S256"
MIN_SECRET = 8
"""A shorter code or token would be found by chance."""


@check(
    clause="RFC 9700, 2.1.1; RFC 7636, 4.2",
    sv="Begäran om inloggning skyddas med PKCE",
    about="vendor",
    needs=(REQUEST,),
)
def request_uses_pkce(evidence: Evidence) -> Iterator[Outcome]:
    """The request for a login is protected by PKCE with S256, and a new challenge each time.

    Without it, whoever gets hold of a pupil's code by a log or another app can put it into a session of their own. The
    standard demands it of vendors without a secret and recommends it to all others; the testbed asks it of all.
    """
    used: dict[str, AuthorizationRequest] = {}
    for request in _with_code(evidence):
        method = request.code_challenge_method or "plain"
        if not request.code_challenge:
            yield _about(request, "the request carries no code_challenge", "a code_challenge by S256")
        elif method != S256:
            yield _about(request, f"the code_challenge is made by {method}", "a code_challenge by S256")
        elif request.code_challenge in used and not _same(request, used[request.code_challenge]):
            yield _about(request, "the code_challenge is one of an earlier request", "a new code_challenge each time")
        used.setdefault(request.code_challenge, request)
    if not _with_code(evidence):
        yield Skip("no request asked for a code")


def _with_code(evidence: Evidence) -> list[AuthorizationRequest]:
    return [request for request in requests(evidence) if "code" in request.response_type.split()]


def _same(one: AuthorizationRequest, other: AuthorizationRequest) -> bool:
    """Whether one request is the other, sent once more: a page that was loaded again."""
    return (one.state, one.nonce, one.redirect_uri) == (other.state, other.nonce, other.redirect_uri)


def _about(request: AuthorizationRequest, observed: str, expected: str) -> Observation:
    return Observation(
        observed,
        expected,
        where=request.where,
        sender=host_of(request.redirect_uri),
        recipient=host_of(request.delivered_to),
    )


@check(
    clause="OpenID Connect Core 3.1.2.1; RFC 9700, 4.7 and 2.1.1",
    sv="Begäran om inloggning har state och nonce, nya varje gång",
    about="vendor",
    needs=(REQUEST,),
)
def request_has_state_and_nonce(evidence: Evidence) -> Iterator[Outcome]:
    """The request for a login carries a state and a nonce, new each time.

    They bind the answer to this browser and this login: without them a pupil can be made to work in somebody else's
    account, and a token that was stolen can be used once more.
    """
    earlier: list[AuthorizationRequest] = []
    for request in requests(evidence):
        lacking = [name for name, value in (("state", request.state), ("nonce", request.nonce)) if not value]
        if lacking:
            yield _about(request, f"the request carries no {' and no '.join(lacking)}", "a state and a nonce")
        for other in earlier:
            if _same(request, other):
                break
            used = [n for n in ("state", "nonce") if getattr(request, n) and getattr(request, n) == getattr(other, n)]
            if used:
                yield _about(request, f"{' and '.join(used)} are those of an earlier request", "new ones each time")
                break
        earlier.append(request)


@check(
    clause="RFC 9700, 2.1 and 4.1.3; OpenID Connect Core 3.1.2.1",
    sv="Begäran vill ha svaret på en registrerad adress",
    about="vendor",
    needs=(REQUEST,),
)
def redirect_uri_is_registered(evidence: Evidence) -> Iterator[Outcome]:
    """The request asks for the answer at an address that the vendor has registered, letter by letter.

    A code that goes anywhere else is a login for whoever listens there.
    """
    for request in requests(evidence):
        known = registered(request.client_id, evidence)
        if known is None:
            yield NotVerified(f"how {request.client_id[:200]} is registered was not seen", absent=True)
        elif request.redirect_uri not in known.redirect_uris:
            named = request.redirect_uri.partition("?")[0] or "no address"
            yield _about(request, f"the answer is wanted at {named}", " or ".join(known.redirect_uris))


@check(
    clause="OpenID Connect Core 9; RFC 6749, 2.3",
    sv="Leverantören visar vem den är så som den är registrerad",
    about="vendor",
    needs=(TOKEN_REQUEST,),
)
def client_authenticates_as_registered(evidence: Evidence) -> Iterator[Outcome]:
    """At the token endpoint the vendor proves who it is in the way that it is registered with, and in no other.

    A secret that is sent in two ways, or where none was agreed, ends up in logs that nobody guards.
    """
    for one in redeemed(evidence):
        known = registered(one.request.client_id, evidence)
        if known is None or not known.authentication:
            yield NotVerified(
                f"how {one.request.client_id[:200] or 'the caller'} is registered was not seen", absent=True
            )
        elif one.request.authentication != known.authentication:
            yield Observation(
                f"the vendor authenticated by {one.request.authentication}",
                known.authentication,
                where=one.request.where,
                recipient=host_of(one.request.delivered_to),
            )


@check(
    clause="RFC 6749, 4.1.2; RFC 9700, 4.2.4",
    sv="En kod används en enda gång",
    about="vendor",
    needs=(TOKEN_REQUEST,),
)
def code_used_once(evidence: Evidence) -> Iterator[Outcome]:
    """A code is redeemed once.

    A code that works twice works for the one who found it in a history as well.
    """
    used: set[str] = set()
    calls = [one for one in redeemed(evidence) if one.request.grant_type == CODE and one.request.code]
    for one in calls:
        if one.request.code in used:
            granted = one.answer is not None and bool(one.answer.access_token)
            yield Observation(
                f"the code was redeemed once more, and the school {'gave tokens for it' if granted else 'refused it'}",
                "a code is sent to the token endpoint once",
                where=one.request.where,
                recipient=host_of(one.request.delivered_to),
            )
        used.add(one.request.code)
    if not calls:
        yield Skip("no code was redeemed")


@check(
    clause="RFC 9700, 4.2 and 4.3.2; RFC 6750, 5.3",
    sv="Koder och nycklar står inte i adresser",
    about="vendor",
    needs=(TOKEN_REQUEST,),
)
def token_not_in_url(evidence: Evidence) -> Iterator[Outcome]:
    """No code and no token stands in an address, but for the code in the answer to the vendor itself.

    Addresses are kept in histories and logs and told to the next page: who reads them there can be the pupil.
    """
    secrets = _secrets(evidence)
    for exchange in evidence.exchanges:
        for locator, text in (("request.url", exchange.request.url), ("request.headers:referer", _referer(exchange))):
            for secret, what in secrets.items():
                if secret in unquote(text) and not _may_stand(locator, what, exchange, evidence):
                    yield Observation(
                        f"a {what} stands in the {'address' if locator == 'request.url' else 'Referer'} of a request "
                        f"to {exchange.receiver}",
                        "codes and tokens are sent in bodies and in the header Authorization",
                        where=Pointer(exchange.number, locator),
                        sender=exchange.sender,
                        recipient=exchange.receiver,
                    )


def _referer(exchange: Exchange) -> str:
    return exchange.request.header("referer")


def _secrets(evidence: Evidence) -> dict[str, str]:
    """Every code and token of the play, and what it is."""
    found: dict[str, str] = {}
    for message in evidence.messages:
        if isinstance(message, AuthorizationAnswer):
            found[message.code] = "code"
        elif isinstance(message, TokenAnswer):
            found[message.access_token] = "access token"
            found[message.refresh_token] = "refresh token"
            if message.id_token:
                found[message.id_token.envelope.compact] = "ID token"
    return {secret: what for secret, what in found.items() if len(secret) >= MIN_SECRET}


def _may_stand(locator: str, what: str, exchange: Exchange, evidence: Evidence) -> bool:
    """The answer that brings a code; the hint by which a vendor logs somebody out at the school."""
    endpoint = endpoint_of(exchange.request)
    if what == "code":
        answered_at = {m.delivered_to for m in evidence.messages if isinstance(m, AuthorizationAnswer)}
        if locator == "request.url":
            return endpoint in answered_at
        return exchange.receiver in {host_of(url) for url in answered_at}
    if what == "ID token" and locator == "request.url":
        school = provider_at(exchange.request.url, evidence)
        return school is not None and endpoint == school.end_session_endpoint
    return False
