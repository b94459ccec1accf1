"""What sessions show once something has changed elsewhere: the person logged out, or what the school says changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from testbed.checks.core import PLAYED, Need, NotVerified, Observation, Outcome, Skip, check
from testbed.checks.probes import logouts, opened, probes, shown, shows_word, text_of
from testbed.checks.tellings import tellings
from testbed.model.messages import LogoutRequest, SamlMetadata
from testbed.model.oidc_messages import LogoutToken, OidcLogoutRequest, ProviderMetadata
from testbed.model.verdict import Evidence
from testbed.model.wire import BROWSER, Exchange, Pointer, host_of
from testbed.model.written import Vendor
from testbed.wire.providers import endpoint_of

SCHOOL_LOGOUT_PATH = "/logout"
NEVER = float("inf")
"""The number of an exchange that does not come."""


def _logouts_everywhere(evidence: Evidence) -> list[int]:
    """The exchanges by which a logout began that must reach everyone, by number.

    A LogoutRequest or its like in OpenID Connect; the school's own page, sent; the logout page of a vendor that takes
    part.
    """
    begun = LogoutRequest | OidcLogoutRequest | LogoutToken
    said = [m.where.exchange for m in evidence.messages if isinstance(m, begun)]
    metadata = [m for m in evidence.messages if isinstance(m, SamlMetadata)]
    schools = {host_of(m.entity_id) for m in metadata if m.is_idp}
    schools |= {host_of(m.issuer) for m in evidence.messages if isinstance(m, ProviderMetadata)}
    said += [
        e.number
        for e in evidence.exchanges
        if e.sender == BROWSER
        and e.receiver in schools
        and (e.request.method, e.request.parts.path) == ("POST", SCHOOL_LOGOUT_PATH)
    ]
    for vendor in (evidence.play.vendor, *evidence.play.also):
        if _takes_part(vendor, metadata):
            said += [exchange.number for exchange in logouts(evidence, vendor)]
    return sorted(said)


def _takes_part(vendor: Vendor, metadata: Sequence[SamlMetadata]) -> bool:
    """Whether a vendor says, in its metadata or where it is registered, how it is told of a logout."""
    if vendor.client is not None:
        return bool(vendor.client.backchannel_logout_uri or vendor.client.frontchannel_logout_uri)
    return any(m.is_sp and m.logout and m.entity_id == vendor.party for m in metadata)


LOGGED_OUT_EVERYWHERE = Need(lambda e: bool(_logouts_everywhere(e)), "nobody logged out everywhere")


@check(
    clause="SAML Profiles 4.4.1 and 4.4.3; OpenID Connect Back-Channel Logout 2.7",
    sv="En utloggning avslutar sessionerna hos alla",
    about="vendor",
    needs=(PLAYED, LOGGED_OUT_EVERYWHERE),
    reads_assertions=True,
)
def logout_everywhere(evidence: Evidence) -> Iterator[Outcome]:
    """A logout ends the sessions at every vendor that takes part, wherever it began.

    The pupil who leaves a shared computer presses one button, not one for each service that was open.
    """
    looked = False
    for vendor in (evidence.play.vendor, *evidence.play.also):
        begun = _first_logout(vendor, evidence)
        if begun is None or (vendor.client is not None and not _takes_part(vendor, ())):
            continue
        again = _next_login(vendor, evidence, begun)
        after = [probe for probe in probes(evidence, vendor) if begun < probe.number < again]
        if not after and again == NEVER:
            yield NotVerified(f"{vendor.probe_url} was not opened after the logout")
        looked = looked or bool(after)
        for probe in after:
            if evidence.play.person in shown(probe, evidence):
                yield Observation(
                    f"{probe.request.url} still shows the person after a logout that began in exchange {begun}",
                    "nobody is logged in anywhere",
                    where=Pointer(probe.number, "response.body"),
                    recipient=probe.receiver,
                )
    if not looked:
        yield Skip(
            "no vendor that had shown the person before the logout was looked at after it, before the next login"
        )


def _first_logout(vendor: Vendor, evidence: Evidence) -> int | None:
    """The logout after which the vendor must show nobody; None where it had shown nobody before."""
    seen = [p.number for p in probes(evidence, vendor) if evidence.play.person in shown(p, evidence)]
    return next((begun for begun in _logouts_everywhere(evidence) if any(number < begun for number in seen)), None)


def _next_login(vendor: Vendor, evidence: Evidence, after: int) -> float:
    """The exchange by which somebody logs in to the vendor again, or beyond all."""
    own = {vendor.party}
    said = (m for m in evidence.messages if isinstance(m, SamlMetadata) and m.entity_id in own)
    consumers = {endpoint.url for metadata in said for endpoint in metadata.consumers}
    consumers |= set(vendor.client.redirect_uris) if vendor.client else set()
    logins = (e.number for e in evidence.exchanges if e.number > after and endpoint_of(e.request) in consumers)
    return min(logins, default=NEVER)


@dataclass(frozen=True, slots=True)
class _Change:
    """An attribute that a later login states otherwise than an earlier one."""

    attribute: str
    stale: tuple[str, ...]
    fresh: tuple[str, ...]


def _changes(evidence: Evidence) -> list[_Change]:
    told = tellings(evidence)
    if not told:
        return []
    latest = told[-1].values
    stated = [value for values in latest.values() for value in values]
    changes = []
    for name, values in latest.items():
        earlier = {value for before in told[:-1] for value in before.values.get(name, ())}
        stale = sorted(value for value in earlier if value and value not in stated)
        fresh = tuple(value for value in values if value not in earlier)
        if stale:
            changes.append(_Change(name, tuple(stale), fresh))
    return changes


CHANGED = Need(lambda evidence: bool(_changes(evidence)), "no two logins of the play said different things")


@check(
    clause="GDPR Article 5(1)(d)",
    sv="Leverantören visar vad skolan senast sade",
    about="vendor",
    needs=(PLAYED, CHANGED),
    reads_assertions=True,
)
def shows_current_data(evidence: Evidence) -> Iterator[Outcome]:
    """What the vendor shows after the latest login is what that login said, not what an earlier one did.

    A pupil who has changed school must not be shown to teachers of the old one, nor take its tests.
    """
    latest = tellings(evidence)[-1]
    vendor = evidence.play.vendor
    pages = [*probes(evidence), *(page for url in vendor.visit for page in opened(evidence, url))]
    after = [page for page in pages if page.number > latest.where.exchange]
    if not after:
        yield NotVerified("no page of the vendor was opened after the latest login")
        return
    stated = {value for values in latest.values.values() for value in values}
    told = False
    for change in _changes(evidence):
        for page in after:
            told = told or any(shows_word(text_of(page), value) for value in (*change.stale, *change.fresh))
            yield from _stale(change, page, _beside(stated, text_of(page)))
    if not told:
        yield Skip("the vendor's pages show nothing of what changed")


def _beside(stated: set[str], text: str) -> str:
    """What a page shows beside what the latest login stated.

    The code of a unit that the pupil has left may stand by right in the name of a group that the pupil is still in.
    """
    for value in sorted(stated, key=len, reverse=True):
        text = text.replace(value, " ") if value else text
    return text


def _stale(change: _Change, page: Exchange, text: str) -> Iterator[Outcome]:
    for value in change.stale:
        if shows_word(text, value):
            yield Observation(
                f"{page.request.url} shows {change.attribute} as an earlier login stated it",
                "what the latest login stated",
                where=Pointer(page.number, "response.body"),
                attribute=change.attribute,
                recipient=page.receiver,
            )
