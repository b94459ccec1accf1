"""From messages to disclosures: which attribute of whom went from whom to whom, over which channel, seen where."""

from collections.abc import Iterator, Sequence
from urllib.parse import urljoin

from testbed.model.attributes import by_saml_name
from testbed.model.messages import LogoutRequest, LogoutResponse, Message, SamlMetadata, SamlResponse
from testbed.model.oidc_messages import ProviderMetadata
from testbed.model.privacy import PLAIN, Channel, Disclosure
from testbed.model.wire import BROWSER, Exchange, Pointer, header, host_of
from testbed.model.written import Agreement
from testbed.privacy.oidc import read_whole, told_by
from testbed.privacy.people import NAME_ID, PeopleIndex
from testbed.privacy.search import find
from testbed.privacy.subject import subject_of, whose
from testbed.wire.bodies import FORM, decoded, form_fields

PROTOCOL_FIELDS = frozenset({"SAMLRequest", "SAMLResponse", "logout_token", "id_token_hint"})
"""Read as messages; searched as text they would count twice."""
REDIRECT = range(300, 400)
NAMED_HEADERS = {"referer": Channel.REFERER, "cookie": Channel.COOKIE}


def disclosures(
    exchanges: Sequence[Exchange],
    messages: Sequence[Message],
    index: PeopleIndex,
    agreement: Agreement | None,
    player: str = "",
) -> tuple[Disclosure, ...]:
    """Every disclosure of a play, in the order of the exchanges, one for each attribute, person, recipient and place.

    What reaches the controller's own hosts is no disclosure; what a page shows to the person's browser is none either.

    Args:
        exchanges: of the play.
        messages: that they carried, and the metadata of the parties.
        index: over the values of everybody, those that were issued in this run too.
        agreement: the vendor's.
        player: the person who plays.
    """
    by_number = {exchange.number: exchange for exchange in exchanges}
    controller = _controller_hosts(messages, agreement)
    found: list[Disclosure] = []
    for message in messages:
        if message.where.exchange in by_number:
            exchange = by_number[message.where.exchange]
            led_by = initiator(exchange, exchanges)
            if isinstance(message, SamlResponse):
                found += _in_response(message, exchange, led_by, (index, player))
            found += told_by(message, exchange, led_by, (index, player))
    logouts = {m.where for m in messages if isinstance(m, LogoutRequest | LogoutResponse)}
    read = {message.where.exchange for message in messages if read_whole(message)}
    for exchange in exchanges:
        answered = () if exchange.number in read else _in_answer(exchange, index)
        for one in (*_in_request(exchange, initiator(exchange, exchanges), index), *answered):
            # NOTE: a logout message names whose session ends; anything else in it is a disclosure like others.
            if one.attribute != NAME_ID or one.where not in logouts:
                found.append(one)
    outside = [one for one in found if one.recipient not in controller]
    return tuple(dict.fromkeys(sorted(outside, key=lambda one: one.where.exchange)))


def initiator(exchange: Exchange, exchanges: Sequence[Exchange]) -> str:
    """The host of the party that made a request happen.

    A server acts for itself. A browser is led: by the redirect that named this URL, else by the page that its Origin
    or Referer tells of, else by the page that the recorder knows of, else by the person.
    """
    if exchange.sender != BROWSER:
        return exchange.sender
    for earlier in reversed(exchanges):
        if earlier.number < exchange.number and earlier.sender == BROWSER and _leads_to(earlier, exchange.request.url):
            return earlier.receiver
    page = exchange.request.header("origin") or exchange.request.header("referer")
    return host_of(page) or exchange.led_by or BROWSER


def _leads_to(earlier: Exchange, url: str) -> bool:
    if earlier.response is None or earlier.response.status not in REDIRECT:
        return False
    location = header(earlier.response.headers, "location")
    try:
        return bool(location) and urljoin(earlier.request.url, location).partition("#")[0] == url
    except ValueError:
        return False


def _controller_hosts(messages: Sequence[Message], agreement: Agreement | None) -> frozenset[str]:
    if agreement is not None:
        return frozenset(agreement.controller.hosts)
    schools = [message for message in messages if isinstance(message, SamlMetadata) and message.is_idp]
    providers = [message for message in messages if isinstance(message, ProviderMetadata)]
    return frozenset(host_of(url) for url in (*(s.entity_id for s in schools), *(p.issuer for p in providers)))


def _in_response(
    message: SamlResponse, exchange: Exchange, sender: str, people: tuple[PeopleIndex, str]
) -> Iterator[Disclosure]:
    known = by_saml_name()
    index, player = people
    for assertion in message.assertions:
        subject = subject_of(assertion, index, player)
        for number, attribute in enumerate(assertion.attributes, start=1):
            name = known[attribute.name].name if attribute.name in known else attribute.name
            for value in attribute.values:
                yield Disclosure(
                    attribute=name,
                    person=whose(name, value, subject, index),
                    value=value,
                    sender=sender,
                    recipient=exchange.receiver,
                    channel=Channel.SAML,
                    form=PLAIN,
                    where=Pointer(exchange.number, f"{assertion.where.locator}//saml:Attribute[{number}]"),
                    at=exchange.started,
                    encrypted=_encrypted(exchange),
                )


def _in_request(exchange: Exchange, sender: str, index: PeopleIndex) -> Iterator[Disclosure]:
    for channel, locator, text in _places(exchange):
        for owner in find(text, index):
            yield Disclosure(
                attribute=owner.attribute,
                person=owner.person,
                value=owner.value,
                sender=sender,
                recipient=exchange.receiver,
                channel=channel,
                form=PLAIN,
                where=Pointer(exchange.number, locator),
                at=exchange.started,
                encrypted=_encrypted(exchange),
            )


def _places(exchange: Exchange) -> Iterator[tuple[Channel, str, str]]:
    request = exchange.request
    yield Channel.URL, "request.url", request.url
    for name, value in request.headers:
        lower = name.lower()
        yield NAMED_HEADERS.get(lower, Channel.HEADER), f"request.headers:{lower}", value
    body = decoded(request.headers, request.body).decode("utf-8", "replace")
    if request.header("content-type").lower().startswith(FORM):
        for name, value in form_fields(body) or [("", body)]:
            if name not in PROTOCOL_FIELDS:
                yield Channel.BODY, f"request.body:{name}", value
    elif body:
        yield Channel.BODY, "request.body", body


def _in_answer(exchange: Exchange, index: PeopleIndex) -> Iterator[Disclosure]:
    """What a server fetched, it was told."""
    if exchange.sender == BROWSER or exchange.response is None:
        return
    text = decoded(exchange.response.headers, exchange.response.body).decode("utf-8", "replace")
    for owner in find(text, index):
        yield Disclosure(
            attribute=owner.attribute,
            person=owner.person,
            value=owner.value,
            sender=exchange.receiver,
            recipient=exchange.sender,
            channel=Channel.BODY,
            form=PLAIN,
            where=Pointer(exchange.number, "response.body"),
            at=exchange.started,
            encrypted=_encrypted(exchange),
        )


def _encrypted(exchange: Exchange) -> bool:
    return exchange.request.parts.scheme in ("https", "wss")
