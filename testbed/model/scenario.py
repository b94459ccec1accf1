"""A story to play, what must come of it, and suites of such stories."""

from typing import Annotated, Literal, Self, get_args

from pydantic import Field, StringConstraints, field_validator, model_validator

from testbed.model.breaking import Disturbances
from testbed.model.operations import Operation
from testbed.model.person import SecurityMarking
from testbed.model.strict import Bilingual, Id, Role, Written, known_attribute

type Flow = Literal[
    "login",
    "unsolicited",
    "logout-from-vendor",
    "logout-from-school",
    "key-rollover",
    "change-school",
    "answer-elsewhere",
    "login-disturbed",
    "roster",
    "roster-change",
    "roster-protect",
    "roster-class",
    "roster-leaver",
    "roster-agreement-ends",
    "roster-told",
    "roster-storm",
    "roster-forged-notice",
    "roster-replayed-token",
    "roster-key",
    "roster-revoked",
    "roster-limited",
    "roster-odd-pages",
    "roster-schools",
    "push",
    "push-change",
    "push-reform",
    "push-protect",
    "push-leave",
    "push-agreement-ends",
    "push-strangers",
    "push-addresses",
    "push-incomplete",
    "push-named-account",
    "push-revoked",
    "push-two-schools",
]
"""What a person does; the generators of ``scenarios.flows`` by name."""

type VariantKind = Literal["logins", "disturbed-logins", "exchanges"]
"""What variants of vendors are for: that people log in to them, that something breaks while they do, or that they are
fed with rosters."""
_FLOWS: tuple[Flow, ...] = get_args(Flow.__value__)
FETCHED = tuple(flow for flow in _FLOWS if flow.partition("-")[0] == "roster")
"""Flows in which nobody logs in: a vendor's server fetches."""
PUSHED = tuple(flow for flow in _FLOWS if flow.partition("-")[0] == "push")
"""Those in which the school sends."""
ROSTER: tuple[Flow, ...] = (*FETCHED, *PUSHED)
MOVING: tuple[Flow, ...] = ("change-school", "roster-change", "roster-told", "roster-storm", "push-change")
"""Flows in which the person changes school."""

DISTURBED: Flow = "login-disturbed"
"""The flow in which something breaks."""

UnitCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{8}$")]
"""Of a school unit."""
Status = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Za-z]+$")]
"""The last part of a status code of SAML Core 3.2.2.2."""


class Casting(Written):
    """Which people may play: one of all that fit is drawn with the run's seed."""

    id: Id | None = None
    """Whoever is named plays, from whichever school."""
    school: Id = "skola"
    """The neighbour's people play only where a scenario asks for them."""
    role: Role | None = None
    security_marking: SecurityMarking | None = None
    name: Literal["any", "one-word", "very-long", "beyond-ascii", "beyond-latin-1", "apostrophe", "double-surname"] = (
        "any"
    )
    """very-long: a displayName of 60 characters or more."""
    having: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    school_units: Literal["any", "several"] = "any"
    school_unit: UnitCode | None = None
    """Whoever belongs to this one, and perhaps to others."""
    stage: Literal["any", "preschool-class", "upper-secondary"] = "any"
    grade: Annotated[int, Field(ge=0, le=10)] | None = None
    """School year; of upper secondary pupils counted from 1 again."""
    civic_number: Literal["any", "temporary"] = "any"
    """temporary: one that a school gives to a pupil who has none, with a letter in it."""
    children: Literal["any", "several"] = "any"
    """several: a guardian of two pupils or more."""

    @field_validator("having", "lacking")
    @classmethod
    def _attributes_are_known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(known_attribute(name) for name in value)


class ExpectedFinding(Written):
    """A finding that must come; every field that is given must be equal."""

    check: str
    attribute: str | None = None
    recipient: str | None = None
    """A host; ``*.`` at its beginning stands for any name below it, for some hosts are named after the person."""
    form: str | None = None
    """As ``plain``, ``sha256`` or ``base64+gzip``, the outermost first."""


class Expect(Written):
    """Strict: what is not named here must not come."""

    login: Literal["accepted", "refused", "none"]
    """none: nobody logs in."""
    findings: tuple[ExpectedFinding, ...] = ()
    receives: tuple[str, ...] | None = None
    """The attributes that the vendor is to receive by login, exactly; left out: whatever is agreed."""
    status: tuple[Status, ...] = ()
    """The second-level status codes by which the school may refuse the login, without the part that all begin with:
    RequestDenied, NoAuthnContext, NoPassive. Left out: it does not matter who refuses it, and how."""

    @model_validator(mode="after")
    def _status_is_of_a_refusal(self) -> Self:
        if self.status and self.login != "refused":
            raise ValueError("'status' says how the school refuses a login: set 'login' to 'refused', or take it out")
        return self


class PersonKind(Written):
    """A kind of person that a scenario is played for, as a report names it."""

    id: Id
    title: Bilingual


class Scenario(Written):
    """One story to play."""

    id: Id
    title: Bilingual
    flow: Flow
    vendor: Id
    also: tuple[Id, ...] = ()
    """Other vendors that the same person logs in to in the same browser. They are judged in plays of their own."""
    person: Casting = Casting()
    moves_to: UnitCode | None = None
    """The code of the school unit that the person changes to; for the flows of :data:`MOVING`, which need it."""
    breaks: Disturbances = Field(default_factory=dict)
    """What breaks during the login; for the flow login-disturbed, which needs it."""
    spoil: tuple[Operation, ...] = ()
    """Operations on the message before it is signed; a login with any is expected to be refused."""
    clause: str = ""
    """What the spoiled message breaks."""
    kind: PersonKind | None = None
    """Where it is one of a suite that plays every kind of person: which."""
    needs_scripts: bool = False
    """What it is about is done by a script of a page, and shows only with ``--browser chromium``."""
    expect: Expect

    @model_validator(mode="after")
    def _spoiled_has_clause(self) -> Self:
        if self.spoil and not self.clause:
            raise ValueError("a scenario that spoils a message must name in 'clause' the rule that it breaks")
        if self.spoil and self.expect.login == "accepted":
            raise ValueError("a spoiled message must not log anyone in: set expect.login to 'refused'")
        if self.vendor in self.also or len(set(self.also)) != len(self.also):
            raise ValueError("'also' names the other vendors, each once: take out the one that stands twice")
        return self

    @model_validator(mode="after")
    def _breaks_something(self) -> Self:
        if (self.flow == DISTURBED) != bool(self.breaks):
            raise ValueError(f"'breaks' goes with the flow {DISTURBED}, which cannot do without it")
        return self

    @model_validator(mode="after")
    def _moves_somewhere(self) -> Self:
        if (self.flow in MOVING) != (self.moves_to is not None):
            raise ValueError(f"'moves_to' goes with {' and '.join(MOVING)}, which cannot do without it")
        return self


class Every(Written):
    """One scenario for each kind of person and each of these vendors, made when the suite is read.

    A login is expected to be accepted where the person's role is a subject of the vendor's agreement, and else to be
    refused by the school.
    """

    flow: Flow
    vendors: Literal["compliant"] | tuple[Id, ...] = Field(min_length=1)
    """compliant: all that the testbed plays itself, that have no fault, and that the school lets people into by the
    agreement and not by another release policy."""
    leave_out: tuple[Id, ...] = ()
    """Vendors that this flow is not for."""


class Suite(Written):
    """Scenarios that are played in one go, in this order."""

    id: Id
    title: Bilingual
    scenarios: tuple[Id, ...] = ()
    every: Every | None = None
    variants: VariantKind | None = None
    """Plays every variant of this kind, too."""

    @model_validator(mode="after")
    def _plays_something(self) -> Self:
        if not self.scenarios and self.every is None and self.variants is None:
            raise ValueError(
                "a suite plays something: name 'scenarios', give 'every' a flow and vendors, or say 'variants: logins'"
            )
        return self
