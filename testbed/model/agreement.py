"""A machine-readable data processing agreement between a school owner and a vendor."""

from datetime import date
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from testbed.model.strict import Host, Id, Role, Unfit, Written, known_attribute


class Controller(Written):
    """The school owner: decides over the data (GDPR Article 4(7))."""

    name: str = Field(examples=["Exempelkommun"])
    organisation_number: str = ""
    hosts: tuple[Host, ...] = Field(examples=[["idp.skola.test"]])


class Processor(Written):
    """The vendor: processes on the controller's behalf (GDPR Article 4(8))."""

    name: str = Field(examples=["Läsappen AB"])
    entity_ids: tuple[str, ...] = ()
    client_ids: tuple[str, ...] = ()
    hosts: tuple[Host, ...] = Field(examples=[["reading-app.test"]])


class Validity(Written):
    """First and last day on which the agreement is in force."""

    from_: date = Field(alias="from", examples=["2026-01-01"])
    until: date = Field(examples=["2027-06-30"])

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until < self.from_:
            raise Unfit("'until' lies before 'from'", "swap them, or correct the one that is wrong")
        return self


class Limits(Written):
    """Narrows the persons that a data clause speaks of."""

    school_units: tuple[str, ...] = ()
    grades: tuple[int, ...] = ()


class DataClause(Written):
    """What may be known about whom, and what for."""

    subjects: tuple[Role, ...] = Field(min_length=1)
    purpose: str = ""
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    limits: Limits | None = None

    @property
    def agreed(self) -> frozenset[str]:
        """Required and optional attributes together."""
        return frozenset(self.required) | frozenset(self.optional)

    @field_validator("required", "optional")
    @classmethod
    def _attributes_are_known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(known_attribute(name) for name in value)


class Recipient(Written):
    """A sub-processor or other host that the vendor may call, and what it may be told."""

    name: str
    hosts: tuple[Host, ...]
    data: tuple[str, ...] = ()

    @field_validator("data")
    @classmethod
    def _attributes_are_known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(known_attribute(name) for name in value)


class Security(Written):
    """Technical measures that the parties agreed on."""

    tls: Literal["1.2", "1.3"] = "1.2"
    encrypt_assertion: bool = False


class Agreement(Written):
    """A machine-readable data processing agreement (personuppgiftsbiträdesavtal, GDPR Article 28(3))."""

    id: Id = Field(examples=["reading-app-2026"])
    controller: Controller = Field(examples=[{"name": "Exempelkommun", "hosts": ["idp.skola.test"]}])
    processor: Processor = Field(examples=[{"name": "Läsappen AB", "hosts": ["reading-app.test"]}])
    valid: Validity = Field(examples=[{"from": "2026-01-01", "until": "2027-06-30"}])
    legal_basis: str = ""
    identifier: Literal["pairwise", "persistent", "shared"] = Field(examples=["pairwise"])
    data: tuple[DataClause, ...] = Field(examples=[[{"subjects": ["pupil"], "required": ["givenName"]}]])
    recipients: tuple[Recipient, ...] = ()
    protected_identity: Literal["withhold", "pseudonym"] = Field(examples=["withhold"])
    retention_days: int | None = Field(default=None, ge=0)
    security: Security = Security()

    def agreed_for(self, role: Role) -> frozenset[str]:
        """The attributes that the vendor may know about persons of this role."""
        return frozenset[str]().union(*(clause.agreed for clause in self.data if role in clause.subjects))

    def in_force(self, day: date) -> bool:
        """Whether the agreement holds on this day, first and last included."""
        return self.valid.from_ <= day <= self.valid.until
