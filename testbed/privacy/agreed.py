"""What the agreement says of a host and of an attribute: pure comparison."""

from enum import StrEnum

from testbed.model.attributes import covering
from testbed.model.written import Agreement, Role


class Party(StrEnum):
    """What a host is to an agreement."""

    CONTROLLER = "controller"
    PROCESSOR = "processor"
    RECIPIENT = "recipient"
    STRANGER = "stranger"


def party_of(host: str, agreement: Agreement) -> Party:
    """The party that answers at this host; a host that nobody names is a stranger's."""
    if host in agreement.controller.hosts:
        return Party.CONTROLLER
    if host in agreement.processor.hosts:
        return Party.PROCESSOR
    if any(host in recipient.hosts for recipient in agreement.recipients):
        return Party.RECIPIENT
    return Party.STRANGER


def may_know(host: str, agreement: Agreement, role: Role) -> frozenset[str]:
    """The attributes that may be disclosed to this host about persons of this role.

    A recipient may know only what is agreed for itself and, since the vendor passes it on, for the vendor too. What is
    agreed by one name is agreed by the others that say the same.
    """
    agreed = covering(agreement.agreed_for(role))
    if host in agreement.processor.hosts:
        return agreed
    named = (recipient.data for recipient in agreement.recipients if host in recipient.hosts)
    return covering(frozenset[str]().union(*named)) & agreed
