"""How a check is declared, and the one place where checks are run.

A check is a generator function: evidence in, observations out. Its id, title and rationale come from its name and
docstring. What silence means is decided here and nowhere else: without what a check needs it is SKIPPED, an exception
of our own is an ERROR, and only a check that had something to look at can PASS.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from inspect import cleandoc
from typing import Literal

from testbed.model.messages import Message, SamlResponse
from testbed.model.privacy import Disclosure
from testbed.model.verdict import Evidence, Finding, Result, Severity, Verdict, Where
from testbed.model.wire import Pointer

log = logging.getLogger("testbed.checks")

type About = Literal["school", "vendor"]
NOT_STARTED = (
    "what the vendor's server sends to others cannot be seen: the testbed did not start it (write 'process' into the "
    "vendor's file)"
)
ONLY_ASKED = (
    "the vendor's server was only asked to use a proxy, and no call that it had to make came that way: what it sends "
    "to others was not seen (run it as root, and it has no other road)"
)
SPOILED = "the laboratory spoiled this message on purpose"


@dataclass(frozen=True, slots=True)
class Observation:
    """Something that is not as it must be, as a check saw it."""

    observed: str
    expected: str
    where: Pointer | None = None
    disclosure: Disclosure | None = None
    attribute: str = ""
    person: str | None = None
    """None: the disclosure's, else the one who plays; "": it is about nobody in particular."""
    sender: str = ""
    recipient: str = ""
    clause: str = ""
    """Where it is not the check's own."""


@dataclass(frozen=True, slots=True)
class NotVerified:
    """The check had something to look at, but could not tell."""

    reason: str
    absent: bool = False
    """What would tell was not seen. In a play of the lab that is suspicious; a capture is a part of what happened, so
    that there the check has nothing to look at."""


@dataclass(frozen=True, slots=True)
class Skip:
    """There was nothing to look at after all."""

    reason: str


type Outcome = Observation | NotVerified | Skip
type CheckFunction = Callable[[Evidence], Iterator[Outcome]]


@dataclass(frozen=True, slots=True)
class Need:
    """Something without which a check has nothing to judge."""

    present: Callable[[Evidence], bool]
    lacking: str


def message_of(*kinds: type[Message]) -> Need:
    """The play holds a message of one of these kinds."""
    names = " or ".join(kind.__name__ for kind in kinds)
    return Need(lambda e: any(isinstance(m, kinds) for m in e.messages), f"no {names} was seen")


def closed_assertions(evidence: Evidence) -> int:
    """How many assertions of the play came encrypted and cannot be read."""
    return sum(message.encrypted for message in evidence.messages if isinstance(message, SamlResponse))


def _has_assertion(evidence: Evidence) -> bool:
    responses = [message for message in evidence.messages if isinstance(message, SamlResponse)]
    return any(message.assertions or message.encrypted for message in responses)


PLAYED = Need(
    lambda evidence: not evidence.play.captured,
    "a capture made elsewhere shows no session: nobody opened a page that tells who is logged in; "
    "and of exchanges at once under load nobody can say what a page was to show",
)
ASSERTION = Need(_has_assertion, "no assertion was seen")
AGREEMENT = Need(lambda evidence: evidence.agreement is not None, "there is no agreement to hold it against")
DISCLOSURE = Need(
    lambda evidence: bool(evidence.disclosures) or closed_assertions(evidence) > 0,
    "no personal data was disclosed to anyone",
)


@dataclass(frozen=True, slots=True)
class CheckInfo:
    """What a check is, for people."""

    id: str
    title: str
    title_sv: str
    rationale: str
    clause: str
    severity: Severity
    about: About


@dataclass(frozen=True, slots=True)
class Check:
    """A registered check."""

    info: CheckInfo
    needs: tuple[Need, ...]
    function: CheckFunction = field(repr=False)
    reads_assertions: bool = False
    hears_server: bool = False


_registry: dict[str, Check] = {}


def check(  # noqa: PLR0913 - each is a fact of its own about a check
    *,
    clause: str,
    sv: str,
    about: About,
    needs: tuple[Need, ...] = (),
    severity: Severity = Severity.MUST,
    reads_assertions: bool = False,
    hears_server: bool = False,
) -> Callable[[CheckFunction], CheckFunction]:
    """Register a check as ``<family>.<function-name>``; the family is the module's name up to an underscore.

    Args:
        clause: what it holds to, with its section.
        sv: its title in Swedish; the docstring's first line is the one in English.
        about: whose conduct it judges.
        needs: without any of these it is SKIPPED.
        severity: what breaking it means.
        reads_assertions: what it finds depends on what the assertions say; where one stays closed it cannot pass.
        hears_server: what it finds depends on what the vendor's server sends; where that is not seen it cannot pass.

    Raises:
        ValueError: the id is taken, or the function has no docstring.
    """

    def register(function: CheckFunction) -> CheckFunction:
        family = function.__module__.rpartition(".")[2].partition("_")[0]
        name = f"{family}.{function.__name__.replace('_', '-')}"
        if name in _registry:
            raise ValueError(f"two checks are called {name}")
        title, _, rationale = cleandoc(function.__doc__ or "").partition("\n\n")
        if not title:
            raise ValueError(f"the check {name} does not say what it is for")
        info = CheckInfo(name, " ".join(title.split()), sv, " ".join(rationale.split()), clause, severity, about)
        _registry[name] = Check(info, needs, function, reads_assertions, hears_server)
        return function

    return register


def registered() -> tuple[Check, ...]:
    """Every check, in the order of their ids."""
    return tuple(_registry[name] for name in sorted(_registry))


def describe() -> tuple[CheckInfo, ...]:
    """What every check is, for people."""
    return tuple(one.info for one in registered())


def run_checks(evidence: Evidence, checks: tuple[Check, ...] | None = None) -> tuple[Result, ...]:
    """What each check says of the evidence."""
    return tuple(_run(one, evidence) for one in (registered() if checks is None else checks))


def _run(one: Check, evidence: Evidence) -> Result:
    info = one.info
    result = Result(info.id, Verdict.SKIPPED, info.severity)
    if info.about == "school" and evidence.play.scenario.spoil:
        return replace(result, reason=SPOILED)
    try:
        lacking = next((need.lacking for need in one.needs if not need.present(evidence)), "")
        if lacking:
            return replace(result, reason=lacking)
        outcomes = list(one.function(evidence))
        if one.reads_assertions and (closed := closed_assertions(evidence)):
            outcomes.append(NotVerified(f"{closed} encrypted assertion(s) could not be read: the run has no key"))
        if one.hears_server:
            outcomes += _unheard(evidence)
    except Exception as error:
        # NOTE: the only place where a check's own failure is caught: it is our fault, and never the vendor's.
        log.exception("the check %s failed on play %s", info.id, evidence.play.id)
        return replace(
            result, verdict=Verdict.ERROR, reason=f"the check itself failed: {type(error).__name__}: {error}"
        )
    return _weighed(info, outcomes, evidence, result)


def _unheard(evidence: Evidence) -> tuple[Outcome, ...]:
    match evidence.play.sees:
        case "all":
            return ()
        case "proxied":
            return (NotVerified(ONLY_ASKED),)
        case "nothing":
            return (Skip(NOT_STARTED),)


def _weighed(info: CheckInfo, outcomes: list[Outcome], evidence: Evidence, result: Result) -> Result:
    outcomes = [_in_a_capture(one) for one in outcomes] if evidence.play.captured else outcomes
    findings = tuple(_finding(info, one, evidence) for one in outcomes if isinstance(one, Observation))
    if findings:
        verdict = Verdict.FAIL if info.severity is Severity.MUST else Verdict.WARNING
        return replace(result, verdict=verdict, findings=findings)
    for kind, verdict in ((NotVerified, Verdict.NOT_VERIFIED), (Skip, Verdict.SKIPPED)):
        reason = next((one.reason for one in outcomes if isinstance(one, kind)), None)
        if reason is not None:
            return replace(result, verdict=verdict, reason=reason)
    return replace(result, verdict=Verdict.PASS)


def _in_a_capture(outcome: Outcome) -> Outcome:
    if isinstance(outcome, NotVerified) and outcome.absent:
        return Skip(f"the capture does not show it: {outcome.reason}")
    return outcome


def _finding(info: CheckInfo, seen: Observation, evidence: Evidence) -> Finding:
    told = seen.disclosure
    where = seen.where or (told.where if told else None)
    person = told.person if told else evidence.play.person
    return Finding(
        check=info.id,
        title=info.title,
        clause=seen.clause or info.clause,
        severity=info.severity,
        vendor=evidence.play.vendor.id,
        observed=seen.observed,
        expected=seen.expected,
        where=Where(where.exchange, where.locator) if where else None,
        attribute=seen.attribute or (told.attribute if told else ""),
        person=person if seen.person is None else seen.person,
        sender=seen.sender or (told.sender if told else ""),
        recipient=seen.recipient or (told.recipient if told else ""),
        channel=told.channel.value if told else "",
        form=told.form if told else "",
    )
