"""What the report says in words, in both languages."""

from collections.abc import Mapping
from types import MappingProxyType

import testbed.checks  # noqa: F401 - importing it registers every family of checks
from testbed.checks.core import CheckInfo, describe
from testbed.model.attributes import by_name
from testbed.model.privacy import PLAIN
from testbed.model.verdict import Finding, Verdict
from testbed.model.written import Bilingual
from testbed.privacy.people import NAME_ID, SUBJECT

VERDICTS: Mapping[Verdict, Bilingual] = MappingProxyType(
    {
        Verdict.PASS: Bilingual(sv="Utan anmärkning", en="Passed"),
        Verdict.FAIL: Bilingual(sv="Brister", en="Failed"),
        Verdict.WARNING: Bilingual(sv="Varning", en="Warning"),
        Verdict.SKIPPED: Bilingual(sv="Inte tillämplig", en="Skipped"),
        Verdict.NOT_VERIFIED: Bilingual(sv="Kunde inte avgöras", en="Not verified"),
        Verdict.ERROR: Bilingual(sv="Fel i laboratoriet", en="Error of the laboratory"),
    }
)
_OBSERVED_SV: Mapping[str, str] = MappingProxyType(
    {
        "data.released-within-agreement": "{sender} lämnade ut {attribute} till {recipient}, utöver avtalet.",
        "data.rows-within-agreement": "{recipient} fick {attribute} om någon som avtalet inte omfattar: annan roll, "
        "skola eller årskurs.",
        "data.requested-within-agreement": "{sender} begär {attribute}, utöver avtalet.",
        "data.no-onward-transfer": "{sender} lät {attribute} nå {recipient}, som enligt avtalet inte får veta det.",
        "data.not-in-url": "{attribute} står i adressen till {recipient}, eller i dess Referer.",
        "data.encrypted-in-transit": "{attribute} gick till {recipient} utan det skydd som avtalats.",
        "data.protected-identity-withheld": "{attribute} om en person med skyddad identitet nådde {recipient}.",
        "data.no-identifying-combination": "{attribute} nådde {recipient} och pekar tillsammans med andra uppgifter "
        "som samma mottagare fick ut en enda person.",
        "data.release-account-matches-wire": "Skolans redovisning av {attribute} till {recipient} stämmer inte med "
        "vad som skickades.",
        "data.identifier-not-correlatable": "{recipient} känner personen under samma identifierare som en annan "
        "leverantör.",
        "oidc.id-token-names-no-one": "{sender} skrev {attribute} i ID-token utan att det begärts.",
        "data.agreement-in-force": "{attribute} lämnades ut till {recipient} när avtalet inte gällde.",
        "data.deleted-persons-forgotten": "{attribute} om någon som skolan har tagit bort finns kvar hos {recipient}.",
        "exchange.held-as-sent": "Den som {sender} har skickat står i fel grupper hos {recipient}: {attribute}.",
        "exchange.answers-name-nobody": "{sender} skrev {attribute} i ett meddelande till {recipient}.",
        "exchange.stranger-is-refused": "{recipient}, som inte är skolan, fick veta {attribute} av {sender}.",
    }
)
_OBSERVED_SV_OF_NO_ATTRIBUTE: Mapping[str, str] = MappingProxyType(
    {
        "data.encrypted-in-transit": "Intyget gick att läsa på vägen genom webbläsaren till {recipient}, fast avtalet "
        "kräver att det är krypterat.",
        "data.deleted-persons-forgotten": "{recipient} har kvar någon som skolan har tagit bort, eller frågar aldrig "
        "vilka de är.",
        "data.persons-are-used": "Färre än hälften av de elever som {recipient} har fått uppgifter om har loggat in.",
        "exchange.push-is-taken": "{recipient} tog inte emot det som {sender} skickade.",
        "exchange.held-as-sent": "Den som {sender} har skickat finns inte hos {recipient}.",
        "exchange.stranger-is-refused": "{recipient} släppte in {sender}, som inte är skolan.",
        "exchange.schools-apart": "{sender} lät {recipient} se vad en annan skola har skickat.",
        "exchange.teachers-see-their-own": "En lärare ser hos {sender} elever som inte är lärarens egna.",
        "exchange.lists-are-reduced": "{sender} lämnar i en lista ut mer om personer än vad som skiljer dem åt.",
        "exchange.references-are-not-followed": "{sender} hämtade från en adress som stod i det som skolan skickade.",
    }
)
_ACCOUNT = Bilingual(sv="inloggningens identifierare", en="identifier of the login")


def attribute(name: str) -> Bilingual:
    """What people call an attribute; its own name where the table has none."""
    if name in (NAME_ID, SUBJECT):
        return _ACCOUNT
    row = by_name().get(name)
    return Bilingual(sv=row.sv, en=row.en) if row else Bilingual(sv=name, en=name)


def check_info() -> Mapping[str, CheckInfo]:
    """Every check by id."""
    return {info.id: info for info in describe()}


def observed_sv(finding: Finding) -> str:
    """What was observed, in Swedish; "" where the English sentence must do."""
    patterns = _OBSERVED_SV if finding.attribute else _OBSERVED_SV_OF_NO_ATTRIBUTE
    form = "" if finding.form in ("", PLAIN) else f", som {finding.form}"
    called = f"{attribute(finding.attribute).sv} ({finding.attribute}{form})"
    pattern, recipient = patterns.get(finding.check, ""), finding.recipient or "mottagaren"
    return pattern.format(sender=finding.sender, recipient=recipient, attribute=called)
