"""What a data processing agreement lacks, before any traffic is looked at: most harm starts with an old contract."""

import re
from collections.abc import Iterator
from datetime import date

from testbed.model.attributes import by_name
from testbed.model.coverage import kept_about_protected
from testbed.model.written import Agreement
from testbed.privacy.lint_data import data_remarks
from testbed.privacy.remarks import Level, Remark
from testbed.privacy.unseen import unseen_in_traffic
from testbed.privacy.vocabulary import (
    CONSENT,
    GROUNDS_OF_OTHER_KINDS,
    LEGAL_BASES,
    LEGAL_BASIS_PREFIX,
    LEGITIMATE_INTEREST,
)

__all__ = ["Remark", "lint", "unseen_in_traffic"]

ENDS_SOON_DAYS = 90
LONG_YEARS = 5
_ORGANISATION_NUMBER = re.compile(r"[0-9]{6}-?[0-9]{4}")
_SEVERITY: dict[Level, int] = {"error": 0, "warning": 1, "note": 2}


def lint(agreement: Agreement, today: date) -> tuple[Remark, ...]:
    """Everything worth saying about the agreement on this day, the worst first.

    "Processing by a processor shall be governed by a contract ... that sets out the subject-matter and duration of the
    processing, the nature and purpose of the processing, the type of personal data and categories of data subjects and
    the obligations and rights of the controller" (GDPR Article 28(3)). No remark does not mean that the agreement is
    lawful: only what stands in the file can be looked at.
    """
    remarks = [
        *_parties(agreement),
        *_validity(agreement, today),
        *_legal_basis(agreement),
        *_identifier(agreement),
        *data_remarks(agreement),
        *_protected_identity(agreement),
        *_retention(agreement),
        *_security(agreement),
        _OBLIGATIONS,
    ]
    return tuple(sorted(remarks, key=lambda remark: _SEVERITY[remark.level]))


_OBLIGATIONS = Remark(
    "note",
    "",
    "The file has no fields for the controller's instructions, transfers to third countries, confidentiality, help "
    "with data subjects' rights, breach notification and audits: they must stand in the signed contract.",
    "Filen har inga fält för den ansvariges instruktioner, överföring till tredje land, tystnadsplikt, hjälp med de "
    "registrerades rättigheter, anmälan av incidenter och granskning: de måste stå i det undertecknade avtalet.",
    "GDPR Article 28(3)(a), (b), (e), (f) and (h)",
)


def _parties(agreement: Agreement) -> Iterator[Remark]:
    controller, processor = agreement.controller, agreement.processor
    number = controller.organisation_number
    if not number:
        yield Remark(
            "warning",
            "controller.organisation_number",
            "The controller has no organisation number: the contract must bind a party that can be told from others.",
            "Den personuppgiftsansvarige saknar organisationsnummer: avtalet måste binda en part som går att skilja "
            "från andra.",
            "GDPR Article 28(3)",
        )
    elif not _ORGANISATION_NUMBER.fullmatch(number):
        yield Remark(
            "warning",
            "controller.organisation_number",
            f"{number!r} is no organisation number: write it as NNNNNN-NNNN.",
            f"{number!r} är inget organisationsnummer: skriv NNNNNN-NNNN.",
            "GDPR Article 28(3)",
        )
    for field, hosts in (("controller.hosts", controller.hosts), ("processor.hosts", processor.hosts)):
        if not hosts:
            yield Remark(
                "error",
                field,
                "No hosts are named: the party cannot be known again in the traffic.",
                "Inga värdnamn anges: parten kan inte kännas igen i trafiken.",
                "GDPR Article 28(3)",
            )
    for host in sorted(set(controller.hosts) & set(processor.hosts)):
        yield Remark(
            "error",
            "processor.hosts",
            f"{host} belongs to both controller and processor: what goes from one to the other cannot be told.",
            f"{host} hör till både ansvarig och biträde: vad som går från den ena till den andra kan inte avgöras.",
            "GDPR Article 28(3)",
        )
    if not (processor.entity_ids or processor.client_ids):
        yield Remark(
            "warning",
            "processor.entity_ids",
            "Neither entity_ids nor client_ids are named: it is not clear which service the agreement is about.",
            "Varken entity_ids eller client_ids anges: det är oklart vilken tjänst avtalet gäller.",
            "GDPR Article 28(3)",
        )


def _validity(agreement: Agreement, today: date) -> Iterator[Remark]:
    first, last = agreement.valid.from_, agreement.valid.until
    days = (last - today).days
    if days < 0:
        yield Remark(
            "error",
            "valid.until",
            f"The agreement ended on {last}: no data may be sent.",
            f"Avtalet upphörde {last}: inga uppgifter får lämnas.",
            "GDPR Article 28(3)",
        )
    elif today < first:
        yield Remark(
            "warning",
            "valid.from",
            f"The agreement begins on {first}: until then no data may be sent.",
            f"Avtalet börjar gälla {first}: dessförinnan får inga uppgifter lämnas.",
            "GDPR Article 28(3)",
        )
    elif days <= ENDS_SOON_DAYS:
        yield Remark(
            "warning",
            "valid.until",
            f"The agreement ends on {last}, in {days} days.",
            f"Avtalet upphör {last}, om {days} dagar.",
            "GDPR Article 28(3)",
        )
    if (last.year - first.year, last.month, last.day) > (LONG_YEARS, first.month, first.day):
        yield Remark(
            "note",
            "valid",
            f"The agreement runs for more than {LONG_YEARS} years: agree on when it is looked at again.",
            f"Avtalet löper längre än {LONG_YEARS} år: kom överens om när det ska ses över.",
            "GDPR Article 28(3) and 24(1)",
        )


def _legal_basis(agreement: Agreement) -> Iterator[Remark]:
    basis = agreement.legal_basis

    def remark(level: Level, text: str, text_sv: str, clause: str) -> Remark:
        return Remark(level, "legal_basis", text, text_sv, clause)

    if not basis:
        purposes = ", ".join(dict.fromkeys(clause.purpose for clause in agreement.data if clause.purpose)) or "-"
        yield remark(
            "error",
            f"The purposes ({purposes}) have no legal basis: write one, as eu-gdpr:A6-1-e.",
            f"Ändamålen ({purposes}) saknar rättslig grund: ange en, som eu-gdpr:A6-1-e.",
            "GDPR Article 6(1)",
        )
    elif basis in GROUNDS_OF_OTHER_KINDS:
        yield remark(
            "error",
            f"{basis} does not make processing lawful by itself: name the basis in Article 6(1).",
            f"{basis} gör inte behandlingen laglig i sig: ange grunden i artikel 6.1.",
            "GDPR Article 6(1), 9 and 46",
        )
    elif not basis.startswith(LEGAL_BASIS_PREFIX):
        yield remark(
            "warning",
            f"{basis!r} is not of the vocabulary: write it as {LEGAL_BASIS_PREFIX}A6-1-...",
            f"{basis!r} hör inte till vokabulären: skriv {LEGAL_BASIS_PREFIX}A6-1-...",
            "GDPR Article 6(1)",
        )
    elif basis not in LEGAL_BASES:
        yield remark(
            "warning",
            f"{basis!r} is not known: use one of {', '.join(sorted(LEGAL_BASES))}.",
            f"{basis!r} är okänd: använd någon av {', '.join(sorted(LEGAL_BASES))}.",
            "GDPR Article 6(1)",
        )
    elif basis == CONSENT:
        yield remark(
            "warning",
            "Pupils and guardians can seldom refuse a school freely: consent is hardly a basis here.",
            "Elever och vårdnadshavare kan sällan fritt säga nej till en skola: samtycke är knappast en grund här.",
            "GDPR Article 6(1)(a) and 7(4), recital 43",
        )
    elif basis == LEGITIMATE_INTEREST:
        yield remark(
            "warning",
            "Public authorities may not rest their tasks on legitimate interests.",
            "Myndigheter får inte stödja sina uppgifter på berättigade intressen.",
            "GDPR Article 6(1), second subparagraph",
        )


def _identifier(agreement: Agreement) -> Iterator[Remark]:
    if agreement.identifier == "shared":
        yield Remark(
            "warning",
            "identifier",
            "A shared identifier lets vendors put together what they know of a pupil: use 'pairwise' where you can.",
            "En gemensam identifierare låter leverantörer lägga ihop vad de vet om en elev: använd 'pairwise' om "
            "det går.",
            "GDPR Article 25(1)",
        )
    if agreement.identifier == "pairwise":
        agreed = frozenset[str]().union(*(clause.agreed for clause in agreement.data))
        same = sorted(
            name
            for name in agreed - {"pairwise-id"}
            if by_name()[name].sensitivity in {"identifier", "civic"} and by_name()[name].unique
        )
        if same:
            yield Remark(
                "note",
                "identifier",
                f"The identifier of the login is pairwise, but {', '.join(same)} is the same for every vendor.",
                f"Inloggningens identifierare är parvis, men {', '.join(same)} är densamma för alla leverantörer.",
                "GDPR Article 25(1)",
            )


def _protected_identity(agreement: Agreement) -> Iterator[Remark]:
    if agreement.protected_identity == "pseudonym":
        yield Remark(
            "note",
            "protected_identity",
            "People with protected identity get pseudonyms: agree on who makes them and who knows them.",
            "Personer med skyddade personuppgifter får pseudonymer: kom överens om vem som gör dem och vem som "
            "känner till dem.",
            "GDPR Article 4(5) and 32(1)(a)",
        )
        agreed = frozenset[str]().union(*(clause.agreed for clause in agreement.data))
        accounts = sorted(agreed & (kept_about_protected("pseudonym") - kept_about_protected("withhold")))
        if accounts:
            yield Remark(
                "note",
                "protected_identity",
                f"People with protected identity come without {', '.join(accounts)}, which others know too: agree on "
                "the identifier that the service knows them by.",
                f"Personer med skyddade personuppgifter kommer utan {', '.join(accounts)}, som andra också känner "
                "till: kom överens om vilken identifierare tjänsten känner dem under.",
                "GDPR Article 4(5) and 25(1)",
            )


def _retention(agreement: Agreement) -> Iterator[Remark]:
    if agreement.retention_days is None:
        yield Remark(
            "error",
            "retention_days",
            "Nothing says when data is deleted or given back.",
            "Det framgår inte när uppgifter raderas eller återlämnas.",
            "GDPR Article 28(3)(g) and 5(1)(e)",
        )


def _security(agreement: Agreement) -> Iterator[Remark]:
    if "security" not in agreement.model_fields_set:
        yield Remark(
            "warning",
            "security",
            "No security measures are named; TLS 1.2 is taken as agreed.",
            "Inga säkerhetsåtgärder anges; TLS 1.2 antas vara avtalat.",
            "GDPR Article 28(3)(c) and 32",
        )
    agreed = frozenset[str]().union(*(clause.agreed for clause in agreement.data))
    if "norEduPersonNIN" in agreed and not agreement.security.encrypt_assertion:
        yield Remark(
            "warning",
            "security.encrypt_assertion",
            "Civic numbers pass the person's browser readable: have the assertions encrypted.",
            "Personnummer passerar personens webbläsare läsbara: låt kryptera intygen.",
            "GDPR Article 32(1)(a)",
        )
