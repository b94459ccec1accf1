"""Everything between the participants: the journal, the recorders that write it, and the browser."""


class ParticipantUnavailable(RuntimeError):
    """A process of the lab is not there: did not come up, died, or does not answer."""
