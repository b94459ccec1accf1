"""What vendors demand of valid responses though they may not."""

from sp_mocks.unsafe.fault import UnsafeFault, lax, row

DEMANDS: tuple[UnsafeFault, ...] = (
    row(
        "demands-one-audience",
        "Kräver att intyget gäller en enda tjänst.",
        "Demands that the assertion is for one service alone.",
        "saml-audience-one-of-two",
        lax(demands="one-audience"),
    ),
    row(
        "demands-no-skew",
        "Kräver att klockor går exakt lika.",
        "Demands that clocks be exactly alike.",
        "saml-beginning-inside saml-confirmation-time-inside saml-expiry-inside",
        lax(demands="no-skew"),
    ),
    row(
        "demands-until",
        "Kräver en sista tid i villkoren.",
        "Demands an end in the conditions.",
        "saml-expiry-missing",
        lax(demands="until"),
    ),
    row(
        "demands-from",
        "Kräver en första tid i villkoren.",
        "Demands a beginning in the conditions.",
        "saml-beginning-missing",
        lax(demands="from"),
    ),
    row(
        "demands-no-single-use",
        "Kräver att intyget får användas flera gånger.",
        "Demands that the assertion may be used several times.",
        "saml-condition-one-time-use",
        lax(demands="no-single-use"),
    ),
    row(
        "demands-no-proxying-rule",
        "Kräver att intyget får förmedlas vidare.",
        "Demands that the assertion may be passed on.",
        "saml-condition-no-proxying",
        lax(demands="no-proxying-rule"),
    ),
    row(
        "demands-one-confirmation",
        "Kräver en enda bekräftelse.",
        "Demands one confirmation alone.",
        "saml-confirmation-second-of-two saml-confirmation-first-of-two",
        lax(demands="one-confirmation"),
    ),
    row(
        "demands-response-issuer",
        "Kräver att svaret säger vem som gjort det.",
        "Demands that the response says who made it.",
        "saml-response-issuer-missing",
        lax(demands="response-issuer"),
    ),
    row(
        "demands-one-signature",
        "Kräver en enda underskrift.",
        "Demands one signature alone.",
        "saml-both-signed-good",
        lax(demands="one-signature"),
    ),
    row(
        "demands-nothing-more",
        "Kräver att skolan inte säger mer.",
        "Demands that the school says no more.",
        "saml-attributes-more-than-asked-for",
        lax(demands="nothing-more"),
    ),
    row(
        "demands-plain-letters",
        "Kräver vanliga bokstäver i namn.",
        "Demands plain letters in names.",
        (
            "saml-attributes-unusual-names saml-attributes-more-than-asked-for saml-audience-one-of-two "
            "saml-beginning-inside saml-beginning-missing saml-both-signed-good saml-condition-one-time-use "
            "saml-condition-no-proxying saml-confirmation-time-inside saml-confirmation-second-of-two "
            "saml-confirmation-first-of-two saml-expiry-inside saml-expiry-missing saml-response-issuer-missing"
        ),
        lax(demands="plain-letters"),
    ),
    row(
        "demands-names",
        "Kräver ett namn av varje elev.",
        "Demands a name of every pupil.",
        "saml-protected-person-without-names",
        lax(demands="names"),
    ),
    row(
        "demands-short-state",
        "Kräver ett kort RelayState.",
        "Demands a short RelayState.",
        "saml-relay-state-long",
        lax(demands="short-state"),
    ),
    row(
        "demands-some-state",
        "Kräver ett RelayState.",
        "Demands a RelayState.",
        "saml-relay-state-empty",
        lax(demands="some-state"),
    ),
)
