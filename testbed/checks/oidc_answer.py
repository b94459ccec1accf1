"""What a school answers in the browser: to whom, to what, and with which words."""

from collections.abc import Iterator
from typing import get_args

from testbed.checks.core import NotVerified, Observation, Outcome, Skip, check
from testbed.checks.logins import ANSWER, CODE, answers, asked_for, provider_at, redeemed, registered, requests
from testbed.checks.readable import readable
from testbed.model.oidc_messages import AuthorizationAnswer, AuthorizationRequest, OidcMessage, TokenAnswer
from testbed.model.verdict import Evidence
from testbed.model.wire import host_of
from testbed.wire.jose import challenge_of

AUTHORIZATION_ERRORS = frozenset(
    [
        "invalid_request",
        "unauthorized_client",
        "access_denied",
        "unsupported_response_type",
        "invalid_scope",
        "server_error",
        "temporarily_unavailable",
        "interaction_required",
        "login_required",
        "account_selection_required",
        "consent_required",
        "invalid_request_uri",
        "invalid_request_object",
        "request_not_supported",
        "request_uri_not_supported",
        "registration_not_supported",
        "unmet_authentication_requirements",
    ]
)
"""RFC 6749, 4.1.2.1; OpenID Connect Core 3.1.2.6; OpenID Connect Core Error Code unmet_authentication_requirements."""
TOKEN_ERRORS = frozenset(
    [
        "invalid_request",
        "invalid_client",
        "invalid_grant",
        "unauthorized_client",
        "unsupported_grant_type",
        "invalid_scope",
    ]
)
"""RFC 6749, 5.2."""
KINDS: tuple[type, ...] = get_args(OidcMessage.__value__)
REFUSED = frozenset([400, 401])
OK = 200


@check(clause="OpenID Connect Core 3.1 and 5; RFC 7519, 7.2", sv="Meddelandena går att läsa", about="vendor")
def message_readable(evidence: Evidence) -> Iterator[Outcome]:
    """What is sent as a message of OpenID Connect can be read as one.

    What one party cannot read another may read in its own way, and that is where attacks live.
    """
    return readable(evidence, "oidc", KINDS, "message of OpenID Connect")


@check(
    clause="RFC 9207, 2 and 2.4; RFC 9700, 4.4.2",
    sv="Svaret säger vilken skola det kommer från",
    about="school",
    needs=(ANSWER,),
)
def answer_has_issuer(evidence: Evidence) -> Iterator[Outcome]:
    """The answer says which school it comes from.

    A vendor that serves several schools could otherwise be made to send one school's code to another.
    """
    for answer in answers(evidence):
        asked = asked_for(answer, evidence)
        school = provider_at(asked.delivered_to, evidence) if asked else None
        if not answer.issuer and school is None and evidence.play.captured:
            # NOTE: a school must send iss where its metadata says that it does (RFC 9207, 3).
            yield NotVerified("whether the school says that it names itself in answers was not seen", absent=True)
        elif not answer.issuer:
            yield _about(answer, "the answer carries no iss", school.issuer if school else "the school's issuer")
        elif school is None:
            yield NotVerified("which school answered, or what it calls itself, was not seen", absent=True)
        elif answer.issuer != school.issuer:
            yield _about(answer, f"the answer comes from {answer.issuer}", school.issuer)


def _about(answer: AuthorizationAnswer, observed: str, expected: str) -> Observation:
    return Observation(observed, expected, where=answer.where, recipient=host_of(answer.delivered_to))


@check(
    clause="OpenID Connect Core 3.1.2.5 and 3.1.2.6; RFC 9700, 4.1.3",
    sv="Svaret hör till en fråga och går till en registrerad adress",
    about="school",
    needs=(ANSWER,),
)
def answer_belongs_to_a_request(evidence: Evidence) -> Iterator[Outcome]:
    """The answer belongs to a request of this login, and goes to an address that the vendor has registered.

    An answer that nobody asked for can be put into a pupil's browser by someone else; one that goes elsewhere is lost
    to whoever listens.
    """
    for answer in answers(evidence):
        asked = asked_for(answer, evidence)
        if asked is None and evidence.play.captured and not _asked_before(answer, evidence):
            yield NotVerified("the request that it answers was not seen", absent=True)
            continue
        if asked is None:
            yield _about(answer, "the answer's state is that of no request", "the state of a request of this login")
            continue
        known = registered(asked.client_id, evidence)
        if known is None:
            yield NotVerified(f"how {asked.client_id[:200]} is registered was not seen", absent=True)
        elif answer.delivered_to not in {uri.partition("?")[0] for uri in known.redirect_uris}:
            yield _about(answer, f"the answer went to {answer.delivered_to}", " or ".join(known.redirect_uris))


def _asked_before(answer: AuthorizationAnswer, evidence: Evidence) -> bool:
    return any(one.where.exchange < answer.where.exchange for one in requests(evidence))


@check(
    clause="RFC 6749, 4.1.2.1 and 5.2; OpenID Connect Core 3.1.2.6",
    sv="Fel sägs med protokollets ord",
    about="school",
)
def errors_are_the_protocols(evidence: Evidence) -> Iterator[Outcome]:
    """The school refuses in the words of the protocol.

    Only then can a vendor tell a pupil what to do: log in once more, ask a teacher, or wait.
    """
    refused = [answer for answer in answers(evidence) if answer.error]
    came = [m for m in evidence.messages if isinstance(m, TokenAnswer) and (m.error or m.status != OK)]
    if not refused and not came:
        yield Skip("nothing was refused")
    for answer in refused:
        if answer.error not in AUTHORIZATION_ERRORS:
            yield _about(answer, f"the error is {answer.error[:100]}", "an error code of the protocol")
    for token in came:
        if token.error not in TOKEN_ERRORS or token.status not in REFUSED:
            yield Observation(
                f"the token endpoint answered {token.status} with the error {token.error[:100] or 'left out'}",
                "400 or 401 with an error code of the protocol",
                where=token.where,
            )


@check(
    clause="RFC 6749, 4.1.3; RFC 7636, 4.6",
    sv="En kod är bunden till leverantören, adressen och hemligheten",
    about="school",
)
def code_is_bound(evidence: Evidence) -> Iterator[Outcome]:
    """The school gives tokens only to the vendor that the code was made for, at the same address, with the verifier.

    A code that anyone can redeem is a login for anyone.
    """
    granted = [
        one
        for one in redeemed(evidence)
        if one.request.grant_type == CODE and one.asked and one.answer and one.answer.access_token
    ]
    if not granted:
        yield Skip("no code of a login that was seen from its beginning was redeemed")
    for one in granted:
        asked, sent = one.asked, one.request
        if asked is None:
            continue
        faults = {
            f"the code of {asked.client_id[:200]} was redeemed by {sent.client_id[:200] or 'nobody'}": sent.client_id
            != asked.client_id,
            "the redirect_uri of the token request is not that of the login": sent.redirect_uri != asked.redirect_uri,
            "the verifier does not fit the challenge": not _fits(asked, sent.code_verifier),
        }
        for fault, present in faults.items():
            if present:
                yield Observation(f"the school gave tokens though {fault}", "invalid_grant", where=sent.where)


def _fits(asked: AuthorizationRequest, verifier: str) -> bool:
    if not asked.code_challenge:
        return not verifier
    return asked.code_challenge == (challenge_of(verifier) if asked.code_challenge_method == "S256" else verifier)
