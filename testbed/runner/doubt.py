"""Why a play in which nothing was found does not pass all the same."""

from collections.abc import Iterator, Sequence

from testbed.checks.core import closed_assertions
from testbed.model.verdict import Evidence
from testbed.model.wire import Exchange
from testbed.privacy.people import index_of
from testbed.privacy.search import find
from testbed.wire.bodies import decoded


def doubt_about(evidence: Evidence, unreadable: Sequence[str]) -> str:
    """The reason, "" where there is none.

    Args:
        evidence: of the play.
        unreadable: what of its recording could not be read.
    """
    if unreadable:
        return f"{len(unreadable)} part(s) could not be read, the first: {unreadable[0]}"
    if evidence.play.captured and not _somebody_seen(evidence):
        return (
            f"none of the {len(evidence.people)} people of the people file was seen in this capture: either it shows "
            "no login, or it was made with other people"
        )
    return ""


def _somebody_seen(evidence: Evidence) -> bool:
    """Whether the capture is about any of these people at all: no disclosure of nobody is no evidence."""
    if evidence.disclosures or evidence.play.person or closed_assertions(evidence):
        return True
    index = index_of(evidence.people)
    return any(find(text, index) for exchange in evidence.exchanges for text in _texts(exchange))


def _texts(exchange: Exchange) -> Iterator[str]:
    """All that was sent and answered, what the school was told and what the person saw among it."""
    request, response = exchange.request, exchange.response
    yield request.url
    yield from (value for _, value in request.headers)
    yield decoded(request.headers, request.body).decode("utf-8", "replace")
    if response is not None:
        yield decoded(response.headers, response.body).decode("utf-8", "replace")
    yield from (frame.data.decode("utf-8", "replace") for frame in exchange.frames)
