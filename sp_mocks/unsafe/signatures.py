"""Mistakes with signatures and keys."""

from sp_mocks.unsafe.fault import UnsafeFault, lax, row

SIGNATURES: tuple[UnsafeFault, ...] = (
    row(
        "ignores-signatures",
        "Kontrollerar inga underskrifter.",
        "Verifies no signatures.",
        (
            "saml-moved-signature-at-response-original-after saml-moved-signature-at-response-original-in-advice "
            "saml-moved-signature-at-response-original-in-extensions "
            "saml-moved-signature-at-response-original-in-object "
            "saml-moved-signature-at-response-original-in-status-detail saml-borrowed-signature-* "
            "saml-both-signed-response-bad saml-both-signed-assertion-bad saml-digest-comment-first "
            "saml-digest-elsewhere-* saml-edited-* saml-embedded-key-* saml-encrypted-unsigned saml-encrypted-edited "
            "saml-encrypted-by-a-stranger saml-encrypted-forged-before saml-external-reference "
            "saml-hidden-original-* saml-hmac-* saml-identifier-form-* saml-keys-not-published "
            "saml-moved-signature-original-after saml-moved-signature-original-within "
            "saml-moved-signature-original-in-extensions saml-moved-signature-original-in-status-detail "
            "saml-moved-signature-original-in-object saml-moved-signature-original-in-key-info "
            "saml-moved-signature-original-in-advice saml-moved-signature-original-in-attribute-value "
            "saml-moved-signature-original-in-confirmation-data saml-moved-signature-original-in-declaration "
            "saml-reference-* saml-request-over-a-session saml-response-signed-* saml-same-id-before "
            "saml-several-assertions-two-subjects saml-short-code-* saml-signature-* saml-transform-* "
            "saml-two-signed-infos-* saml-unknown-key-* saml-void-text-* saml-weak-algorithm-* "
            "saml-wrapped-response-* saml-wrapped-siblings-forged-before saml-wrapped-siblings-forged-around"
        ),
        lax(signatures="ignored"),
    ),
    row(
        "takes-unsigned",
        "Kontrollerar en underskrift bara om det finns någon.",
        "Verifies a signature only where there is one.",
        "saml-encrypted-unsigned saml-request-over-a-session saml-signature-missing",
        lax(signatures="if-there"),
    ),
    row(
        "one-good-signature-is-enough",
        "Nöjer sig med att en av flera underskrifter är giltig.",
        "Is content when one of several signatures is good.",
        (
            "saml-borrowed-signature-* saml-both-signed-response-bad saml-both-signed-assertion-bad "
            "saml-encrypted-forged-before saml-hidden-original-* saml-identifier-form-* saml-same-id-before "
            "saml-several-assertions-two-subjects saml-wrapped-response-* saml-wrapped-siblings-forged-before "
            "saml-wrapped-siblings-forged-around"
        ),
        lax(signatures="any-good"),
    ),
    row(
        "verifies-digests-alone",
        "Kontrollerar kontrollsumman men inte underskriften.",
        "Verifies the digest and not the signature.",
        (
            "saml-both-signed-response-bad saml-both-signed-assertion-bad saml-edited-digest-made-anew "
            "saml-embedded-key-* saml-encrypted-by-a-stranger saml-hmac-* saml-keys-not-published "
            "saml-short-code-* saml-signature-empty-value saml-signature-wrong-value saml-signature-without-value "
            "saml-unknown-key-* saml-weak-algorithm-signature-sha1 saml-weak-algorithm-signature-md5"
        ),
        lax(signatures="digest-alone"),
    ),
    row(
        "verifies-values-alone",
        "Kontrollerar underskriften men inte kontrollsumman.",
        "Verifies the signature and not the digest.",
        (
            "saml-digest-comment-first saml-digest-elsewhere-* saml-edited-person saml-edited-name "
            "saml-edited-attributes saml-edited-times saml-edited-digest-of-something-else saml-encrypted-edited "
            "saml-reference-* saml-response-signed-changed saml-transform-leaves-out-the-person "
            "saml-transform-leaves-out-everything saml-transform-writes-its-own-text saml-void-text-empty-digest "
            "saml-weak-algorithm-digest-sha1 saml-weak-algorithm-digest-md5"
        ),
        lax(signatures="value-alone"),
    ),
    row(
        "takes-keys-of-the-message",
        "Litar på nyckeln som följer med svaret.",
        "Trusts the key that comes with the response.",
        "saml-embedded-key-* saml-encrypted-by-a-stranger saml-keys-not-published",
        lax(keys="of-the-message"),
    ),
    row(
        "trusts-certificates-by-name",
        "Känner igen skolans certifikat på namnet i det.",
        "Knows the school's certificate by the name in it.",
        "saml-embedded-key-clone saml-keys-not-published",
        lax(keys="by-name"),
    ),
    row(
        "trusts-keys-by-name",
        "Litar på en nyckel för att den kallas som skolan.",
        "Trusts a key because it is called as the school is.",
        "saml-embedded-key-named-as-the-schools",
        lax(keys="by-key-name"),
    ),
    row(
        "takes-any-schools-key",
        "Godtar vilken skolas nyckel som helst för vilken skola som helst.",
        "Takes any school's key for any school.",
        "saml-issuer-* saml-other-schools-key-* saml-same-name-attributes",
        lax(keys="any-school"),
        profile="encyclopedia",
    ),
    row(
        "takes-any-schools-name",
        "Godtar vilken skolas nyckel som helst, och känner igen personer på NameID.",
        "Takes any school's key, and knows people by NameID.",
        "saml-issuer-* saml-other-schools-key-* saml-same-name-*",
        lax(keys="any-school", account="name-id"),
        profile="encyclopedia",
    ),
    row(
        "takes-weak-signatures",
        "Godtar underskrifter med SHA-1 och MD5.",
        "Takes signatures by SHA-1 and MD5.",
        "saml-weak-algorithm-signature-sha1 saml-weak-algorithm-signature-md5",
        lax(weak_signatures=True),
    ),
    row(
        "takes-weak-digests",
        "Godtar kontrollsummor med SHA-1 och MD5.",
        "Takes digests by SHA-1 and MD5.",
        "saml-weak-algorithm-digest-sha1 saml-weak-algorithm-digest-md5",
        lax(weak_digests=True),
    ),
    row(
        "takes-public-secrets",
        "Godtar en kod vars hemlighet är skolans offentliga certifikat.",
        "Takes a code whose secret is the school's public certificate.",
        "saml-hmac-*",
        lax(secrets="whole"),
    ),
    row(
        "takes-short-codes",
        "Godtar en avkortad kod.",
        "Takes a code that is cut short.",
        "saml-short-code-*",
        lax(secrets="cut-short"),
    ),
    row(
        "takes-any-reference",
        "Bryr sig inte om vad underskriften täcker.",
        "Does not mind what the signature covers.",
        "saml-reference-*",
        lax(any_reference=True),
    ),
    row(
        "passes-over-transforms",
        "Hoppar över kontrollsumman när texten är omskriven.",
        "Passes over the digest where the text was rewritten.",
        (
            "saml-transform-leaves-out-the-person saml-transform-leaves-out-everything "
            "saml-transform-writes-its-own-text"
        ),
        lax(any_transform=True),
    ),
    row(
        "reads-the-first-signed-info",
        "Läser kontrollsumman i den första av två SignedInfo.",
        "Reads the digest of the first of two SignedInfo.",
        "saml-two-signed-infos-forged-first",
        lax(signed_infos="first"),
    ),
    row(
        "reads-the-last-signed-info",
        "Läser kontrollsumman i den sista av två SignedInfo.",
        "Reads the digest of the last of two SignedInfo.",
        "saml-two-signed-infos-forged-last",
        lax(signed_infos="last"),
    ),
    row(
        "reads-digests-in-comments",
        "Läser kontrollsumman i en kommentar.",
        "Reads the digest in a comment.",
        "saml-digest-comment-first",
        lax(digests="comment"),
    ),
    row(
        "reads-digests-anywhere",
        "Läser den första kontrollsumman i hela svaret.",
        "Reads the first digest of the whole response.",
        "saml-both-signed-good saml-digest-elsewhere-*",
        lax(digests="anywhere"),
    ),
    row(
        "takes-empty-texts",
        "Godtar den tomma textens kontrollsumma för vad som helst.",
        "Takes the digest of the empty text for anything.",
        "saml-void-text-*",
        lax(digests="void"),
    ),
)
