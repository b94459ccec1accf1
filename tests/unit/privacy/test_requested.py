"""What vendors ask for, in metadata, scopes and the claims parameter."""

from testbed.model.messages import RequestedAttribute, SamlMetadata
from testbed.model.oidc_messages import AuthorizationRequest, RegistrationRequest, RequestedClaim, TokenRequest
from testbed.model.wire import Pointer
from testbed.privacy.requested import requested_in

WHERE = Pointer(1, "x")


def asking(*scopes: str, claims: tuple[RequestedClaim, ...] = ()) -> AuthorizationRequest:
    return AuthorizationRequest(
        WHERE,
        "app",
        "https://idp.test/a",
        "https://app.test/cb",
        "code",
        "",
        scopes,
        "s",
        "n",
        "c",
        "S256",
        claims=claims,
    )


def test_each_attribute_is_asked_for_once_and_first_by_scope() -> None:
    claims = tuple(RequestedClaim("userinfo", name, False) for name in ("email", "address", "shoe_size", "acr", "sub"))
    asked = requested_in(asking("openid", "email", "unknown", claims=claims))
    assert [one.attribute for one in asked] == ["mail", "street", "postalCode", "l", "shoe_size"]
    assert asked[0].how == "the scope email of a request for a login asks for"
    assert asked[1].how == "the claims parameter of a request for a login asks for"
    assert [one.way for one in asked] == ["scope", *["claims"] * 4]
    assert {one.sender for one in asked} == {"app.test"}


def test_metadata_asks_in_its_own_names() -> None:
    wanted = tuple(RequestedAttribute(name, True) for name in ("urn:oid:2.5.4.42", "urn:x", "urn:oid:2.5.4.42"))
    metadata = SamlMetadata(WHERE, "https://app.test/md", False, True, (), (), (), wanted, None, (), "")
    assert [one.attribute for one in requested_in(metadata)] == ["givenName", "urn:x"]


def test_metadata_that_demands_the_shared_identifier_asks_for_it() -> None:
    for demanded, asked in (("subject-id", ["subject-id"]), ("pairwise-id", []), ("any", []), ("", [])):
        metadata = SamlMetadata(
            WHERE, "https://a.test", False, True, (), (), (), (), None, (), "", subject_id_requirement=demanded
        )
        assert [one.attribute for one in requested_in(metadata)] == asked


def test_a_vendor_that_registers_asks_by_its_scopes() -> None:
    request = RegistrationRequest(WHERE, ("https://app.test/cb",), "none", ("openid", "email", "unknown"))
    (asked,) = requested_in(request)
    assert (asked.attribute, asked.way, asked.sender) == ("mail", "registration", "app.test")
    (asked,) = requested_in(RegistrationRequest(WHERE, (), "none", ("email",)))
    assert asked.sender == ""


def test_others_ask_for_nothing() -> None:
    assert requested_in(TokenRequest(WHERE, "", "app", "none", "x", "", "", "", "")) == ()
    school = SamlMetadata(WHERE, "https://idp.test", True, False, (), (), (), (), None, (), "")
    assert requested_in(school) == ()
