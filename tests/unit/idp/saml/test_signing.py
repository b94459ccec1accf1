"""Signatures over assertions, judged by another library than the one that made them."""

from typing import Any

import pytest
from lxml import etree
from signxml import XMLVerifier

from idp.keys import SchoolKeys
from idp.saml.signing import AssertionSigner, is_signed_by

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
DS = "{http://www.w3.org/2000/09/xmldsig#}"


def assertion(identifier: str = "_a", issuer: str = "<saml:Issuer>idp</saml:Issuer>") -> Any:
    return etree.fromstring(
        f'<saml:Assertion xmlns:saml="{SAML}" ID="{identifier}">{issuer}'
        "<saml:Subject>Åsa</saml:Subject></saml:Assertion>"
    )


@pytest.fixture(scope="module")
def signer(keys: SchoolKeys) -> AssertionSigner:
    return AssertionSigner(keys)


def test_another_library_accepts_the_signature(signer: AssertionSigner, keys: SchoolKeys) -> None:
    signed = assertion()
    signer.sign(signed)
    verified = (
        XMLVerifier().verify(signed, x509_cert=keys.current.certificate_pem.decode(), id_attribute="ID").signed_xml
    )
    assert verified.findtext(f"{{{SAML}}}Subject") == "Åsa"


def test_the_signature_stands_right_after_the_issuer_with_the_algorithms_of_the_profile(
    signer: AssertionSigner,
) -> None:
    signed = assertion()
    signer.sign(signed)
    assert [etree.QName(child).localname for child in signed] == ["Issuer", "Signature", "Subject"]
    algorithms = [e.get("Algorithm").rpartition("/")[2] for e in signed.iter() if e.get("Algorithm")]
    assert algorithms == [
        "xml-exc-c14n#",
        "xmldsig-more#rsa-sha256",
        "xmldsig#enveloped-signature",
        "xml-exc-c14n#",
        "xmlenc#sha256",
    ]
    assert len(signed.findall(f".//{DS}X509Certificate")) == 1


def test_a_changed_assertion_is_not_signed(signer: AssertionSigner, keys: SchoolKeys) -> None:
    signed = assertion()
    signer.sign(signed)
    assert is_signed_by(signed, (b"not a certificate", keys.current.certificate_pem))
    assert not is_signed_by(signed, ())
    signed.find(f"{{{SAML}}}Subject").text = "Åke"
    assert not is_signed_by(signed, (keys.current.certificate_pem,))


def test_what_has_no_signature_is_not_signed(keys: SchoolKeys) -> None:
    assert not is_signed_by(assertion(), (keys.current.certificate_pem,))


@pytest.mark.parametrize("broken", [assertion(identifier=""), assertion(issuer="")])
def test_what_cannot_be_pointed_at_cannot_be_signed(signer: AssertionSigner, broken: Any) -> None:
    with pytest.raises(ValueError, match="cannot be signed"):
        signer.sign(broken)


def test_one_signer_signs_many(signer: AssertionSigner, keys: SchoolKeys) -> None:
    for number in range(3):
        signed = assertion(f"_{number}")
        signer.sign(signed)
        assert is_signed_by(signed, (keys.current.certificate_pem,))
