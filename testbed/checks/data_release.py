"""What the school lets go: which attributes, of whom, and while the agreement is in force."""

from collections.abc import Iterator

from testbed.checks.core import AGREEMENT, Need, NotVerified, Observation, Outcome, check
from testbed.checks.disclosed import (
    ACCOUNT,
    TOLD,
    accounts_given,
    agreement_of,
    in_form,
    is_by_school,
    unread_from_school,
)
from testbed.model.coverage import clauses_about
from testbed.model.messages import SamlResponse
from testbed.model.oidc_messages import TokenAnswer
from testbed.model.privacy import Disclosure
from testbed.model.verdict import Evidence
from testbed.model.written import Agreement, Person
from testbed.privacy.agreed import Cover, Party, covered, party_of


def _released(evidence: Evidence) -> bool:
    answered = any(isinstance(message, SamlResponse | TokenAnswer) for message in evidence.messages)
    agreement = evidence.agreement
    return answered or (agreement is not None and any(is_by_school(told, agreement) for told in evidence.disclosures))


RELEASE = Need(_released, "no SamlResponse or TokenAnswer was seen, and nothing else that a school released")


@check(
    clause="GDPR Article 5(1)(c) and 28(3)(a)",
    sv="Skolan lämnar bara ut vad avtalet omfattar",
    about="school",
    needs=(AGREEMENT, RELEASE),
    reads_assertions=True,
)
def released_within_agreement(evidence: Evidence) -> Iterator[Outcome]:
    """The school releases only what the agreement covers.

    Whatever a vendor is sent beyond what was agreed has no lawful purpose there, and the school owner, as controller,
    answers for it. It is about attributes that the vendor may know of nobody in the person's role; what it may know of
    others, and not of this person, is a matter of data.rows-within-agreement.
    """
    agreement = agreement_of(evidence)
    for told in evidence.disclosures:
        named = party_of(told.recipient, agreement) is not Party.STRANGER
        if not named or not is_by_school(told, agreement) or told.attribute in ACCOUNT:
            continue
        person = _person(told.person, evidence)
        if covered(told.attribute, person, told.recipient, agreement) is Cover.NOT_AGREED:
            yield Observation(
                f"{told.sender} released {told.attribute} to {told.recipient}{in_form(told)}",
                f"only what {agreement.id} covers for this person's role",
                disclosure=told,
            )
    yield from unread_from_school(evidence)


@check(
    clause="GDPR Article 5(1)(c), 25(2) and 28(3)",
    sv="Bara personer som avtalet omfattar lämnas ut: rätt roll, skola och årskurs",
    about="school",
    needs=(AGREEMENT, TOLD),
    reads_assertions=True,
)
def rows_within_agreement(evidence: Evidence) -> Iterator[Outcome]:
    """Only persons of the agreed roles, school units and grades are told of.

    A service that one school bought for its fourth grade has no business with the rest of the municipality. It is about
    the person: the attribute is agreed, but about others. Of a person whose role no clause speaks of nothing may be
    known at all, not even that there is an account. Of several school units one within the limits is enough, and grades
    limit pupils alone.
    """
    agreement = agreement_of(evidence)
    for told in evidence.disclosures:
        if not _judged_by_rows(told, agreement):
            continue
        person = _person(told.person, evidence)
        cover = covered(told.attribute, person, told.recipient, agreement)
        if person is not None and cover is Cover.ABOUT_OTHERS:
            yield Observation(
                f"{told.sender} told {told.recipient} {told.attribute}{in_form(told)} of somebody whom "
                f"{agreement.id} does not cover: {_outside(person, agreement)}",
                f"persons of the roles, school units and grades that {agreement.id} names",
                disclosure=told,
            )
        elif cover is Cover.CANNOT_TELL:
            yield NotVerified(f"whose the {told.attribute} is that {told.recipient} was told cannot be known")
    for one in accounts_given(evidence):
        person = _person(one.person, evidence)
        if person is not None and not clauses_about(person, agreement):
            yield Observation(
                f"{one.recipient} was given an account ({one.attribute}) of somebody whom {agreement.id} does not "
                f"cover: {_outside(person, agreement)}",
                f"persons of the roles, school units and grades that {agreement.id} names",
                where=one.where,
                attribute=one.attribute,
                person=one.person,
                recipient=one.recipient,
            )
    yield from unread_from_school(evidence)


@check(
    clause="GDPR Article 28(3)",
    sv="Avtalet gäller när uppgifterna lämnas ut",
    about="school",
    needs=(AGREEMENT, TOLD),
    reads_assertions=True,
)
def agreement_in_force(evidence: Evidence) -> Iterator[Outcome]:
    """The agreement is in force when data is disclosed.

    Without a contract in force there is nobody who has promised the pupils anything: neither the vendor nor those to
    whom it may pass data on.
    """
    agreement = agreement_of(evidence)
    expected = f"between {agreement.valid.from_} and {agreement.valid.until}"
    for told in evidence.disclosures:
        named = party_of(told.recipient, agreement) in (Party.PROCESSOR, Party.RECIPIENT)
        if named and not agreement.in_force(told.at.date()):
            yield Observation(
                f"{told.attribute} was disclosed to {told.recipient} on {told.at.date()}{in_form(told)}",
                expected,
                disclosure=told,
            )
    days = {exchange.number: exchange.started.date() for exchange in evidence.exchanges}
    for one in accounts_given(evidence):
        day = days[one.where.exchange]
        if not agreement.in_force(day):
            yield Observation(
                f"{one.recipient} was given an account ({one.attribute}) on {day}",
                expected,
                where=one.where,
                attribute=one.attribute,
                person=one.person,
                recipient=one.recipient,
            )


def _judged_by_rows(told: Disclosure, agreement: Agreement) -> bool:
    """What the school tells the vendor, and what anybody tells those to whom the vendor may pass data on."""
    match party_of(told.recipient, agreement):
        case Party.PROCESSOR:
            return is_by_school(told, agreement) and told.attribute not in ACCOUNT
        case Party.RECIPIENT:
            return True
        case _:
            return False


def _person(name: str, evidence: Evidence) -> Person | None:
    """The person as the school knew them during the play: one who moved belonged to both school units."""
    person, moved_to = evidence.people.get(name), evidence.play.scenario.moves_to
    if person is None or moved_to is None or name != evidence.play.person:
        return person
    return person.model_copy(update={"school_units": (*person.school_units, moved_to)})


def _outside(person: Person, agreement: Agreement) -> str:
    """In what the person is none of those whom the agreement speaks of."""
    limits = [clause.limits for clause in agreement.data if person.role in clause.subjects and clause.limits]
    if not limits:
        return f"no clause speaks of a {person.role}"
    narrowed = [("school unit", any(one.school_units for one in limits)), ("grade", any(one.grades for one in limits))]
    return f"another {' or '.join(word for word, narrows in narrowed if narrows)}"
