"""The step of a key rollover that a school is asked for, by an order or by a scenario."""

from typing import Literal

from testbed.model.strict import Written


class RollKeys(Written):
    """Take one step of a key rollover.

    ``announce`` publishes the coming key beside the one that signs; ``switch`` signs with it and still publishes both;
    ``retire`` publishes the new one alone.
    """

    order: Literal["roll-keys"] = "roll-keys"
    step: Literal["announce", "switch", "retire"]
