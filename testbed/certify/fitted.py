"""A forgery fitted to the vendor: how far a clock may be off, and where the listener waits."""

import re

from pydantic import TypeAdapter

from testbed.model.forgery import Forgery

MARGIN_S = 3
"""Seconds beside a declared limit: a message is that old when it arrives."""
FAR_OUTSIDE_S = 660
"""Of vendors that do not declare how far clocks may be apart: a leeway of ten minutes is usual, and refuses this."""
WELL_INSIDE_S = -30
"""Of the same: valid by anybody's clock for half a minute more."""
BOUND = re.compile(r"\{now([+-])(inside|outside)\}")
LISTENER = "{listener}"

_FORGERY: TypeAdapter[Forgery] = TypeAdapter(Forgery)


def fitted(forgery: Forgery, skew_s: int | None, listener: str) -> Forgery:
    """The forgery with ``{now+outside}``, ``{now-inside}`` and ``{listener}`` filled in.

    Args:
        forgery: of a case.
        skew_s: how far clocks may be apart, as the vendor declares; None: it does not.
        listener: an address of this case alone.
    """
    seconds = {
        "outside": FAR_OUTSIDE_S if skew_s is None else skew_s + MARGIN_S,
        "inside": WELL_INSIDE_S if skew_s is None else skew_s - MARGIN_S,
    }

    def bound(found: re.Match[str]) -> str:
        offset = seconds[found[2]] * (1 if found[1] == "+" else -1)
        return f"{{now{offset:+d}}}"

    text = BOUND.sub(bound, _FORGERY.dump_json(forgery).decode())
    return _FORGERY.validate_json(text.replace(LISTENER, listener))
