"""The request for a login, by HTTP-Redirect (SAML Core 3.4.1, SAML Bindings 3.4.4)."""

from datetime import datetime

from saml2 import saml, samlp

from sp_mocks.behaviour import Behaviour
from sp_mocks.places import ServiceProvider
from sp_mocks.schools import School
from sp_mocks.xmlnames import BINDING_POST
from testbed.model.messages import NAMEID_TRANSIENT


def authn_request(me: ServiceProvider, identifier: str, school: School, now: datetime, behaviour: Behaviour) -> bytes:
    """The AuthnRequest, as UTF-8 XML.

    Args:
        me: who asks, and where the answer is to go.
        identifier: an ID that was never used before.
        school: who is asked.
        now: the time to stamp it with.
        behaviour: whether it asks for a fresh login even of someone who is logged in to the school, and how sure the
            school must be of who it is.
    """
    request = samlp.AuthnRequest(
        id=identifier,
        version="2.0",
        issue_instant=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        destination=school.sign_on,
        assertion_consumer_service_url=me.acs_url,
        protocol_binding=BINDING_POST,
        force_authn="true" if behaviour.force_authn else None,
        issuer=saml.Issuer(text=me.entity_id),
        name_id_policy=samlp.NameIDPolicy(format=NAMEID_TRANSIENT, allow_create="true"),
        requested_authn_context=_contexts(behaviour) if behaviour.contexts else None,
    )
    document: bytes = request.to_string(nspair={"samlp": samlp.NAMESPACE, "saml": saml.NAMESPACE})
    return document


def _contexts(behaviour: Behaviour) -> samlp.RequestedAuthnContext:
    return samlp.RequestedAuthnContext(
        comparison=behaviour.comparison,
        authn_context_class_ref=[saml.AuthnContextClassRef(text=context) for context in behaviour.contexts],
    )
