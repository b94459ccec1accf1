"""The messages of a login: a vendor's request and a school's answer with its assertions (SAML Core 2 and 3)."""

from collections.abc import Collection, Mapping

from lxml import etree

from testbed.model.messages import Assertion, AuthnRequest, SamlAttribute, SamlResponse
from testbed.model.wire import Pointer
from testbed.wire.bodies import decoded, form_fields
from testbed.wire.encryption import opened
from testbed.wire.xml import DS, NAMESPACES, SAML, Carried, instant, is_signed, pretty, statuses, text_of

BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
MAX_CONTEXTS = 100


def authn_request(root: etree._Element, carried: Carried) -> AuthnRequest:
    """Read a samlp:AuthnRequest."""
    context = root.find("samlp:RequestedAuthnContext", NAMESPACES)
    classes = root.findall("samlp:RequestedAuthnContext/saml:AuthnContextClassRef", NAMESPACES)
    return AuthnRequest(
        where=carried.where,
        id=root.get("ID", ""),
        issuer=text_of(root.find("saml:Issuer", NAMESPACES)),
        destination=root.get("Destination", ""),
        delivered_to=carried.endpoint,
        acs_url=root.get("AssertionConsumerServiceURL", ""),
        issue_instant=instant(root.get("IssueInstant")),
        binding=carried.binding,
        signed=is_signed(root, carried),
        force_authn=root.get("ForceAuthn") in ("true", "1"),
        xml=pretty(root),
        is_passive=root.get("IsPassive") in ("true", "1"),
        contexts=tuple(text_of(one) for one in classes[:MAX_CONTEXTS]),
        comparison=context.get("Comparison", "exact") if context is not None else "",
    )


def response(
    root: etree._Element, carried: Carried, document: bytes, content_keys: Mapping[str, bytes]
) -> SamlResponse:
    """Read a samlp:Response; encrypted assertions by the keys of the run's key log."""
    request = carried.exchange.request
    form = dict(form_fields(decoded(request.headers, request.body).decode("utf-8", "replace")))
    status, sub_status = statuses(root)
    signed = root.find("ds:Signature", NAMESPACES) is not None
    unlocked = opened(root, content_keys)
    return SamlResponse(
        where=carried.where,
        id=root.get("ID", ""),
        issuer=text_of(root.find("saml:Issuer", NAMESPACES)),
        destination=root.get("Destination", ""),
        delivered_to=carried.endpoint,
        in_response_to=root.get("InResponseTo", ""),
        status=status,
        issue_instant=instant(root.get("IssueInstant")),
        assertions=_assertions(root, carried.where, unlocked),
        encrypted=sum(1 for _ in root.iter(f"{{{SAML}}}EncryptedAssertion")),
        signed=signed,
        relay_state=form.get("RelayState", ""),
        document=document,
        xml=pretty(root),
        sub_status=sub_status,
        opened=etree.tostring(root) if unlocked else b"",
    )


def _assertions(root: etree._Element, where: Pointer, unlocked: Collection[etree._Element]) -> tuple[Assertion, ...]:
    return tuple(
        _assertion(
            element,
            Pointer(where.exchange, f"{where.locator}//saml:Assertion[{number}]"),
            encrypted=any(element is one or one in element.iterancestors() for one in unlocked),
        )
        for number, element in enumerate(root.iter(f"{{{SAML}}}Assertion"), start=1)
    )


def _assertion(element: etree._Element, where: Pointer, *, encrypted: bool) -> Assertion:
    name_id = element.find("saml:Subject/saml:NameID", NAMESPACES)
    conditions = element.find("saml:Conditions", NAMESPACES)
    statement = element.find("saml:AuthnStatement", NAMESPACES)
    data = [
        found
        for confirmation in element.findall("saml:Subject/saml:SubjectConfirmation", NAMESPACES)
        if confirmation.get("Method") == BEARER
        for found in confirmation.findall("saml:SubjectConfirmationData", NAMESPACES)
    ]
    until = [instant(one.get("NotOnOrAfter")) for one in data]
    return Assertion(
        where=where,
        id=element.get("ID", ""),
        issuer=text_of(element.find("saml:Issuer", NAMESPACES)),
        name_id=text_of(name_id),
        name_id_format=name_id.get("Format", "") if name_id is not None else "",
        audiences=tuple(
            tuple(text_of(audience) for audience in restriction.findall("saml:Audience", NAMESPACES))
            for restriction in element.findall("saml:Conditions/saml:AudienceRestriction", NAMESPACES)
        ),
        not_before=instant(conditions.get("NotBefore")) if conditions is not None else None,
        not_on_or_after=instant(conditions.get("NotOnOrAfter")) if conditions is not None else None,
        recipients=tuple(one.get("Recipient", "") for one in data),
        confirmed_until=tuple(moment for moment in until if moment is not None),
        in_response_to=next((one.get("InResponseTo", "") for one in data), ""),
        authn_instant=instant(statement.get("AuthnInstant")) if statement is not None else None,
        authn_context=text_of(element.find(".//saml:AuthnContextClassRef", NAMESPACES)),
        attributes=tuple(_attribute(one) for one in element.iter(f"{{{SAML}}}Attribute")),
        signed=element.find(f"{{{DS}}}Signature") is not None,
        session_index=statement.get("SessionIndex", "") if statement is not None else "",
        encrypted=encrypted,
    )


def _attribute(element: etree._Element) -> SamlAttribute:
    return SamlAttribute(
        name=element.get("Name", ""),
        name_format=element.get("NameFormat", ""),
        friendly_name=element.get("FriendlyName", ""),
        values=tuple(text_of(value) for value in element.findall("saml:AttributeValue", NAMESPACES)),
    )
