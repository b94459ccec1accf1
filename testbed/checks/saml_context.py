"""How sure the school was of who logged in, against what the vendor asked for."""

from collections.abc import Iterator

from testbed.checks.core import Need, NotVerified, Observation, Outcome, check
from testbed.model.assurance import satisfies
from testbed.model.messages import AuthnRequest, SamlResponse
from testbed.model.verdict import Evidence


def _asked(evidence: Evidence) -> dict[str, AuthnRequest]:
    requests = (message for message in evidence.messages if isinstance(message, AuthnRequest))
    return {request.id: request for request in requests if request.contexts}


def _answers(evidence: Evidence) -> list[tuple[AuthnRequest, SamlResponse]]:
    """The requests for a certain context, each with its answer that lets somebody in."""
    asked = _asked(evidence)
    return [
        (asked[message.in_response_to], message)
        for message in evidence.messages
        if isinstance(message, SamlResponse)
        and message.in_response_to in asked
        and (message.assertions or message.encrypted)
    ]


ANSWERED = Need(lambda evidence: bool(_answers(evidence)), "no login asked for a certain context and was let in")


@check(
    clause="SAML Core 3.3.2.2.1",
    sv="Skolan är så säker på vem det är som leverantören begär",
    about="school",
    needs=(ANSWERED,),
    reads_assertions=True,
)
def context_meets_request(evidence: Evidence) -> Iterator[Outcome]:
    """The school states an authentication context that the vendor's request takes.

    A vendor that asks for two factors does so because a password can be borrowed: who sees grades and notes about
    pupils must be who they say they are.
    """
    for request, response in _answers(evidence):
        wanted = f"{request.comparison} {', '.join(request.contexts)}"
        for assertion in response.assertions:
            met = satisfies(assertion.authn_context, request.contexts, request.comparison)
            stated = assertion.authn_context or "no context"
            if met is None:
                yield NotVerified(f"how {stated} compares with {wanted} is not known")
            elif not met:
                yield Observation(f"the assertion states {stated}", wanted, where=assertion.where)
