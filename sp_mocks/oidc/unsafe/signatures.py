"""Beliefs about signatures and keys."""

from collections.abc import Mapping
from types import MappingProxyType

from sp_mocks.oidc.rules import Belief
from sp_mocks.oidc.unsafe.words import ANYBODY_EN, ANYBODY_SV, Words

SIGNATURES: Mapping[Belief, Words] = MappingProxyType(
    {
        "any-signature": Words(
            "verifies-no-signature",
            f"Kontrollerar inte underskriften på intyg: {ANYBODY_SV}",
            f"Does not verify the signature of tokens: {ANYBODY_EN}",
            (
                "critical-header-*",
                "embedded-certificate-*",
                "embedded-key-*",
                "key-confusion-*",
                "key-from-address-jku",
                "key-from-address-jku-own-name",
                "key-from-address-kid",
                "key-from-address-x5u",
                "key-from-address-x5u-in-jwk",
                "key-name-*",
                "logout-token-corrupt",
                "logout-token-empty",
                "logout-token-none",
                "logout-token-public-key-as-secret",
                "logout-token-stranger",
                "signature-*",
            ),
        ),
        "alg-none": Words(
            "takes-alg-none",
            f"Tar emot intyg med algoritmen none: {ANYBODY_SV}",
            f"Takes tokens of the algorithm none: {ANYBODY_EN}",
            ("logout-token-none", "signature-none", "signature-none-with-signature"),
        ),
        "alg-none-otherwise-written": Words(
            "forbids-alg-none-in-small-letters-alone",
            f"Förbjuder algoritmen none men tar emot None: {ANYBODY_SV}",
            f"Forbids the algorithm none but takes None: {ANYBODY_EN}",
            ("signature-none-capital", "signature-none-capitals", "signature-none-mixed"),
        ),
        "empty-signature": Words(
            "takes-empty-signatures",
            f"Tar emot intyg med en tom underskrift: {ANYBODY_SV}",
            f"Takes tokens with an empty signature: {ANYBODY_EN}",
            ("logout-token-empty", "signature-empty"),
        ),
        "hmac-by-pem": Words(
            "takes-the-public-key-in-pem-for-a-secret",
            f"Tar skolans öppna nyckel, skriven som PEM, för en hemlighet: {ANYBODY_SV}",
            f"Takes the school's public key, written as PEM, for a secret: {ANYBODY_EN}",
            (
                "key-confusion-other-pem",
                "key-confusion-pem",
                "key-confusion-pem-hs384",
                "key-confusion-pem-hs512",
                "key-confusion-pem-stripped",
                "key-confusion-pem-unnamed",
                "key-confusion-pkcs1",
                "logout-token-public-key-as-secret",
            ),
        ),
        "hmac-by-octets": Words(
            "takes-the-public-key-in-octets-for-a-secret",
            f"Tar skolans öppna nyckel, som oktetter, för en hemlighet: {ANYBODY_SV}",
            f"Takes the school's public key, in octets, for a secret: {ANYBODY_EN}",
            ("key-confusion-der", "key-confusion-modulus", "key-confusion-other-der"),
        ),
        "hmac-by-other-writings": Words(
            "takes-the-public-key-in-json-for-a-secret",
            f"Tar skolans öppna nyckel, skriven som JWK eller OpenSSH, för en hemlighet: {ANYBODY_SV}",
            f"Takes the school's public key, written as a JWK or for OpenSSH, for a secret: {ANYBODY_EN}",
            ("key-confusion-jwk", "key-confusion-openssh", "key-confusion-other-jwk", "key-confusion-other-openssh"),
        ),
        "hmac-by-weak-secret": Words(
            "has-a-weak-secret",
            f"Kontrollerar intyg med en tom hemlighet eller ett vanligt ord: {ANYBODY_SV}",
            f"Verifies tokens by an empty secret or a common word: {ANYBODY_EN}",
            (
                "embedded-key-secret",
                "key-confusion-empty-secret",
                "key-confusion-known-secret",
                "key-name-path",
                "key-name-sql",
            ),
        ),
        "hmac-by-client-secret": Words(
            "takes-its-own-secret",
            "Tar emot intyg som är underskrivna med dess egen hemlighet: "
            "den som hittar hemligheten i en logg loggar in som vilken elev som helst.",
            "Takes tokens that are signed with its own secret: whoever finds the secret in a log logs in as any pupil.",
            ("key-confusion-client-secret",),
        ),
        "any-published-key": Words(
            "takes-any-published-key",
            "Tar emot intyg underskrivna med vilken som helst av skolans nycklar: "
            "den svagaste nyckeln avgör om någon kan logga in som eleven.",
            "Takes tokens signed with any of the school's keys: "
            "the weakest of them decides whether somebody can log in as the pupil.",
            ("signature-other-algorithm",),
        ),
        "key-in-header": Words(
            "takes-the-key-from-the-token",
            f"Kontrollerar intyget med en nyckel som står i det: {ANYBODY_SV}",
            f"Verifies the token with a key that stands in it: {ANYBODY_EN}",
            ("embedded-key-*",),
        ),
        "certificate-in-header": Words(
            "takes-the-certificate-from-the-token",
            f"Kontrollerar intyget med ett certifikat som står i det: {ANYBODY_SV}",
            f"Verifies the token with a certificate that stands in it: {ANYBODY_EN}",
            ("embedded-certificate-*",),
        ),
        "key-from-address": Words(
            "fetches-the-key-that-the-token-names",
            f"Hämtar nyckeln från adressen i intyget: {ANYBODY_SV}",
            f"Fetches the key from the address in the token: {ANYBODY_EN}",
            (
                "key-from-address-jku",
                "key-from-address-jku-honest-signature",
                "key-from-address-jku-own-name",
                "key-from-address-x5u",
                "key-from-address-x5u-in-jwk",
            ),
        ),
        "kid-as-address": Words(
            "takes-the-keys-name-for-an-address",
            f"Hämtar nyckeln från adressen i nyckelns namn: {ANYBODY_SV}",
            f"Fetches the key from the address in the key's name: {ANYBODY_EN}",
            ("key-from-address-kid",),
        ),
        "kid-as-path": Words(
            "reads-the-file-that-the-keys-name-names",
            f"Läser nyckeln ur den fil som intyget nämner: {ANYBODY_SV}",
            f"Reads the key from the file that the token names: {ANYBODY_EN}",
            ("key-name-path",),
        ),
        "kid-as-query": Words(
            "asks-its-database-by-the-keys-name",
            f"Skriver in nyckelns namn i en databasfråga: {ANYBODY_SV}",
            f"Writes the key's name into a query of its database: {ANYBODY_EN}",
            ("key-name-sql",),
        ),
        "unknown-key": Words(
            "lets-unknown-keys-pass",
            f"Hoppar över kontrollen när nyckeln är okänd: {ANYBODY_SV}",
            f"Leaves the check out when the key is unknown: {ANYBODY_EN}",
            ("embedded-key-own-name", "key-from-address-jku-own-name", "key-from-address-kid", "key-name-unknown"),
        ),
    }
)
