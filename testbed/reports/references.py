"""Where clauses, advisories and papers can be read, as far as they have an address that anybody can open."""

import re
from dataclasses import dataclass

_OASIS = "https://docs.oasis-open.org/security/saml/v2.0"
_OPENID = "https://openid.net/specs"
_PLACES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), place)
    for pattern, place in (
        (r"(CVE-\d{4}-\d{4,})", r"https://www.cve.org/CVERecord?id=\1"),
        (r"(GHSA(?:-[0-9a-z]{4}){3})", r"https://github.com/advisories/\1"),
        (r"VU#(\d+)", r"https://www.kb.cert.org/vuls/id/\1"),
        (r"RFC (\d+),? (?:§ ?|section )?(\d+(?:\.\d+)*)", r"https://www.rfc-editor.org/rfc/rfc\1#section-\2"),
        (r"RFC (\d+)", r"https://www.rfc-editor.org/rfc/rfc\1"),
        (r"SAML Core", rf"{_OASIS}/saml-core-2.0-os.pdf"),
        (r"SAML Profiles", rf"{_OASIS}/saml-profiles-2.0-os.pdf"),
        (r"SAML Bindings", rf"{_OASIS}/saml-bindings-2.0-os.pdf"),
        (r"SAML Metadata", rf"{_OASIS}/saml-metadata-2.0-os.pdf"),
        (
            r"SAML V2\.0 Implementation Profile|\bIIP-",
            "https://kantarainitiative.github.io/SAMLprofiles/fedinterop.html",
        ),
        (r"OpenID Connect Core", rf"{_OPENID}/openid-connect-core-1_0.html"),
        (r"OpenID Connect Discovery", rf"{_OPENID}/openid-connect-discovery-1_0.html"),
        (r"OpenID Connect Dynamic|Dynamic Client Registration", rf"{_OPENID}/openid-connect-registration-1_0.html"),
        (r"OpenID Connect Back-Channel Logout", rf"{_OPENID}/openid-connect-backchannel-1_0.html"),
        (r"OpenID Connect Front-Channel Logout", rf"{_OPENID}/openid-connect-frontchannel-1_0.html"),
        (r"OpenID Connect RP-Initiated Logout", rf"{_OPENID}/openid-connect-rpinitiated-1_0.html"),
        (r"XML Signature|XMLDSig", "https://www.w3.org/TR/xmldsig-core1/"),
        (r"XML Encryption", "https://www.w3.org/TR/xmlenc-core1/"),
        (r"Exclusive XML Canonicalization", "https://www.w3.org/TR/xml-exc-c14n/"),
        (r"Canonical XML", "https://www.w3.org/TR/xml-c14n"),
        (r"Namespaces in XML", "https://www.w3.org/TR/xml-names/"),
        (r"OWASP ASVS", "https://owasp.org/www-project-application-security-verification-standard/"),
        (r"REFEDS MFA", "https://refeds.org/profile/mfa"),
        (
            r"On Breaking SAML",
            "https://www.usenix.org/conference/usenixsecurity12/technical-sessions/presentation/somorovsky",
        ),
        (r"GDPR", "https://eur-lex.europa.eu/eli/reg/2016/679/oj"),
    )
)

_BARE = re.compile(r"\d+(?:\.\d+)*")


@dataclass(frozen=True, slots=True)
class Reference:
    """One source; ``url`` is "" where it has no address that is known."""

    text: str
    url: str


def references(text: str) -> tuple[Reference, ...]:
    """The sources that a clause names, which stand between semicolons; a bare number is of the source before it."""
    found: list[Reference] = []
    for part in filter(None, map(str.strip, text.split(";"))):
        url = found[-1].url if found and _BARE.fullmatch(part) else address(part)
        found.append(Reference(part, url))
    return tuple(found)


def address(text: str) -> str:
    """Where one source can be read; "" where that is not known."""
    for pattern, place in _PLACES:
        if found := pattern.search(text):
            return found.expand(place)
    return text if re.fullmatch(r"https://[^\s<>\"]+", text) else ""
