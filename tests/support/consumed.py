"""Every case of SAML whose message alone decides, read by a vendor without a lab around it: thousands in a minute."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from forgery import NOW, OTHER, OWN, SCHOOL, TO, ForgingSchool, fresh_rsa

import scenarios
from idp.keys import SchoolKeys
from idp.saml.encryption import EncryptionTarget, encryption_target
from sp_mocks.behaviour import Behaviour
from sp_mocks.consume import consume
from sp_mocks.decrypt import Decrypter
from sp_mocks.places import ServiceProvider
from sp_mocks.refusal import Refused
from sp_mocks.schools import School
from testbed.certify.fitted import fitted
from testbed.model.case import Case, Subject
from testbed.model.files import load
from testbed.model.forgery import SamlForgery

FOLDER = Path(scenarios.__file__).parent / "cases" / "saml"
CASES = {case.id: case for path in sorted(FOLDER.glob("*.yaml")) for case in load(path, Subject).compiled()}
SKEW_S = 60
ME = ServiceProvider(TO.entity_id, TO.acs_url)
WITHOUT_A_LAB = frozenset({"login"})
FETCHED = "{listener}"
NEEDS_MORE = frozenset({"forces-login", "requests-context", "second-school"})


def of_the_message_alone(case: Case) -> bool:
    """Whether what comes of it can be told without a browser, a listener or a session."""
    if case.forgery is None or case.manner not in WITHOUT_A_LAB:
        return False
    return FETCHED not in case.forgery.model_dump_json() and NEEDS_MORE.isdisjoint(case.needs)


def ready(case: Case) -> SamlForgery:
    """Its forgery, with the engine's places filled in."""
    assert case.forgery is not None
    forgery = fitted(case.forgery, SKEW_S, "http://listener.test/case")
    assert isinstance(forgery, SamlForgery)
    return forgery


@dataclass
class Consumer:
    """A vendor, and a school that forges for it."""

    folder: Path
    documents: Mapping[str, bytes] = field(init=False)

    def __post_init__(self) -> None:
        own, other = (SchoolKeys.load_or_make(self.folder / name, name, NOW) for name in ("own", "other"))
        key = fresh_rsa()
        target = encryption_target([other.current.certificate_base64], ())
        assert target is not None
        school = ForgingSchool(own, other, EncryptionTarget(key.public_key(), "", target.content, target.transport))
        self._decrypter = Decrypter(key)
        certificates = (own.current.certificate_der,)
        self._school = School(
            f"{SCHOOL}/saml/metadata", f"{SCHOOL}/saml/sso", certificates, frozenset({"skola.test"}), None
        )
        chosen = {name: case for name, case in CASES.items() if of_the_message_alone(case)}
        self.documents = {name: school.make(ready(case)) for name, case in chosen.items()}

    def breaks(self, name: str, behaviour: Behaviour) -> bool:
        """Whether the vendor does with this case what it must not do."""
        user, case = self._user(self.documents[name], behaviour), CASES[name]
        mine = {value for values in OWN.said.values() for value in values}
        theirs = {value for values in OTHER.said.values() for value in values}
        if case.expect == "accept":
            return user not in mine
        return user in theirs if case.expect == "never-other-user" else user != ""

    def _user(self, document: bytes, behaviour: Behaviour) -> str:
        encoded = base64.b64encode(document).decode()
        try:
            login = consume(encoded, ME, self._school, behaviour, NOW, self._decrypter)
        except Refused:
            return ""
        asked = login.in_response_to == TO.in_response_to or not behaviour.lax.looks_at("in-response-to")
        return login.user if asked else ""
