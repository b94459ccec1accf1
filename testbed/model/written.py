"""What people write: scenarios, agreements, vendors, suites and the people of a school.

Every model is frozen and refuses fields that it does not know, so that a misspelt word is an error and not a
silently weaker rule. ``testbed.model.files`` loads them and turns refusals into sentences. Each subject has a module
of its own; here are the names that the rest of the testbed asks for.
"""

from testbed.model.agreement import Agreement, Controller, DataClause, Limits, Processor, Recipient
from testbed.model.operations import InTheClear, Operation, Remove, SetAttribute, SetText
from testbed.model.person import Person, SecurityMarking
from testbed.model.scenario import (
    Casting,
    Every,
    Expect,
    ExpectedFinding,
    PersonKind,
    Scenario,
    Suite,
)
from testbed.model.strict import ROLES, Bilingual, Id, Role, Written
from testbed.model.variant import Variant
from testbed.model.vendor import ClientAuthentication, ExchangeParty, OidcClient, ReleasePolicy, Vendor

__all__ = [
    "ROLES",
    "Agreement",
    "Bilingual",
    "Casting",
    "ClientAuthentication",
    "Controller",
    "DataClause",
    "Every",
    "ExchangeParty",
    "Expect",
    "ExpectedFinding",
    "Id",
    "InTheClear",
    "Limits",
    "OidcClient",
    "Operation",
    "Person",
    "PersonKind",
    "Processor",
    "Recipient",
    "ReleasePolicy",
    "Remove",
    "Role",
    "Scenario",
    "SecurityMarking",
    "SetAttribute",
    "SetText",
    "Suite",
    "Variant",
    "Vendor",
    "Written",
]
