"""Where several vendors take part in one play: what belongs to the others, and is judged in plays of their own."""

from dataclasses import dataclass

from testbed.model.exchange_messages import DataAnswer, DataReport, RosterCall
from testbed.model.messages import AuthnRequest, Malformed, Message, SamlResponse
from testbed.model.oidc_messages import (
    AuthorizationAnswer,
    AuthorizationRequest,
    IntrospectionAnswer,
    LogoutToken,
    RegistrationAnswer,
    RegistrationRequest,
    TokenAnswer,
    TokenRequest,
    UserinfoAnswer,
)
from testbed.model.privacy import BY_EXCHANGE, BY_LOGIN, Disclosure
from testbed.model.verdict import Play
from testbed.model.wire import Exchange, host_of
from testbed.model.written import Vendor


@dataclass(frozen=True, slots=True)
class Others:
    """The vendors of a play beside the one that it judges."""

    hosts: frozenset[str]
    entity_ids: frozenset[str]
    """And client IDs: what each protocol calls them."""
    judged: frozenset[str] = frozenset()
    """Hosts of the vendor that the play judges."""

    def said(self, message: Message, exchange: Exchange) -> bool:
        """Whether a message belongs to one of their logins; logouts are everyone's, and metadata is kept.

        A logout token is its receiver's: it tells one vendor and asks nothing of the others.
        """
        match message:
            case SamlResponse() | AuthorizationAnswer() | LogoutToken():
                return host_of(message.delivered_to) in self.hosts
            case AuthnRequest():
                return message.issuer in self.entity_ids
            case AuthorizationRequest():
                return message.client_id in self.entity_ids
            case (
                TokenRequest()
                | TokenAnswer()
                | UserinfoAnswer()
                | IntrospectionAnswer()
                | RegistrationRequest()
                | RegistrationAnswer()
                | DataAnswer()
                | DataReport()
            ):
                return exchange.sender in self.hosts
            case Malformed() | RosterCall():
                return exchange.receiver in self.hosts or exchange.sender in self.hosts
            case _:
                return False

    def disclosed(self, told: Disclosure) -> bool:
        """Whether a disclosure is theirs: a login to them, a roster that they got, or whatever they made happen.

        What the vendor of the play passes on to one of them, or answers one of them, is not.
        """
        fetched = told.where.locator.startswith("response.") and told.sender not in self.judged
        sent = told.channel in BY_EXCHANGE and told.sender not in self.judged
        by_school = told.channel in BY_LOGIN or fetched or sent
        return told.sender in self.hosts or (told.recipient in self.hosts and by_school)


def others_of(play: Play) -> Others:
    """Those of this play."""
    hosts = frozenset[str]().union(*(hosts_of(vendor) for vendor in play.also))
    own = hosts_of(play.vendor)
    return Others(hosts - own, frozenset(v.party for v in play.also), own)


def hosts_of(vendor: Vendor) -> frozenset[str]:
    """Every host that a vendor's file names as its own."""
    simulated = vendor.simulated.hosts if vendor.simulated else ()
    answered_at = vendor.client.redirect_uris if vendor.client else (vendor.metadata,) if vendor.metadata else ()
    fed = vendor.exchange
    held = (fed.roster or "", fed.receives or "", fed.serves or "") if fed else ()
    named = (host_of(url) for url in (vendor.login, vendor.probe_url, *answered_at, *held) if url)
    return frozenset({*simulated, *named})
