"""Where several vendors take part in one play: what belongs to the others, and is judged in plays of their own."""

from dataclasses import dataclass

from testbed.model.messages import AuthnRequest, Malformed, Message, SamlResponse
from testbed.model.privacy import Channel, Disclosure
from testbed.model.verdict import Play
from testbed.model.wire import Exchange, host_of
from testbed.model.written import Vendor


@dataclass(frozen=True, slots=True)
class Others:
    """The vendors of a play beside the one that it judges."""

    hosts: frozenset[str]
    entity_ids: frozenset[str]

    def said(self, message: Message, exchange: Exchange) -> bool:
        """Whether a message belongs to one of their logins; logouts are everyone's, and metadata is kept."""
        match message:
            case SamlResponse():
                return host_of(message.delivered_to) in self.hosts
            case AuthnRequest():
                return message.issuer in self.entity_ids
            case Malformed():
                return exchange.receiver in self.hosts or exchange.sender in self.hosts
            case _:
                return False

    def disclosed(self, told: Disclosure) -> bool:
        """Whether a disclosure is theirs: a login to them, or whatever they made happen.

        What the vendor of the play passes on to one of them is not.
        """
        return told.sender in self.hosts or (told.channel is Channel.SAML and told.recipient in self.hosts)


def others_of(play: Play) -> Others:
    """Those of this play."""
    hosts = frozenset[str]().union(*(hosts_of(vendor) for vendor in play.also))
    return Others(hosts - hosts_of(play.vendor), frozenset(v.party for v in play.also))


def hosts_of(vendor: Vendor) -> frozenset[str]:
    """Every host that a vendor's file names as its own."""
    simulated = vendor.simulated.hosts if vendor.simulated else ()
    return frozenset({*simulated, host_of(vendor.login), host_of(vendor.probe.url), host_of(vendor.metadata)})
