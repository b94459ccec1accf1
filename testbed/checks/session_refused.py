"""A login that must not succeed: verified by the refusal that was seen, never by silence."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from testbed.checks.core import PLAYED, Need, NotVerified, Observation, Outcome, check
from testbed.checks.probes import probes, shown
from testbed.model.messages import STATUS_SUCCESS, SamlResponse
from testbed.model.oidc_messages import AuthorizationAnswer
from testbed.model.verdict import Evidence
from testbed.model.wire import Exchange, Pointer, host_of

SAID_BY_SAML: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "access_denied": ("RequestDenied", "AuthnFailed"),
        "unmet_authentication_requirements": ("NoAuthnContext",),
        "login_required": ("NoPassive",),
        "interaction_required": ("NoPassive",),
    }
)
"""The errors of OpenID Connect (Core 3.1.2.6; RFC 6749, 4.1.2.1), and the status codes that say the same in SAML, by
which a scenario is written."""
REFUSAL_EXPECTED = Need(
    lambda e: (
        e.play.scenario.expect.login == "refused"
        and not e.play.scenario.spoil
        and e.play.scenario.flow != "answer-elsewhere"
    ),
    "the scenario expects the school to refuse no honest login",
)


@check(
    clause="SAML Core 3.2.2.2; SAML Profiles 4.1.4.2; OpenID Connect Core 3.1.2.6",
    sv="Inloggningen nekas så som scenariot väntar",
    about="school",
    needs=(PLAYED, REFUSAL_EXPECTED),
    reads_assertions=True,
)
def login_refused_as_expected(evidence: Evidence) -> Iterator[Outcome]:
    """The login is refused in the way that the scenario expects.

    A vendor that a guardian has no business with must be told nothing about the guardian, not even by mistake; and a
    refusal with the right status tells the vendor what to say to the person.
    """
    answers = [message for message in evidence.messages if isinstance(message, SamlResponse | AuthorizationAnswer)]
    if not answers:
        yield NotVerified("no answer of the school reached the vendor")
        return
    last = answers[-1]
    yield from _status(_read(last), evidence.play.scenario.expect.status)
    after = [probe for probe in probes(evidence) if probe.number > last.where.exchange]
    if not after:
        yield NotVerified("the page that shows who is logged in was not opened after the answer")
    for probe in after:
        yield from _nobody(probe, evidence)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the school said, in the words of either protocol."""

    where: Pointer
    sender: str
    recipient: str
    came: str
    also_called: tuple[str, ...]
    """By the words of SAML."""
    let_in: bool


def _read(answer: SamlResponse | AuthorizationAnswer) -> _Answer:
    recipient = host_of(answer.delivered_to)
    if isinstance(answer, AuthorizationAnswer):
        came = answer.error[:100] or ("a code" if answer.code else "no error")
        called = SAID_BY_SAML.get(answer.error, ())
        return _Answer(answer.where, host_of(answer.issuer), recipient, came, called, bool(answer.code))
    came = _short(answer.sub_status) or _short(answer.status) or "no status"
    let_in = answer.status == STATUS_SUCCESS or bool(answer.assertions or answer.encrypted)
    return _Answer(answer.where, host_of(answer.issuer), recipient, came, (), let_in)


def _status(answer: _Answer, expected: tuple[str, ...]) -> Iterator[Outcome]:
    if not expected:
        return
    if answer.let_in or not {answer.came, *answer.also_called} & set(expected):
        yield Observation(
            f"the school answered {answer.recipient} with {answer.came}",
            f"a refusal with {' or '.join(expected)}, and nothing that lets anybody in",
            where=answer.where,
            sender=answer.sender,
            recipient=answer.recipient,
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
