"""Signatures of the school, judged by other libraries than the one that made them."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from lxml import etree
from signxml import XMLVerifier

from idp.keys import KeyStage, SchoolKeys, SigningKey
from idp.saml.signing import Signer, Signers, is_signed_by

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
MD = "urn:oasis:names:tc:SAML:2.0:metadata"
DS = "{http://www.w3.org/2000/09/xmldsig#}"


def assertion(identifier: str = "_a", issuer: str = "<saml:Issuer>idp</saml:Issuer>") -> Any:
    return etree.fromstring(
        f'<saml:Assertion xmlns:saml="{SAML}" ID="{identifier}">{issuer}'
        "<saml:Subject>Åsa</saml:Subject></saml:Assertion>"
    )


def message(name: str) -> Any:
    return etree.fromstring(
        f'<samlp:{name} xmlns:samlp="{SAMLP}" xmlns:saml="{SAML}" ID="_m"><saml:Issuer>idp</saml:Issuer>'
        f"<samlp:Status/></samlp:{name}>"
    )


def metadata(name: str) -> Any:
    return etree.fromstring(f'<md:{name} xmlns:md="{MD}" ID="_e">\n  <md:Extensions/>\n</md:{name}>')


@pytest.fixture(scope="module", params=["rsa", "ec"])
def key(request: Any, keys: SchoolKeys, tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    if request.param == "rsa":
        return keys.current
    return SigningKey.load_or_make(tmp_path_factory.mktemp("ec") / "ec.pem", "idp.granne.test", NOW, "ec")


@pytest.fixture(scope="module")
def signer(key: SigningKey) -> Signer:
    return Signer(key)


def public(key: SigningKey) -> Any:
    return (key.private_key.public_key(),)


def children(element: Any) -> list[str]:
    return [etree.QName(child).localname for child in element]


@pytest.mark.parametrize(
    ("element", "order"),
    [
        (assertion, ["Issuer", "Signature", "Subject"]),
        (lambda: message("Response"), ["Issuer", "Signature", "Status"]),
        (lambda: message("LogoutRequest"), ["Issuer", "Signature", "Status"]),
        (lambda: message("LogoutResponse"), ["Issuer", "Signature", "Status"]),
        (lambda: metadata("EntityDescriptor"), ["Signature", "Extensions"]),
        (lambda: metadata("EntitiesDescriptor"), ["Signature", "Extensions"]),
        (lambda: assertion(issuer=""), ["Signature", "Subject"]),
    ],
)
def test_another_library_accepts_it_and_it_stands_where_the_schema_wants_it(
    signer: Signer, key: SigningKey, element: Any, order: list[str]
) -> None:
    signed = element()
    signer.sign(signed)
    assert children(signed) == order
    again = etree.fromstring(etree.tostring(signed))
    verified = XMLVerifier().verify(again, x509_cert=key.certificate_pem.decode(), id_attribute="ID").signed_xml
    assert verified.get("ID") == signed.get("ID")
    assert is_signed_by(again, public(key))


def test_the_algorithms_are_those_of_the_profile(signer: Signer, key: SigningKey) -> None:
    signed = assertion()
    signer.sign(signed)
    algorithms = [e.get("Algorithm").rpartition("/")[2] for e in signed.iter() if e.get("Algorithm")]
    assert algorithms == [
        "xml-exc-c14n#",
        {"rsa": "xmldsig-more#rsa-sha256", "ec": "xmldsig-more#ecdsa-sha256"}[key.kind],
        "xmldsig#enveloped-signature",
        "xml-exc-c14n#",
        "xmlenc#sha256",
    ]
    assert signed.find(f"{DS}Signature/{DS}SignedInfo/{DS}SignatureMethod").get("Algorithm") == signer.algorithm
    assert len(signed.findall(f".//{DS}X509Certificate")) == 1


def test_a_changed_assertion_is_not_signed(signer: Signer, key: SigningKey) -> None:
    stranger = ec.generate_private_key(ec.SECP256R1()).public_key()
    signed = assertion()
    signer.sign(signed)
    assert is_signed_by(signed, (stranger, *public(key)))
    assert not is_signed_by(signed, ())
    assert not is_signed_by(signed, (stranger,))
    signed.find(f"{{{SAML}}}Subject").text = "Åke"
    assert not is_signed_by(signed, public(key))


def test_what_has_no_signature_is_not_signed(key: SigningKey) -> None:
    assert not is_signed_by(assertion(), public(key))


def test_a_message_in_an_envelope_is_judged_by_itself(signer: Signer, key: SigningKey) -> None:
    envelope = etree.fromstring("<Envelope><Body/></Envelope>")
    signed = message("LogoutRequest")
    signer.sign(signed)
    envelope[0].append(signed)
    inside = etree.fromstring(etree.tostring(envelope)).find(f".//{{{SAMLP}}}LogoutRequest")
    assert is_signed_by(inside, public(key))
    etree.SubElement(inside.getparent(), "decoy").set("ID", "_m")
    assert not is_signed_by(inside, public(key))


def test_a_response_may_be_signed_around_a_signed_assertion(signer: Signer, key: SigningKey) -> None:
    response = message("Response")
    response.append(assertion())
    signer.sign(response[-1])
    signer.sign(response)
    read = etree.fromstring(etree.tostring(response))
    assert is_signed_by(read, public(key))
    assert is_signed_by(read[-1], public(key))


def test_what_cannot_be_pointed_at_or_is_signed_cannot_be_signed(signer: Signer) -> None:
    with pytest.raises(ValueError, match="no ID"):
        signer.sign(assertion(identifier=""))
    signed = assertion()
    signer.sign(signed)
    with pytest.raises(ValueError, match="signed already"):
        signer.sign(signed)


def test_two_elements_with_one_id_cannot_both_be_signed(signer: Signer) -> None:
    response = message("Response")
    response.append(assertion(identifier="_m"))
    signer.sign(response[-1])
    with pytest.raises(ValueError, match="cannot be signed"):
        signer.sign(response)


def test_one_signer_signs_many(signer: Signer, key: SigningKey) -> None:
    for number in range(3):
        signed = assertion(f"_{number}")
        signer.sign(signed)
        assert is_signed_by(signed, public(key))


def test_octets_are_signed_as_the_algorithm_writes_them(signer: Signer, key: SigningKey) -> None:
    signature = signer.sign_octets(b"SAMLRequest=x&SigAlg=y")
    public_key = key.private_key.public_key()
    if isinstance(public_key, rsa.RSAPublicKey):
        public_key.verify(signature, b"SAMLRequest=x&SigAlg=y", padding.PKCS1v15(), hashes.SHA256())
        return
    assert len(signature) == 64
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    public_key.verify(encode_dss_signature(r, s), b"SAMLRequest=x&SigAlg=y", ec.ECDSA(hashes.SHA256()))


@pytest.mark.parametrize(
    ("stage", "slot"), [("before", "current"), ("announced", "current"), ("switched", "coming"), ("retired", "coming")]
)
def test_the_stage_chooses_the_key(tmp_path: Path, stage: KeyStage, slot: Any) -> None:
    keys = SchoolKeys.load_or_make(tmp_path / "keys", "idp.skola.test", NOW, "ec")
    signers = Signers(keys)
    signed = assertion()
    signers.at(stage).sign(signed)
    assert signers.at(stage) is signers.at(stage)
    assert is_signed_by(signed, public(keys.key(slot)))
    assert (tmp_path / "keys" / "saml-signing-ec-coming.pem").exists() == (slot == "coming")
