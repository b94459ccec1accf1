"""A login that must not succeed: verified by the refusal that was seen, never by silence."""

from collections.abc import Iterator

from testbed.checks.core import Need, NotVerified, Observation, Outcome, check
from testbed.checks.probes import probes, shown
from testbed.model.messages import STATUS_SUCCESS, SamlResponse
from testbed.model.verdict import Evidence
from testbed.model.wire import Exchange, Pointer, host_of

REFUSAL_EXPECTED = Need(
    lambda e: (
        e.play.scenario.expect.login == "refused"
        and not e.play.scenario.spoil
        and e.play.scenario.flow != "answer-elsewhere"
    ),
    "the scenario expects the school to refuse no honest login",
)


@check(
    clause="SAML Core 3.2.2.2; SAML Profiles 4.1.4.2",
    sv="Inloggningen nekas så som scenariot väntar",
    about="school",
    needs=(REFUSAL_EXPECTED,),
    reads_assertions=True,
)
def login_refused_as_expected(evidence: Evidence) -> Iterator[Outcome]:
    """The login is refused in the way that the scenario expects.

    A vendor that a guardian has no business with must be told nothing about the guardian, not even by mistake; and a
    refusal with the right status tells the vendor what to say to the person.
    """
    answers = [message for message in evidence.messages if isinstance(message, SamlResponse)]
    if not answers:
        yield NotVerified("no answer of the school reached the vendor")
        return
    last = answers[-1]
    yield from _status(last, evidence.play.scenario.expect.status)
    after = [probe for probe in probes(evidence) if probe.number > last.where.exchange]
    if not after:
        yield NotVerified("the page that shows who is logged in was not opened after the answer")
    for probe in after:
        yield from _nobody(probe, evidence)


def _status(answer: SamlResponse, expected: tuple[str, ...]) -> Iterator[Outcome]:
    if not expected:
        return
    came = _short(answer.sub_status) or _short(answer.status) or "no status"
    if answer.status == STATUS_SUCCESS or answer.assertions or answer.encrypted or came not in expected:
        yield Observation(
            f"the school answered {host_of(answer.delivered_to)} with {came}",
            f"a refusal with {' or '.join(expected)}, and no assertion",
            where=answer.where,
            sender=host_of(answer.issuer),
            recipient=host_of(answer.delivered_to),
        )


def _nobody(probe: Exchange, evidence: Evidence) -> Iterator[Outcome]:
    for person, attribute in shown(probe, evidence).items():
        yield Observation(
            f"{probe.request.url} shows {attribute} of {person} as logged in",
            "the login is refused and nobody is logged in",
            where=Pointer(probe.number, "response.body"),
            attribute=attribute,
            person=person,
        )


def _short(status: str) -> str:
    return status.rpartition(":")[2]
