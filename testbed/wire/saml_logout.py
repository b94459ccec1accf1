"""The messages of single logout (SAML Core 3.7): by redirect, by form, and from server to server."""

from lxml import etree

from testbed.model.messages import LogoutRequest, LogoutResponse
from testbed.wire.xml import NAMESPACES, Carried, instant, is_signed, pretty, statuses, text_of

MAX_SESSION_INDEXES = 100


def logout_request(root: etree._Element, carried: Carried) -> LogoutRequest:
    """Read a samlp:LogoutRequest."""
    return LogoutRequest(
        where=carried.where,
        id=root.get("ID", ""),
        issuer=text_of(root.find("saml:Issuer", NAMESPACES)),
        destination=root.get("Destination", ""),
        delivered_to=carried.endpoint,
        name_id=text_of(root.find("saml:NameID", NAMESPACES)),
        session_indexes=tuple(
            text_of(index) for index in root.findall("samlp:SessionIndex", NAMESPACES)[:MAX_SESSION_INDEXES]
        ),
        issue_instant=instant(root.get("IssueInstant")),
        binding=carried.binding,
        signed=is_signed(root, carried),
        xml=pretty(root),
    )


def logout_response(root: etree._Element, carried: Carried) -> LogoutResponse:
    """Read a samlp:LogoutResponse."""
    status, sub_status = statuses(root)
    return LogoutResponse(
        where=carried.where,
        id=root.get("ID", ""),
        issuer=text_of(root.find("saml:Issuer", NAMESPACES)),
        destination=root.get("Destination", ""),
        delivered_to=carried.endpoint,
        in_response_to=root.get("InResponseTo", ""),
        status=status,
        sub_status=sub_status,
        binding=carried.binding,
        signed=is_signed(root, carried),
        xml=pretty(root),
    )
