"""What a lab breaks on purpose, and mends again: orders to whoever runs the participants, not to a participant."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, TypeAdapter

from testbed.model.rolling import RollKeys
from testbed.model.strict import Written

type Breakable = Literal["school", "vendor", "proxy"]
"""The school that the person belongs to, the vendor of the play, and the recorder between all participants."""
type Networked = Literal["school", "vendor"]
type Moment = Literal["before-login", "at-login-page", "before-answer", "once-logged-in"]
"""When in a login it breaks: before the person has opened anything; when the school's login page is open; when the
school has answered and the answer is not delivered to the vendor yet; when a session is open."""


class Pause(Written):
    """It hangs: it holds its connections and does nothing, as a machine that swaps."""

    order: Literal["pause"] = "pause"
    participant: Networked


class Kill(Written):
    """It dies, and whoever calls it is refused; nothing that it was about is finished."""

    order: Literal["kill"] = "kill"
    participant: Networked


class Restart(Written):
    """It dies and comes back at once, on the same address with the same keys."""

    order: Literal["restart"] = "restart"
    participant: Breakable


class Cut(Written):
    """Nothing reaches it and nothing comes from it: what is sent gets lost on the way, and nobody is told."""

    order: Literal["cut"] = "cut"
    participant: Networked


class Slow(Written):
    """The line to and from it is bad. Where all fields are left as they are the line is good."""

    order: Literal["slow"] = "slow"
    participant: Networked
    delay_ms: int = Field(default=0, ge=0, le=60_000)
    """Each way."""
    kbit_s: int | None = Field(default=None, ge=8, le=10_000_000)
    """Each way, of one connection; None is as fast as it goes."""
    refused: float = Field(default=0.0, ge=0.0, le=1.0)
    """The share of connections that are reset before anything is sent."""
    reset: float = Field(default=0.0, ge=0.0, le=1.0)
    """The share of those that are reset somewhere in what is sent."""
    seed: int = 1
    """Decides which."""


class FillDisk(Written):
    """Nothing more can be written to its disk."""

    order: Literal["fill-disk"] = "fill-disk"
    participant: Networked


class ExpireCertificate(Written):
    """The certificate by which its web pages are served was good until yesterday."""

    order: Literal["expire-certificate"] = "expire-certificate"
    participant: Networked


class LockDatabase(Written):
    """Somebody else holds the school's database for so long: nothing can be written to it."""

    order: Literal["lock-database"] = "lock-database"
    participant: Literal["school"] = "school"
    seconds: float = Field(gt=0, le=300)


class Mend(Written):
    """Everything that was broken is as before. A database that is locked is waited for."""

    order: Literal["mend"] = "mend"


type AnyBreaking = Pause | Kill | Restart | Cut | Slow | FillDisk | ExpireCertificate | LockDatabase | Mend
BREAKING: TypeAdapter[AnyBreaking] = TypeAdapter(Annotated[AnyBreaking, Field(discriminator="order")])
"""Reads and writes one as a journal has it."""

type Disturbance = Annotated[AnyBreaking | RollKeys, Field(discriminator="order")]
"""What a scenario may do in the middle of a login: break something of the lab, or have the school change its key."""


def _keys_change_in_time(value: dict[Moment, tuple[Disturbance, ...]]) -> dict[Moment, tuple[Disturbance, ...]]:
    if any(isinstance(order, RollKeys) for order in value.get("before-answer", ())):
        raise ValueError("the answer is signed by then: let 'roll-keys' stand at 'at-login-page'")
    return value


type Disturbances = Annotated[
    dict[Moment, Annotated[tuple[Disturbance, ...], Field(min_length=1)]], AfterValidator(_keys_change_in_time)
]
"""In their order at each moment."""
