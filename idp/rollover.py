"""Where the school stands in a key rollover: shared by its workers, so that all sign alike."""

from datetime import timedelta
from typing import Literal

from pydantic import TypeAdapter

from idp.keys import KeyStage
from idp.state import Shelf, State

KEPT_FOR = timedelta(days=3650)
NAME = "key-stage"

type Step = Literal["announce", "switch", "retire"]
STEPS: dict[Step, dict[KeyStage, KeyStage]] = {
    "announce": {"before": "announced", "retired": "announced-back"},
    "switch": {"announced": "switched", "announced-back": "switched-back"},
    "retire": {"switched": "retired", "switched-back": "before"},
}
"""From which stages to which each step leads."""


class Rollover:
    """The stage of one school; a school that has just been set up stands before everything."""

    def __init__(self, state: State) -> None:
        stage: TypeAdapter[KeyStage] = TypeAdapter(KeyStage)
        self._shelf = Shelf(state, "setting", stage, KEPT_FOR, 10)

    @property
    def stage(self) -> KeyStage:
        """Where it stands now."""
        return self._shelf.get(NAME) or "before"

    def take(self, step: Step) -> None:
        """Go one step further.

        Raises:
            ValueError: it is not the next one.
        """
        stages, now = STEPS[step], self.stage
        if now not in stages:
            raise ValueError(f"the key rollover stands at {now!r}: the step {step!r} comes after {' or '.join(stages)}")
        self._shelf.put(NAME, stages[now])
