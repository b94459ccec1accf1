"""What a school states by OpenID Connect: ID tokens and userinfo answers."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from testbed.checks.core import Need, NotVerified, Observation, Outcome, Skip, check, message_of
from testbed.checks.logins import (
    CODE,
    ID_TOKEN,
    Redeemed,
    id_tokens,
    keys_of,
    provider_at,
    redeemed,
    registered,
    started,
)
from testbed.model.assurance import satisfies
from testbed.model.attributes import by_claim, named_by_claim
from testbed.model.oidc_messages import AuthorizationRequest, IdToken, TokenAnswer, UserinfoAnswer
from testbed.model.verdict import Evidence, Severity
from testbed.model.wire import host_of
from testbed.wire.jose import half_hash, verify

SKEW = timedelta(seconds=60)
LONGEST = timedelta(hours=1)
"""A token that lives longer can be stolen longer."""
MAX_SUBJECT = 255


@check(
    clause="OpenID Connect Core 2, 3.1.3.3, 3.1.3.6 and 3.1.3.7",
    sv="Skolans ID-token håller i alla delar",
    about="school",
    needs=(ID_TOKEN,),
)
def id_token_is_valid(evidence: Evidence) -> Iterator[Outcome]:
    """The ID token is signed by the school, for this vendor and this login, and valid now.

    It is all that a vendor has to tell a pupil from somebody who says so.
    """
    for call, token in id_tokens(evidence):
        yield from _signature(call, token, evidence)
        for observed, expected in (*_names(call, token, evidence), *_times(call, token, evidence)):
            yield _about(call, token, observed, expected)


def _about(call: Redeemed, token: IdToken, observed: str, expected: str) -> Observation:
    return Observation(
        f"the ID token {observed}",
        expected,
        where=token.where,
        sender=host_of(call.request.delivered_to),
        recipient=host_of(call.asked.redirect_uri) if call.asked else "",
    )


def _signature(call: Redeemed, token: IdToken, evidence: Evidence) -> Iterator[Outcome]:
    school = provider_at(call.request.delivered_to, evidence)
    known = registered(call.request.client_id, evidence)
    keys = keys_of(school, token.where.exchange, evidence) if school else None
    if school is None or keys is None:
        yield NotVerified("the metadata or the keys of the school were not seen", absent=True)
        return
    algorithms = (known.id_token_algorithm,) if known else school.id_token_algorithms
    reading = verify(token.envelope, algorithms, keys)
    if not reading.ok:
        yield _about(call, token, reading.reason, f"a signature of {school.issuer}")


def _names(call: Redeemed, token: IdToken, evidence: Evidence) -> Iterator[tuple[str, str]]:
    school = provider_at(call.request.delivered_to, evidence)
    client = call.request.client_id
    if school is not None and token.issuer != school.issuer:
        yield f"comes from {token.issuer or 'nobody'}", school.issuer
    if client not in token.audiences:
        yield f"is for {', '.join(token.audiences) or 'nobody'}", client
    if len(token.audiences) > 1 and token.authorized_party != client:
        yield f"is for several, and azp is {token.authorized_party or 'left out'}", client
    if not token.subject or len(token.subject) > MAX_SUBJECT:
        yield "names no sub, or one that is too long", f"a sub of at most {MAX_SUBJECT} characters"
    if call.asked and call.asked.nonce and token.nonce != call.asked.nonce and call.request.grant_type == CODE:
        yield "carries another nonce than the request for the login, or none", "the nonce of the request"
    access = call.answer.access_token if call.answer else ""
    if token.access_token_hash and access and token.access_token_hash != half_hash(access, token.envelope.algorithm):
        yield "carries an at_hash that is not that of the access token", "the hash of the access token beside it"


def _times(call: Redeemed, token: IdToken, evidence: Evidence) -> Iterator[tuple[str, str]]:
    now = started(token.where.exchange, evidence)
    at = f"{now:%H:%M:%S}"
    if token.expires is None:
        yield "has no end", "exp"
    elif token.expires <= now - SKEW:
        yield "has expired", f"valid at {at}"
    elif token.expires > now + LONGEST + SKEW:
        yield "is valid for too long", "at most an hour"
    if token.issued is None:
        yield "does not say when it was made", "iat"
    elif abs(token.issued - now) > SKEW:
        yield f"says that it was made at {token.issued:%H:%M:%S}", f"about {at}"
    if call.asked is not None and call.request.grant_type == CODE:
        yield from _age(call.asked, token, now)


def _age(asked: AuthorizationRequest, token: IdToken, now: datetime) -> Iterator[tuple[str, str]]:
    if asked.max_age_s is None:
        return
    if token.authenticated is None:
        yield "does not say when the person logged in, though the request names max_age", "auth_time"
    # NOTE: a day is more than any school's session; beyond it a sum of dates could run out of the calendar.
    elif token.authenticated < now - timedelta(seconds=min(asked.max_age_s, 10**8)) - SKEW:
        yield f"tells of a login at {token.authenticated:%H:%M:%S}", f"one that is at most {asked.max_age_s} s old"


@check(
    clause="OpenID Connect Core 5.4 and 5.5; GDPR Article 25(2)",
    sv="ID-token namnger ingen",
    about="school",
    severity=Severity.SHOULD,
    needs=(ID_TOKEN,),
)
def id_token_names_no_one(evidence: Evidence) -> Iterator[Outcome]:
    """The ID token holds no personal data but what the request asked to have in it.

    Tokens are kept, handed on as hints and written to logs; what is asked for at the userinfo endpoint is not.
    """
    for call, token in id_tokens(evidence):
        wanted = {c.name for c in call.asked.claims if c.place == "id_token"} if call.asked else set[str]()
        agreed = {name for claim in wanted for name in named_by_claim(claim)}
        for claim in token.claims:
            row = by_claim().get(claim.name)
            if row is not None and row.origin == "person" and row.name not in agreed:
                yield Observation(
                    f"the ID token holds {claim.name}",
                    "personal data by the userinfo endpoint, or where the claims parameter asks for it",
                    where=token.where,
                    attribute=row.name,
                    sender=host_of(call.request.delivered_to),
                )


@check(
    clause="OpenID Connect Core 5.3.2",
    sv="Userinfo gäller den som ID-token gäller",
    about="school",
    needs=(message_of(UserinfoAnswer),),
)
def userinfo_subject_matches(evidence: Evidence) -> Iterator[Outcome]:
    """The userinfo answer is about the one whom the ID token is about.

    Otherwise one pupil's name lands in another pupil's account.
    """
    by_access: dict[str, str] = {}
    for message in evidence.messages:
        if isinstance(message, TokenAnswer) and message.id_token and message.access_token:
            by_access[message.access_token] = message.id_token.subject
    for message in evidence.messages:
        if not isinstance(message, UserinfoAnswer):
            continue
        if message.access_token not in by_access:
            yield NotVerified("the ID token that came with this access token was not seen", absent=True)
        elif not message.subject or message.subject != by_access[message.access_token]:
            yield Observation(
                "the userinfo answer names another sub than the ID token, or none",
                "the sub of the ID token",
                where=message.where,
                sender=host_of(message.delivered_by),
            )


def _wanted(asked: AuthorizationRequest) -> tuple[tuple[str, ...], str]:
    """The context classes that were asked for, and how they compare: by the claims parameter exactly."""
    essential = [c for c in asked.claims if c.name == "acr" and c.place == "id_token" and c.essential and c.values]
    return (essential[0].values, "exact") if essential else (asked.contexts, "minimum")


def _contexts(evidence: Evidence) -> list[tuple[AuthorizationRequest, IdToken]]:
    return [(call.asked, token) for call, token in id_tokens(evidence) if call.asked and _wanted(call.asked)[0]]


@check(
    clause="OpenID Connect Core 3.1.2.1, 5.5.1.1 and 2",
    sv="Skolan är så säker på vem det är som leverantören begär",
    about="school",
    needs=(Need(lambda e: bool(_contexts(e)), "no login asked for a certain context and was let in"),),
)
def context_meets_request(evidence: Evidence) -> Iterator[Outcome]:
    """The school states an authentication context that the vendor's request takes, or a stronger one.

    A vendor that asks for two factors does so because a password can be borrowed: who sees grades and notes about
    pupils must be who they say they are.
    """
    for asked, token in _contexts(evidence):
        contexts, comparison = _wanted(asked)
        met = satisfies(token.context, contexts, comparison) if token.context else False
        stated = token.context or "no context"
        if met is None:
            yield NotVerified(f"how {stated[:200]} compares with {', '.join(contexts)[:400]} is not known")
        elif not met:
            yield Observation(f"the ID token states {stated[:200]}", ", ".join(contexts), where=token.where)


@check(
    clause="OpenID Connect Core 3.1.3.3; RFC 6749, 5.1",
    sv="Svaret på en inlöst kod är helt",
    about="school",
    needs=(message_of(TokenAnswer),),
)
def token_answer_is_whole(evidence: Evidence) -> Iterator[Outcome]:
    """What the school gives for a code is an access token of the kind Bearer and an ID token, and is not to be stored.

    A vendor that gets half an answer guesses the rest, and a stored answer is a login for whoever finds it.
    """
    answers = {e.number: e.response for e in evidence.exchanges if e.response}
    granted = [m for m in evidence.messages if isinstance(m, TokenAnswer) and not m.error]
    if not granted:
        yield Skip("no tokens were given")
    for message in granted:
        response = answers.get(message.where.exchange)
        # NOTE: a refreshed answer may leave the ID token out (OpenID Connect Core 12.2).
        refreshed = any(call.answer is message and call.request.grant_type != CODE for call in redeemed(evidence))
        lacking = [
            what
            for what, there in (
                ("an access token", bool(message.access_token)),
                ("the token_type Bearer", message.token_type.lower() == "bearer"),
                ("an ID token that can be read", message.id_token is not None or refreshed),
                ("Cache-Control: no-store", response and "no-store" in response.header("cache-control").lower()),
            )
            if not there
        ]
        if lacking:
            yield Observation(f"the answer lacks {' and '.join(lacking)}", "a whole answer", where=message.where)
