"""What a vendor's calls of a data API carry, and where: its access token, and nobody's name."""

from collections.abc import Iterator
from urllib.parse import unquote

from testbed.checks.core import Need, Observation, Outcome, check
from testbed.checks.exchange import ANSWERED, FETCHES
from testbed.model.exchange_messages import DataAnswer, DataReport
from testbed.model.verdict import Evidence
from testbed.model.wire import Exchange, Pointer
from testbed.privacy.people import index_of
from testbed.privacy.search import find
from testbed.wire.bodies import decoded, form_fields
from testbed.wire.ss12000 import call

BEARER = "bearer "
OF_PAGING = frozenset({"pageToken", "limit", "access_token"})


MIN_TOKEN = 16
"""A shorter text may stand anywhere, as the stars do that some recorders put in place of tokens."""


def _token(exchange: Exchange) -> str:
    """What opens the school's data; "" where there is none that would be known again."""
    header = exchange.request.header("authorization")
    token = header[len(BEARER) :].strip() if header.lower().startswith(BEARER) else ""
    return token if len(token) >= MIN_TOKEN else ""


def _calls(evidence: Evidence) -> list[Exchange]:
    """What was called at data APIs."""
    asked = {message.where.exchange for message in evidence.messages if isinstance(message, DataAnswer | DataReport)}
    return [exchange for exchange in evidence.exchanges if exchange.number in asked or call(exchange) is not None]


def _to_schools(evidence: Evidence) -> list[Exchange]:
    hosts = frozenset(evidence.agreement.controller.hosts) if evidence.agreement else frozenset()
    return [exchange for exchange in _calls(evidence) if exchange.receiver in hosts and _token(exchange)]


WITH_TOKENS = Need(lambda evidence: bool(_to_schools(evidence)), "no token was shown to a data API of the agreement")


@check(
    clause="RFC 6750, 5.3; SS 12000:2020, pageToken",
    sv="Tjänstens åtkomstbevis visas bara för skolan",
    about="vendor",
    needs=(FETCHES, WITH_TOKENS),
    hears_server=True,
)
def token_goes_to_the_school_alone(evidence: Evidence) -> Iterator[Outcome]:
    """The access token goes to the school that it opens, and to nobody else.

    Whoever has it holds the half of what opens all the municipality's data. A page token is for the school alone to
    read, whatever it looks like: one that is opened as an address leads wherever somebody wants.
    """
    to_schools = _to_schools(evidence)
    tokens = {_token(exchange) for exchange in to_schools}
    schools, callers = {one.receiver for one in to_schools}, {one.sender for one in to_schools}
    for exchange in evidence.exchanges:
        if exchange.sender not in callers or exchange.receiver in schools:
            continue
        request = exchange.request
        body = decoded(request.headers, request.body).decode("utf-8", "replace")
        said = "\n".join((request.url, unquote(request.url), body, unquote(body), *(v for _, v in request.headers)))
        if any(token in said for token in tokens):
            yield Observation(
                f"{exchange.sender} sent {exchange.receiver} the token that opens a school's data",
                "the token is shown to the school alone",
                where=Pointer(exchange.number, "request"),
                person="",
                sender=exchange.sender,
                recipient=exchange.receiver,
            )


@check(
    clause="RFC 6750, 2.3 and 5.3",
    sv="Åtkomstbeviset står inte i adresser",
    about="vendor",
    needs=(FETCHES, WITH_TOKENS),
)
def token_not_in_address(evidence: Evidence) -> Iterator[Outcome]:
    """The access token does not stand in an address.

    Addresses end up in the logs of every server on the way, and are kept for longer than tokens ought to be.
    """
    tokens = {_token(exchange) for exchange in _to_schools(evidence)}
    for exchange in evidence.exchanges:
        if any(token in exchange.request.url or token in unquote(exchange.request.url) for token in tokens):
            yield Observation(
                f"{exchange.request.method} {exchange.request.parts.path} bears the token in its address",
                "the token stands in the header Authorization",
                where=Pointer(exchange.number, "request.url"),
                person="",
                recipient=exchange.receiver,
            )


@check(
    clause="GDPR Article 32(1); SS 12000:2020, lookup",
    sv="Tjänsten frågar efter personer utan att nämna dem i adresser",
    about="vendor",
    needs=(FETCHES, ANSWERED),
)
def addresses_name_nobody(evidence: Evidence) -> Iterator[Outcome]:
    """What a vendor asks for names nobody in the address.

    Whom it asks for can be said by the school's own ids, or in the body of a lookup; a number or a user name in an
    address is in the logs of both sides ever after.
    """
    index = index_of(evidence.people)
    for exchange in _calls(evidence):
        values = [value for name, value in form_fields(exchange.request.parts.query) if name not in OF_PAGING]
        for owner in find("\n".join(values), index) if values else ():
            if owner.person:
                yield Observation(
                    f"{exchange.request.method} {exchange.request.parts.path} names {owner.person} by "
                    f"{owner.attribute} in its address",
                    "ids, or a lookup",
                    where=Pointer(exchange.number, "request.url"),
                    attribute=owner.attribute,
                    person=owner.person,
                    recipient=exchange.receiver,
                )
