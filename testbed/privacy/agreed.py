"""What the agreement says of a host, of an attribute and of a person: pure comparison."""

from enum import StrEnum

from testbed.model.attributes import covering
from testbed.model.coverage import agreed_about
from testbed.model.privacy import BY_EXCHANGE, BY_LOGIN, Disclosure
from testbed.model.written import Agreement, Controller, Person, Processor, Recipient, Role


class Party(StrEnum):
    """What a host is to an agreement."""

    CONTROLLER = "controller"
    PROCESSOR = "processor"
    RECIPIENT = "recipient"
    STRANGER = "stranger"


class Cover(StrEnum):
    """What an agreement says of one attribute of one person at one host. Each disclosure is one of these."""

    AGREED = "agreed"
    NOT_AGREED = "not agreed"
    """The host may know it of nobody in the person's role."""
    ABOUT_OTHERS = "agreed, but not about this person"
    """It may know it of others: persons of another role, school unit or grade."""
    CANNOT_TELL = "agreed about some, and whose it is cannot be told"


def party_of(host: str, agreement: Agreement) -> Party:
    """The party that answers at this host; a host that nobody names is a stranger's."""
    if host in agreement.controller.hosts:
        return Party.CONTROLLER
    if host in agreement.processor.hosts:
        return Party.PROCESSOR
    if any(host in recipient.hosts for recipient in agreement.recipients):
        return Party.RECIPIENT
    return Party.STRANGER


def came_from_school(told: Disclosure, agreement: Agreement | None) -> bool:
    """Whether a vendor was told by one of the protocols that schools speak, and by the school."""
    if told.channel in BY_EXCHANGE and agreement is not None:
        return party_of(told.sender, agreement) is Party.CONTROLLER
    return told.channel in BY_LOGIN


def hosts_beside(host: str, agreement: Agreement) -> frozenset[str]:
    """All hosts of the party that answers at this one: what one of them learns the party knows."""
    parties: tuple[Controller | Processor | Recipient, ...] = (
        agreement.controller,
        agreement.processor,
        *agreement.recipients,
    )
    return next((frozenset(party.hosts) for party in parties if host in party.hosts), frozenset({host}))


def may_know(host: str, agreement: Agreement, role: Role) -> frozenset[str]:
    """The attributes that may be disclosed to this host about some persons of this role.

    A recipient may know only what is agreed for itself and, since the vendor passes it on, for the vendor too. What is
    agreed by one name is agreed by the others that say the same.
    """
    return _for_host(host, agreement, agreement.agreed_for(role))


def may_know_of_anybody(host: str, agreement: Agreement) -> frozenset[str]:
    """The attributes that may be disclosed to this host about somebody, whatever the role."""
    return _for_host(host, agreement, frozenset[str]().union(*(clause.agreed for clause in agreement.data)))


def covered(attribute: str, person: Person | None, host: str, agreement: Agreement) -> Cover:
    """Whether this host may know this attribute of this person.

    Args:
        attribute: by canonical name.
        person: None when nobody can tell whose it is.
        host: who learns it.
        agreement: of the vendor.
    """
    if person is None:
        return Cover.CANNOT_TELL if attribute in may_know_of_anybody(host, agreement) else Cover.NOT_AGREED
    if attribute in _for_host(host, agreement, agreed_about(person, agreement)):
        return Cover.AGREED
    if any(person.role in clause.subjects for clause in agreement.data):
        about_role = may_know(host, agreement, person.role)
        return Cover.ABOUT_OTHERS if attribute in about_role else Cover.NOT_AGREED
    # NOTE: of somebody whom no clause speaks of the vendor may know nothing: it is the person that is wrong.
    is_its_own = host in agreement.processor.hosts or attribute in may_know_of_anybody(host, agreement)
    return Cover.ABOUT_OTHERS if is_its_own else Cover.NOT_AGREED


def _for_host(host: str, agreement: Agreement, names: frozenset[str]) -> frozenset[str]:
    """Those of the attributes that the processor may know that this host may know too, by all their names."""
    agreed = covering(names)
    if host in agreement.processor.hosts:
        return agreed
    named = (recipient.data for recipient in agreement.recipients if host in recipient.hosts)
    return covering(frozenset[str]().union(*named)) & agreed
