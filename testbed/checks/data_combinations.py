"""Values that are nobody's alone, and together point at one person."""

from collections.abc import Iterator, Mapping, Sequence

from testbed.checks.core import AGREEMENT, DISCLOSURE, Observation, Outcome, Skip, check
from testbed.checks.disclosed import agreement_of, in_form
from testbed.model.privacy import Disclosure
from testbed.model.verdict import Evidence, Severity
from testbed.model.written import Agreement, Person
from testbed.privacy.agreed import Party, hosts_beside, may_know, may_know_of_anybody, party_of
from testbed.privacy.combinations import FEW, Crowd, Trait, crowd_of, identifies, names_people, quasi_identifiers, trait

WHOLE_NAME = frozenset({"givenName", "sn"})
AT_LEAST = 2
"""Attributes that make a combination."""
SCHOOL = 100
"""Beside a capture from outside there may be a file of a few test pupils; so many people are at least a school."""


@check(
    clause="GDPR Article 5(1)(c) and 25(1), recital 26",
    sv="Den som inte ska veta vem eleven är får inte heller uppgifter som tillsammans pekar ut eleven",
    about="school",
    needs=(AGREEMENT, DISCLOSURE),
    severity=Severity.SHOULD,
    reads_assertions=True,
    hears_server=True,
)
def no_identifying_combination(evidence: Evidence) -> Iterator[Outcome]:
    """Whoever need not know who a person is does not learn it from values that point at one person together.

    Date of birth, school and grade have no name in them, and one pupil in the municipality has all three. It is about
    those who are to know nobody: a service whose agreement has neither name nor account in it, those to whom it may
    pass nothing of the kind on, and strangers. Where one of them was told a value that is the person's alone, other
    checks say so.
    """
    crowd = crowd_of(evidence.people)
    if crowd.size <= FEW:
        yield Skip("there is nobody else in the people file from whom a person could be told apart")
        return
    if evidence.play.captured and crowd.size < SCHOOL:
        yield Skip(f"the people file has {crowd.size} people: it does not tell who shares a value with many at school")
        return
    groups = _by_anonymous_recipient(evidence)
    if not groups:
        yield Skip("whoever was told anything may know by the agreement who the person is")
    for told in groups:
        by_person, shared = _sorted_out(told)
        for name in dict.fromkeys((evidence.play.person, *by_person)):
            person = evidence.people.get(name)
            if person is not None:
                yield from _of_person(person, by_person.get(name, ()), shared, crowd)


type _Told = tuple[int, Disclosure]
"""A disclosure and its place among all that one recipient was told."""


def _sorted_out(told: Sequence[Disclosure]) -> tuple[Mapping[str, Sequence[_Told]], Mapping[Trait, _Told]]:
    """What is surely somebody's, by person, and what several people share, so that nobody can tell whose it was."""
    by_person: dict[str, list[_Told]] = {}
    shared: dict[Trait, _Told] = {}
    for place, one in enumerate(told):
        if one.person:
            by_person.setdefault(one.person, []).append((place, one))
        elif one.attribute in quasi_identifiers():
            shared.setdefault(trait(one.attribute, one.value), (place, one))
    return by_person, shared


def _of_person(
    person: Person, told: Sequence[_Told], shared: Mapping[Trait, _Told], crowd: Crowd
) -> Iterator[Observation]:
    """What one recipient can put together of one person; what is shared counts for everyone who has it."""
    if any(identifies(one.attribute) for _, one in told):
        return
    own = {
        trait(name, value) for name in person.attributes.keys() & quasi_identifiers() for value in person.values(name)
    }
    known = {one: shared[one] for one in own & shared.keys()}
    for place, one in reversed(told):
        if (said := trait(one.attribute, one.value)) in own:
            known[said] = (place, one)
    first: dict[str, Disclosure] = {}
    for said, (_, one) in sorted(known.items(), key=lambda item: item[1][0]):
        first.setdefault(said.attribute, one)
    if first.keys() >= WHOLE_NAME:
        # NOTE: that is no combination but the person's name, whoever else may bear it; other checks say so.
        return
    sharing = crowd.sharing(known) if len(first) >= AT_LEAST else crowd.size
    if sharing > FEW:
        return
    for name, one in first.items():
        others = ", ".join(sorted(first.keys() - {name}))
        yield Observation(
            f"{one.attribute} reached {one.recipient}{in_form(one)}, and together with {others} it points at {sharing} "
            f"of {crowd.size} people",
            "values that more people share",
            disclosure=one,
            person=person.id,
        )


def _by_anonymous_recipient(evidence: Evidence) -> list[list[Disclosure]]:
    """What was told to each party that is to know nobody, all its hosts together."""
    agreement = agreement_of(evidence)
    groups: dict[frozenset[str], list[Disclosure]] = {}
    for told in evidence.disclosures:
        if party_of(told.recipient, agreement) is not Party.CONTROLLER:
            groups.setdefault(hosts_beside(told.recipient, agreement), []).append(told)
    return [told for told in groups.values() if not _knows_people(told[0].recipient, agreement, evidence.person)]


def _knows_people(host: str, agreement: Agreement, person: Person | None) -> bool:
    """Whether the agreement lets this host know who people like this one are: by an account, or by a name."""
    agreed = may_know_of_anybody(host, agreement)
    if person is not None and any(person.role in clause.subjects for clause in agreement.data):
        agreed = may_know(host, agreement, person.role)
    return names_people(agreed)
