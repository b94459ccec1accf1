"""Leaks by what every service has: logs, error reports, exports, mail, forms, calls to others' services."""

from sp_mocks.leaks import documents
from sp_mocks.leaks.leak import USER, ByServer, Leak
from sp_mocks.leaks.row import ERRORS, LOGS, ONWARD, PARTNER, STATISTICS, TRACKER, Row
from sp_mocks.leaks.spellings import capitals, plain

EVERYDAY: tuple[Row, ...] = (
    Row(
        id="mail-in-capitals",
        sv="Skickar e-postadressen med stora bokstäver till ett annonsföretag: "
        "en sökning efter adressen missar den, men posten når samma elev.",
        en="Sends the e-mail address in capital letters to an advertiser: "
        "a search for the address misses it, but mail reaches the same pupil.",
        leak=Leak(("mail",), PARTNER, ByServer(documents.form_event("EMAIL", "mail", capitals))),
    ),
    Row(
        id="tells-tracker-the-identifier-of-this-service",
        sv="Ger en spårare den identifierare som skolan har gjort för just den här tjänsten: "
        "två tjänster med samma spårare kan lägga ihop vad de vet om eleven.",
        en="Gives a tracker the identifier that the school has made for this service alone: "
        "two services with the same tracker can put together what they know about the pupil.",
        leak=Leak((USER,), TRACKER, ByServer(documents.json_event("userId", USER, plain))),
    ),
    Row(
        id="child-of-guardian-to-advertiser",
        sv="Talar om för ett annonsföretag vilket barn som vårdnadshavaren har: "
        "barnets användarnamn hamnar hos någon som varken barnet eller skolan känner.",
        en="Tells an advertiser which child the guardian has: "
        "the child's user name ends up with someone whom neither the child nor the school knows.",
        leak=Leak(
            ("sisLegalGuardianFor",), PARTNER, ByServer(documents.json_event("household", "sisLegalGuardianFor", plain))
        ),
    ),
    Row(
        id="names-in-two-form-fields",
        sv="Anmäler eleven till en kampanj med förnamn och efternamn i var sitt fält: "
        "en partner får hela namnet fast det aldrig står på ett ställe.",
        en="Enters the pupil for a campaign with given name and family name in a field each: "
        "a partner gets the whole name though it never stands in one place.",
        leak=Leak(("givenName", "sn"), PARTNER, ByServer(documents.names_in_two_fields)),
    ),
    Row(
        id="ships-logs-with-names",
        sv="Skickar sina loggar med elevernas namn till ett driftbolag som avtalet inte nämner: "
        "namnen blir kvar i loggar som ingen på skolan vet om.",
        en="Ships its logs with the pupils' names to a company that the agreement does not name: "
        "the names stay in logs that nobody at the school knows of.",
        leak=Leak(("givenName", "sn"), LOGS, ByServer(documents.log_lines)),
    ),
    Row(
        id="ships-logs-without-tls",
        sv="Skickar en loggrad med elevens e-postadress utan kryptering: "
        "alla på vägen kan läsa vem som loggade in, och när.",
        en="Ships a line of its log with the pupil's e-mail address without encryption: "
        "everyone on the way can read who logged in, and when.",
        leak=Leak(("mail",), LOGS, ByServer(documents.in_the_clear)),
        breaks=ONWARD | {"data.encrypted-in-transit"},
    ),
    Row(
        id="reports-errors-with-the-person",
        sv="Lägger användarnamn och e-postadress i felrapporter till ett annat företag: "
        "när något går sönder får någon ny veta vem eleven är.",
        en="Puts user name and e-mail address into error reports to another company: "
        "whenever something breaks, someone new learns who the pupil is.",
        leak=Leak((USER, "mail"), ERRORS, ByServer(documents.error_report)),
    ),
    Row(
        id="uploads-a-list-of-pupils",
        sv="Laddar upp en fil med elevens namn och e-postadress till en annan tjänst: "
        "klasslistan ligger på ett ställe som skolan inte har valt.",
        en="Uploads a file with the pupil's name and e-mail address to another service: "
        "the class list lies in a place that the school has not chosen.",
        leak=Leak(("displayName", "mail"), STATISTICS, ByServer(documents.csv_upload)),
    ),
    Row(
        id="user-in-header-to-partner",
        sv="Skickar användarnamnet i ett huvudfält till den som rekommenderar innehåll: "
        "en partner får veta vad varje elev tycker om.",
        en="Sends the user name in a header field to someone who recommends content: "
        "a partner learns what each pupil likes.",
        leak=Leak((USER,), PARTNER, ByServer(documents.user_header)),
    ),
    Row(
        id="signs-in-elsewhere-as-the-pupil",
        sv="Loggar in hos ett annat företag med elevens användarnamn: "
        "eleven får ett konto på ett ställe som hen aldrig har hört talas om.",
        en="Logs in at another company with the pupil's user name: "
        "the pupil gets an account in a place that they have never heard of.",
        leak=Leak((USER,), STATISTICS, ByServer(documents.as_basic_user)),
    ),
    Row(
        id="exports-names-as-utf-16",
        sv="Exporterar en tabell med elevens namn i ett format där varje bokstav är två byte: "
        "en sökning byte för byte hittar inget, men mottagaren läser namnet.",
        en="Exports a table with the pupil's name in a format where every letter is two bytes: "
        "a search byte by byte finds nothing, but the receiver reads the name.",
        leak=Leak(("displayName",), STATISTICS, ByServer(documents.utf16_text)),
    ),
    Row(
        id="name-in-old-form",
        sv="Fyller i ett gammalt formulär hos ett mätföretag med elevens namn i Latin-1: "
        "moderna filter känner inte igen å, ä och ö, men företaget läser namnet.",
        en="Fills in an old form of a company that measures with the pupil's name in Latin-1: "
        "modern filters do not know å, ä and ö, but the company reads the name.",
        leak=Leak(("displayName",), STATISTICS, ByServer(documents.latin1_form)),
    ),
    Row(
        id="mails-the-name-to-sales",
        sv="Mejlar elevens namn till en partners säljare vid varje inloggning: "
        "barnets namn ligger i en inkorg som ingen gallrar.",
        en="Mails the pupil's name to a partner's sales people at every login: "
        "the child's name lies in an inbox that nobody clears.",
        leak=Leak(("displayName",), PARTNER, ByServer(documents.quoted_printable_mail)),
    ),
    Row(
        id="mail-in-xml-by-number",
        sv="Beställer i elevens namn hos ett annat företag, med e-postadressen skriven som siffror i XML: "
        "företaget kan skriva till ett barn utan att skolan vet om det.",
        en="Orders in the pupil's name at another company, the e-mail address written as numbers in XML: "
        "the company can write to a child without the school's knowing.",
        leak=Leak(("mail",), PARTNER, ByServer(documents.xml_by_number)),
    ),
    Row(
        id="person-in-json-in-json",
        sv="Skickar namn och e-postadress som JSON inuti JSON till en spårare: "
        "två lager citattecken gömmer vem eleven är för den som granskar.",
        en="Sends name and e-mail address as JSON inside JSON to a tracker: "
        "two layers of quotation marks hide who the pupil is from whoever looks.",
        leak=Leak(("displayName", "mail"), TRACKER, ByServer(documents.json_in_json)),
    ),
    Row(
        id="mailer-learns-the-name",
        sv="Ger företaget som skickar påminnelser elevens namn, fast avtalet bara låter det få e-postadressen: "
        "ett underbiträde vet mer om barnet än någon har bestämt.",
        en="Gives the company that sends reminders the pupil's name, though the agreement lets it have the address "
        "alone: a sub-processor knows more of the child than anyone has decided.",
        leak=Leak(("displayName",), "utskick.", ByServer(documents.letter_to)),
    ),
    Row(
        id="statistics-that-single-out",
        sv="Skickar skolenhet, årskurs och födelsedatum som statistik utan namn: "
        "i en liten skola finns det bara ett barn som är fött den dagen.",
        en="Sends school unit, grade and date of birth as statistics without a name: "
        "at a small school only one child was born on that day.",
        leak=Leak(
            ("sisSchoolUnitCode", "sisSchoolGrade", "norEduPersonBirthDate"),
            STATISTICS,
            ByServer(documents.without_a_name),
        ),
        breaks=ONWARD | {"data.no-identifying-combination"},
    ),
)
