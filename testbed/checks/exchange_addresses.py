"""Whether a vendor's server goes wherever what it was sent points to."""

from collections.abc import Iterator
from urllib.parse import urldefrag

from testbed.checks.core import Observation, Outcome, Skip, check
from testbed.checks.sent import CALLED, RECEIVES, calls
from testbed.model.verdict import Evidence
from testbed.privacy.others import hosts_of


@check(
    clause="RFC 7643, 2.3.7; OWASP ASVS 4.0, 12.6.1",
    sv="Tjänsten hämtar inget från adresser som står i det den fick",
    about="vendor",
    needs=(RECEIVES, CALLED),
    hears_server=True,
)
def references_are_not_followed(evidence: Evidence) -> Iterator[Outcome]:
    """The vendor's server fetches nothing from addresses that stand in what it was sent.

    A reference is there to be read, by its id. A server that opens every address can be sent to the inside of its own
    network, or to somebody who wants to know when a pupil was added.
    """
    named = {urldefrag(url).url: call for call in calls(evidence) for url in call.addresses}
    if not named:
        yield Skip("no address stood in what the vendor was sent")
    own = hosts_of(evidence.play.vendor)
    for exchange in evidence.exchanges:
        call = named.get(exchange.request.url) if exchange.sender in own else None
        if call is not None and exchange.number > call.where.exchange:
            yield Observation(
                f"{exchange.sender} asked for {exchange.request.url}, which stood in {call.asked} of {call.collection}",
                "references are not followed",
                person="",
                where=call.where,
                sender=exchange.sender,
                recipient=exchange.receiver,
            )
