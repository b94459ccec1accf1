"""What vendors do not look at, or not closely enough."""

from sp_mocks.unsafe.fault import UnsafeFault, lax, row

CHECKS: tuple[UnsafeFault, ...] = (
    row(
        "overlooks-audience",
        "Tittar inte på vilken tjänst intyget gäller.",
        "Does not look at which service the assertion is for.",
        (
            "saml-audience-other saml-audience-longer saml-audience-within saml-audience-slash saml-audience-case "
            "saml-audience-scheme saml-audience-empty saml-audience-missing saml-audience-no-audience "
            "saml-audience-two-restrictions saml-audience-two-restrictions-reversed"
        ),
        lax(overlooks="audience"),
    ),
    row(
        "overlooks-every-audience",
        "Tittar inte på om alla begränsningar nämner tjänsten.",
        "Does not look at whether every restriction names the service.",
        "saml-audience-two-restrictions saml-audience-two-restrictions-reversed",
        lax(overlooks="every-audience"),
    ),
    row(
        "overlooks-no-audience",
        "Tittar inte på om intyget gäller någon tjänst alls.",
        "Does not look at whether the assertion is for a service at all.",
        "saml-audience-missing",
        lax(overlooks="no-audience"),
    ),
    row(
        "overlooks-recipient",
        "Tittar inte på vilken adress intyget är ställt till.",
        "Does not look at which address the assertion is made out to.",
        "saml-recipient-*",
        lax(overlooks="recipient"),
    ),
    row(
        "overlooks-no-recipient",
        "Tittar inte på om intyget är ställt till någon adress.",
        "Does not look at whether the assertion is made out to an address.",
        "saml-recipient-missing",
        lax(overlooks="no-recipient"),
    ),
    row(
        "overlooks-destination",
        "Tittar inte på vart svaret är skickat.",
        "Does not look at where the response is sent.",
        (
            "saml-destination-other saml-destination-longer saml-destination-within saml-destination-slash "
            "saml-destination-case saml-destination-scheme saml-destination-empty"
        ),
        lax(overlooks="destination"),
    ),
    row(
        "overlooks-no-destination",
        "Tittar inte på om ett underskrivet svar är adresserat.",
        "Does not look at whether a signed response is addressed.",
        "saml-destination-missing",
        lax(overlooks="no-destination"),
    ),
    row(
        "overlooks-issuer",
        "Tittar inte på vem som har gjort intyget.",
        "Does not look at who made the assertion.",
        "saml-issuer-*",
        lax(overlooks="issuer"),
    ),
    row(
        "overlooks-no-issuer",
        "Tittar inte på om intyget säger vem som har gjort det.",
        "Does not look at whether the assertion says who made it.",
        "saml-issuer-missing",
        lax(overlooks="no-issuer"),
    ),
    row(
        "overlooks-issuer-format",
        "Tittar inte på på vilket sätt utfärdaren är namngiven.",
        "Does not look at in which way the issuer is named.",
        "saml-issuer-of-another-format",
        lax(overlooks="issuer-format"),
    ),
    row(
        "overlooks-response-issuer",
        "Tittar inte på vem som har gjort svaret.",
        "Does not look at who made the response.",
        "saml-response-issuer-other saml-response-issuer-longer saml-response-issuer-empty",
        lax(overlooks="response-issuer"),
    ),
    row(
        "overlooks-in-response-to",
        "Tittar inte på vilken begäran svaret gäller.",
        "Does not look at which request the response answers.",
        (
            "saml-request-unknown saml-request-missing saml-request-empty saml-request-other-browser "
            "saml-unsolicited-valid"
        ),
        lax(overlooks="in-response-to"),
    ),
    row(
        "overlooks-response-in-response-to",
        "Tittar inte på om svar och bekräftelse gäller samma begäran.",
        "Does not look at whether response and confirmation answer one request.",
        "saml-request-unknown-in-response",
        lax(overlooks="response-in-response-to"),
    ),
    row(
        "overlooks-confirmation-in-response-to",
        "Tittar inte på vilken begäran bekräftelsen gäller.",
        "Does not look at which request the confirmation answers.",
        "saml-request-unknown-in-confirmation saml-request-missing-in-confirmation",
        lax(overlooks="confirmation-in-response-to"),
    ),
    row(
        "overlooks-browser",
        "Tittar inte på vilken webbläsare som påbörjade inloggningen.",
        "Does not look at which browser began the login.",
        "saml-request-other-browser",
        lax(overlooks="browser"),
    ),
    row(
        "overlooks-replay",
        "Tittar inte på om svaret har använts förut.",
        "Does not look at whether the response was used before.",
        "saml-replay-*",
        lax(overlooks="replay"),
    ),
    row(
        "overlooks-until",
        "Tittar inte på när intyget slutar gälla.",
        "Does not look at when the assertion ends.",
        "saml-expiry-outside saml-expiry-day saml-expiry-unreadable saml-expiry-empty",
        lax(overlooks="until"),
    ),
    row(
        "overlooks-from",
        "Tittar inte på när intyget börjar gälla.",
        "Does not look at when the assertion begins.",
        "saml-beginning-outside saml-beginning-day saml-beginning-unreadable saml-beginning-empty",
        lax(overlooks="from"),
    ),
    row(
        "overlooks-confirmation-until",
        "Tittar inte på när bekräftelsen slutar gälla.",
        "Does not look at when the confirmation ends.",
        (
            "saml-confirmation-time-outside saml-confirmation-time-day saml-confirmation-time-unreadable "
            "saml-confirmation-time-empty"
        ),
        lax(overlooks="confirmation-until"),
    ),
    row(
        "overlooks-no-confirmation-until",
        "Tittar inte på om bekräftelsen har en sista tid.",
        "Does not look at whether the confirmation has an end.",
        "saml-confirmation-time-missing",
        lax(overlooks="no-confirmation-until"),
    ),
    row(
        "overlooks-confirmation-from",
        "Tittar inte på när bekräftelsen börjar gälla.",
        "Does not look at when the confirmation begins.",
        "saml-confirmation-time-beginning-past saml-confirmation-time-beginning-ahead",
        lax(overlooks="confirmation-from"),
    ),
    row(
        "overlooks-confirmation-has-from",
        "Tittar inte på om bekräftelsen har en första tid.",
        "Does not look at whether the confirmation has a beginning.",
        "saml-confirmation-time-beginning-past",
        lax(overlooks="confirmation-has-from"),
    ),
    row(
        "overlooks-session-until",
        "Tittar inte på när skolans session är slut.",
        "Does not look at when the school's session is over.",
        "saml-session-end-outside saml-session-end-day saml-session-end-unreadable saml-session-end-empty",
        lax(overlooks="session-until"),
    ),
    row(
        "overlooks-login-age",
        "Tittar inte på hur gammal inloggningen är.",
        "Does not look at how old the login is.",
        "saml-login-age-before-the-request saml-login-age-an-hour",
        lax(overlooks="login-age"),
        profile="national-tests",
    ),
    row(
        "overlooks-login-time",
        "Tittar inte på om intyget säger när personen loggade in.",
        "Does not look at whether the assertion says when the person logged in.",
        "saml-login-age-missing saml-login-age-unreadable",
        lax(overlooks="login-time"),
    ),
    row(
        "overlooks-conditions",
        "Tittar inte på villkor som den inte förstår.",
        "Does not look at conditions that it does not understand.",
        "saml-condition-unknown saml-condition-unknown-first",
        lax(overlooks="conditions"),
    ),
    row(
        "overlooks-no-conditions",
        "Tittar inte på om intyget har villkor.",
        "Does not look at whether the assertion has conditions.",
        "saml-condition-none",
        lax(overlooks="no-conditions"),
    ),
    row(
        "overlooks-method",
        "Tittar inte på hur personen är bekräftad.",
        "Does not look at how the person is confirmed.",
        (
            "saml-confirmation-holder-of-key saml-confirmation-sender-vouches saml-confirmation-unknown "
            "saml-confirmation-empty"
        ),
        lax(overlooks="method"),
    ),
    row(
        "overlooks-no-confirmation",
        "Tittar inte på om personen är bekräftad.",
        "Does not look at whether the person is confirmed.",
        (
            "saml-confirmation-time-outside saml-confirmation-time-day saml-confirmation-time-missing "
            "saml-confirmation-time-beginning-past saml-confirmation-time-beginning-ahead "
            "saml-confirmation-holder-of-key saml-confirmation-sender-vouches saml-confirmation-unknown "
            "saml-confirmation-empty saml-confirmation-missing saml-confirmation-without-data saml-recipient-*"
        ),
        lax(overlooks="no-confirmation"),
    ),
    row(
        "overlooks-status",
        "Tittar inte på om inloggningen lyckades.",
        "Does not look at whether the login succeeded.",
        (
            "saml-status-with-assertion saml-status-unknown saml-status-success-within saml-status-empty "
            "saml-status-missing saml-status-without-code"
        ),
        lax(overlooks="status"),
    ),
    row(
        "overlooks-no-status",
        "Tittar inte på om svaret har någon status.",
        "Does not look at whether the response has a status.",
        "saml-status-missing saml-status-without-code",
        lax(overlooks="no-status"),
    ),
    row(
        "overlooks-version",
        "Tittar inte på vilken version svaret är av.",
        "Does not look at of which version the response is.",
        (
            "saml-envelope-response-version saml-envelope-assertion-version "
            "saml-envelope-response-without-version saml-envelope-assertion-without-version"
        ),
        lax(overlooks="version"),
    ),
    row(
        "overlooks-instants",
        "Tittar inte på när svaret gjordes.",
        "Does not look at when the response was made.",
        (
            "saml-envelope-response-without-instant saml-envelope-assertion-without-instant "
            "saml-envelope-response-instant-unreadable saml-envelope-assertion-instant-unreadable "
            "saml-envelope-response-instant-ahead saml-envelope-assertion-instant-ahead"
        ),
        lax(overlooks="instants"),
    ),
    row(
        "overlooks-response-id",
        "Tittar inte på om svaret har ett ID.",
        "Does not look at whether the response has an ID.",
        "saml-envelope-response-without-id",
        lax(overlooks="response-id"),
    ),
)
