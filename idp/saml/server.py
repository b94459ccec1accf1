"""pysaml2, set up so that it decides nothing, keeps nothing, signs nothing and fetches nothing."""

from saml2.assertion import Policy
from saml2.attribute_converter import AttributeConverter
from saml2.config import IdPConfig
from saml2.mdstore import InMemoryMetaData
from saml2.server import Server
from saml2.sigver import CryptoBackend

from idp.config import SchoolConfig
from idp.saml.names import BINDING_POST, BINDING_REDIRECT, BINDING_SOAP, NAMEFORMAT_URI, NAMEID_UNSPECIFIED
from testbed.model.attributes import by_saml_name
from testbed.model.messages import NAMEID_PERSISTENT, NAMEID_TRANSIENT
from testbed.model.written import Bilingual

ERROR_PATH = "/error?code=ERRORURL_CODE&ts=ERRORURL_TS&rp=ERRORURL_RP&tid=ERRORURL_TID&ctx=ERRORURL_CTX"
"""The placeholders of the SAML V2.0 Metadata Deployment Profile for errorURL."""
ASSURANCE_CERTIFICATION = "urn:oasis:names:tc:SAML:attribute:assurance-certification"
E_LEG = "https://fidus.skolverket.se/authentication/e-leg"
"""The school signals levels of e-legitimation: Skolverket's gateway then asks for one instead of a second login."""
CATEGORY_SUPPORT = "http://macedir.org/entity-category-support"
CATEGORIES = (
    "https://refeds.org/category/anonymous",
    "https://refeds.org/category/pseudonymous",
    "https://refeds.org/category/personalized",
    "http://refeds.org/category/research-and-scholarship",
    "https://refeds.org/category/code-of-conduct/v2",
)
"""Of vendors that the school can release to by bundle (RFC 8409)."""
CONTACT_MAIL = "mailto:test@skola.test"


class SamlServer(Server):  # type: ignore[misc]  # NOTE: pysaml2 publishes no types.
    """An identity provider of pysaml2 without those of its habits that a test school must not have."""

    @staticmethod
    def unravel(txt: bytes, binding: str, msgtype: str = "response") -> bytes:
        """The message is unpacked already: pysaml2 would inflate whatever it is sent without a limit."""
        return txt

    def support_AssertionIDRequest(self) -> bool:  # noqa: N802 - pysaml2's name
        """It would keep every assertion for ever."""
        return False

    def support_AuthnQuery(self) -> bool:  # noqa: N802 - pysaml2's name
        """It would keep every assertion for ever."""
        return False

    def has_encrypt_cert_in_metadata(self, sp_entity_id: str) -> bool:
        """Assertions are encrypted by :mod:`idp.saml.encryption`; pysaml2 would do it by rules of its own."""
        return False

    def add_metadata(self, entity_id: str, xml: bytes) -> None:
        """Know one more vendor.

        Raises:
            SAMLError: it is no metadata; and other exceptions that pysaml2 happens to meet.
        """
        # NOTE: pysaml2's own check of validUntil reads the machine's clock; ours reads ``now``.
        source = InMemoryMetaData(self.metadata.attrc, xml, check_validity=False)
        source.load()
        self.metadata.metadata[entity_id] = source


class ReleaseAsGiven(Policy):  # type: ignore[misc]  # NOTE: pysaml2 publishes no types.
    """``idp.release`` has decided; pysaml2 would filter by the vendor's metadata or fail on what is missing."""

    def restrict(self, ava: dict[str, list[str]], sp_entity_id: str, metadata: None = None) -> dict[str, list[str]]:
        """All of it."""
        return ava


def attribute_converter() -> AttributeConverter:
    """The attribute table in pysaml2's form: names on the wire to canonical names and back."""
    converter = AttributeConverter(NAMEFORMAT_URI)
    names = {name: attribute.name for name, attribute in by_saml_name().items()}
    converter.from_dict({"identifier": NAMEFORMAT_URI, "fro": names, "to": {v: k for k, v in names.items()}})
    return converter


def make_server(config: SchoolConfig) -> SamlServer:
    """The server for one school; it knows no vendor yet."""
    settings = IdPConfig()
    settings.load(_settings(config))
    settings.context = "idp"
    settings.attribute_converters = [attribute_converter()]
    settings.metadata.attrc = settings.attribute_converters
    server = SamlServer(config=settings)
    # NOTE: signatures are made and verified by idp.saml.signing and idp.saml.signatures; this backend refuses all.
    server.sec.crypto = CryptoBackend()
    return server


def _settings(config: SchoolConfig) -> dict[str, object]:
    # NOTE: the backend "xmlsec1" would look for the program of that name; the other one imports nothing until it is
    # used, and it is replaced at once.
    return {
        "entityid": config.entity_id,
        "crypto_backend": "XMLSecurity",
        "metadata": {"inline": []},
        "only_use_keys_in_metadata": True,
        "entity_attributes": _entity_attributes(config),
        "organization": {
            "name": _both(config.name),
            "display_name": _both(config.name),
            "url": [(f"{config.base_url}/?lang={language}", language) for language in ("sv", "en")],
        },
        "contact_person": [
            {"contact_type": kind, "given_name": "TEST", "sur_name": "TEST", "email_address": [CONTACT_MAIL]}
            for kind in ("technical", "support")
        ],
        "service": {"idp": _role(config)},
    }


def _role(config: SchoolConfig) -> dict[str, object]:
    description = Bilingual(
        sv="TEST: en påhittad skola med påhittade personer. Lita inte på den utanför testmiljön.",
        en="TEST: an invented school with invented people. Do not trust it outside the test lab.",
    )
    return {
        "name": config.name.en,
        "endpoints": {
            "single_sign_on_service": [(config.sso_url, BINDING_REDIRECT), (config.sso_url, BINDING_POST)],
            "single_logout_service": [
                (config.slo_url, BINDING_REDIRECT),
                (config.slo_url, BINDING_POST),
                (config.slo_soap_url, BINDING_SOAP),
            ],
        },
        "name_id_format": [NAMEID_TRANSIENT, NAMEID_PERSISTENT, NAMEID_UNSPECIFIED],
        "scope": [config.scope],
        "error_url": config.base_url + ERROR_PATH,
        "want_authn_requests_signed": False,
        "sign_response": False,
        "sign_assertion": False,
        "ui_info": {"display_name": _tagged(config.name), "description": _tagged(description)},
    }


def _entity_attributes(config: SchoolConfig) -> list[dict[str, object]]:
    """What the school is certified for and supports. They stand at the entity: under the role nobody would read them,
    and staff would lose access without an error."""
    certified = [(ASSURANCE_CERTIFICATION, [E_LEG])] if config.e_leg else []
    return [
        {"format": NAMEFORMAT_URI, "name": name, "values": values}
        for name, values in (*certified, (CATEGORY_SUPPORT, list(CATEGORIES)))
    ]


def _both(text: Bilingual) -> list[tuple[str, str]]:
    return [(text.sv, "sv"), (text.en, "en")]


def _tagged(text: Bilingual) -> list[dict[str, str]]:
    return [{"text": text.sv, "lang": "sv"}, {"text": text.en, "lang": "en"}]
