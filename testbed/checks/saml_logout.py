"""The messages of single logout: who may end a session, and who is told that it ended."""

from collections.abc import Iterator

from testbed.checks.core import NotVerified, Observation, Outcome, check, message_of
from testbed.model.messages import LogoutRequest, LogoutResponse
from testbed.model.verdict import Evidence
from testbed.model.wire import host_of


def _requests(evidence: Evidence) -> list[LogoutRequest]:
    return [message for message in evidence.messages if isinstance(message, LogoutRequest)]


def _responses(evidence: Evidence) -> list[LogoutResponse]:
    return [message for message in evidence.messages if isinstance(message, LogoutResponse)]


@check(
    clause="SAML Profiles 4.4.4.1 and 4.4.4.2",
    sv="Utloggningsmeddelanden genom webbläsaren är undertecknade",
    about="vendor",
    needs=(message_of(LogoutRequest, LogoutResponse),),
)
def logout_is_signed(evidence: Evidence) -> Iterator[Outcome]:
    """Logout messages that pass through the browser are signed by whoever sends them.

    Otherwise any page can throw a class out of its test by a link.
    """
    messages: list[LogoutRequest | LogoutResponse] = [*_requests(evidence), *_responses(evidence)]
    for message in messages:
        if message.binding != "soap" and not message.signed:
            yield Observation(
                f"the {type(message).__name__} of {message.issuer or 'nobody'} carries no signature",
                "a signature of its sender",
                where=message.where,
                sender=host_of(message.issuer),
                recipient=host_of(message.delivered_to),
            )


@check(
    clause="SAML Core 3.7.2; SAML Profiles 4.4.3.4 and 4.4.3.5",
    sv="Varje begäran om utloggning besvaras, och varje svar hör till en begäran",
    about="vendor",
    needs=(message_of(LogoutRequest, LogoutResponse),),
)
def logout_answers_a_request(evidence: Evidence) -> Iterator[Outcome]:
    """Each logout request is answered by whom it was sent to, and each answer belongs to a request.

    Where an answer is missing the chain breaks, and the pupil believes to be logged out of services that are still
    open.
    """
    asked = {request.id for request in _requests(evidence)}
    answered = {response.in_response_to for response in _responses(evidence)}
    for response in _responses(evidence):
        if response.in_response_to not in asked and evidence.play.captured:
            yield NotVerified("the request that a logout response belongs to was not seen", absent=True)
        elif response.in_response_to not in asked:
            yield Observation(
                f"InResponseTo of the LogoutResponse is {response.in_response_to or 'not given'}",
                "the ID of a LogoutRequest of this play",
                where=response.where,
                sender=host_of(response.issuer),
                recipient=host_of(response.delivered_to),
            )
    for request in _requests(evidence):
        # NOTE: whoever receives an unsigned request through the browser must not act on it, and need not answer.
        if request.id in answered or not (request.signed or request.binding == "soap"):
            continue
        if evidence.play.captured:
            yield NotVerified("the answer to a logout request was not seen", absent=True)
        else:
            yield Observation(
                f"{host_of(request.delivered_to)} never answered the LogoutRequest of {host_of(request.issuer)}",
                "a LogoutResponse",
                where=request.where,
                sender=host_of(request.delivered_to),
                recipient=host_of(request.issuer),
            )
