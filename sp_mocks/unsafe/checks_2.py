"""What vendors do not look at, or not closely enough."""

from sp_mocks.unsafe.fault import UnsafeFault, changed, lax, row, timedelta

CHECKS_2: tuple[UnsafeFault, ...] = (
    row(
        "overlooks-no-subject",
        "Tittar inte på om intyget säger vem det gäller.",
        "Does not look at whether the assertion says whom it is about.",
        (
            "saml-confirmation-time-outside saml-confirmation-time-day saml-confirmation-time-missing "
            "saml-confirmation-time-beginning-past saml-confirmation-time-beginning-ahead "
            "saml-confirmation-holder-of-key saml-confirmation-sender-vouches saml-confirmation-unknown "
            "saml-confirmation-empty saml-confirmation-missing saml-confirmation-without-data "
            "saml-envelope-without-subject saml-recipient-*"
        ),
        lax(overlooks="no-subject"),
    ),
    row(
        "overlooks-no-login",
        "Tittar inte på om intyget säger att någon loggade in.",
        "Does not look at whether the assertion says that anyone logged in.",
        "saml-envelope-without-login",
        lax(overlooks="no-login"),
    ),
    row(
        "overlooks-attribute-twice",
        "Tittar inte på om ett attribut står två gånger.",
        "Does not look at whether an attribute stands twice.",
        "saml-attributes-twice",
        lax(overlooks="attribute-twice"),
    ),
    row(
        "overlooks-scope-end",
        "Tittar inte på var i namnet skolans domän står.",
        "Does not look at where in the name the school's domain stands.",
        "saml-scope-other saml-scope-longer saml-scope-below",
        lax(overlooks="scope-end"),
    ),
    row(
        "overlooks-user-name",
        "Tittar inte på hur ett användarnamn ser ut.",
        "Does not look at what a user name looks like.",
        "saml-scope-*",
        lax(overlooks="user-name"),
    ),
    row(
        "overlooks-message-kind",
        "Tittar inte på vilket slags meddelande det är.",
        "Does not look at which kind of message it is.",
        "saml-envelope-other-message",
        lax(overlooks="message-kind"),
    ),
    row(
        "compares-by-beginning",
        "Jämför bara början av adresser.",
        "Compares the beginning of addresses alone.",
        (
            "saml-audience-longer saml-audience-slash saml-destination-longer saml-destination-slash "
            "saml-issuer-longer saml-issuer-slash saml-recipient-longer saml-recipient-slash "
            "saml-response-issuer-longer"
        ),
        lax(compares="beginning"),
    ),
    row(
        "compares-by-end",
        "Jämför bara slutet av adresser.",
        "Compares the end of addresses alone.",
        "saml-audience-within saml-destination-within saml-issuer-within saml-recipient-within",
        lax(compares="end"),
    ),
    row(
        "compares-by-slash",
        "Jämför adresser utan snedstreck i slutet.",
        "Compares addresses without a slash at the end.",
        "saml-audience-slash saml-destination-slash saml-issuer-slash saml-recipient-slash",
        lax(compares="slash"),
    ),
    row(
        "compares-by-case",
        "Jämför adresser utan hänsyn till stora bokstäver.",
        "Compares addresses without regard to case.",
        "saml-audience-case saml-destination-case saml-issuer-case saml-recipient-case",
        lax(compares="case"),
    ),
    row(
        "compares-by-scheme",
        "Jämför adresser utan http eller https.",
        "Compares addresses without http or https.",
        "saml-audience-scheme saml-destination-scheme saml-issuer-scheme saml-recipient-scheme",
        lax(compares="scheme"),
    ),
    row(
        "lets-clocks-be-days-apart",
        "Låter klockor gå dagar fel.",
        "Lets clocks be days apart.",
        (
            "saml-beginning-outside saml-beginning-day saml-confirmation-time-outside saml-confirmation-time-day "
            "saml-envelope-response-instant-ahead saml-envelope-assertion-instant-ahead saml-expiry-outside "
            "saml-expiry-day saml-session-end-outside saml-session-end-day"
        ),
        lax(skew=timedelta(days=2)),
    ),
    row(
        "takes-unreadable-times",
        "Bryr sig inte om tider som inte går att läsa.",
        "Does not mind times that cannot be read.",
        (
            "saml-beginning-unreadable saml-beginning-empty saml-confirmation-time-unreadable "
            "saml-confirmation-time-empty saml-envelope-response-without-instant "
            "saml-envelope-assertion-without-instant saml-envelope-response-instant-unreadable "
            "saml-envelope-assertion-instant-unreadable saml-expiry-unreadable saml-expiry-empty "
            "saml-session-end-unreadable saml-session-end-empty"
        ),
        lax(unreadable_times=True),
    ),
    row(
        "takes-names-of-other-schools",
        "Godtar användarnamn med en annan skolas domän.",
        "Takes user names of another school's domain.",
        "saml-scope-other saml-scope-longer saml-scope-below",
        changed(checks_scope=False),
    ),
    row(
        "ignores-the-level-of-a-login",
        "Tittar inte på hur säker inloggningen var.",
        "Does not look at how certain the login was.",
        "saml-context-*",
        changed(checks_context=False),
        profile="staff-tests",
    ),
    row(
        "takes-unsolicited-logins",
        "Godtar inloggningar som ingen har bett om.",
        "Takes logins that nobody asked for.",
        "saml-unsolicited-valid",
        changed(accepts_unsolicited=True),
    ),
)
