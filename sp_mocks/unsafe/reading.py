"""Mistakes with what is read once a signature is good."""

from sp_mocks.unsafe.fault import UnsafeFault, lax, row

BY_THE_FIRST_OF_ALL = (
    "saml-moved-signature-at-response-original-after saml-moved-signature-at-response-original-in-advice "
    "saml-borrowed-signature-* saml-both-signed-response-bad saml-both-signed-assertion-bad "
    "saml-encrypted-forged-before saml-hidden-forgery-in-extensions saml-hidden-forgery-in-status-detail "
    "saml-hidden-original-in-advice saml-hidden-original-in-attribute-value "
    "saml-hidden-original-in-confirmation-data saml-hidden-original-in-declaration saml-identifier-form-* "
    "saml-moved-signature-original-after saml-moved-signature-original-within "
    "saml-moved-signature-original-in-object saml-moved-signature-original-in-key-info "
    "saml-moved-signature-original-in-advice saml-moved-signature-original-in-attribute-value "
    "saml-moved-signature-original-in-confirmation-data saml-moved-signature-original-in-declaration "
    "saml-reference-to-a-part saml-reference-to-itself saml-reference-empty-uri saml-same-id-before "
    "saml-same-id-in-extensions saml-several-assertions-two-subjects saml-wrapped-siblings-forged-before "
    "saml-wrapped-siblings-forged-around"
)
"""Cases that show a reader of the first assertion in document order."""

READING: tuple[UnsafeFault, ...] = (
    row(
        "reads-the-first-of-all",
        "Kontrollerar en underskrift, och läser det första intyget, var det än står.",
        "Verifies a signature, and reads the first assertion, wherever it stands.",
        BY_THE_FIRST_OF_ALL,
        lax(reading="first"),
    ),
    row(
        "reads-the-last-of-all",
        "Kontrollerar en underskrift, och läser det sista intyget, var det än står.",
        "Verifies a signature, and reads the last assertion, wherever it stands.",
        (
            "saml-moved-signature-at-response-original-before "
            "saml-moved-signature-at-response-original-in-extensions "
            "saml-moved-signature-at-response-original-in-object "
            "saml-moved-signature-at-response-original-in-status-detail saml-borrowed-signature-* "
            "saml-both-signed-response-bad saml-both-signed-assertion-bad saml-encrypted-forged-beside "
            "saml-hidden-forgery-in-object saml-hidden-forgery-in-key-info saml-hidden-original-in-extensions "
            "saml-hidden-original-in-status-detail saml-moved-signature-original-before "
            "saml-moved-signature-original-in-extensions saml-moved-signature-original-in-status-detail "
            "saml-reference-to-a-part saml-reference-to-itself saml-reference-empty-uri saml-same-id-after "
            "saml-several-assertions-two-subjects saml-wrapped-response-* saml-wrapped-siblings-forged-after"
        ),
        lax(reading="last"),
    ),
    row(
        "reads-the-first-assertion",
        "Kontrollerar en underskrift, och läser svarets första intyg.",
        "Verifies a signature, and reads the response's first assertion.",
        (
            "saml-moved-signature-at-response-original-after saml-moved-signature-at-response-original-in-advice "
            "saml-moved-signature-at-response-original-in-extensions "
            "saml-moved-signature-at-response-original-in-object "
            "saml-moved-signature-at-response-original-in-status-detail saml-borrowed-signature-* "
            "saml-both-signed-response-bad saml-both-signed-assertion-bad saml-encrypted-forged-before "
            "saml-hidden-original-* saml-identifier-form-* saml-moved-signature-original-after "
            "saml-moved-signature-original-within saml-moved-signature-original-in-extensions "
            "saml-moved-signature-original-in-status-detail saml-moved-signature-original-in-object "
            "saml-moved-signature-original-in-key-info saml-moved-signature-original-in-advice "
            "saml-moved-signature-original-in-attribute-value saml-moved-signature-original-in-confirmation-data "
            "saml-moved-signature-original-in-declaration saml-reference-to-a-part saml-reference-to-itself "
            "saml-reference-empty-uri saml-same-id-before saml-several-assertions-two-subjects "
            "saml-wrapped-response-* saml-wrapped-siblings-forged-before saml-wrapped-siblings-forged-around"
        ),
        lax(reading="first-child"),
    ),
    row(
        "reads-the-last-assertion",
        "Kontrollerar en underskrift, och läser svarets sista intyg.",
        "Verifies a signature, and reads the response's last assertion.",
        (
            "saml-moved-signature-at-response-original-before saml-moved-signature-at-response-original-in-advice "
            "saml-moved-signature-at-response-original-in-extensions "
            "saml-moved-signature-at-response-original-in-object "
            "saml-moved-signature-at-response-original-in-status-detail saml-borrowed-signature-* "
            "saml-both-signed-response-bad saml-both-signed-assertion-bad saml-encrypted-forged-beside "
            "saml-hidden-original-* saml-moved-signature-original-before saml-moved-signature-original-within "
            "saml-moved-signature-original-in-extensions saml-moved-signature-original-in-status-detail "
            "saml-moved-signature-original-in-object saml-moved-signature-original-in-key-info "
            "saml-moved-signature-original-in-advice saml-moved-signature-original-in-attribute-value "
            "saml-moved-signature-original-in-confirmation-data saml-moved-signature-original-in-declaration "
            "saml-reference-to-a-part saml-reference-to-itself saml-reference-empty-uri saml-same-id-after "
            "saml-several-assertions-two-subjects saml-wrapped-response-* saml-wrapped-siblings-forged-after "
            "saml-wrapped-siblings-forged-around"
        ),
        lax(reading="last-child"),
    ),
    row(
        "reads-by-any-identifier",
        "Kontrollerar en underskrift, och läser det första som har rätt ID i någon form.",
        "Verifies a signature, and reads the first that has the right ID in some form.",
        (
            "saml-both-signed-good saml-identifier-form-* saml-same-id-before saml-same-id-in-extensions "
            "saml-several-assertions-two-subjects"
        ),
        lax(reading="any-id"),
    ),
    row(
        "reads-any-name-space",
        "Kontrollerar en underskrift, och läser det första intyget i vilken namnrymd som helst.",
        "Verifies a signature, and reads the first assertion of any name space.",
        f"{BY_THE_FIRST_OF_ALL} saml-name-space-*",
        lax(reading="any-name"),
    ),
    row(
        "reads-by-entities",
        "Kontrollerar en underskrift, och läser det som en DOCTYPE gör av svaret.",
        "Verifies a signature, and reads what a DOCTYPE makes of the response.",
        (
            "saml-both-signed-good saml-doctype-bare saml-doctype-with-entity saml-doctype-round-trip "
            "saml-doctype-default-attribute saml-identifier-entity-before saml-same-id-before "
            "saml-same-id-in-extensions saml-several-assertions-two-subjects"
        ),
        lax(reading="entities"),
    ),
    row(
        "merges-attributes-first",
        "Lägger ihop attribut från alla intyg; det första vinner.",
        "Takes the attributes of all assertions together; the first wins.",
        (
            "saml-borrowed-signature-* saml-both-signed-response-bad saml-both-signed-assertion-bad "
            "saml-encrypted-forged-before saml-hidden-forgery-in-extensions saml-hidden-forgery-in-status-detail "
            "saml-hidden-original-in-advice saml-hidden-original-in-attribute-value "
            "saml-hidden-original-in-confirmation-data saml-hidden-original-in-declaration saml-identifier-form-* "
            "saml-same-id-before saml-same-id-in-extensions saml-several-assertions-attributes-before "
            "saml-several-assertions-two-subjects saml-wrapped-siblings-forged-before "
            "saml-wrapped-siblings-forged-around"
        ),
        lax(merges="first"),
    ),
    row(
        "merges-attributes-last",
        "Lägger ihop attribut från alla intyg; det sista vinner.",
        "Takes the attributes of all assertions together; the last wins.",
        (
            "saml-attributes-twice saml-borrowed-signature-* saml-both-signed-response-bad "
            "saml-both-signed-assertion-bad saml-encrypted-forged-beside saml-hidden-forgery-in-object "
            "saml-hidden-forgery-in-key-info saml-hidden-original-in-extensions "
            "saml-hidden-original-in-status-detail saml-same-id-after saml-several-assertions-attributes-after "
            "saml-several-assertions-two-subjects saml-wrapped-response-* saml-wrapped-siblings-forged-after"
        ),
        lax(merges="last"),
    ),
    row(
        "finds-attributes-first",
        "Läser de första attributen i hela svaret.",
        "Reads the first attributes of the whole response.",
        (
            "saml-borrowed-signature-* saml-encrypted-forged-before saml-hidden-forgery-* "
            "saml-hidden-original-in-attribute-value saml-identifier-form-* saml-same-id-before "
            "saml-same-id-in-extensions saml-several-assertions-two-subjects saml-unsigned-parts-attributes "
            "saml-wrapped-siblings-forged-before saml-wrapped-siblings-forged-around"
        ),
        lax(parts="first"),
    ),
    row(
        "finds-attributes-last",
        "Läser de sista attributen i hela svaret.",
        "Reads the last attributes of the whole response.",
        (
            "saml-borrowed-signature-* saml-encrypted-forged-beside saml-hidden-original-in-extensions "
            "saml-hidden-original-in-status-detail saml-hidden-original-in-advice "
            "saml-hidden-original-in-confirmation-data saml-hidden-original-in-declaration saml-same-id-after "
            "saml-several-assertions-attributes-after saml-several-assertions-two-subjects "
            "saml-unsigned-parts-attributes-last saml-wrapped-siblings-forged-after"
        ),
        lax(parts="last"),
    ),
    row(
        "finds-names-first",
        "Läser det första NameID i hela svaret.",
        "Reads the first NameID of the whole response.",
        (
            "saml-borrowed-signature-* saml-encrypted-forged-before saml-hidden-forgery-* "
            "saml-hidden-original-in-advice saml-hidden-original-in-attribute-value "
            "saml-hidden-original-in-confirmation-data saml-hidden-original-in-declaration saml-identifier-form-* "
            "saml-same-id-before saml-same-id-in-extensions saml-several-assertions-two-subjects "
            "saml-unsigned-parts-subject saml-wrapped-siblings-forged-before saml-wrapped-siblings-forged-around"
        ),
        lax(parts="first", account="name-id"),
    ),
    row(
        "finds-names-last",
        "Läser det sista NameID i hela svaret.",
        "Reads the last NameID of the whole response.",
        (
            "saml-borrowed-signature-* saml-encrypted-forged-beside saml-hidden-original-in-extensions "
            "saml-hidden-original-in-status-detail saml-same-id-after saml-several-assertions-attributes-after "
            "saml-several-assertions-two-subjects saml-unsigned-parts-subject-last "
            "saml-wrapped-siblings-forged-after"
        ),
        lax(parts="last", account="name-id"),
    ),
    row(
        "stops-at-comments",
        "Läser attribut till den första kommentaren.",
        "Reads attributes up to the first comment.",
        "saml-comment-in-attributes saml-instruction-in-attributes saml-written-form-element-in-attributes",
        lax(texts="first"),
    ),
    row(
        "begins-behind-comments",
        "Läser attribut från den sista kommentaren.",
        "Reads attributes from the last comment on.",
        "saml-comment-before-the-rest-of-attributes",
        lax(texts="last"),
    ),
    row(
        "stops-at-comments-in-names",
        "Läser NameID till den första kommentaren.",
        "Reads the NameID up to the first comment.",
        "saml-comment-in-name-id saml-instruction-in-name-id",
        lax(texts="first", account="name-id"),
    ),
    row(
        "begins-behind-comments-in-names",
        "Läser NameID från den sista kommentaren.",
        "Reads the NameID from the last comment on.",
        "saml-comment-before-the-rest-of-name-id saml-instruction-before-name-id",
        lax(texts="last", account="name-id"),
    ),
    row(
        "drops-cdata",
        "Hoppar över CDATA i attribut.",
        "Passes over CDATA in attributes.",
        "saml-written-form-cdata-in-attributes",
        lax(texts="without-cdata"),
    ),
    row(
        "drops-cdata-in-names",
        "Hoppar över CDATA i NameID.",
        "Passes over CDATA in the NameID.",
        "saml-written-form-cdata-in-name-id",
        lax(texts="without-cdata", account="name-id"),
    ),
    row(
        "drops-invisible-signs",
        "Tar bort osynliga tecken ur namn.",
        "Takes invisible signs out of names.",
        "saml-written-form-invisible-sign",
        lax(texts="visible"),
    ),
    row(
        "takes-doctypes",
        "Godtar en DOCTYPE.",
        "Takes a DOCTYPE.",
        "saml-doctype-bare saml-doctype-with-entity saml-doctype-round-trip saml-doctype-default-attribute",
        lax(doctypes="taken"),
    ),
    row(
        "drops-entities",
        "Godtar en DOCTYPE, och läser inte entiteterna i NameID.",
        "Takes a DOCTYPE, and reads no entities in the NameID.",
        "saml-doctype-*",
        lax(doctypes="dropped", account="name-id"),
    ),
)
