"""From a decision to the XML that goes to the vendor: built by pysaml2, stamped, signed, encrypted."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from xml.etree import ElementTree

from lxml import etree
from saml2.saml import NameID
from saml2.samlp import Response

from idp.keys import KeyStage
from idp.saml.encryption import EncryptionTarget, encrypt
from idp.saml.envelope import written
from idp.saml.identifiers import NameId
from idp.saml.names import CONTEXT_PASSWORD, SAML, SAMLP, XS, XSI
from idp.saml.server import ReleaseAsGiven, SamlServer
from idp.saml.signing import Signers
from idp.saml.statuses import top_level

VALID_BEFORE = timedelta(minutes=1)
"""How far the vendor's clock may be behind."""
VALID_FOR = timedelta(minutes=5)
PREFIXES = {"samlp": SAMLP, "saml": SAML, "xs": XS, "xsi": XSI}
XS_DECLARATION = "xmlns:xs"
ID_BYTES = 20

type Forge = Callable[[etree._Element], bytes]
"""Makes a document of a message that is not signed yet, in another way than the honest one."""


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom a response answers, and where it goes."""

    entity_id: str
    acs_url: str
    in_response_to: str
    """The ID of the request; "" for a response that nobody asked for (SAML Profiles 4.1.5)."""


@dataclass(frozen=True, slots=True)
class Protection:
    """How a response is protected on its way through the browser."""

    stage: KeyStage
    """Of the school's key rollover: says which key signs."""
    sign_response: bool = False
    """Whether the response is signed around the signed assertion, as some products demand."""
    encrypt_to: EncryptionTarget | None = None
    """None sends the assertion in the clear."""


@dataclass(frozen=True, slots=True)
class Login:
    """What the school states about a person."""

    name_id: NameId
    attributes: Mapping[str, tuple[str, ...]]
    """Canonical name to values: what ``idp.release`` lets go."""
    authenticated: datetime
    """When the person logged in to the school."""
    authn_context: str = CONTEXT_PASSWORD
    session_index: str = ""
    """Names the session in logout messages (SAML Core 2.7.2); "" makes one up."""


class ResponseIssuer:
    """Makes the responses of one school."""

    def __init__(self, server: SamlServer, signers: Signers) -> None:
        self._server, self._signers, self._policy = server, signers, ReleaseAsGiven()

    def issue(
        self,
        to: Addressee,
        login: Login,
        now: datetime,
        protection: Protection,
        forge: Forge | None = None,
    ) -> bytes:
        """A response with one signed assertion (SAML Profiles 4.1.4.2), as UTF-8 XML.

        Args:
            to: whom it answers.
            login: what it states.
            now: the time to stamp it with.
            protection: how it is signed, and whether it is encrypted.
            forge: finishes it in place of that.

        Raises:
            ValueError: by ``forge``.
        """
        message = self._server.create_authn_response(
            {name: list(values) for name, values in login.attributes.items()},
            to.in_response_to or None,
            to.acs_url,
            to.entity_id,
            name_id=NameID(format=login.name_id.format, text=login.name_id.value, sp_name_qualifier=to.entity_id),
            authn={"class_ref": login.authn_context},
            sign_response=False,
            sign_assertion=False,
            release_policy=self._policy,
        )
        root = _tree(message)
        _stamp(root, now, login)
        return forge(root) if forge else self._finish(root, protection)

    def refuse(
        self,
        to: Addressee,
        status: tuple[str, str],
        now: datetime,
        stage: KeyStage,
        forge: Forge | None = None,
    ) -> bytes:
        """A response that says why nobody was logged in (SAML Core 3.2.2).

        It is signed: an error that anyone could forge would let anyone keep a person out.

        Args:
            to: whom it answers.
            status: the second-level status code and a sentence for people.
            now: the time to stamp it with.
            stage: of the school's key rollover.
            forge: finishes it in place of the school's honest way.

        Raises:
            ValueError: SAML has no such status; or by ``forge``.
        """
        message = self._server.create_error_response(to.in_response_to or None, to.acs_url, status, sign=False)
        root = _tree(message)
        root.find(f"{{{SAMLP}}}Status/{{{SAMLP}}}StatusCode").set("Value", top_level(status[0]))
        root.set("ID", new_identifier())
        root.set("IssueInstant", written(now))
        return forge(root) if forge else self._finish(root, Protection(stage))

    def _finish(self, root: etree._Element, protection: Protection) -> bytes:
        signer = self._signers.at(protection.stage)
        assertion = root.find(f"{{{SAML}}}Assertion")
        if assertion is not None:
            signer.sign(assertion)
            if protection.encrypt_to is not None:
                encrypt(assertion, protection.encrypt_to)
        if assertion is None or protection.sign_response:
            signer.sign(root)
        document: bytes = etree.tostring(root, encoding="UTF-8")
        return document


def _stamp(root: etree._Element, now: datetime, login: Login) -> None:
    # NOTE: pysaml2 reads the machine's clock, so every time that it wrote is written again, and so is every
    # identifier: its own have 101 random bits where SAML Core 1.3.4 demands 128 and advises 160.
    issued, until = written(now), written(now + VALID_FOR)
    assertion = root.find(f"{{{SAML}}}Assertion")
    for element in (root, assertion):
        element.set("ID", new_identifier())
        element.set("IssueInstant", issued)
    conditions = assertion.find(f"{{{SAML}}}Conditions")
    conditions.set("NotBefore", written(now - VALID_BEFORE))
    conditions.set("NotOnOrAfter", until)
    for confirmation in assertion.iter(f"{{{SAML}}}SubjectConfirmationData"):
        confirmation.set("NotOnOrAfter", until)
    for statement in assertion.iter(f"{{{SAML}}}AuthnStatement"):
        statement.set("AuthnInstant", written(login.authenticated))
        statement.set("SessionIndex", login.session_index or new_identifier())


def new_identifier() -> str:
    """For a message or a session, with 160 random bits (SAML Core 1.3.4)."""
    return f"_{secrets.token_hex(ID_BYTES)}"


def _tree(message: Response) -> etree._Element:
    """The message as an lxml tree.

    Converted element by element: pysaml2's way to a string, and lxml's way from one, take three times as long.
    """
    source = message._to_element_tree()
    root = etree.Element(source.tag, source.attrib, nsmap=PREFIXES)
    _copy_content(source, root)
    return root


def _copy_content(source: ElementTree.Element, target: etree._Element) -> None:
    target.text = source.text
    for child in source:
        # NOTE: pysaml2 writes the declaration of the prefix xs as an attribute; the root declares it.
        child.attrib.pop(XS_DECLARATION, None)
        _copy_content(child, etree.SubElement(target, child.tag, child.attrib))
