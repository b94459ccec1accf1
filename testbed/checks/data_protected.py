"""People with protected identity: what must not be told of them, and to whom nothing at all."""

from collections.abc import Iterator, Mapping

from testbed.checks.core import AGREEMENT, DISCLOSURE, NotVerified, Observation, Outcome, check
from testbed.checks.disclosed import agreement_of, in_form, unread_from_school
from testbed.model.attributes import by_name
from testbed.model.coverage import kept_about_protected
from testbed.model.privacy import Disclosure
from testbed.model.verdict import Evidence
from testbed.model.written import Person
from testbed.privacy.agreed import Party, party_of
from testbed.privacy.people import folded

MARKING = "securityMarking"
NO_MARKING = frozenset(map(folded, ("", "Ingen", "false", "0", "nej", "no")))
"""How the marking of somebody who has none is written: three words in SS 12000, a boolean in EGIL."""
MARKED = frozenset(map(folded, ("Sekretessmarkering", "Skyddad folkbokföring")))
"""Words that say it whatever the field is called."""


@check(
    clause="GDPR Article 32; offentlighets- och sekretesslagen (2009:400) 22 kap. 1 §",
    sv="Uppgifter om den som har skyddad identitet lämnas inte ut",
    about="school",
    needs=(AGREEMENT, DISCLOSURE),
    reads_assertions=True,
)
def protected_identity_withheld(evidence: Evidence) -> Iterator[Outcome]:
    """Nothing that names or places a person with protected identity leaves the school.

    For these pupils a name in the wrong log can mean that someone who must not finds them. Name, number, address, mail
    and the marking itself stay at school, whoever asks. Where the agreement says "pseudonym", so does every account
    that others know too. And to a host that the agreement does not name nothing of such a person may go, in whatever
    form: where the pupil goes to school is enough to wait outside.
    """
    agreement = agreement_of(evidence)
    kept = kept_about_protected(agreement.protected_identity)
    for told in evidence.disclosures:
        stranger = party_of(told.recipient, agreement) is Party.STRANGER
        if _tells_marking(told, evidence.people):
            what = f"that somebody lives under protection ({told.attribute})"
        elif _is_protected(told.person, evidence) and (stranger or told.attribute in kept):
            what = f"{told.attribute} of a person with protected identity"
        else:
            continue
        yield Observation(
            f"{what} reached {told.recipient}{in_form(told)}",
            f"protected identity: {agreement.protected_identity}",
            disclosure=told,
        )
    if _is_protected(evidence.play.person, evidence):
        yield from _perhaps(evidence)
        yield from unread_from_school(evidence)


def _is_protected(name: str, evidence: Evidence) -> bool:
    person = evidence.people.get(name)
    return person is not None and person.protected


def _tells_marking(told: Disclosure, people: Mapping[str, Person]) -> bool:
    """Whether it says that somebody is marked; what it says of one who is known to be without marking is no secret."""
    person = people.get(told.person)
    if person is not None and not person.protected:
        return False
    value = folded(told.value.strip())
    return value in MARKED or (told.attribute == MARKING and value not in NO_MARKING)


def _perhaps(evidence: Evidence) -> Iterator[NotVerified]:
    """What left the vendor while a protected person was logged in, is also theirs, and cannot be told from others'."""
    agreement, person = agreement_of(evidence), evidence.person
    for told in evidence.disclosures if person else ():
        if told.person or party_of(told.recipient, agreement) in (Party.CONTROLLER, Party.PROCESSOR):
            continue
        row = by_name().get(told.attribute)
        own = {folded(value) for value in person.values(row.same_as or row.name)} if row and person else set()
        if folded(told.value) in own:
            yield NotVerified(
                f"{told.attribute} reached {told.recipient} and may be that of a person with protected identity"
            )
