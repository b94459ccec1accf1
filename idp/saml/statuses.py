"""Status codes of a response that logs nobody in: above, whose fault it is; below, why (SAML Core 3.2.2.2)."""

STATUS = "urn:oasis:names:tc:SAML:2.0:status"
SUCCESS = f"{STATUS}:Success"
REQUESTER = f"{STATUS}:Requester"
"""The vendor's mistake: the same request will fail again."""
RESPONDER = f"{STATUS}:Responder"
"""The request was right, and the school or the person cannot do what it asks."""
VERSION_MISMATCH = f"{STATUS}:VersionMismatch"

TOP_LEVEL = {
    f"{STATUS}:{reason}": top
    for top, reasons in {
        REQUESTER: (
            "InvalidAttrNameOrValue",  # asks for what nobody can have
            "InvalidNameIDPolicy",  # asks for an identifier that the school says in its metadata it lacks
            "RequestUnsupported",  # asks in a way that the school's metadata does not offer
            "ResourceNotRecognized",
            "UnknownAttrProfile",
            "UnsupportedBinding",  # asks for an answer over a binding that the school cannot use
        ),
        RESPONDER: (
            "AuthnFailed",  # the person did not show who they are
            "NoAuthnContext",  # the person or the school lacks such means of authentication
            "NoAvailableIDP",
            "NoPassive",  # nobody was logged in, and the person might not be asked
            "NoSupportedIDP",
            "ProxyCountExceeded",
            "RequestDenied",  # understood, and the agreement does not allow it
            "TooManyResponses",
            "UnknownPrincipal",  # the school does not know the person
        ),
        VERSION_MISMATCH: ("RequestVersionDeprecated", "RequestVersionTooHigh", "RequestVersionTooLow"),
        SUCCESS: ("PartialLogout",),  # the session at the school did end (SAML Core 3.7.3.2)
    }.items()
    for reason in reasons
}
"""Every second-level code of SAML Core 3.2.2.2 with the top-level code that it stands under."""


def top_level(status: str) -> str:
    """The top-level code for a second-level one.

    Raises:
        ValueError: SAML has no such second-level code.
    """
    try:
        return TOP_LEVEL[status]
    except KeyError as error:
        raise ValueError(f"SAML has no second-level status code {status!r}") from error
