"""What a report on certifying says that depends on what was tried: a login, or an exchange of data between servers."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from testbed.model.certificate import AnyCase, CaseResult, Outcome
from testbed.model.exchange_case import ExchangeCase
from testbed.model.vendor import FED, Vendor
from testbed.model.written import Bilingual
from testbed.reports.certificate_texts import NO_DATA, OUTCOMES, SCOPE, TWINS, both, expected_of_login


@dataclass(frozen=True, slots=True)
class About:
    """The words of one subject."""

    question: Bilingual
    meanings: Mapping[Outcome, Bilingual]
    none_failed: Bilingual
    scope: tuple[Bilingual, ...]
    no_data: Bilingual
    learned: Bilingual
    """Heading of how verdicts are come by."""
    method: Bilingual
    genuine: Bilingual
    """What the positive twin is called."""
    twins: Mapping[str, Bilingual]
    sent: Bilingual
    honest: Bilingual
    """What was judged for its data, as a heading."""
    honest_judged: Bilingual
    counted: Bilingual
    """What there is a number of, in the midst of a sentence."""


LOGIN = About(
    question=both("Kan fel person logga in?", "Can the wrong person log in?"),
    meanings={one: text.meaning for one, text in OUTCOMES.items()},
    none_failed=both(
        "Ingen av de förfalskade inloggningarna släppte in fel person.",
        "None of the forged logins let the wrong person in.",
    ),
    scope=SCOPE,
    no_data=NO_DATA,
    learned=both("Så avgörs vem som är inloggad", "How it is told who is logged in"),
    method=both(
        "En påhittad skola loggade in en påhittad person och ändrade en enda sak i meddelandet till tjänsten. Ett "
        "avvisande räknas bara när en äkta inloggning på samma sätt fungerade i samma körning. Varje "
        "meddelande och omdöme "
        "står i cases.jsonl, vars fingeravtryck är det ovan; rapporten kan göras om av den.",
        "An invented school logged an invented person in and changed one single thing in the message to the service. A "
        "rejection counts only when a valid login by the same machinery worked in the same run. "
        "Every message and verdict "
        "stands in cases.jsonl, whose digest is the one above; this report can be made again from it.",
    ),
    genuine=both("Äkta inloggning", "Valid login"),
    twins=TWINS,
    sent=both("Meddelandet som lämnades", "The message that was delivered"),
    honest=both("De äkta inloggningarna mot avtal och regler", "The valid logins against the agreement and the rules"),
    honest_judged=both(
        "De äkta inloggningarna bedömdes mot personuppgiftsbiträdesavtalet och mot protokollens regler. Hur varje "
        "sådan inloggning gick till, meddelande för meddelande, står i logins.html.",
        "The valid logins were held against the data processing agreement and the rules of the protocol. How each of "
        "them went, message by message, stands in logins.html.",
    ),
    counted=both("inloggningar", "logins"),
)
EXCHANGE = About(
    question=both("Kan fel part nå elevernas uppgifter?", "Can the wrong party get at the pupils' data?"),
    meanings={
        Outcome.NOT_COMPLIANT: both(
            "Tjänsten tog emot, lämnade ut eller behöll det som den inte får, eller bröt mot ett annat krav.",
            "The service took, handed out or kept what it must not, or broke another requirement.",
        ),
        Outcome.INCONCLUSIVE: OUTCOMES[Outcome.INCONCLUSIVE].meaning,
        Outcome.COMPLIANT: both(
            "Tjänsten klarade alla de prov som profilen kräver.",
            "The service passed every test that the profile demands.",
        ),
    },
    none_failed=both(
        "Inget av proven fick tjänsten att ta emot, lämna ut eller behålla det som den inte får.",
        "No test made the service take, hand out or keep what it must not.",
    ),
    scope=(
        SCOPE[0],
        both(
            "Bara utbytet mellan servrar prövades: inte inloggning, behörigheter inne i tjänsten "
            "eller hur uppgifter lagras.",
            "Only the exchange between servers was tried: not logins, permissions inside the service "
            "or how data is stored.",
        ),
        *SCOPE[2:],
    ),
    no_data=both(
        "Om uppgifterna höll sig inom avtalet, och vart tjänsten skickar dem, bedömdes inte här: det "
        "gör 'testbed run'.",
        "Whether the data kept to the agreement, and where the service sends it, was not judged "
        "here: 'testbed run' does so.",
    ),
    learned=both("Så avgörs vad tjänsten gjorde", "How it is told what the service did"),
    method=both(
        "En påhittad part gjorde ett anrop i taget, i vilket en enda sak är fel, eller svarade en "
        "gång på ett felaktigt sätt. "
        "Ett avvisande räknas bara när ett ärligt anrop på samma sätt togs emot i samma körning. "
        "Varje anrop och omdöme står i "
        "cases.jsonl, vars fingeravtryck är det ovan; rapporten kan göras om av den.",
        "An invented party made one call at a time in which one single thing is wrong, or answered "
        "wrongly once. A rejection "
        "counts only when an honest call by the same machinery was taken in the same run. Every call "
        "and verdict stands in "
        "cases.jsonl, whose digest is the one above; this report can be made again from it.",
    ),
    genuine=both("Ärligt anrop", "Honest call"),
    twins={
        "logged in": both(
            "Ett ärligt anrop på samma sätt togs emot före och efter, så ett avvisande betyder något.",
            "An honest call by the same machinery was taken before and after, so that a rejection means something.",
        ),
        "failed": both(
            "Ett ärligt anrop på samma sätt togs inte emot, så ett avvisande bevisar ingenting.",
            "An honest call by the same machinery was not taken, so that a rejection proves nothing.",
        ),
        "not run": both("Inget ärligt anrop gjordes.", "No honest call was made."),
        "none": both("Behövs inte.", "Not needed."),
    },
    sent=both("Anropet som gjordes", "The call that was made"),
    honest=both("Den ärliga hämtningen mot avtal och regler", "The honest fetch against the agreement and the rules"),
    honest_judged=both(
        "En hämtning där inget är fel spelades in, med allt som tjänsten skickade till andra, och bedömdes mot "
        "personuppgiftsbiträdesavtalet och mot protokollens regler. Hur den gick till, meddelande för meddelande, står "
        "i logins.html.",
        "A fetch in which nothing is wrong was recorded, with all that the service sent to others, and held against "
        "the data processing agreement and the rules of the protocol. How it went, message by message, stands in "
        "logins.html.",
    ),
    counted=both("hämtning", "fetch"),
)
_EXPECTED: Mapping[str, Bilingual] = MappingProxyType(
    {
        "accept": both(
            "Anropet tas emot, och det syns efteråt.", "The call is taken, and that can be seen afterwards."
        ),
        "reject": both("Anropet avvisas, och inget händer.", "The call is refused, and nothing comes of it."),
        "either": both(
            "Tjänsten får ta emot eller avvisa anropet, men inte gå sönder, visa eller behålla det som den inte får.",
            "The service may take the call or refuse it, but not break down, nor show or hold what it must not.",
        ),
    }
)
_OF_CLIENT = both(
    "Tjänsten klarar svaret: den väntar, frågar om eller avstår, och behåller det som är rätt.",
    "The service copes with the answer: it waits, asks again or refrains, and holds what is right.",
)


def about(vendor: Vendor) -> About:
    """What was tried of this vendor, in words."""
    return EXCHANGE if vendor.protocol in FED else LOGIN


def expected(case: AnyCase) -> Bilingual:
    """What the vendor must do with it."""
    if isinstance(case, ExchangeCase):
        return _OF_CLIENT if case.trick else _EXPECTED[case.expect]
    return expected_of_login(case)


def twin_of(result: CaseResult) -> Bilingual:
    """What the positive twin of a case came to."""
    return (EXCHANGE if isinstance(result.case, ExchangeCase) else LOGIN).twins[result.twin]
