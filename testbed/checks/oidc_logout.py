"""The messages by which a school tells vendors' servers that a session has ended."""

from collections.abc import Iterator
from datetime import timedelta

from testbed.checks.core import NotVerified, Observation, Outcome, Skip, check, message_of
from testbed.checks.logins import exchange_of, keys_of, provider_at, providers, registered, started
from testbed.model.oidc_messages import LogoutToken, OidcLogoutRequest, ProviderMetadata
from testbed.model.verdict import Evidence
from testbed.model.wire import host_of
from testbed.wire.jose import verify

EVENT = "http://schemas.openid.net/event/backchannel-logout"
SKEW = timedelta(seconds=60)
LONGEST = timedelta(minutes=10)
REFUSED = 400
REDIRECT = range(300, 400)


@check(
    clause="OpenID Connect Back-Channel Logout 2.4 and 2.6",
    sv="Skolans utloggningsbesked håller i alla delar",
    about="school",
    needs=(message_of(LogoutToken),),
)
def logout_token_is_valid(evidence: Evidence) -> Iterator[Outcome]:
    """A logout token is signed by the school, for this vendor, now, and says whose session has ended.

    A vendor must refuse any other, and then the next pupil at the computer is the last one.
    """
    for token in (message for message in evidence.messages if isinstance(message, LogoutToken)):
        school = next((p for p in reversed(providers(evidence)) if p.issuer == token.issuer), None)
        if school is None:
            yield NotVerified(f"the metadata of {token.issuer[:200] or 'the sender'} was not seen", absent=True)
        else:
            yield from _signature(token, school, evidence)
        for observed, expected in _faults(token, evidence):
            yield _about(token, observed, expected)


def _about(token: LogoutToken, observed: str, expected: str) -> Observation:
    return Observation(
        f"the logout token {observed}",
        expected,
        where=token.where,
        sender=host_of(token.issuer),
        recipient=host_of(token.delivered_to),
    )


def _signature(token: LogoutToken, school: ProviderMetadata, evidence: Evidence) -> Iterator[Outcome]:
    keys = keys_of(school, token.where.exchange, evidence)
    if keys is None:
        yield NotVerified("the keys of the school were not seen", absent=True)
        return
    known = next((one for name in token.audiences if (one := registered(name, evidence))), None)
    reading = verify(token.envelope, (known.id_token_algorithm,) if known else school.id_token_algorithms, keys)
    if not reading.ok:
        yield _about(token, reading.reason, f"a signature of {school.issuer}")


def _faults(token: LogoutToken, evidence: Evidence) -> Iterator[tuple[str, str]]:
    now = started(token.where.exchange, evidence)
    client = evidence.play.vendor.client
    if client and client.client_id not in token.audiences:
        yield f"is for {', '.join(token.audiences) or 'nobody'}", client.client_id
    if token.issued is None or abs(token.issued - now) > SKEW:
        yield "does not say that it was made now", f"iat at about {now:%H:%M:%S}"
    if token.expires is None or not now - SKEW < token.expires <= now + LONGEST:
        yield "has no end, or not a near one", "exp within ten minutes"
    if not token.id:
        yield "has no jti", "a jti, so that it counts once"
    if EVENT not in token.events:
        yield "does not say that it is about a logout", f"the event {EVENT}"
    if not token.subject and not token.session:
        yield "does not say whose session has ended", "sub or sid"
    if token.has_nonce:
        yield "carries a nonce, so that it could be taken for an ID token", "no nonce"


@check(
    clause="OpenID Connect RP-Initiated Logout 2 and 3",
    sv="Skolan tar emot leverantörens begäran om utloggning, och leder bara till registrerade adresser",
    about="school",
    needs=(message_of(OidcLogoutRequest),),
)
def logout_request_is_taken(evidence: Evidence) -> Iterator[Outcome]:
    """The school takes a vendor's request to log out, and leads the browser nowhere but to a registered address.

    A pupil who pressed the button and got an error page is still logged in at school, and so is the next one at the
    computer.
    """
    client = evidence.play.vendor.client
    own = [
        m for m in evidence.messages if isinstance(m, OidcLogoutRequest) and client and m.client_id == client.client_id
    ]
    if not own or client is None:
        yield Skip("no request to log out of the vendor of this play was seen")
        return
    for asked in own:
        school = provider_at(asked.delivered_to, evidence)
        response = exchange_of(asked.where.exchange, evidence.exchanges).response
        if school is None or response is None or asked.delivered_to != school.end_session_endpoint:
            yield NotVerified(
                "the place for logouts that the school publishes, or its answer, was not seen", absent=True
            )
            continue
        known = not asked.redirect_uri or asked.redirect_uri in client.post_logout_redirect_uris
        led_to = response.header("location") if response.status in REDIRECT else ""
        if known and response.status >= REFUSED:
            yield _refusal(asked, f"the school answered the request to log out with {response.status}", "a logout")
        elif not known and led_to.startswith(asked.redirect_uri):
            yield _refusal(asked, "the school led the browser to an address that is not registered", "its own page")


def _refusal(asked: OidcLogoutRequest, observed: str, expected: str) -> Observation:
    return Observation(observed, expected, where=asked.where, sender=host_of(asked.delivered_to))
