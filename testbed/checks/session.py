"""Who the vendor says is logged in, seen on its probe page: status codes say nothing."""

from collections.abc import Iterator

from testbed.checks.broken import was_broken
from testbed.checks.core import PLAYED, Need, NotVerified, Observation, Outcome, Skip, check, closed_assertions
from testbed.checks.probes import logouts, probes, shown, text_of
from testbed.checks.tellings import logins
from testbed.model.breaking import Mend
from testbed.model.messages import SamlResponse
from testbed.model.privacy import BY_LOGIN
from testbed.model.verdict import Evidence, Severity
from testbed.model.wire import Exchange, Pointer, host_of
from testbed.privacy.others import hosts_of
from testbed.privacy.people import folded, index_of
from testbed.privacy.search import find

PROBE = Need(lambda evidence: bool(probes(evidence)), "the page that shows who is logged in was not opened")
LOGIN_EXPECTED = Need(
    lambda evidence: evidence.play.scenario.expect.login == "accepted", "the scenario expects no login"
)
SPOILED = Need(lambda evidence: bool(evidence.play.scenario.spoil), "no message was spoiled in this scenario")
LOGGED_OUT = Need(lambda evidence: bool(logouts(evidence)), "nobody logged out")
SERVER_ERROR = 500
OTHERS_GONE = (502, 503, 504)
"""By which a server says that it is not the one that fails, or that it will do better in a while."""


def _before_logout(evidence: Evidence) -> list[Exchange]:
    first = min((exchange.number for exchange in logouts(evidence)), default=None)
    return [probe for probe in probes(evidence) if first is None or probe.number < first]


@check(
    clause="SAML Profiles 4.1.4; OpenID Connect Core 3.1",
    sv="Inloggningen öppnar en session åt personen",
    about="vendor",
    needs=(PLAYED, LOGIN_EXPECTED),
)
def login_opens_a_session(evidence: Evidence) -> Iterator[Outcome]:
    """A login opens a session for the person.

    A pupil who is not let in cannot do the test, and it is the unusual pupils that this happens to: with one name, a
    very long one, no e-mail, or a protected identity.
    """
    play = evidence.play
    if play.stopped:
        yield Observation(play.stopped, "a login page, and then the vendor's own page")
        return
    before = _before_logout(evidence)
    if not before:
        yield NotVerified("the page that shows who is logged in was not opened")
        return
    for probe in _after_each_login(evidence, before[0]):
        if play.person in shown(probe, evidence) or was_broken(play, probe):
            continue
        if closed_assertions(evidence):
            # NOTE: the page may name the person by what the assertion said, and that cannot be known.
            yield NotVerified("the assertion came encrypted and could not be read: the page may show what it said")
            continue
        yield Observation(
            f"{play.vendor.probe_url} does not show the person",
            "it shows the person who logged in",
            where=Pointer(probe.number, "response.body"),
        )


def _after_each_login(evidence: Evidence, first: Exchange) -> list[Exchange]:
    """The first time that the page was opened, and the first time after each login that came later, and after what was
    broken had been mended."""
    came = logins(evidence)
    looked = probes(evidence)
    if evidence.play.vendor.probe_url == evidence.play.vendor.login and came:
        # NOTE: a service that has no page but the protected one begins a login there.
        first = next((probe for probe in looked if probe.number > came[0]), first)
    later = [
        next((probe for probe in looked if login < probe.number < following), None)
        for login, following in zip(came, [*came[1:], float("inf")], strict=True)
    ]
    mended = [one.done for one in evidence.play.broken if isinstance(one.order, Mend)]
    after = [next((probe for probe in looked if probe.started > since), None) for since in mended]
    found = {probe.number: probe for probe in (first, *later, *after) if probe is not None}
    return [found[number] for number in sorted(found)]


@check(
    clause="GDPR Article 5(1)(f) and 32",
    sv="Sessionen visar aldrig någon annan",
    about="vendor",
    needs=(PLAYED, PROBE),
    reads_assertions=True,
)
def is_the_persons(evidence: Evidence) -> Iterator[Outcome]:
    """The session never shows anyone else.

    In 2025 the national test platform showed pupils to teachers of other schools.
    """
    everyone = index_of(evidence.people)
    # NOTE: a guardian is told by the accounts of the children, which are values of the guardian too.
    person = evidence.person
    own = {folded(value) for name in person.attributes for value in person.values(name)} if person else set[str]()
    for probe in probes(evidence):
        for owner in find(text_of(probe), everyone):
            if owner.person != evidence.play.person and folded(owner.value) not in own:
                yield Observation(
                    f"{probe.request.url} shows {owner.attribute} of {owner.person}",
                    f"nobody but {evidence.play.person}",
                    where=Pointer(probe.number, "response.body"),
                    attribute=owner.attribute,
                    person=owner.person,
                )


@check(
    clause="SAML Profiles 4.1.4.3",
    sv="Ett felaktigt meddelande öppnar ingen session",
    about="vendor",
    needs=(PLAYED, SPOILED),
    reads_assertions=True,
)
def spoiled_message_refused(evidence: Evidence) -> Iterator[Outcome]:
    """A message that breaks a rule opens no session.

    A vendor that lets it pass lets in whoever can get such a message: someone who logged in to another service, say.
    """
    hosts = {host_of(evidence.play.vendor.login)}
    delivered = [m for m in evidence.messages if isinstance(m, SamlResponse) and host_of(m.delivered_to) in hosts]
    if not delivered:
        yield NotVerified("the spoiled message was never delivered to the vendor")
        return
    in_the_clear = any(operation.op == "in-the-clear" for operation in evidence.play.scenario.spoil)
    if in_the_clear and all(one.encrypted for one in delivered[0].assertions):
        yield NotVerified("the school was asked for a message in the clear, but sent it encrypted")
        return
    after = [probe for probe in probes(evidence) if probe.number > delivered[0].where.exchange]
    if not after:
        yield NotVerified("the page that shows who is logged in was not opened after the delivery")
        return
    persons = shown(after[0], evidence)
    if persons:
        yield Observation(
            f"after a message that breaks {evidence.play.scenario.clause}, {after[0].request.url} shows "
            f"{', '.join(sorted(persons))} as logged in",
            "the message is refused and nobody is logged in",
            where=Pointer(after[0].number, "response.body"),
            recipient=host_of(evidence.play.vendor.login),
            clause=evidence.play.scenario.clause,
        )


@check(
    clause="SAML Profiles 4.4; OpenID Connect RP-Initiated Logout 2; OWASP ASVS 7.4.1",
    sv="Utloggningen avslutar sessionen",
    about="vendor",
    needs=(PLAYED, LOGGED_OUT),
    reads_assertions=True,
)
def logout_ends_the_session(evidence: Evidence) -> Iterator[Outcome]:
    """Logging out ends the session.

    School computers are shared: the next pupil must not be the last one.
    """
    last = max(exchange.number for exchange in logouts(evidence))
    after = [probe for probe in probes(evidence) if probe.number > last]
    before = [probe for probe in probes(evidence) if probe.number < last]
    if not any(evidence.play.person in shown(probe, evidence) for probe in (*before, *after)):
        yield Skip("the person was never shown as logged in")
        return
    if not after:
        yield NotVerified("the page that shows who is logged in was not opened after the logout")
    for probe in after:
        if evidence.play.person in shown(probe, evidence):
            yield Observation(
                f"{probe.request.url} still shows the person after logout",
                "nobody is logged in",
                where=Pointer(probe.number, "response.body"),
            )


@check(
    clause="RFC 9110, 15.6",
    sv="Leverantören svarar utan serverfel",
    about="vendor",
    severity=Severity.SHOULD,
)
def no_server_error(evidence: Evidence) -> Iterator[Outcome]:
    """The vendor answers without a server error.

    A service that breaks on a message has not refused it; and what an error page tells is anyone's guess.
    """
    vendor = evidence.play.vendor
    hosts = hosts_of(vendor)
    if evidence.play.captured and evidence.agreement:
        hosts |= frozenset(evidence.agreement.processor.hosts)
    answered = [e for e in evidence.exchanges if e.receiver in hosts and e.response]
    if not answered:
        yield NotVerified("the vendor was not called", absent=True)
    for exchange in answered:
        if exchange.response and exchange.response.status >= SERVER_ERROR:
            if exchange.response.status in OTHERS_GONE and was_broken(evidence.play, exchange):
                continue
            yield Observation(
                f"{exchange.request.method} {exchange.request.parts.path} answered {exchange.response.status}",
                "a page, or a refusal",
                where=Pointer(exchange.number, "response.status"),
                recipient=exchange.receiver,
            )


@check(
    clause="GDPR Article 5(1)(c)",
    sv="Leverantören får just de uppgifter som scenariot väntar",
    about="school",
    needs=(
        PLAYED,
        Need(lambda e: e.play.scenario.expect.receives is not None, "the scenario does not say what is to be received"),
    ),
    reads_assertions=True,
)
def received_what_was_expected(evidence: Evidence) -> Iterator[Outcome]:
    """The vendor receives exactly the attributes that the scenario expects.

    Too little keeps a pupil out; too much should have stayed at school.
    """
    expected = set(evidence.play.scenario.expect.receives or ())
    received = {told.attribute for told in evidence.disclosures if told.channel in BY_LOGIN}
    # NOTE: what did not come may stand in an assertion that stays closed.
    for name in sorted(expected - received) if not closed_assertions(evidence) else ():
        yield Observation(f"{name} did not come", f"{name} is released", attribute=name)
    for name in sorted(received - expected):
        yield Observation(f"{name} came", f"{name} is withheld", attribute=name)
