"""A school that forges the same valid message as often as a test likes: same identifiers, same instant, same keys."""

import datetime as dt
from dataclasses import dataclass, field, replace
from itertools import count

from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree

from idp.config import SchoolConfig
from idp.keys import SchoolKeys
from idp.saml.encryption import EncryptionTarget
from idp.saml.forging import Forging, Usual, forged
from idp.saml.identifiers import NameId
from idp.saml.logout import logout_request
from idp.saml.places import Identity, NewIds, Places
from idp.saml.responses import Addressee, Login, Protection, ResponseIssuer
from idp.saml.seals import Seals
from idp.saml.server import make_server
from idp.saml.signing import Signers
from testbed.model.forgery import SamlForgery
from testbed.model.messages import NAMEID_TRANSIENT
from testbed.model.written import Bilingual

NOW = dt.datetime(2031, 2, 3, 4, 5, 6, tzinfo=dt.UTC)
SCHOOL, SECOND = "https://idp.skola.test", "https://annan.skola.test/saml/metadata"
TO = Addressee("https://lasning.test/saml/metadata", "https://lasning.test/saml/acs", "_request")
OWN = Identity(NameId(NAMEID_TRANSIENT, "_own"), {"eduPersonPrincipalName": ("own@skola.test",), "givenName": ("Åsa",)})
OTHER = Identity(
    NameId(NAMEID_TRANSIENT, "_other"), {"eduPersonPrincipalName": ("other@skola.test",), "givenName": ("Eva",)}
)
NS = {
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
}


@dataclass
class ForgingSchool:
    """Forges one message in many ways."""

    keys: SchoolKeys
    second: SchoolKeys | None = None
    encrypt_to: EncryptionTarget | None = None
    own: Identity = OWN
    other: Identity = OTHER
    usual: Usual = field(default=Usual(("assertion",)))
    seals: Seals = field(init=False)

    def __post_init__(self) -> None:
        second = self.second
        self.seals = Seals(self.keys, lambda: NOW, (lambda: second.current) if second else None)
        config = SchoolConfig(SCHOOL, Bilingual(sv="S", en="E"), {}, "skola.test", (), "t")
        self.signers = Signers(self.keys)
        self._issuer = ResponseIssuer(make_server(config), self.signers)
        self._valid = self._made()

    def _made(self) -> str:
        valid: list[str] = []

        def keep(root: etree._Element) -> bytes:
            valid.append(etree.tostring(root, encoding="unicode"))
            return b""

        assert self.own.name_id is not None
        login = Login(self.own.name_id, self.own.attributes, NOW - dt.timedelta(minutes=1), session_index="_index")
        self._issuer.issue(TO, login, NOW, Protection("before"), keep)
        return valid[0]

    def tree(self) -> etree._Element:
        """The valid message, unsigned; always the same one."""
        return etree.fromstring(self._valid)

    def forging(self, forgery: SamlForgery) -> Forging:
        """How it is forged."""
        numbers = count(1)
        places = Places(
            fixed={
                "acs": TO.acs_url,
                "audience": TO.entity_id,
                "issuer": f"{SCHOOL}/saml/metadata",
                "request": TO.in_response_to,
                "second": SECOND,
            },
            now=NOW,
            own=self.own,
            other=self.other,
            certificate=lambda name: self.seals.at(name, "before").certificate,
            seal=self.seals.at(forgery.key, "before"),
            new_id=NewIds(lambda: f"_new-{next(numbers)}"),
        )
        usual = replace(self.usual, encrypt_to=self.encrypt_to)
        return Forging(forgery, usual, places, self.signers.at("before").sign)

    def forge(self, **forgery: object) -> bytes:
        """The forged document."""
        return self.make(SamlForgery.model_validate(forgery))

    def make(self, forgery: SamlForgery) -> bytes:
        """The forged document."""
        forging = self.forging(forgery)
        if forgery.message == "logout-request":
            return forged(self._logout_request(), replace(forging, usual=Usual(("response",)))).document
        return forged(self.tree(), forging).document

    def _logout_request(self) -> etree._Element:
        assert self.own.name_id is not None
        issuer = f"{SCHOOL}/saml/metadata"
        return logout_request(issuer, "_logout", "https://lasning.test/saml/slo", self.own.name_id, ("_index",), NOW)


def fresh_rsa() -> rsa.RSAPrivateKey:
    """A key of whoever needs one."""
    return rsa.generate_private_key(65537, 2048)
