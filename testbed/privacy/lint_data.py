"""What is wrong with an agreement's data clauses and recipients."""

from collections import Counter
from collections.abc import Iterator

from testbed.model.attributes import by_name
from testbed.model.written import Agreement, DataClause, Recipient
from testbed.privacy.lint_people import combination_remarks, limit_remarks
from testbed.privacy.remarks import Remark
from testbed.privacy.vocabulary import PURPOSE_PREFIX, PURPOSES, PURPOSES_OF_IDENTIFICATION

MARKING = "securityMarking"


def data_remarks(agreement: Agreement) -> Iterator[Remark]:
    """All remarks on ``data`` and ``recipients``."""
    if not agreement.data:
        yield Remark(
            "error",
            "data",
            "No data is agreed on: name the type of personal data and whom it is about.",
            "Inga uppgifter är avtalade: ange typen av personuppgifter och vilka de handlar om.",
            "GDPR Article 28(3)",
        )
    for number, clause in enumerate(agreement.data):
        place = f"data.{number}"
        yield from _purpose(place, clause)
        yield from _attributes(place, clause)
        yield from _civic(place, clause)
        yield from _hidden(place, clause, agreement)
        yield from _marking(place, clause)
        yield from limit_remarks(number, agreement)
        yield from combination_remarks(place, clause)
    for number, recipient in enumerate(agreement.recipients):
        yield from _recipient(f"recipients.{number}", recipient, agreement)
    yield from _hosts_of_several_recipients(agreement)


def _purpose(place: str, clause: DataClause) -> Iterator[Remark]:
    field, purpose = f"{place}.purpose", clause.purpose
    if not purpose:
        yield Remark(
            "error",
            field,
            "The clause has no purpose: say what the data is for.",
            "Klausulen saknar ändamål: ange vad uppgifterna ska användas till.",
            "GDPR Article 28(3) and 5(1)(b)",
        )
    elif not purpose.startswith(PURPOSE_PREFIX):
        yield Remark(
            "warning",
            field,
            f"{purpose!r} is not of the vocabulary: write it as {PURPOSE_PREFIX}...",
            f"{purpose!r} hör inte till vokabulären: skriv {PURPOSE_PREFIX}...",
            "GDPR Article 5(1)(b)",
        )
    elif purpose not in PURPOSES:
        yield Remark(
            "warning",
            field,
            f"{purpose!r} is not known: use one of {', '.join(sorted(PURPOSES))}.",
            f"{purpose!r} är okänt: använd något av {', '.join(sorted(PURPOSES))}.",
            "GDPR Article 5(1)(b)",
        )


def _attributes(place: str, clause: DataClause) -> Iterator[Remark]:
    if not clause.agreed:
        yield Remark(
            "error",
            place,
            "The clause names no attributes: list them under 'required' or 'optional'.",
            "Klausulen anger inga attribut: räkna upp dem under 'required' eller 'optional'.",
            "GDPR Article 28(3)",
        )
    for name in sorted(set(clause.required) & set(clause.optional)):
        yield Remark(
            "warning",
            f"{place}.optional",
            f"{name} is both required and optional: keep it in one of the lists.",
            f"{name} är både obligatoriskt och valfritt: låt det stå i en av listorna.",
            "GDPR Article 5(1)(c)",
        )
    for field, names in (("required", clause.required), ("optional", clause.optional)):
        for name in sorted(name for name, count in Counter(names).items() if count > 1):
            yield Remark(
                "warning",
                f"{place}.{field}",
                f"{name} stands more than once in the list.",
                f"{name} står mer än en gång i listan.",
                "GDPR Article 28(3)",
            )


def _civic(place: str, clause: DataClause) -> Iterator[Remark]:
    if clause.purpose in PURPOSES_OF_IDENTIFICATION:
        return
    for field, names in (("required", clause.required), ("optional", clause.optional)):
        for name in dict.fromkeys(names):
            if by_name()[name].sensitivity == "civic":
                yield Remark(
                    "warning",
                    f"{place}.{field}",
                    f"{name} is agreed on, but the purpose states no need for it: take it away, or put it in a clause "
                    f"of its own whose purpose is identification ({', '.join(sorted(PURPOSES_OF_IDENTIFICATION))}).",
                    f"{name} är avtalat, men ändamålet anger inget behov: ta bort det, eller lägg det i en egen "
                    f"klausul vars ändamål är identifiering ({', '.join(sorted(PURPOSES_OF_IDENTIFICATION))}).",
                    "GDPR Article 5(1)(c) and 87; Swedish act 2018:218 chapter 3 section 10",
                )


def _marking(place: str, clause: DataClause) -> Iterator[Remark]:
    for field, names in (("required", clause.required), ("optional", clause.optional)):
        if MARKING in names:
            yield Remark(
                "error",
                f"{place}.{field}",
                "That somebody lives under protection is itself what must not be told: no school releases it. "
                f"Take {MARKING} out.",
                "Att någon lever med skyddade personuppgifter är i sig det som inte får röjas: ingen skola lämnar ut "
                f"det. Ta bort {MARKING}.",
                "Offentlighets- och sekretesslagen (2009:400) 22 kap. 1 §",
            )


def _hidden(place: str, clause: DataClause, agreement: Agreement) -> Iterator[Remark]:
    hidden = sorted(name for name in set(clause.required) if by_name()[name].hidden)
    if hidden and agreement.protected_identity == "withhold":
        yield Remark(
            "note",
            f"{place}.required",
            f"People with protected identity come without {', '.join(hidden)}, although required: "
            "agree on how the service treats them.",
            f"Personer med skyddade personuppgifter kommer utan {', '.join(hidden)}, fast de är obligatoriska: "
            "kom överens om hur tjänsten behandlar dem.",
            "GDPR Article 25 and 32",
        )


def _recipient(place: str, recipient: Recipient, agreement: Agreement) -> Iterator[Remark]:
    if not recipient.hosts:
        yield Remark(
            "error",
            f"{place}.hosts",
            f"{recipient.name} has no hosts: it cannot be known again in the traffic.",
            f"{recipient.name} har inga värdnamn och kan inte kännas igen i trafiken.",
            "GDPR Article 28(2)",
        )
    if not recipient.data:
        yield Remark(
            "note",
            f"{place}.data",
            f"{recipient.name} is named without data: it may be called, but may get no personal data.",
            f"{recipient.name} står utan uppgifter: den får anropas men inte få några personuppgifter.",
            "GDPR Article 28(2) and 28(4)",
        )
    agreed = frozenset[str]().union(*(clause.agreed for clause in agreement.data))
    for name in sorted(set(recipient.data) - agreed):
        yield Remark(
            "error",
            f"{place}.data",
            f"{recipient.name} may get {name}, which the processor itself may not.",
            f"{recipient.name} får ta emot {name}, som biträdet självt inte får ta emot.",
            "GDPR Article 28(4)",
        )
    for host in sorted(set(recipient.hosts) & set(agreement.processor.hosts)):
        yield Remark(
            "error",
            f"{place}.hosts",
            f"{host} is the processor's own: what {recipient.name} gets there cannot be told from what the processor "
            "gets. Take it out of one of the lists.",
            f"{host} är biträdets eget värdnamn: vad {recipient.name} får där kan inte skiljas från vad biträdet får. "
            "Ta bort det ur en av listorna.",
            "GDPR Article 28(2)",
        )
    for host in sorted(set(recipient.hosts) & set(agreement.controller.hosts)):
        yield Remark(
            "error",
            f"{place}.hosts",
            f"{host} is the controller's own host, not a recipient's.",
            f"{host} är den personuppgiftsansvariges eget värdnamn, inte en mottagares.",
            "GDPR Article 4(9)",
        )


def _hosts_of_several_recipients(agreement: Agreement) -> Iterator[Remark]:
    owners = Counter(host for recipient in agreement.recipients for host in set(recipient.hosts))
    for host in sorted(host for host, count in owners.items() if count > 1):
        yield Remark(
            "warning",
            "recipients",
            f"{host} belongs to more than one recipient: it is not clear who gets the data.",
            f"{host} hör till mer än en mottagare: det är oklart vem som får uppgifterna.",
            "GDPR Article 28(2)",
        )
