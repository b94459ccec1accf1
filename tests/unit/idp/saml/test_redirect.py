"""What the school sends by the Redirect binding is what its own reader of vendors' messages takes."""

import base64
import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import etree

from idp.config import RelyingParty
from idp.fields import read_fields
from idp.keys import KeyKind, SigningKey
from idp.refused import Refused
from idp.saml.redirect import redirect_url
from idp.saml.relying_parties import Consumer, ServiceProvider
from idp.saml.signatures import check_redirect
from idp.saml.signing import Signer
from idp.saml.unpacking import inflate
from testbed.model.written import Bilingual

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
XML = b'<samlp:LogoutResponse xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_x"/>'
STATE = "a b&c=å"


@pytest.fixture(scope="module", params=["rsa", "ec"])
def key(request: Any, tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    kind: KeyKind = request.param
    return SigningKey.load_or_make(tmp_path_factory.mktemp("key") / "k.pem", "sp.test", NOW, kind)


@pytest.fixture
def provider(key: SigningKey, party: RelyingParty) -> ServiceProvider:
    """A vendor that happens to have the key that signed."""
    name = Bilingual(sv="T", en="S")
    consumers = (Consumer("https://lasning.test/saml/acs", "0", None),)
    return ServiceProvider(party, name, consumers, (), frozenset(), False, (key.certificate_base64,))


@pytest.mark.parametrize("field", ["SAMLRequest", "SAMLResponse"])
@pytest.mark.parametrize("state", ["", STATE])
def test_it_is_read_back_and_its_signature_is_good(
    key: SigningKey, provider: ServiceProvider, field: Any, state: str
) -> None:
    url = redirect_url("https://sp.test/slo", field, XML, state, Signer(key))
    fields = read_fields(urlsplit(url).query.encode())
    assert inflate(fields.value(field)) == XML
    assert fields.value("RelayState") == state
    check_redirect(fields, etree.fromstring(XML), provider, required=True, field=field)


@pytest.mark.parametrize(("old", "new"), [("RelayState=", "RelayState=x"), ("SAMLResponse=", "SAMLResponse=A")])
def test_a_changed_query_is_refused(key: SigningKey, provider: ServiceProvider, old: str, new: str) -> None:
    url = redirect_url("https://sp.test/slo", "SAMLResponse", XML, STATE, Signer(key))
    fields = read_fields(urlsplit(url).query.replace(old, new).encode())
    with pytest.raises(Refused, match="not good"):
        check_redirect(fields, etree.fromstring(XML), provider, required=False, field="SAMLResponse")


def test_a_signature_under_the_other_name_is_refused(key: SigningKey, provider: ServiceProvider) -> None:
    """Or a signed request would pass for a signed response."""
    url = redirect_url("https://sp.test/slo", "SAMLRequest", XML, "", Signer(key))
    with pytest.raises(Refused, match="not good"):
        check_redirect(
            read_fields(urlsplit(url).query.encode()),
            etree.fromstring(XML),
            provider,
            required=False,
            field="SAMLResponse",
        )


def test_a_missing_signature_matters_where_it_is_required(provider: ServiceProvider) -> None:
    fields, root = read_fields(b"SAMLResponse=x"), etree.fromstring(XML)
    check_redirect(fields, root, provider, required=False, field="SAMLResponse")
    with pytest.raises(Refused, match="not signed"):
        check_redirect(fields, root, provider, required=True, field="SAMLResponse")


def test_the_endpoints_own_query_is_kept(key: SigningKey, tmp_path: Path) -> None:
    url = redirect_url("https://sp.test/slo?tenant=1", "SAMLRequest", XML, "", Signer(key))
    assert url.startswith("https://sp.test/slo?tenant=1&SAMLRequest=")
    assert set(parse_qs(urlsplit(url).query)) == {"tenant", "SAMLRequest", "SigAlg", "Signature"}


def test_one_bad_certificate_does_not_make_the_good_one_useless(key: SigningKey, provider: ServiceProvider) -> None:
    garbage = base64.b64encode(b"garbage").decode()
    several = replace(provider, certificates=(garbage, "%%%", *provider.certificates))
    url = redirect_url("https://sp.test/slo", "SAMLRequest", XML, "", Signer(key))
    check_redirect(read_fields(urlsplit(url).query.encode()), etree.fromstring(XML), several, required=True)


def test_an_algorithm_of_another_kind_of_key_is_refused(key: SigningKey, provider: ServiceProvider) -> None:
    other = {"rsa": "ecdsa-sha256", "ec": "rsa-sha256"}[key.kind]
    url = redirect_url("https://sp.test/slo", "SAMLRequest", XML, "", Signer(key))
    fields = read_fields(urlsplit(url).query.replace(f"{key.kind.replace('ec', 'ecdsa')}-sha256", other).encode())
    assert fields.value("SigAlg").endswith(f"#{other}")
    with pytest.raises(Refused, match="not good"):
        check_redirect(fields, etree.fromstring(XML), provider, required=False)
