"""A request that the school turns away, and what it says to the person who sees the page."""

from testbed.model.written import Bilingual


class Refused(ValueError):
    """Told to whoever asked, on a page, in a SOAP fault or by the control API; never by a redirect or a post to anyone.

    ``cause`` is for the log: a constant of ours, without anything that the request said.
    """

    def __init__(self, status: int, cause: str, explanation: Bilingual) -> None:
        self.status, self.cause, self.explanation = status, cause, explanation
        super().__init__(cause)


def malformed(cause: str, status: int = 400) -> Refused:
    """The message is not what the protocol says; ``cause`` completes "The vendor's message ..."."""
    return Refused(
        status,
        cause,
        Bilingual(
            sv=f"Tjänstens meddelande går inte att läsa. Teknisk orsak (på engelska): the message {cause}.",
            en=f"The service's message cannot be read: the message {cause}.",
        ),
    )
